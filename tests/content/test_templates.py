"""The ready-made agreements: whole, in both languages, easy to read and true to the forms and methods they serve."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import content
from content import Template, TemplatePoint, Text
from models.readability import Level, readability

SERVES = {
    "T1": ({"PARENTS_MEETING", "BOARD"}, "OTHER"),
    "T2": ({"RELATIVES_COUNCIL"}, "OTHER"),
    "T3": ({"INDIVIDUAL_TALK"}, "STRENGTHENED_CONTACT"),
    "T4": ({"HEARING", "PARENTS_MEETING"}, "HEARING"),
    "T5": ({"PROJECT"}, "CO_CREATION"),
    "T6": ({"COMMITTEE_17_4"}, "OTHER"),
}
PLACEHOLDERS = {
    "{beløb}": "{amount}",
    "{dato}": "{date}",
    "{Ejer}": "{Owner}",
    "{emne}": "{topic}",
    "{Leder}": "{Manager}",
    "{link}": "{link}",
    "{Myndighed}": "{Authority}",
    "{Udvalg}": "{Committee}",
    "{uge}": "{week}",
}
MINIMAL = """
id: T9
forms: [BOARD]
method: OTHER
title: {da: Titel, en: Title}
purpose: {da: Formål., en: Purpose.}
points:
  - influence: FIXED
    title: {da: Punkt, en: Point}
    why: {da: Derfor., en: Because.}
    decided_by: {da: Byrådet, en: The council}
decider: {da: Byrådet., en: The council.}
steps:
  - text: {da: Vi ses., en: We meet.}
"""

every_template = pytest.mark.parametrize("template", content.templates(), ids=lambda template: template.id)


def of_point(point: TemplatePoint) -> list[Text]:
    return [text for text in (point.title, point.how, point.why, point.decided_by) if text is not None]


def citizen_texts(template: Template, points: tuple[TemplatePoint, ...]) -> Iterator[Text]:
    yield template.title
    yield template.purpose
    for point in points:
        yield from of_point(point)
    yield template.decider
    yield from (step.text for step in template.steps)


def staff_only(template: Template) -> list[str]:
    points = [point.source for point in template.points]
    steps = [step.source for step in template.steps]
    sources = [template.decider_source, *points, *steps]
    return [source for source in sources if source]


def test_the_templates_serve_their_forms_and_methods() -> None:
    assert {each.id: (set(each.forms), each.method) for each in content.templates()} == SERVES


@every_template
def test_every_citizen_text_is_there_in_every_language(template: Template) -> None:
    for text in citizen_texts(template, template.points):
        assert tuple(text)[:2] == content.LANGUAGES_HERE
        assert all(words == words.strip() and words for words in text.values())
        assert text["da"] != text["en"] or text["da"].startswith("{")


@every_template
def test_a_citizen_text_names_no_paragraph_of_a_law(template: Template) -> None:
    for text in citizen_texts(template, template.points):
        assert not any(re.search(r"§|\bstk\.|\[(V2?|K)\]", words) for words in text.values())


@every_template
def test_every_source_says_that_it_must_be_checked(template: Template) -> None:
    assert staff_only(template)
    assert all("skal tjekkes" in source.lower() for source in staff_only(template))


@every_template
def test_three_points_to_influence_and_three_fixed_ones_start_a_meeting(template: Template) -> None:
    assert [point.fixed for point in template.starters] == [False] * 3 + [True] * 3
    assert sorted(map(id, template.starters + template.suggestions)) == sorted(map(id, template.points))


@every_template
def test_what_can_be_influenced_says_how_and_what_is_fixed_says_why_and_who(template: Template) -> None:
    for point in template.points:
        assert (point.how is None) == point.fixed
        assert (point.why is not None) == (point.decided_by is not None) == point.fixed


@every_template
@pytest.mark.parametrize("chosen", ["starters", "points"])
def test_the_danish_text_is_easy_to_read(template: Template, chosen: str) -> None:
    texts = [text["da"] for text in citizen_texts(template, getattr(template, chosen))]
    assert readability(texts).level is Level.EASY


@every_template
def test_the_same_placeholders_stand_in_both_languages(template: Template) -> None:
    for text in citizen_texts(template, template.points):
        danish, english = (re.findall(r"\{.*?\}", text[language]) for language in content.LANGUAGES_HERE)
        assert sorted(PLACEHOLDERS[each] for each in danish) == sorted(english)


@every_template
def test_a_step_leaves_its_date_to_the_date_field(template: Template) -> None:
    assert not any("{dato}" in step.text["da"] or "{date}" in step.text["en"] for step in template.steps)


@every_template
def test_no_two_points_of_a_template_share_a_title(template: Template) -> None:
    titles = [point.title["da"] for point in template.points]
    assert len(set(titles)) == len(titles)


def test_citizens_of_the_hearing_are_told_that_an_answer_is_no_hearing_statement() -> None:
    hearing = content.template("T4")
    assert any("Svar i denne app er ikke et høringssvar." in step.text["da"] for step in hearing.steps)
    assert any("not a hearing statement" in step.text["en"] for step in hearing.steps)
    assert hearing.note is not None
    assert hearing.note["da"] == "Svar i Afstemt er ikke et høringssvar."


def test_an_individual_talk_never_says_anonymous() -> None:
    talk = content.template("T3")
    words = " ".join(words for text in citizen_texts(talk, talk.points) for words in text.values())
    assert "anonym" not in words.lower()


def test_only_the_green_space_asks_for_helping_hands() -> None:
    asking = [point.title["da"] for each in content.templates() for point in each.points if point.asks_hands]
    assert asking == ["Hvad I selv vil gøre"]


def test_matching_narrows_by_form_and_method() -> None:
    def ids(form: str | None, method: str | None) -> list[str]:
        return [each.id for each in content.matching(form, method)]

    assert ids(None, None) == list(SERVES)
    assert ids("PARENTS_MEETING", None) == ["T1", "T4"]
    assert ids("PARENTS_MEETING", "HEARING") == ["T4"]
    assert ids(None, "OTHER") == ["T1", "T2", "T6"]
    assert ids("BOARD", "HEARING") == []


def test_an_unknown_template_is_a_named_error() -> None:
    with pytest.raises(content.UnknownTemplate, match="T99"):
        content.template("T99")


def test_templates_cannot_be_changed_by_who_reads_them() -> None:
    with pytest.raises(TypeError):
        content.template("T1").title["da"] = "Andet"  # type: ignore[index]


def loaded(tmp_path: Path, yaml: str) -> Template:
    path = tmp_path / "t9.yaml"
    path.write_text(yaml, encoding="utf-8")
    return content.load(path)


def test_a_file_with_all_it_needs_is_read(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL).title == {"da": "Titel", "en": "Title"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("method: OTHER\n", "", "t9.yaml: method is missing"),
        ("method: OTHER", "method: VOTING", "method: 'VOTING' is none of"),
        ("forms: [BOARD]", "forms: [PARTY]", r"forms\[1\]: 'PARTY' is none of"),
        ("forms: [BOARD]", "forms: []", "forms must be a list of at least one"),
        ("id: T9", "id: T9\ncolour: red", "t9.yaml: unknown colour"),
        (", en: Because.", "", r"points\[1\]: why: en is missing"),
        ("en: Because.", "en: Because., de: Darum.", r"points\[1\]: why: unknown de"),
        ("en: Because.", "en: ''", r"points\[1\]: why: en must be text"),
        ("influence: FIXED", "influence: TOGETHER", r"points\[1\]: how is missing"),
        ("influence: FIXED", "influence: FIXED\n    how: {da: Sådan., en: So.}", r"points\[1\]: unknown how"),
        ("influence: FIXED", "influence: FIXED\n    starter: 1", r"points\[1\]: starter must be true or false"),
        ("title: {da: Titel, en: Title}", "title: Titel", "title: must be a mapping"),
        ("id: T9", "id: [", "t9.yaml: while parsing"),
    ],
)
def test_a_wrong_file_says_where_and_what(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(content.ContentError, match=said):
        loaded(tmp_path, MINIMAL.replace(old, new, 1))
