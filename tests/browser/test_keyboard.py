"""Each audience's journey by keyboard alone: nothing is clicked, and nothing gets the focus but by Tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from models.answer import Answer
from models.base import reading
from models.meeting import Meeting
from tests.browser.conftest import Live
from tests.factories import PASSWORD, Cast, a_meeting, answer, code_of

NewDevice = Callable[..., BrowserContext]
FARTHEST = 120


def tab_to(page: Page, selector: str) -> None:
    """Tab until what is meant has the focus."""
    for _ in range(FARTHEST):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard never reaches {selector} on {page.url}")


def sign_in(page: Page, live: Live, email: str) -> None:
    page.goto(live.at("/sign-in"))
    tab_to(page, "#email")
    page.keyboard.type(email)
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(live.at("/meetings"))


@pytest.mark.slow
def test_a_citizen_skips_to_the_text_answers_and_changes_the_answer(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = laptop().new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}"))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    tab_to(page, ".send .button")
    page.keyboard.press("Enter")
    expect(page.locator("[data-mode=receipt] h1")).to_be_focused()
    tab_to(page, "[data-mode=receipt] .answer a[href*=change]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-mode=change] h1")).to_be_focused()
    tab_to(page, "[name=unclear]")
    page.keyboard.press("Space")
    tab_to(page, ".send .button")
    page.keyboard.press("Enter")
    expect(page.locator("[data-mode=receipt] h1")).to_be_focused()
    with reading() as database:
        (given,) = database.query(Answer).all()
        assert len(given.doubts) == 1


@pytest.mark.slow
def test_mette_signs_in_opens_her_meeting_and_talks_about_a_point(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast, state="draft")
    page = laptop().new_page()
    sign_in(page, live, "mette@eksempelby.example")
    tab_to(page, f"main a[href^='/meetings/{meeting}']")
    page.keyboard.press("Enter")
    page.wait_for_url(live.at(f"/meetings/{meeting}*"))
    tab_to(page, "form[action$=opening] button")
    page.keyboard.press("Enter")
    expect(page.locator("form[action$=opening]")).to_have_count(0)
    page.wait_for_load_state()
    with reading() as database:
        assert database.get_one(Meeting, meeting).opened_at is not None
    answer(meeting, doubts=(1,))
    page.goto(live.at(f"/meetings/{meeting}"))
    tab_to(page, "a[href$=room]")
    page.keyboard.press("Enter")
    page.wait_for_url(live.at(f"/meetings/{meeting}/room"))
    tab_to(page, "a[href*='view=split']")
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_be_visible()
    tab_to(page, "form[action$=talked-about] button")
    page.keyboard.press("Enter")
    expect(page.locator(".talked")).to_be_visible()


@pytest.mark.slow
def test_leif_signs_in_narrows_the_figures_and_takes_a_file(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast)
    answer(meeting)
    page = laptop().new_page()
    sign_in(page, live, "leif@eksempelby.example")
    tab_to(page, "a[href='/exports']")
    page.keyboard.press("Enter")
    page.wait_for_url(live.at("/exports"))
    tab_to(page, "#meeting")
    page.keyboard.type(code_of(meeting))
    tab_to(page, ".filters .button")
    expect(page.locator(f"a[href*='meetings.csv'][href*='{code_of(meeting)}']")).to_be_visible()
    tab_to(page, "a[href*='meetings.csv']")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename.endswith(".csv")
