"""How the room feels: two tablets agree, nothing moves under a finger, a sleep ends by itself, and the projector shows
everybody what it is asked to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from sqlalchemy import delete

from models.base import writing
from models.person import SignIn
from tests.browser.conftest import Devices, Live, axe, signed_in
from tests.factories import Cast, a_meeting, a_wording, answer, points_of

NewDevice = Callable[..., BrowserContext]

POLL = 3000
PROJECTORS = ((1920, 1080), (1024, 768))
COUNTS_LOCKS = """
window.locks = []
Object.defineProperty(navigator, 'wakeLock', {value: {request: async () => {
  locks.push({released: false})
  return locks.at(-1)
}}})
"""


def room_of(live: Live, cast: Cast, meeting: int, context: BrowserContext, view: str = "split") -> Page:
    page = signed_in(context, live, cast.mette)
    page.clock.install()
    page.goto(live.at(f"/meetings/{meeting}/room?view={view}"))
    return page


def polled(page: Page, milliseconds: int = POLL) -> None:
    """The answer to the next poll has come."""
    with page.expect_response(lambda reply: "/summary" in reply.url) as reply:
        page.clock.run_for(milliseconds)
    reply.value.finished()


def top(page: Page) -> Locator:
    return page.locator(".points .row h3").first


@pytest.mark.slow
def test_two_tablets_agree_and_nothing_moves_under_a_finger(live: Live, cast: Cast, tablet: NewDevice) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1])
    one, other = (room_of(live, cast, meeting, tablet()) for _ in range(2))
    one.locator("[id^=talked-]").click()
    expect(one.locator(".talked")).to_have_count(1)
    polled(other)
    expect(other.locator(".talked")).to_have_count(1)

    one.clock.run_for(2000)
    one.locator(".points .row").nth(1).hover()
    one.mouse.down()
    keys = [answer(meeting, [2]) for _ in range(4)]
    for page in (one, other):
        polled(page)
    expect(top(other)).to_contain_text("Punkt 2")
    expect(top(one)).to_contain_text("Punkt 1")
    one.mouse.up()
    polled(one, 1500)
    expect(top(one)).to_contain_text("Punkt 2")

    point = points_of(meeting)[1]
    one.locator(f"#explain-{point} > summary").click()
    one.locator(f"#explain-{point} textarea").first.focus()
    one.clock.run_for(2000)
    for key in keys[:2]:
        answer(meeting, key=key)
    polled(one)
    expect(top(one)).to_contain_text("Punkt 2")
    one.locator(f"#explain-{point} textarea").first.blur()
    polled(one)
    expect(top(one)).to_contain_text("Punkt 1")


def test_a_poll_that_is_answered_late_takes_nothing_away(live: Live, cast: Cast, tablet: NewDevice) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1])
    page = room_of(live, cast, meeting, tablet())
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/summary?*", hold, times=1)
    page.clock.run_for(POLL)
    expect(page.locator("#summary.htmx-request")).to_have_count(1)
    page.locator("[id^=talked-]").click()
    expect(page.locator(".talked")).to_have_count(1)
    with page.expect_response("**/summary?*") as reply:
        late[0].continue_()
    reply.value.finished()
    page.clock.run_for(100)
    assert page.locator(f"#explain-{points_of(meeting)[0]}").count() == 1, "what is folded out was kept"


def test_a_room_that_was_signed_in_to_anew_elsewhere_acts_again(live: Live, cast: Cast, devices: Devices) -> None:
    devices.expect("Error Code 400")
    meeting = a_meeting(cast)
    answer(meeting, [1])
    room = room_of(live, cast, meeting, devices.tablet())
    stale = "fields => { for (const each of fields) each.setAttribute('value', 'stale') }"
    room.locator("[name=csrf_token]").evaluate_all(stale)
    room.locator("[id^=talked-]").first.click()
    expect(room.locator("[name=csrf_token][value=stale]")).to_have_count(0)
    room.locator("[id^=talked-]").first.click()
    expect(room.locator(".talked")).to_have_count(1)


def test_a_tablet_that_slept_recovers_alone(live: Live, cast: Cast, devices: Devices) -> None:
    for part in ("ERR_INTERNET_DISCONNECTED", "htmx:"):
        devices.expect(part)
    meeting = a_meeting(cast)
    answer(meeting)
    context = devices.tablet()
    context.add_init_script(COUNTS_LOCKS)
    room = room_of(live, cast, meeting, context)
    context.set_offline(True)
    expect(room.locator("#lost")).not_to_be_empty()
    assert re.search("kl\\.\u00a0\\d\\d\\.\\d\\d", room.locator("#lost").text_content() or ""), "no line ends in kl."
    room.evaluate("locks[0].released = true")
    answer(meeting)
    context.set_offline(False)
    expect(room.locator("#answers .count")).to_have_text("2")
    expect(room.locator("#lost")).to_be_empty()
    assert room.evaluate("locks.length") == 2, "the screen stays on again"

    room.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    polled(room)
    answer(meeting)
    room.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    polled(room, 1000)
    expect(room.locator("#answers .count")).to_have_text("3")


def test_by_keyboard_the_focus_stays_with_the_point(live: Live, cast: Cast, devices: Devices) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1])
    page, point = room_of(live, cast, meeting, devices.laptop()), points_of(meeting)[0]
    onward = page.locator(f"#explain-{point} > summary")
    onward.press("Enter")
    page.locator(f"#explain-{point} textarea").first.fill("Det er sådan.")
    page.locator(f"#explain-{point} button").press("Enter")
    expect(page.locator(".talked")).to_contain_text("Det er sådan.")
    expect(onward).to_be_focused()
    page.locator(f"#undo-{point}").press("Enter")
    expect(page.locator(".talked")).to_have_count(0)
    expect(onward).to_be_focused()


@pytest.mark.slow
def test_nothing_scrolls_sideways_at_320_pixels_and_at_double_text(live: Live, cast: Cast, devices: Devices) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1], {1: "Hvad?"})
    page = signed_in(devices.narrow(), live, cast.mette)
    for path in ("room?view=split", "room?view=projector-split", "paper", "paper/sheet", "poster", "voiding"):
        page.goto(live.at(f"/meetings/{meeting}/{path}"))
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        for size in ("200%", "100%"):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (path, size)


def fits(page: Page) -> None:
    """All of it is on the screen, on both kinds of projector: nobody scrolls one."""
    for width, height in PROJECTORS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        boxes = [each.bounding_box() for each in page.locator("#summary, .points .row, #qr, .code").all()]
        assert all(box and box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes), height
    axe(page)


@pytest.mark.slow
def test_the_projector_shows_the_answers_on_a_key(live: Live, cast: Cast, devices: Devices) -> None:
    devices.expect("Error Code 401")
    meeting = a_meeting(cast, wording=a_wording(can=6, fixed=3))
    for _ in range(4):
        answer(meeting, [1, 8], {1: "Hvad?"})
    page = room_of(live, cast, meeting, devices.laptop(), "projector")
    fits(page)
    rows, corner = page.locator(".points .row"), page.locator(".corner")
    expect(rows).to_have_count(0)
    page.clock.run_for(5000)
    expect(corner).to_have_css("opacity", "0")
    page.keyboard.press("PageDown")
    expect(rows).to_have_count(9)
    expect(corner).to_have_css("opacity", "0")
    page.locator(".skip").focus()
    page.keyboard.press("Tab")
    expect(corner).to_have_css("opacity", "1")
    fits(page)
    answer(meeting, [2])
    page.clock.run_for(2000)
    polled(page)
    expect(page.locator("#answers .count")).to_have_text("5")
    page.keyboard.press("PageUp")
    expect(rows).to_have_count(0)

    with writing() as database:
        database.execute(delete(SignIn))
    page.clock.run_for(2000)
    polled(page)
    expect(page.locator("#qr svg")).to_be_visible()
    expect(page.locator(".code")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#summary")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/sign-in"))
