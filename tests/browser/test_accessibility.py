"""axe on every page and state, light and dark: no violation, text contrast 7:1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from models.base import writing
from models.meeting import Meeting, MeetingForm
from tests.browser.conftest import SCHEMES, Devices, Live, axe, signed_in
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, code_of, points_of

NewDevice = Callable[..., BrowserContext]


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def look(live: Live, page: Page, *paths: str) -> None:
    for path in paths:
        page.goto(live.at(path))
        axe(page)


def test_the_doors(live: Live, cast: Cast, phone: NewDevice, scheme: str) -> None:
    page = phone(color_scheme=scheme).new_page()
    look(live, page, "/", "/privacy", "/sign-in", "/join?code=K7M4QX2B", "/nowhere")
    page.goto(live.at("/sign-in"))
    page.locator("#email").fill("nobody@eksempelby.example")
    page.locator("#password").fill("wrong")
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_selector("#wrong")
    axe(page)


@pytest.mark.parametrize("language", ["da", "ar"])
def test_what_a_citizen_sees(live_rtl: Live, cast: Cast, devices: Devices, scheme: str, language: str) -> None:
    devices.expect("Error Code 410")
    languages = ("da", "en", "ar")
    first, *others = a_wording(languages=languages).points
    points = (replace(first, asks_guess=True, asks_hands=True), *others)
    wording = a_wording(languages=languages, points=points)
    facts: dict[str, Any] = {"languages": list(languages), "wording": wording}
    states = [a_meeting(cast, state=state, **facts) for state in ("draft", "closed")]
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, **facts)
    meeting = a_meeting(cast, **facts)
    page = devices.phone(color_scheme=scheme).new_page()
    look(live_rtl, page, *(f"/m/{code_of(each)}/{language}" for each in (*states, talk, meeting)))
    page.locator("[type=radio]").first.check()
    axe(page)
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=new] .guessed")
    for box in ("unclear", "offer", f"why-{points_of(meeting)[0]}"):
        page.locator(f"[name={box}]").first.check()
    page.locator("textarea:visible").fill("Hvad?")
    axe(page)
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    axe(page)
    receipt = page.url
    for state in ("change", "delete"):
        page.goto(f"{receipt}&{state}=1")
        axe(page)
    look(live_rtl, page, f"/m/{code_of(meeting)}/{language}")
    page.goto(f"{receipt}&delete=1")
    page.locator("form .button").first.click()
    page.wait_for_selector("[data-spent]")
    axe(page)


def test_what_a_citizen_is_told_when_something_is_refused(
    live: Live, cast: Cast, devices: Devices, scheme: str
) -> None:
    devices.expect("Error Code 409")
    meeting = a_meeting(cast)
    page = devices.phone(color_scheme=scheme).new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}"))
    page.locator("[name=unclear]").first.check()
    page.locator("textarea:visible").fill("Hvad?")
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        points = found.draft.wording.points
        new = a_point(1, title={"da": "Et nyt punkt", "en": "A new point"})
        found.draft.save(replace(found.draft.wording, points=(new, *points[1:])), cast.mette.id, now)
        found.publish(now, cast.mette)
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=changed]")
    axe(page)


@pytest.mark.slow
def test_what_a_professional_sees(live: Live, cast: Cast, laptop: NewDevice, scheme: str) -> None:
    draft = a_meeting(cast, state="draft", place="")
    closed, meeting = a_meeting(cast, state="closed"), a_meeting(cast)
    for _ in range(4):
        answer(meeting, doubts=(1,), questions={1: "Hvad betyder det?"})
    page = signed_in(laptop(color_scheme=scheme), live, cast.mette)
    look(live, page, "/meetings", "/meetings/new", "/meetings/new?form=BOARD", f"/meetings/{draft}")
    for each in (meeting, closed):
        look(live, page, f"/meetings/{each}", f"/meetings/{each}/room", f"/meetings/{each}/room?view=split")
    look(live, page, f"/meetings/{closed}/record", f"/meetings/{meeting}/record")
    look(live, page, f"/meetings/{meeting}/poster", f"/meetings/{draft}/room", f"/meetings/{draft}/preview")


@pytest.mark.slow
def test_the_writing_page(live: Live, cast: Cast, laptop: NewDevice, phone: NewDevice, scheme: str) -> None:
    draft, meeting = a_meeting(cast, state="draft", place=""), a_meeting(cast)
    for device in (laptop, phone):
        page = signed_in(device(color_scheme=scheme), live, cast.mette)
        for path in (f"/meetings/{draft}/agreement", f"/meetings/{draft}/agreement?lang=en"):
            page.goto(live.at(path))
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            axe(page)
        look(live, page, f"/meetings/{meeting}/agreement")


@pytest.mark.slow
def test_what_a_manager_sees(live: Live, cast: Cast, laptop: NewDevice, scheme: str) -> None:
    meeting = a_meeting(cast)
    page = signed_in(laptop(color_scheme=scheme), live, cast.leif)
    look(live, page, "/exports", "/exports?meeting=nonsense", "/meetings", f"/meetings/{meeting}")
