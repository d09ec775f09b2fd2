"""Talked about, each person on a device of their own: a doubt is raised, talked about, cleared or kept, and nothing
reloads anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Response, Route, expect

from models.base import reading
from models.meeting import Meeting
from models.summary import count
from models.totals import PointTotals
from tests.browser.conftest import SCHEMES, Devices, Live, axe, look_again, signed_in
from tests.factories import Cast, a_meeting, answer, code_of, points_of

NewDevice = Callable[..., BrowserContext]

WORDS = "Skærme er kun til undervisning."
ROOM_POLLS_EVERY = 3_000


def room_of(live: Live, cast: Cast, meeting: int, context: BrowserContext) -> Page:
    page = signed_in(context, live, cast.mette)
    page.goto(live.at(f"/meetings/{meeting}/room?view=split"))
    page.evaluate("window.stillHere = true")
    return page


def doubt(live: Live, meeting: int, context: BrowserContext, position: int = 2) -> Page:
    """A citizen's receipt after an answer with one doubt and a question to it."""
    page = context.new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}"))
    page.evaluate("window.stillHere = true")
    page.locator("[name=unclear]").nth(position - 1).check()
    page.locator("textarea:visible").fill("Hvad betyder det?")
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    return page


def counted(meeting: int, position: int = 2) -> PointTotals:
    with reading() as database:
        return count(database.get_one(Meeting, meeting)).point(points_of(meeting)[position - 1])


def test_a_doubt_is_talked_about_and_the_room_sees_that_it_helped(
    live: Live, cast: Cast, phone: NewDevice, tablet: NewDevice
) -> None:
    meeting = a_meeting(cast)
    for _ in range(4):
        answer(meeting)
    room = room_of(live, cast, meeting, tablet())
    expect(room.locator(".tiles")).to_contain_text("100\u00a0% → 100\u00a0%")
    one, other = doubt(live, meeting, phone()), doubt(live, meeting, phone())
    look_again(room)
    first = room.locator(".points .row").first
    expect(first.get_by_role("heading")).to_contain_text("Punkt 2")
    expect(first).to_contain_text("Uklart i 2 af 6 svar")

    first.get_by_text("Skriv en kort, ny forklaring").click()
    first.get_by_label("Forklaring (Dansk)").fill(WORDS)
    first.get_by_role("button", name="vis forklaringen").click()
    expect(first).to_contain_text("Talt om kl.")
    expect(first.locator(".talked")).to_contain_text(WORDS)
    expect(first.locator(".explain textarea").first).to_be_hidden()
    expect(first.locator(".explain textarea").first).to_have_value("")

    for page in (one, other):
        look_again(page)
        expect(page.get_by_text("Der er kommet en ny forklaring. Læs den her.")).to_be_visible()
        expect(page.get_by_text(WORDS)).to_be_visible()
    one.get_by_role("button", name="Ja").click()
    expect(one.get_by_text("3 punkter var klare")).to_be_visible()
    other.get_by_role("button", name="Nej").click()
    expect(other.get_by_text("Er det klart nu?")).to_have_count(0)
    expect(other.get_by_text("1 punkt var uklart for dig")).to_be_visible()

    look_again(room)
    expect(first).to_contain_text("Uklart: først 2 → nu 1")
    expect(first).to_contain_text("Uklart i 1 af 6 svar")
    expect(first.get_by_role("img", name="Klart: først 67\u00a0%, nu 83\u00a0%")).to_be_visible()
    expect(room.locator(".tiles")).to_contain_text("67\u00a0% → 83\u00a0%")
    assert counted(meeting) == PointTotals(answers=6, unclear_first=2, unclear_now=1, cleared=1)
    with reading() as database:
        assert count(database.get_one(Meeting, meeting)).questions == 2, "a reply keeps every question"

    first.get_by_role("button", name="Vi har talt om det igen").click()
    expect(first.locator(".talked")).not_to_contain_text(WORDS)
    look_again(other)
    expect(other.get_by_text("Mødelederen har lige talt om det her punkt.")).to_be_visible()
    expect(one.get_by_text("Er det klart nu?")).to_have_count(0)
    for page in (room, one, other):
        assert page.evaluate("window.stillHere"), "nothing reloaded"


def test_what_is_being_written_stays_through_every_poll(live: Live, cast: Cast, tablet: NewDevice) -> None:
    meeting = a_meeting(cast)
    doubters = [answer(meeting, [1]) for _ in range(4)]
    context = tablet()
    context.clock.install()
    room = room_of(live, cast, meeting, context)

    def poll(words: str) -> None:
        def says_so(reply: Response) -> bool:
            return "/summary" in reply.url and reply.status == 200 and words in reply.text()

        with room.expect_response(says_so):
            room.clock.fast_forward(ROOM_POLLS_EVERY)

    room.get_by_text("Skriv en kort, ny forklaring").first.click()
    field = room.locator(".explain textarea").first
    field.press_sequentially("Vi mener")
    field.press("Home")
    for number in range(5, 7):
        doubters.append(answer(meeting, [1]))
        poll(f"Uklart i {number} af {number} svar")
        expect(room.get_by_text(f"Uklart i {number} af {number} svar")).to_be_visible()
        expect(field).to_be_focused()
    field.press_sequentially("Nej: ")
    expect(field).to_have_value("Nej: Vi mener")

    # The point becomes clear to everybody: the figures wait for what is being written.
    for key in doubters:
        answer(meeting, key=key)
    for _ in range(2):
        poll("Klart i alle svar")
    expect(field).to_be_focused()
    expect(field).to_have_value("Nej: Vi mener")
    field.fill("")
    poll("Klart i alle svar")
    expect(room.locator(".points .row").first).to_contain_text("Klart i alle svar")


@pytest.mark.slow
def test_a_mark_is_undone_and_the_receipt_takes_its_question_back(
    live: Live, cast: Cast, phone: NewDevice, tablet: NewDevice
) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting)
    citizen = doubt(live, meeting, phone())
    room = room_of(live, cast, meeting, tablet())
    first = room.locator(".points .row").first
    look_again(room)
    first.get_by_role("button", name="Vi har talt om det", exact=True).click()
    expect(first.get_by_text("Talt om kl.")).to_be_visible()
    look_again(citizen)
    expect(citizen.get_by_text("Er det klart nu?")).to_be_visible()
    first.get_by_role("button", name="Fortryd").click()
    expect(first.get_by_text("Talt om kl.")).to_have_count(0)
    look_again(citizen)
    expect(citizen.get_by_text("Er det klart nu?")).to_have_count(0)


@pytest.mark.slow
def test_without_a_script_both_pages_do_the_same(live: Live, cast: Cast, phone: NewDevice, tablet: NewDevice) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1])
    key = answer(meeting, [1, 2])
    room = signed_in(tablet(java_script_enabled=False), live, cast.mette)
    room.goto(live.at(f"/meetings/{meeting}/room?view=split"))
    room.get_by_text("Skriv en kort, ny forklaring").first.click()
    room.locator(".explain textarea").first.fill(WORDS)
    room.get_by_role("button", name="vis forklaringen").first.click()
    expect(room).to_have_url(re.compile(f"#point-{points_of(meeting)[0]}$"))
    expect(room.get_by_text("Talt om kl.")).to_be_visible()
    citizen = phone(java_script_enabled=False).new_page()
    citizen.goto(live.at(f"/m/{code_of(meeting)}/answers/{key}?lang=da"))
    expect(citizen.get_by_text(WORDS)).to_be_visible()
    citizen.get_by_role("button", name="Ja").click()
    expect(citizen.get_by_text("1 punkt var uklart for dig")).to_be_visible()
    assert (counted(meeting, 1).unclear_now, counted(meeting, 2).unclear_now) == (3, 1)


def test_a_receipt_asks_ever_less_often_and_not_while_nobody_looks(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting(cast)
    context = phone()
    page = context.new_page()
    page.clock.install()
    key = answer(meeting, [1])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/invitations" in request.url else None)
    page.goto(live.at(f"/m/{code_of(meeting)}/answers/{key}?lang=da"))

    def after(seconds: int) -> None:
        with page.expect_response(lambda reply: "/invitations" in reply.url) as reply:
            page.clock.run_for(seconds * 1000)
        assert reply.value.status == 304
        expect(page.locator("#invitations:not(.htmx-request)")).to_be_attached()

    for number, seconds in enumerate((5, 8, 12, 17, 26, 30, 30), start=1):
        after(seconds)
        assert len(asked) == number
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
    page.evaluate(f"{hide % 'true'}; document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(120_000)
    assert len(asked) == 7
    with page.expect_response(lambda reply: "/invitations" in reply.url):
        page.evaluate(f"{hide % 'false'}; document.dispatchEvent(new Event('visibilitychange'))")
    assert len(asked) == 8


@pytest.mark.slow
def test_a_reply_that_cannot_be_sent_says_so_and_stays(live: Live, cast: Cast, devices: Devices) -> None:
    for part in ("ERR_FAILED", "htmx:"):
        devices.expect(part)
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting)
    room = room_of(live, cast, meeting, devices.tablet())
    citizen = doubt(live, meeting, devices.phone())
    look_again(room)
    room.get_by_role("button", name="Vi har talt om det", exact=True).click()
    expect(room.get_by_text("Talt om kl.")).to_be_visible()
    look_again(citizen)
    yes = citizen.get_by_role("button", name="Ja")
    expect(yes).to_be_visible()

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    citizen.route("**/answers", refuse)
    yes.click()
    expect(citizen.get_by_text("Vi kunne ikke sende dit svar.")).to_be_visible()
    citizen.unroute("**/answers")
    yes.click()
    expect(citizen.get_by_text("3 punkter var klare")).to_be_visible()
    assert counted(meeting).unclear_now == 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_the_new_states(live: Live, cast: Cast, devices: Devices, scheme: str) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        key = answer(meeting, [1, 2], {1: "Hvad?"})
    answer(meeting, key=answer(meeting, [1]))
    room = room_of(live, cast, meeting, devices.tablet(color_scheme=scheme))
    room.get_by_text("Skriv en kort, ny forklaring").first.click()
    axe(room)
    room.locator(".explain textarea").first.fill(WORDS)
    room.get_by_role("button", name="vis forklaringen").first.click()
    expect(room.get_by_text("Talt om kl.")).to_have_count(1)
    room.get_by_role("button", name="Vi har talt om det", exact=True).click()
    expect(room.get_by_text("Talt om kl.")).to_have_count(2)
    axe(room)
    for device in (devices.narrow, devices.phone):
        page = device(color_scheme=scheme).new_page()
        page.goto(live.at(f"/m/{code_of(meeting)}/answers/{key}?lang=da"))
        expect(page.get_by_role("button", name="Ja")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe(page)
