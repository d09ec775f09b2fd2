"""Answers on paper in a real browser: typed in by keys alone, and a sheet that fits its paper."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

import content
from config import LANGUAGES
from content import TemplatePoint
from models.answer import Channel
from models.base import reading, writing
from models.clock import local
from models.meeting import Meeting, MeetingForm
from models.question import Question
from models.summary import count
from models.totals import PointTotals, Totals
from models.voiding import Voiding
from models.wording import Influence, WordedPoint, Wording
from tests.browser.conftest import Devices, Live, axe, signed_in
from tests.factories import STEP_ON, Cast, a_meeting, a_point, a_wording, answer, code_of, points_of, texts
from tests.pdf_pages import decoded, pages_of, picture

NewDevice = Callable[..., BrowserContext]

#: What ten sheets say: the keys of each before Enter. Shift is held for an offer.
SHEETS = ("2", "24", "", "1", "4", "Shift+2 3", "2", "", "13", "2244")
SECONDS_PER_ANSWER = 10
#: On which axe also looks in the dark.
KINDS = ("narrow", "laptop")

#: The second press of a nervous finger, at the moment when the next sheet is ready.
ENTER_AGAIN = """
() => document.addEventListener('htmx:afterSettle', () => {
  const press = new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})
  document.getElementById('sheet').dispatchEvent(press)
}, {once: true})
"""


def with_hands(wording: Wording, *keys: int) -> Wording:
    points = tuple(replace(point, asks_hands=point.key in keys) for point in wording.points)
    return replace(wording, points=points)


def figures(meeting: int) -> Totals:
    with reading() as database:
        return count(database.get_one(Meeting, meeting))


def typing(live: Live, cast: Cast, context: BrowserContext, meeting: int) -> Page:
    page = signed_in(context, live, cast.mette)
    page.clock.install()
    page.goto(live.at(f"/meetings/{meeting}/paper"))
    expect(page.locator("#sheet")).to_be_focused()
    return page


def type_in(page: Page, keys: str) -> None:
    for part in keys.split() if "+" in keys else keys:
        page.keyboard.press(part)
    # An empty sheet is saved by Enter alone: it must not look like a second press of the one before.
    page.clock.fast_forward(1000)
    page.keyboard.press("Enter")


def says(page: Page, number: int) -> None:
    expect(page.locator("#said")).to_contain_text(re.compile(rf"\b{number}\b svar|\b{number}\b answer"))


def is_ready_after(page: Page, number: int) -> None:
    """So many are typed in, and the keys go to the sheet again."""
    says(page, number)
    expect(page.locator("#sheet")).to_be_focused()


def test_ten_answers_are_typed_in_by_keys_alone(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast, wording=with_hands(a_wording(can=3, fixed=1), 2))
    answer(meeting, [1])
    page = typing(live, cast, laptop(), meeting)
    started = time.perf_counter()
    for number, keys in enumerate(SHEETS, start=1):
        type_in(page, keys)
        is_ready_after(page, number)
        expect(page.locator("#sheet :checked")).to_have_count(0)
    seconds = (time.perf_counter() - started) / len(SHEETS)
    print(f"{seconds:.2f} s for each answer on paper, the fingers not counted")
    assert seconds < SECONDS_PER_ANSWER
    counted, points = figures(meeting), points_of(meeting)
    assert (counted.answers, counted.channels["paper"], counted.understood_now) == (11, 10, 3)
    assert [counted.point(point).unclear_now for point in points] == [3, 3, 2, 2]
    assert counted.point(points[1]).offers == 1

    page.keyboard.press("Backspace")
    is_ready_after(page, 9)
    page.keyboard.press("Backspace")
    type_in(page, "1")
    is_ready_after(page, 10)
    expect(page.locator("#said .more")).to_contain_text("1")
    expect(page.locator("#sheet :checked")).to_have_count(0)
    page.keyboard.press("2")
    page.keyboard.press("Control+z")
    is_ready_after(page, 9)
    expect(page.locator("#sheet :checked")).to_have_count(1)
    page.keyboard.press("Enter")
    is_ready_after(page, 10)
    page.locator("[data-undo]").click()
    is_ready_after(page, 9)
    assert figures(meeting).point(points[0]) == PointTotals(answers=10, unclear_first=3, unclear_now=3)


def test_enter_twice_is_one_answer_and_keys_in_a_field_are_words(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = typing(live, cast, laptop(), meeting)
    page.keyboard.press("1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    question = page.locator(f"#question-{points_of(meeting)[0]}")
    expect(question).to_be_focused()
    page.keyboard.type("Hvad er 2?")
    page.keyboard.press("Enter")
    page.keyboard.type("3!")
    expect(page.locator("#sheet :checked")).to_have_count(1)
    page.evaluate(ENTER_AGAIN)
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    says(page, 1)
    expect(page.locator("#sheet")).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    says(page, 2)
    expect(page.locator("#said .more")).to_contain_text("2")
    assert figures(meeting).answers == 2
    with reading() as database:
        asked = Question.of_meeting(database.get_one(Meeting, meeting))
        assert [each.text for each in asked] == ["Hvad er 2?\n3!"]
        assert asked[0].answer.channel is Channel.PAPER


def test_what_was_not_saved_stays_and_says_so(live: Live, cast: Cast, devices: Devices) -> None:
    for part in ("ERR_FAILED", "htmx:"):
        devices.expect(part)
    meeting = a_meeting(cast)
    page = typing(live, cast, devices.tablet(), meeting)
    page.route("**/paper", lambda route: route.abort())
    page.locator("[name=unclear]").first.check()
    page.locator("#save").click()
    expect(page.locator("#said .attention")).to_be_visible()
    expect(page.locator("[name=unclear]").first).to_be_checked()
    page.unroute("**/paper")
    page.locator("#save").click()
    says(page, 1)
    page.locator("[data-undo]").click()
    says(page, 0)
    expect(page.locator("[data-undo]")).to_have_count(0)
    assert figures(meeting).answers == 0


def test_without_a_script_the_same_form_does_it(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = signed_in(laptop(java_script_enabled=False), live, cast.mette)
    page.goto(live.at(f"/meetings/{meeting}/paper"))
    page.locator("[name=unclear]").nth(1).check()
    page.locator("#save").click()
    says(page, 1)
    assert figures(meeting).point(points_of(meeting)[1]).unclear_now == 1
    page.locator("[data-undo]").click()
    says(page, 0)
    assert figures(meeting).answers == 0


def filled(texts_of: content.Text | None) -> dict[str, str]:
    return {language: re.sub(r"[{}]", "", text) for language, text in (texts_of or {}).items()}


def of_template(points: list[TemplatePoint], template: content.Template) -> Wording:
    """The template with these points, nothing left to fill in; its first point asks for hands."""
    worded = tuple(
        WordedPoint(
            key=number,
            influence=Influence[point.influence],
            title=filled(point.title),
            how=filled(point.how),
            why=filled(point.why),
            decided_by=filled(point.decided_by),
            asks_hands=number == 1,
        )
        for number, point in enumerate(points, start=1)
    )
    steps = [replace(a_wording().steps[0], key=50 + at, text=filled(s.text)) for at, s in enumerate(template.steps)]
    return Wording(filled(template.purpose), filled(template.decider), worded, tuple(steps))


def long_wording() -> Wording:
    """Six points each, every text as long as its field takes."""
    words = ("Vi vil gerne høre, hvad I mener om det her. " * 10)[:400]
    can = [a_point(key, how=texts(words, words)) for key in range(1, 7)]
    fixed = [a_point(key, Influence.FIXED, why=texts(words, words)) for key in range(7, 13)]
    return a_wording(points=(*can, *fixed), steps=(replace(a_wording().steps[0], key=13, on=STEP_ON),))


@pytest.mark.slow
def test_a_sheet_of_each_template_is_one_page_and_its_code_is_read(live: Live, cast: Cast, laptop: NewDevice) -> None:
    wordings = {}
    for each in content.templates():
        fixed = [point for point in each.points if point.fixed][:3]
        wordings[each.id] = of_template([*[point for point in each.points if not point.fixed][:3], *fixed], each)
    page = signed_in(laptop(), live, cast.mette)
    sheets = {}
    for name, wording in {**wordings, "long": long_wording()}.items():
        form = MeetingForm.INDIVIDUAL_TALK if name == "T3" else MeetingForm.PARENTS_MEETING
        meeting = a_meeting(cast, wording=wording, form=form)
        page.goto(live.at(f"/meetings/{meeting}/paper/sheet"))
        with pages_of(page.pdf(prefer_css_page_size=True)) as document:
            sheets[name] = len(document)
            assert [round(side) for side in document[0].get_size()] == [595, 842], "A4"
            assert decoded(picture(document, scale=2)) == [f"{live.url}/m/{code_of(meeting)}"]
    assert sheets == {**dict.fromkeys(wordings, 1), "long": 2}


@pytest.mark.slow
def test_a_poster_in_every_language_and_an_agreement_are_one_page_each(
    live: Live, cast: Cast, laptop: NewDevice
) -> None:
    title = {"da": "Forældremøde om den nye skemastruktur fra august for 4. til 6. klasse"}
    meeting = a_meeting(cast, wording=a_wording(can=3, fixed=2), title=title, languages=list(LANGUAGES))
    page = signed_in(laptop(), live, cast.mette)
    pages = {}
    for path in (f"/meetings/{meeting}/poster", f"/m/{code_of(meeting)}/da"):
        page.goto(live.at(path))
        with pages_of(page.pdf(prefer_css_page_size=True)) as document:
            pages[path] = len(document)
    assert set(pages.values()) == {1}, pages


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "scheme"), [("narrow", "light"), *((kind, "dark") for kind in KINDS)])
def test_axe_finds_nothing(live: Live, cast: Cast, devices: Devices, kind: str, scheme: str) -> None:
    now = datetime.now(UTC)
    meeting = a_meeting(cast, wording=with_hands(a_wording(), 1), now=now - timedelta(hours=1))
    for minutes in (10, 20, 20):
        answer(meeting, now=now - timedelta(minutes=minutes))
    with writing() as database:
        then = now - timedelta(minutes=20)
        Voiding.void(database.get_one(Meeting, meeting), then, then, cast.mette, now)
    page = signed_in(getattr(devices, kind)(color_scheme=scheme), live, cast.mette)
    chosen = f"voiding?from={local(then):%Y-%m-%dT%H:%M}&to={local(now):%Y-%m-%dT%H:%M}"
    for path in ("paper/sheet", "voiding", "voiding?from=2026-01-02T00:00&to=2026-01-01T00:00", chosen):
        page.goto(live.at(f"/meetings/{meeting}/{path}"))
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(live.at(f"/meetings/{meeting}/paper"))
    page.locator("[name=unclear]").first.check()
    page.locator("#save").click()
    page.wait_for_selector("[data-undo]")
    page.locator("[name=unclear]").first.check()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#headcount").fill("no")
    page.locator(".headcount .button").click()
    page.wait_for_selector("#headcount-lacks")
    axe(page)
