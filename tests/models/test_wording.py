"""What an agreement says: identity of points, what is still current, what is missing, and the hash of all of it."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from models.lack import Lack, Reason, lacks_in
from models.wording import Influence, Step, WordedPoint, Wording
from tests.factories import a_point, a_wording

CHANGED = {"da": "Noget andet"}


def with_point(wording: Wording, index: int, **changes: Any) -> Wording:
    points = list(wording.points)
    points[index] = replace(points[index], **changes)
    return replace(wording, points=tuple(points))


def reasons(wording: Wording) -> set[tuple[str, Reason]]:
    return {(lack.part, lack.reason) for lack in lacks_in(wording)}


# Identity


@pytest.mark.parametrize(
    "changes",
    [{"title": CHANGED}, {"how": CHANGED}, {"influence": Influence.TOGETHER}],
    ids=["title", "how", "influence"],
)
def test_danish_words_and_influence_make_a_point_that_can_be_influenced(changes: dict[str, Any]) -> None:
    point = a_point(1)
    assert replace(point, **changes).identity != point.identity


@pytest.mark.parametrize("part", ["title", "why", "decided_by"])
def test_danish_words_make_a_fixed_point(part: str) -> None:
    point = a_point(1, Influence.FIXED)
    changes: dict[str, Any] = {part: CHANGED}
    assert replace(point, **changes).identity != point.identity


@pytest.mark.parametrize(
    "changes",
    [
        {"key": 99},
        {"source": "Folkeskoleloven § 44"},
        {"title": {"da": a_point(1).title["da"], "en": "Other words"}},
        {"title": {"da": f"  {a_point(1).title['da']}\n".replace(" ", "  ")}},
        {"why": CHANGED},
    ],
    ids=["key", "source", "translation", "white space", "a text that is not shown"],
)
def test_nothing_else_makes_a_point_another(changes: dict[str, Any]) -> None:
    point = a_point(1)
    assert replace(point, **changes).identity == point.identity


def test_a_letter_of_two_signs_is_the_letter() -> None:
    typed, pasted = (a_point(1, title={"da": unicodedata.normalize(form, "På skolen")}) for form in ("NFC", "NFD"))
    assert typed.title != pasted.title
    assert typed.identity == pasted.identity
    assert typed.frozen() == pasted.frozen()


# What is current


@pytest.mark.parametrize(
    "newer",
    [
        a_wording(),
        a_wording(steps=()),
        a_wording(points=tuple(reversed(a_wording().points))),
        a_wording(points=a_wording().points[:1]),
        a_wording(languages=("da",)),
        a_wording(purpose={**a_wording().purpose, "en": "Other words"}),
    ],
    ids=["the same", "steps", "order", "removed points", "translations", "translated purpose"],
)
def test_an_answer_still_stands_when_nothing_was_added_or_reworded(newer: Wording) -> None:
    assert a_wording().includes(newer)


@pytest.mark.parametrize(
    "newer",
    [
        a_wording(purpose=CHANGED),
        a_wording(decider=CHANGED),
        a_wording(can=3),
        with_point(a_wording(), 0, title=CHANGED),
        with_point(a_wording(), 0, influence=Influence.TOGETHER),
        with_point(a_wording(), 2, decided_by=CHANGED),
    ],
    ids=["purpose", "decider", "new point", "title", "influence", "who decided"],
)
def test_an_answer_is_outdated_when_purpose_decider_or_a_point_is_new(newer: Wording) -> None:
    assert not a_wording().includes(newer)


# What is missing


def test_a_complete_wording_lacks_nothing() -> None:
    assert lacks_in(a_wording()) == []
    assert lacks_in(a_wording(can=6, fixed=3, languages=("da",))) == []


@pytest.mark.parametrize("part", ["purpose", "decider"])
@pytest.mark.parametrize(("texts", "reason"), [({}, Reason.MISSING), ({"da": " \n"}, Reason.MISSING),
                                               ({"en": "English"}, Reason.MISSING),
                                               ({"da": "Inden {dato}"}, Reason.PLACEHOLDER)])  # fmt: skip
def test_purpose_and_decider_are_needed_in_danish(part: str, texts: dict[str, str], reason: Reason) -> None:
    overrides: dict[str, Any] = {part: texts}
    assert lacks_in(a_wording(**overrides)) == [Lack(part, reason)]


@pytest.mark.parametrize(("index", "part"), [(0, "title"), (0, "how"), (2, "title"), (2, "why"), (2, "decided_by")])
def test_each_text_of_a_point_is_needed(index: int, part: str) -> None:
    assert Lack(part, Reason.MISSING, index + 1) in lacks_in(with_point(a_wording(), index, **{part: {}}))


def test_a_point_needs_an_influence() -> None:
    assert Lack("influence", Reason.MISSING, 1) in lacks_in(with_point(a_wording(), 0, influence=None))


@pytest.mark.parametrize("part", ["purpose", "decider"])
def test_an_unfilled_placeholder_in_any_language_is_found(part: str) -> None:
    overrides: dict[str, Any] = {part: {**getattr(a_wording(), part), "en": "By {date}"}}
    assert lacks_in(a_wording(**overrides)) == [Lack(part, Reason.PLACEHOLDER, language="en")]


@pytest.mark.parametrize(("index", "part"), [(0, "title"), (0, "how"), (2, "why"), (2, "decided_by")])
def test_an_unfilled_placeholder_of_a_point_is_found_in_any_language(index: int, part: str) -> None:
    texts = {**getattr(a_wording().points[index], part), "ar": "{x}"}
    lacks = lacks_in(with_point(a_wording(), index, **{part: texts}))
    assert lacks == [Lack(part, Reason.PLACEHOLDER, index + 1, "ar")]


def test_an_unfilled_placeholder_of_a_step_is_found() -> None:
    step = replace(a_wording().steps[0], text={"da": "Vi skriver den {dato}", "en": "We write on {date}"})
    lacks = lacks_in(a_wording(steps=(step,)))
    assert lacks == [Lack("step", Reason.PLACEHOLDER, 4)], "filling in the Danish asks for a new English"


def test_other_languages_may_be_missing() -> None:
    assert lacks_in(with_point(a_wording(), 0, title={"da": "Pauser", "en": ""})) == []


def test_there_must_be_something_to_influence_and_something_fixed() -> None:
    assert ("points", Reason.NOTHING_TO_INFLUENCE) in reasons(a_wording(can=0))
    assert ("points", Reason.NOTHING_FIXED) in reasons(a_wording(fixed=0))


def test_seven_points_to_influence_are_too_many_and_six_are_not() -> None:
    assert reasons(a_wording(can=7)) == {("points", Reason.TOO_MANY)}
    assert reasons(a_wording(can=6)) == set()


def test_fixed_points_do_not_count_towards_the_six() -> None:
    assert reasons(a_wording(can=6, fixed=7)) == set()


def test_two_equal_points_are_refused_at_the_second_one() -> None:
    wording = a_wording()
    twin = replace(wording.points[0], key=9, source="en anden kilde")
    assert lacks_in(replace(wording, points=(*wording.points, twin))) == [Lack("title", Reason.TWICE, 9)]


def test_two_empty_points_are_missing_words_and_not_called_equal() -> None:
    empty = (WordedPoint(key=8, influence=Influence.TOGETHER), WordedPoint(key=9, influence=Influence.TOGETHER))
    assert ("title", Reason.TWICE) not in reasons(a_wording(points=(*a_wording().points, *empty)))


@pytest.mark.parametrize("steps", [(), (Step(key=4, text={"da": "Vi ses"}),)], ids=["no step", "no date"])
def test_one_step_with_a_date_is_needed(steps: tuple[Step, ...]) -> None:
    assert reasons(a_wording(steps=steps)) == {("steps", Reason.NO_DATED_STEP)}


def test_one_dated_step_is_enough() -> None:
    wording = a_wording()
    assert lacks_in(replace(wording, steps=(Step(key=5, text={"da": "Vi ses"}), *wording.steps))) == []


def test_lacks_come_in_the_order_of_the_page() -> None:
    parts = [lack.part for lack in lacks_in(Wording(points=(WordedPoint(key=1), WordedPoint(key=2))))]
    assert parts.index("purpose") < parts.index("points") < parts.index("influence") < parts.index("decider")
    assert parts[-1] == "steps"


# The hash


@pytest.mark.parametrize(
    "other",
    [
        a_wording(purpose={**a_wording().purpose, "en": "Other words"}),
        a_wording(decider={**a_wording().decider, "da": "Andre ord"}),
        with_point(a_wording(), 0, how={**a_wording().points[0].how, "en": "Other words"}),
        with_point(a_wording(), 2, decided_by={"da": "Andre"}),
        with_point(a_wording(), 0, influence=Influence.YOU_DECIDE),
        a_wording(points=tuple(reversed(a_wording().points))),
        a_wording(steps=(replace(a_wording().steps[0], on=None),)),
        a_wording(steps=(replace(a_wording().steps[0], text={"da": "Andet"}),)),
        a_wording(languages=("da",)),
        a_wording(languages=("da", "en", "ar")),
    ],
)
def test_the_hash_covers_everything_citizens_see_in_every_language(other: Wording) -> None:
    assert other.content_hash != a_wording().content_hash


@pytest.mark.parametrize(
    "same",
    [
        with_point(a_wording(), 0, source="Folkeskoleloven § 44"),
        with_point(a_wording(), 0, key=77, id=5),
        with_point(a_wording(), 0, why=CHANGED),
        a_wording(purpose={language: f" {text}\n" for language, text in a_wording().purpose.items()}),
        a_wording(purpose=dict(reversed(a_wording().purpose.items()))),
        a_wording(decider={**a_wording().decider, "uk": "  "}),
    ],
    ids=["source", "key", "not shown", "white space", "order of languages", "empty translation"],
)
def test_the_hash_covers_nothing_that_citizens_do_not_see(same: Wording) -> None:
    assert same.content_hash == a_wording().content_hash


def test_a_wording_goes_into_a_document_and_back() -> None:
    wording = a_wording(can=3, fixed=2, languages=("da", "en", "ar"))
    assert Wording.from_document(wording.to_document()) == wording
    assert Wording.from_document(Wording().to_document()) == Wording()


def test_frozen_words_hold_nothing_for_staff() -> None:
    point = replace(a_point(1), source="Loven", why=CHANGED).frozen()
    assert (point.source, point.why) == ("", {})
