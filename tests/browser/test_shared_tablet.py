"""The shared tablet in a real browser: one person after the other, and nothing of anybody is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect
from sqlalchemy import delete, select

from models.answer import Answer, Channel
from models.base import reading, writing
from models.guess import Expectation, Guess
from models.meeting import Meeting
from models.person import SignIn
from models.question import LONGEST_QUESTION, Question
from models.summary import count
from tests.browser.conftest import SCHEMES, Devices, Live, axe, signed_in
from tests.factories import PASSWORD, Cast, a_meeting, a_wording, answer, points_of

NewDevice = Callable[..., BrowserContext]

SECRET = "Hvad betyder hemmelig?"
PORTRAIT = {"width": 820, "height": 1180}
STORED = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), await caches.keys()
])"""


def a_meeting_that_asks(cast: Cast) -> int:
    """An open meeting with an expectation check on two of its points."""
    wording = a_wording()
    points = tuple(replace(point, asks_guess=point.key != 2) for point in wording.points)
    return a_meeting(cast, wording=replace(wording, points=points))


def lent(live: Live, cast: Cast, meeting: int, context: BrowserContext) -> Page:
    """The shared page, from the room by its own button."""
    page = signed_in(context, live, cast.mette)
    page.goto(live.at(f"/meetings/{meeting}/room?view=split"))
    page.locator(".more-acts > summary").click()
    page.locator("form[action$=lending] button").click()
    page.wait_for_url(live.at(f"/meetings/{meeting}/shared"))
    return page


def skip_the_guesses(page: Page) -> None:
    page.locator("form[action$=guess] .button.quiet").click()
    # The page of guesses has a button of the same kind: the agreement must stand before it is sent.
    expect(page.locator("form[data-labels]")).to_be_visible()


def send(page: Page) -> None:
    page.locator(".send .button.big").click()
    expect(page.locator(".thanks")).to_be_visible()


def go_on(page: Page) -> None:
    page.locator("a.button.big").click()
    expect(page.locator(".thanks")).to_have_count(0)


def assert_holds_nothing(page: Page) -> None:
    assert SECRET not in page.content()
    assert page.evaluate("[...document.querySelectorAll('textarea')].map(box => box.value).join('')") == ""
    assert page.locator(":checked:not(option)").count() == 0
    assert page.evaluate(STORED) == '[{},{},"",[],[]]'
    assert "?" not in page.url.removesuffix("?lang=en").partition("/sign-in")[0]


def three_people(page: Page, points: list[int]) -> None:
    """One in Danish with a doubt and a question, one in English, one with a guess."""
    skip_the_guesses(page)
    page.locator(f"[name=unclear][value='{points[1]}']").check()
    page.locator(f"[name=why-{points[1]}][value=words]").check()
    page.locator(f"#question-{points[1]}").fill(SECRET)
    send(page)
    go_on(page)
    page.locator(".languages [lang=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    skip_the_guesses(page)
    send(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    go_on(page)
    expect(page.locator("html")).to_have_attribute("lang", "da")
    page.locator(f"[name=guess-{points[2]}][value=yes]").check()
    page.locator(".guesses .button.big").click()
    expect(page.locator(f"#point-{points[2]} .guessed")).to_be_visible()
    send(page)
    go_on(page)


def assert_three_more(meeting: int, before: int) -> None:
    with reading() as database:
        assert count(database.get_one(Meeting, meeting)).answers == before + 3
        shared = database.scalars(select(Answer).where(Answer.channel == Channel.SHARED).order_by(Answer.id)).all()
        assert [each.language for each in shared] == ["da", "en", "da"]
        assert [question.text for question in database.scalars(select(Question))] == [SECRET]
        assert [guess.expected for guess in database.scalars(select(Guess))] == [Expectation.YES]


def test_after_three_people_nothing_of_them_is_left_and_no_staff_page_opens(
    live: Live, cast: Cast, tablet: NewDevice
) -> None:
    meeting = a_meeting_that_asks(cast)
    for _ in range(2):
        answer(meeting)
    page = lent(live, cast, meeting, tablet())
    entries = page.evaluate("history.length")
    three_people(page, points_of(meeting))
    assert_three_more(meeting, before=2)
    assert page.evaluate("history.length") == entries, "a row of people is one entry of the history"
    assert_holds_nothing(page)
    page.reload()
    assert_holds_nothing(page)
    for _ in range(entries - 1):
        page.go_back()
        if page.url.startswith(live.url):
            assert page.url.startswith(live.at("/sign-in"))
            assert_holds_nothing(page)

    for path in staff_addresses(live, meeting):
        page.goto(live.at(path))
        assert page.url.startswith(live.at("/sign-in")), path
    page.locator("a[href$=shared]").click()
    assert_holds_nothing(page)
    page.locator(".foot a").click()
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form .button.big").click()
    page.wait_for_url(live.at(f"/meetings/{meeting}/room"))


@pytest.mark.slow
def test_without_a_script_three_people_leave_nothing_either(live: Live, cast: Cast, devices: Devices) -> None:
    devices.expect("ERR_CACHE_MISS")
    meeting = a_meeting_that_asks(cast)
    page = lent(live, cast, meeting, devices.tablet(java_script_enabled=False))
    three_people(page, points_of(meeting))
    assert_three_more(meeting, before=0)
    for _ in range(12):
        # A page that was sent is not kept: the browser asks before it sends it again, and here it may not.
        with suppress(Error):
            page.go_back()
        expect(page.locator("[checked]")).to_have_count(0)
        expect(page.locator("body")).not_to_contain_text(SECRET)


def staff_addresses(live: Live, meeting: int) -> list[str]:
    """Every page of staff that has no other argument than a meeting."""
    app = live.app
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [
            adapter.build(rule.endpoint, {"meeting_id": meeting} if rule.arguments else {})
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or set())
            and rule.arguments <= {"meeting_id"}
            and getattr(app.view_functions[rule.endpoint], "is_for_staff", False)
            and not getattr(app.view_functions[rule.endpoint], "is_for_lent_tablet", False)
        ]


@pytest.mark.slow
def test_a_page_that_nobody_touches_asks_and_then_is_cleared(live: Live, cast: Cast, tablet: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = lent(live, cast, meeting, tablet())
    page.clock.install()
    page.goto(live.at(f"/meetings/{meeting}/shared"))
    # From here on time passes only where the test says so, however slow the machine is.
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=5))
    asked = page.get_by_role("alertdialog")
    page.evaluate("window.stillHere = true")
    page.clock.run_for(300_000)
    expect(asked).to_be_hidden()

    page.locator("[name=unclear]").first.check()
    box = page.locator("textarea:visible")
    box.fill(SECRET)
    page.clock.run_for(39_000)
    expect(asked).to_be_hidden()
    page.clock.run_for(2_000)
    expect(asked.get_by_role("button")).to_be_focused()
    expect(asked.locator("[data-left]")).to_have_text("19")
    asked.get_by_role("button").click()
    expect(asked).to_be_hidden()
    expect(box).to_be_focused()
    page.clock.run_for(39_000)
    expect(asked).to_be_hidden()
    page.clock.run_for(2_000)
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(box).to_have_value(SECRET)

    page.clock.run_for(59_000)
    assert page.evaluate("window.stillHere")
    page.clock.run_for(2_000)
    expect(page.locator("textarea:visible")).to_have_count(0)
    assert page.evaluate("window.stillHere") is None
    assert_holds_nothing(page)

    send(page)
    page.clock.run_for(61_000)
    expect(page.locator("[name=unclear]").first).to_be_visible()


@pytest.mark.slow
def test_what_cannot_be_sent_stays_on_the_screen_and_counts_once(live: Live, cast: Cast, devices: Devices) -> None:
    devices.expect("ERR_FAILED")
    meeting = a_meeting(cast)
    point = points_of(meeting)[0]
    page = lent(live, cast, meeting, devices.tablet())
    page.locator("[name=unclear]").first.check()
    box = page.locator(f"#question-{point}")
    box.fill(SECRET)

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/answers", lose)
    page.locator(".send .button.big").click()
    expect(page.locator("#state .notice")).to_be_visible()
    expect(box).to_have_value(SECRET)
    page.unroute("**/answers")
    page.locator(".send .button.big").click()
    expect(page.locator(".thanks")).to_be_visible()
    with reading() as database:
        assert count(database.get_one(Meeting, meeting)).answers == 1

    page.locator("a.big").click()
    page.locator("[name=unclear]").first.check()
    box.fill(SECRET)
    with writing() as database:
        database.execute(delete(SignIn))
    page.locator(".send .button.big").click()
    expect(page.locator("#state .notice")).to_contain_text("Giv tabletten til mødelederen")
    expect(box).to_have_value(SECRET)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_on_the_shared_tablet(live: Live, cast: Cast, devices: Devices, scheme: str) -> None:
    meeting = a_meeting_that_asks(cast)
    points = points_of(meeting)
    page = lent(live, cast, meeting, devices.tablet(color_scheme=scheme, viewport=PORTRAIT))
    page.clock.install()
    page.reload()
    axe(page)
    page.locator(f"[name=guess-{points[2]}][value=yes]").check()
    page.locator(".guesses .button.big").click()
    page.locator("[name=unclear]").first.check()
    axe(page)
    page.clock.run_for(41_000)
    expect(page.get_by_role("alertdialog")).to_be_visible()
    axe(page)
    page.get_by_role("alertdialog").get_by_role("button").click()
    box = page.locator(f"#question-{points[0]}")
    box.evaluate("box => box.removeAttribute('maxlength')")
    box.fill("x" * (LONGEST_QUESTION + 1))
    page.locator(".send .button.big").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    axe(page)
    box = page.locator(f"#question-{points[0]}")
    box.fill(SECRET)
    send(page)
    axe(page)
    page.locator(".foot a").click()
    page.locator("[name=password]").fill("guess")
    page.locator("form .button.big").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    page.goto(live.at(f"/meetings/{meeting}/shared"))
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
