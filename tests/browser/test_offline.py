"""Where the network fails: what was read opens, what was answered is kept, sent once, and never lost."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app import create_app
from blueprints.citizen.rendered import RenderedPages
from config import Config
from models.base import reading, writing
from models.facts import change_facts
from models.late import LATE_WITHIN
from models.meeting import Meeting
from models.publishing import publish_draft
from models.summary import count
from models.summary import totals as summed
from models.totals import Totals
from tests.applications import application
from tests.browser.conftest import Devices, look_again
from tests.chromium import FLAGS, chromium_path
from tests.factories import Cast, a_meeting, a_wording, code_of, points_of

NewDevice = Callable[..., BrowserContext]

#: What Chromium says where a server is gone or a reply was lost.
FAULTS = ("ERR_", "htmx:", "503", "Error Code", "fetching the script")

SENDING = re.compile(r"/answers(\?|$)")


class _Silent(WSGIRequestHandler):
    """Closes every connection, so that a server that is gone answers nothing more."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return


class Server:
    """A server that can go away and come back under the same address, even as another build."""

    def __init__(self, app: Flask) -> None:
        with closing(socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._running: BaseWSGIServer | None = None
        self.start(app)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def start(self, app: Flask) -> None:
        self._running = make_server("127.0.0.1", self.port, app, threaded=True, request_handler=_Silent)
        threading.Thread(target=self._running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self._running:
            self._running.shutdown()
            self._running.server_close()
            self._running = None


@pytest.fixture
def app(cast: Cast, settings: Config) -> Flask:
    return application(settings)


@pytest.fixture
def server(app: Flask, devices: Devices) -> Iterator[Server]:
    for fault in FAULTS:
        devices.expect(fault)
    running = Server(app)
    yield running
    running.stop()


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast)


def totals(meeting: int) -> Totals:
    with reading() as database:
        return count(database.get_one(Meeting, meeting))


def opened(server: Server, context: BrowserContext, meeting: int, language: str = "/en") -> Page:
    page = context.new_page()
    page.goto(server.at(f"/m/{code_of(meeting)}{language}"))
    return page


def until(page: Page, condition: str, argument: str = "") -> None:
    """Wait for an asynchronous condition in the page, which its policy forbids Playwright to do by itself."""
    page.evaluate(
        f"""async argument => {{
          const condition = {condition}, end = performance.now() + 20000
          while (!(await condition(argument))) {{
            if (performance.now() > end) throw new Error('it never comes')
            await new Promise(resolve => setTimeout(resolve, 20))
          }}
        }}""",
        argument,
    )


def kept_by_worker(page: Page, path: str) -> None:
    """Wait until the phone keeps the page."""
    until(page, "path => caches.match(path)", path)


def tick(page: Page, position: int, question: str = "") -> None:
    page.locator("[name=unclear]").nth(position - 1).check()
    if question:
        page.locator("textarea:visible").fill(question)


def press(page: Page) -> None:
    page.locator(".send .button").click()


def state(page: Page, name: str) -> None:
    expect(page.locator(f"[data-is={name}]")).to_be_visible()


def receipt(page: Page) -> None:
    expect(page.locator("main")).to_have_attribute("data-mode", "receipt")


def test_an_answer_given_without_a_network_survives_the_browser_and_counts_once(
    server: Server, app: Flask, meeting: int, devices: Devices, tmp_path: Path
) -> None:
    path = f"/m/{code_of(meeting)}/en"
    device = devices.kept_phone(tmp_path / "phone")
    page = opened(server, device, meeting)
    first_key = page.locator("[name=key]").input_value()
    kept_by_worker(page, path)
    server.stop()
    device.set_offline(True)
    page.reload()
    state(page, "offline")
    assert page.locator("[name=key]").input_value() not in {"", first_key}
    tick(page, 2, "Does it hold for the club?")
    press(page)
    state(page, "kept")
    expect(page.locator("h1:visible")).to_be_focused()
    expect(page.get_by_text("Does it hold for the club?")).to_be_visible()
    page.reload()
    state(page, "kept")
    # What waits can still be changed, and stays one answer.
    page.get_by_role("button", name="Change my answer").click()
    expect(page.locator("textarea:visible")).to_have_value("Does it hold for the club?")
    tick(page, 1)
    press(page)
    state(page, "kept")
    expect(page.locator(".answer h3")).to_have_count(2)
    device.close()
    server.start(app)
    again = opened(server, devices.kept_phone(tmp_path / "phone"), meeting)
    receipt(again)
    expect(again.get_by_text("We got your answer at")).to_be_visible()
    figures = totals(meeting)
    assert (figures.answers, figures.questions, figures.point(points_of(meeting)[0]).unclear_now) == (1, 1, 1)
    again.reload()
    receipt(again)
    assert totals(meeting).answers == 1


def test_the_reply_lost_after_the_commit_is_asked_for_again_and_counts_once(
    server: Server, meeting: int, phone: NewDevice
) -> None:
    page = opened(server, phone(), meeting)

    def store_but_lose_the_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/answers*", store_but_lose_the_reply, times=1)
    tick(page, 1)
    press(page)
    receipt(page)
    figures = totals(meeting)
    assert (figures.answers, figures.point(points_of(meeting)[0]).unclear_now) == (1, 1)


def test_an_answer_given_without_a_network_counts_though_the_meeting_closed_meanwhile(
    server: Server, cast: Cast, meeting: int, phone: NewDevice
) -> None:
    device = phone()
    page = opened(server, device, meeting)
    kept_by_worker(page, f"/m/{code_of(meeting)}/en")
    device.set_offline(True)
    tick(page, 1)
    press(page)
    state(page, "kept")
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        # Where the network comes back, the language is no longer the meeting's.
        change_facts(found, cast.mette, datetime.now(UTC), languages=["da"])
        found.close(datetime.now(UTC), cast.mette)
    device.set_offline(False)
    receipt(page)
    expect(page.get_by_text("It came after the meeting was closed. It still counts.")).to_be_visible()
    with reading() as database:
        figures = summed(database.get_one(Meeting, meeting))
    assert (figures.answers, figures.late, figures.point(points_of(meeting)[0]).unclear_now) == (1, 1, 1)


def test_what_waits_is_said_on_a_closed_page_too_and_a_late_refusal_leaves_the_answer(
    server: Server, cast: Cast, meeting: int, phone: NewDevice
) -> None:
    device = phone()
    page = opened(server, device, meeting)
    press(page)
    receipt(page)
    page.get_by_role("link", name="Change my answer").click()
    expect(page.locator("main")).to_have_attribute("data-mode", "change")
    device.route(SENDING, lambda route: route.fulfill(status=503, body="maintenance"))
    tick(page, 1, "Why so early?")
    press(page)
    state(page, "failed")
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.close(datetime.now(UTC), cast.mette)
    page.goto(server.at(f"/m/{code_of(meeting)}/en"))
    expect(page.locator("main")).to_have_attribute("data-mode", "closed")
    state(page, "failed")
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.closed_at = found.closes_at = datetime.now(UTC) - LATE_WITHIN
    device.unroute(SENDING)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Why so early?").first).to_be_visible()
    expect(page.locator("[data-is=failed]")).to_have_count(0)
    page.goto(server.at(f"/m/{code_of(meeting)}/en"))
    state(page, "refused")
    expect(page.get_by_role("link", name="See your answer")).to_be_visible()
    assert (totals(meeting).answers, totals(meeting).questions) == (1, 0)


def test_a_hotels_door_that_answers_takes_nothing_and_a_reply_speaks_the_language_of_its_page(
    server: Server, meeting: int, phone: NewDevice
) -> None:
    page = opened(server, phone(), meeting)
    page.route(SENDING, lambda route: route.fulfill(body="<main>Welcome to our hotel</main>"))
    press(page)
    state(page, "failed")
    assert totals(meeting).answers == 0
    page.unroute_all()
    page.goto(server.at(f"/m/{code_of(meeting)}/da"))
    receipt(page)
    expect(page.locator("h1:visible")).to_have_text("Tak for dit svar")
    assert totals(meeting).answers == 1


def test_what_needs_a_network_says_so_and_deleting_leaves_nothing_to_be_sent(
    server: Server, app: Flask, meeting: int, phone: NewDevice
) -> None:
    page = opened(server, phone(), meeting)
    press(page)
    receipt(page)
    server.stop()
    page.get_by_role("link", name="Delete my answer").click()
    state(page, "missing")
    server.start(app)
    page.get_by_role("link", name="Delete my answer").click()
    # A change that another tab could not send.
    page.evaluate(
        """() => outbox.put({ key: document.getElementById('main').dataset.key, kept_at: Date.now(),
          code: document.getElementById('main').dataset.code, fields: [], refused: 409 })"""
    )
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.locator("main")).to_have_attribute("data-mode", "notice")
    until(page, "async () => !(await outbox.all()).length")
    assert totals(meeting).answers == 0


def test_what_was_typed_goes_along_into_another_language_even_where_the_text_has_changed(
    server: Server, cast: Cast, meeting: int, phone: NewDevice
) -> None:
    page = opened(server, phone(), meeting)
    press(page)
    receipt(page)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, datetime.now(UTC))
        publish_draft(found, datetime.now(UTC), cast.mette)
    page.goto(f"{page.url}&change=1")
    tick(page, 1, "Why so early?")
    page.get_by_role("link", name="Dansk").click()
    expect(page.locator("html")).to_have_attribute("lang", "da")
    expect(page.locator("textarea:visible")).to_have_value("Why so early?")
    press(page)
    receipt(page)
    assert (totals(meeting).answers, totals(meeting).questions) == (1, 1)


def test_the_next_try_is_never_more_than_half_a_minute_away(server: Server, meeting: int, phone: NewDevice) -> None:
    page = opened(server, phone(), meeting)
    waits = page.evaluate(
        """() => {
          const waits = [], later = window.setTimeout
          window.setTimeout = (act, wait) => waits.push(wait)
          for (let tries = 0; tries < 7; tries++) outbox.plan()
          outbox.later(503, 3600)
          outbox.plan()
          window.setTimeout = later
          return waits
        }"""
    )
    assert waits[:7] == [2000, 4000, 8000, 16000, 30000, 30000, 30000]
    assert 29_000 < waits[7] <= 30_000


def test_an_answer_to_a_server_that_is_down_is_sent_within_a_minute_of_its_return(
    server: Server, app: Flask, meeting: int, phone: NewDevice
) -> None:
    page = opened(server, phone(), meeting)
    server.stop()
    press(page)
    state(page, "failed")
    assert totals(meeting).answers == 0
    server.start(app)
    receipt(page)
    assert totals(meeting).answers == 1


def test_a_text_that_has_changed_meanwhile_is_shown_again_with_all_that_was_typed(
    server: Server, app: Flask, cast: Cast, meeting: int, phone: NewDevice
) -> None:
    page = opened(server, phone(), meeting)
    kept_by_worker(page, f"/m/{code_of(meeting)}/en")
    server.stop()
    tick(page, 1, "Why so early?")
    press(page)
    state(page, "failed")
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, datetime.now(UTC))
        publish_draft(found, datetime.now(UTC), cast.mette)
    server.start(app)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("main")).to_have_attribute("data-mode", "changed")
    # Closed without an answer: the next visit still has it.
    page.goto(server.at(f"/m/{code_of(meeting)}/en"))
    state(page, "refused")
    expect(page.locator("textarea:visible")).to_have_value("Why so early?")
    press(page)
    receipt(page)
    figures = totals(meeting)
    assert (figures.answers, figures.questions) == (1, 1)
    until(page, "async () => !(await outbox.all()).length")
    page.goto(server.at(f"/m/{code_of(meeting)}/en"))
    expect(page.locator("[data-answered]")).to_be_visible()
    expect(page.locator("[data-is=refused]")).to_have_count(0)


NO_STORAGE = """
for (const name of ['indexedDB', 'localStorage', 'caches'])
  Object.defineProperty(window, name, { get() { throw new Error('refused') } })
"""


def test_where_the_phone_keeps_nothing_one_can_still_answer_and_is_told_so(
    server: Server, app: Flask, meeting: int, phone: NewDevice
) -> None:
    device = phone()
    device.add_init_script(NO_STORAGE)
    online = opened(server, device, meeting)
    press(online)
    receipt(online)
    assert totals(meeting).answers == 1
    page = opened(server, device, meeting)
    server.stop()
    press(page)
    state(page, "unkept")
    server.start(app)
    page.get_by_role("button", name="Try again").click()
    receipt(page)
    assert totals(meeting).answers == 2


@pytest.mark.slow
def test_over_plain_http_one_can_answer_and_what_waits_is_sent(
    settings: Config, meeting: int, browser: Browser
) -> None:
    """Without a worker, caches, locks and random keys: a name that is not the phone itself has none of them."""
    settings.instance_dir.mkdir(exist_ok=True)
    elsewhere = create_app(replace(settings, trusted_hosts=("meeting.example",)))
    server = Server(elsewhere)
    flags = [*FLAGS, "--host-resolver-rules=MAP meeting.example 127.0.0.1"]
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=flags)
    page = chromium.new_page()
    page.goto(server.at(f"/m/{code_of(meeting)}/en").replace("127.0.0.1", "meeting.example"))
    assert not page.evaluate("isSecureContext || 'randomUUID' in crypto || 'caches' in window || 'locks' in navigator")
    server.stop()
    tick(page, 1)
    press(page)
    state(page, "failed")
    server.start(elsewhere)
    page.get_by_role("button", name="Try again").click()
    receipt(page)
    chromium.close()
    server.stop()
    assert totals(meeting).answers == 1


@pytest.mark.slow
def test_two_tabs_of_a_phone_give_one_answer(server: Server, app: Flask, meeting: int, phone: NewDevice) -> None:
    device = phone()
    one, other = opened(server, device, meeting), opened(server, device, meeting)
    server.stop()
    press(one)
    state(one, "failed")
    tick(other, 1)
    press(other)
    state(other, "failed")
    server.start(app)
    # Whichever tab sends it, the other one sees that it has been sent.
    for page in (one, other):
        look_again(page)
    for page in (one, other):
        expect(page.locator("[data-mode=receipt],[data-answered]").first).to_be_visible()
    figures = totals(meeting)
    assert (figures.answers, figures.point(points_of(meeting)[0]).unclear_now) == (1, 1)


@pytest.mark.slow
def test_the_text_behind_the_guesses_can_be_read_and_answered_without_a_network(
    server: Server, app: Flask, cast: Cast, phone: NewDevice
) -> None:
    first, second, fixed = a_wording().points
    meeting = a_meeting(cast, wording=a_wording(points=(replace(first, asks_guess=True), second, fixed)))
    page = opened(server, phone(), meeting)
    expect(page.locator("main")).to_have_attribute("data-mode", "guess")
    kept_by_worker(page, f"/m/{code_of(meeting)}/en")
    server.stop()
    page.locator("[type=radio]").first.check()
    page.get_by_role("button", name="Read what is so").click()
    expect(page.locator("main")).to_have_attribute("data-mode", "new")
    press(page)
    state(page, "failed")
    page.reload()
    server.start(app)
    receipt(page)
    with reading() as database:
        assert count(database.get_one(Meeting, meeting)).point(points_of(meeting)[0]).guesses == 1


@pytest.mark.slow
def test_a_page_of_an_old_build_takes_no_fragment_of_a_new_one(
    server: Server, settings: Config, meeting: int, phone: NewDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(server, phone(), meeting)
    kept_by_worker(page, f"/m/{code_of(meeting)}/en")
    old = page.locator("html").get_attribute("data-build")
    server.stop()
    monkeypatch.setattr("blueprints.assets._digest_of_files", lambda *folders: "another")
    monkeypatch.setattr("blueprints.citizen.views.rendered", RenderedPages())
    new = create_app(settings)
    server.start(new)
    page.evaluate("window.stillHere = true")
    press(page)
    receipt(page)
    # The whole page is the new build's: the old one, with its scripts, is gone.
    expect(page.locator("html")).to_have_attribute("data-build", "another")
    assert page.evaluate("window.stillHere") is None
    page.goto(server.at(f"/m/{code_of(meeting)}/en"))
    expect(page.locator("html")).to_have_attribute("data-build", "another")
    until(page, "async old => !(await caches.keys()).includes(old)", str(old))
    server.stop()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-build", "another")
    assert page.evaluate("getComputedStyle(document.querySelector('.button')).borderStyle") == "solid"
    assert totals(meeting).answers == 1
