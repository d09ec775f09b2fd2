"""Guesses, difficulties and offers: what an answer says about a point besides its doubt, and how it is counted."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from models.answer import Answer, Difficulty, Doubt, hash_of_key
from models.base import reading, session, writing
from models.drafting import copy_meeting
from models.guess import Expectation, Guess
from models.lack import Reason, lacks_in
from models.meeting import Meeting, MeetingForm
from models.publishing import discard_draft, outdated_by_draft, publish_draft
from models.receiving import receive
from models.submission import Submission, WrongField
from models.summary import totals
from models.totals import PointTotals, Totals
from models.wording import Influence, Wording
from tests.factories import Cast, a_meeting, a_wording, code_of, points_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
YES, NO, UNSURE = Expectation


def that_asks() -> Wording:
    """Two points to influence, one fixed and one that asks for nothing; the first asks for hands, too."""
    first, second, third, fixed = a_wording(can=3, fixed=1).points
    points = (replace(first, asks_guess=True, asks_hands=True), second, third, replace(fixed, asks_guess=True))
    return a_wording(points=points)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, wording=that_asks(), now=NOW)


def send(meeting: int, key: UUID | None = None, **said: Any) -> UUID:
    """An answer; what it says goes by the position of the point."""
    key, ids = key or uuid4(), points_of(meeting)
    by_id: dict[str, Any] = {
        name: {ids[position - 1]: each for position, each in value.items()}
        if isinstance(value, dict)
        else frozenset(ids[position - 1] for position in value)
        for name, value in said.items()
    }
    with writing():
        receive(code_of(meeting), Submission(hash_of_key(key), 1, "da", **by_id), NOW, None)
    return key


def counted(meeting: int) -> list[PointTotals]:
    with reading():
        found: Totals = totals(session().get_one(Meeting, meeting))
    return [found.point(point) for point in points_of(meeting)]


def test_the_gap_of_forty_guesses_is_the_share_that_guessed_wrong(meeting: int) -> None:
    rng = random.Random(40)
    guesses = [{1: rng.choice([YES, NO, UNSURE]), 4: rng.choice([YES, YES, NO, UNSURE])} for _ in range(40)]
    for guess in guesses:
        send(meeting, guesses=guess)
    for _ in range(10):
        send(meeting)
    open_to_influence, _, _, fixed = counted(meeting)
    said = {point: Counter(guess[point] for guess in guesses) for point in (1, 4)}
    assert open_to_influence.guesses == fixed.guesses == 40
    assert open_to_influence.expected_influence == said[1][YES]
    assert open_to_influence.expectation_gap(Influence.TOGETHER) == said[1][NO] / 40
    assert fixed.expectation_gap(Influence.FIXED) == said[4][YES] / 40
    assert 0 < said[1][NO] / 40 != said[4][YES] / 40


def test_a_changed_answer_never_changes_its_guess_nor_adds_what_was_skipped(meeting: int) -> None:
    key = send(meeting, guesses={1: YES})
    send(meeting, key, guesses={1: NO, 4: YES}, doubts={1})
    first, *_, fixed = counted(meeting)
    assert (first.guesses, first.expected_influence, first.expected_none, first.unclear_now) == (1, 1, 0, 1)
    assert fixed.guesses == 0


def test_a_point_of_a_later_version_is_guessed_where_the_changed_answer_first_covers_it(cast: Cast) -> None:
    meeting = a_meeting(cast, wording=a_wording(can=2, fixed=1), now=NOW)
    key = send(meeting)
    with writing():
        each = session().get_one(Meeting, meeting)
        each.draft.save(that_asks(), cast.mette.id, NOW)
        publish_draft(each, NOW, cast.mette)
    known, _, new, _ = points_of(meeting)
    wording = replace(that_asks(), points=tuple(replace(each, asks_guess=True) for each in that_asks().points))
    with writing():
        each = session().get_one(Meeting, meeting)
        each.draft.save(wording, cast.mette.id, NOW)
        publish_draft(each, NOW, cast.mette)
        submission = Submission(hash_of_key(key), 3, "da", guesses={known: YES, new: YES})
    with writing():
        receive(session().get_one(Meeting, meeting).code, submission, NOW, None)
    assert [point.guesses for point in counted(meeting)] == [0, 0, 1, 0]


def test_a_skipped_check_counts_in_nothing(meeting: int) -> None:
    send(meeting)
    send(meeting, guesses={4: UNSURE})
    first, *_, fixed = counted(meeting)
    assert (first.guesses, fixed.guesses, fixed.expected_influence, fixed.expected_none) == (0, 1, 0, 0)
    assert first.expectation_gap(Influence.TOGETHER) is None


def test_reasons_are_counted_while_the_point_is_unclear(meeting: int) -> None:
    key = send(meeting, doubts={1}, difficulties={1: Difficulty.WORDS | Difficulty.DECIDER})
    send(meeting, doubts={1}, difficulties={1: Difficulty.WORDS})
    assert counted(meeting)[0].difficulties == {"WORDS": 2, "DECIDER": 1}
    send(meeting, key, doubts={1}, difficulties={1: Difficulty.OTHER})
    assert counted(meeting)[0].difficulties == {"WORDS": 1, "OTHER": 1}
    send(meeting, key)
    assert counted(meeting)[0].difficulties == {"WORDS": 1}
    with reading():
        assert sorted(session().scalars(select(Doubt.reasons))) == [Difficulty.WORDS.value, Difficulty.OTHER.value]


def test_an_offer_is_as_the_latest_answer_says(meeting: int) -> None:
    key = send(meeting, offers={1})
    send(meeting, offers={1})
    assert [point.offers for point in counted(meeting)] == [2, 0, 0, 0]
    send(meeting, key)
    assert counted(meeting)[0].offers == 1


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("guess", {"guesses": {2: YES}}),
        ("offer", {"offers": {4}}),
        ("offer", {"offers": {2}}),
    ],
)
def test_what_the_version_does_not_ask_is_refused(meeting: int, field: str, said: Any) -> None:
    with pytest.raises(WrongField) as refused:
        send(meeting, **said)
    assert refused.value.name == field
    assert nothing_is_stored()


@pytest.mark.parametrize("said", [{"difficulties": {0: Difficulty.WORDS}}, {"guesses": {0: YES}}, {"offers": {0}}])
def test_a_point_of_another_meeting_is_refused(cast: Cast, meeting: int, said: Any) -> None:
    (name, value), (other, *_) = next(iter(said.items())), points_of(a_meeting(cast, wording=that_asks()))
    given: Any = {other: value[0]} if isinstance(value, dict) else frozenset([other])
    with pytest.raises(WrongField), writing():
        receive(code_of(meeting), replace(Submission(hash_of_key(uuid4()), 1, "da"), **{name: given}), NOW, None)
    assert nothing_is_stored()


def test_an_individual_talk_never_asks_for_guesses(cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, wording=that_asks(), now=NOW)
    with reading():
        newest = session().get_one(Meeting, talk).newest
        assert newest is not None
        assert not newest.wording.guessed
    with pytest.raises(WrongField):
        send(talk, guesses={1: YES})


def test_asking_is_published_hashed_and_carried_over_but_no_part_of_the_identity(cast: Cast) -> None:
    meeting = a_meeting(cast, wording=a_wording(can=3, fixed=1), now=NOW)
    send(meeting)
    with writing():
        each = session().get_one(Meeting, meeting)
        each.draft.save(that_asks(), cast.mette.id, NOW)
        assert outdated_by_draft(each) == frozenset()
        publish_draft(each, NOW, cast.mette)
        first, second = each.agreements
        assert first.content_hash != second.content_hash
        assert first.wording.identities == second.wording.identities
        assert [point.id for point in second.wording.guessed] == [points_of(meeting, 1)[0], points_of(meeting, 1)[3]]
        discard_draft(each, cast.mette, NOW)
        assert [point.asks_hands for point in each.draft.wording.points] == [True, False, False, False]
        assert len(copy_meeting(each, cast.mette, NOW).draft.wording.guessed) == 2


def test_a_text_that_asks_nothing_is_hashed_as_it_always_was() -> None:
    point = a_wording().to_document()["points"][0]
    assert point.keys() == {"key", "influence", "title", "how", "why", "decided_by", "source"}
    assert Wording.from_document(that_asks().to_document()) == that_asks()


def test_more_than_four_guesses_are_lacks_of_those_too_many() -> None:
    wording = a_wording(can=5, fixed=1)
    wording = replace(wording, points=tuple(replace(point, asks_guess=True) for point in wording.points))
    assert [(lack.reason, lack.key) for lack in lacks_in(wording)] == [
        (Reason.TOO_MANY_GUESSES, 5),
        (Reason.TOO_MANY_GUESSES, 6),
    ]


def nothing_is_stored() -> bool:
    with reading():
        return not any(session().scalar(select(func.count()).select_from(each)) for each in (Answer, Guess))
