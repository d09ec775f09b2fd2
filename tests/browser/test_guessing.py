"""The expectation check on a real phone: guess, see the truth, say why a point is unclear, offer help, come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from models.answer import Answer, Difficulty
from models.base import reading, session
from models.guess import Expectation, Guess
from tests.browser.conftest import Live
from tests.factories import Cast, a_meeting, a_wording, code_of, points_of

NewDevice = Callable[..., BrowserContext]


@pytest.fixture
def meeting(cast: Cast) -> int:
    """Point 1 asks for hands; points 1 and 3, the fixed one, are guessed at."""
    first, second, fixed = a_wording().points
    points = (replace(first, asks_guess=True, asks_hands=True), second, replace(fixed, asks_guess=True))
    return a_meeting(cast, wording=a_wording(points=points))


def opened(live: Live, context: BrowserContext, meeting: int) -> Page:
    page = context.new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}/en"))
    return page


def box(name: str, value: object) -> str:
    return f"[name='{name}'][value='{value}']"


def stored(meeting: int) -> tuple[Answer, dict[int, Expectation]]:
    """The only answer of the meeting, and what it guessed."""
    with reading():
        found = session().scalars(select(Answer).where(Answer.meeting_id == meeting)).one()
        guesses = session().scalars(select(Guess).where(Guess.answer_id == found.id))
        return found, {each.point_id: each.expected for each in guesses}


def guess(page: Page, fixed: int) -> None:
    page.check(box(f"guess-{fixed}", "yes"))
    page.get_by_role("button", name="Read what is so").click()
    expect(page.locator("main")).to_have_attribute("data-mode", "new")
    expect(page.get_by_text("You thought: Yes. It is fixed.")).to_be_visible()


def say_what_is_hard(page: Page, points: list[int]) -> None:
    first, _, fixed = points
    page.check(box("offer", first))
    page.check(box("unclear", fixed))
    page.check(box(f"why-{fixed}", "reason"))


def test_from_the_guess_to_the_receipt_and_back_without_a_reload(live: Live, meeting: int, phone: NewDevice) -> None:
    device, points = phone(), points_of(meeting)
    first, second, fixed = points
    page = opened(live, device, meeting)
    page.evaluate("window.stillHere = true")
    guess(page, fixed)
    expect(page.locator("h1")).to_be_focused()
    say_what_is_hard(page, points)
    for point in (second, fixed):
        page.check(box("unclear", point))
        page.check(box(f"why-{point}", "words"))
    page.uncheck(box("unclear", second))
    page.locator(".send .button").click()
    expect(page.get_by_text("Hard: The words are hard · I don't know why")).to_be_visible()
    expect(page.get_by_text("You would like to join in")).to_be_visible()
    assert page.evaluate("window.stillHere")
    found, guesses = stored(meeting)
    assert (set(found.unclear), set(found.offered)) == ({fixed}, {first})
    assert guesses == {fixed: Expectation.YES}
    assert found.difficulties == {fixed: Difficulty.WORDS | Difficulty.REASON}

    page.get_by_role("link", name="Change my answer").click()
    expect(page.locator(box(f"why-{fixed}", "reason"))).to_be_checked()
    page.uncheck(box("unclear", fixed))
    page.uncheck(box("offer", first))
    page.locator(".send .button").click()
    expect(page.get_by_text("3 points were clear")).to_be_visible()
    found, guesses = stored(meeting)
    assert (found.unclear, found.offered, guesses) == (frozenset(), frozenset(), {fixed: Expectation.YES})

    back = opened(live, device, meeting)
    expect(back.get_by_text("You answered at")).to_be_visible()
    expect(back.get_by_role("heading", name="What is fixed")).to_be_visible()


def test_another_language_takes_along_what_was_guessed_ticked_and_typed(
    live: Live, meeting: int, phone: NewDevice
) -> None:
    points = points_of(meeting)
    page = opened(live, phone(), meeting)
    guess(page, points[2])
    say_what_is_hard(page, points)
    page.fill(f"#question-{points[2]}", "Why?\nWho?")
    page.get_by_role("link", name="Dansk").click()
    expect(page.locator("html")).to_have_attribute("lang", "da")
    expect(page.locator(box(f"why-{points[2]}", "reason"))).to_be_checked()
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    found, guesses = stored(meeting)
    assert (found.language, found.asked, set(found.unclear)) == ("da", {points[2]: "Why?\nWho?"}, {points[2]})
    assert (set(found.offered), guesses) == ({points[0]}, {points[2]: Expectation.YES})


def test_two_steps_without_javascript_and_one_tap_to_skip(live: Live, meeting: int, phone: NewDevice) -> None:
    points = points_of(meeting)
    device = phone(java_script_enabled=False)
    page = opened(live, device, meeting)
    guess(page, points[2])
    say_what_is_hard(page, points)
    expect(page.locator(box(f"why-{points[1]}", "words"))).to_be_hidden()
    page.locator(".send .button").click()
    expect(page.locator("h1")).to_have_text("Thank you for your answer")
    found, guesses = stored(meeting)
    assert (found.difficulties, guesses) == ({points[2]: Difficulty.REASON}, {points[2]: Expectation.YES})
    other = opened(live, device, meeting)
    other.get_by_role("button", name="Skip").click()
    expect(other.locator("main")).to_have_attribute("data-mode", "new")
    expect(other.get_by_text("You thought")).to_have_count(0)
    other.goto(other.url)
    expect(other).to_have_url(re.compile(f"/m/{code_of(meeting)}/en$"))
