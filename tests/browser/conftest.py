"""A real Chromium in front of the real application. Whatever it complains about fails the test."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from config import Config
from models import base
from models.base import writing
from models.person import Person, Viewer
from tests.applications import application
from tests.chromium import FLAGS, PHONE, chromium_path
from tests.databases import Database, SQLiteFiles, hurry
from tests.factories import Cast

HERE = Path(__file__).parent
NO_CHROMIUM = "No Chromium could be had: the pages were not looked at in a browser"
#: Long, because a machine that does much else is slow; what comes at once is not waited for.
WAIT_MILLISECONDS = 30_000
expect.set_options(timeout=WAIT_MILLISECONDS)

NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}}
TABLET = {"viewport": {"width": 1180, "height": 820}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
LAPTOP = {"viewport": {"width": 1280, "height": 800}}
AT_HOME = {"locale": "da-DK", "timezone_id": "Europe/Copenhagen"}

#: Chromium reports every refusal of ours as an error; only a page's own parts must never be refused.
OF_A_REFUSAL = "Failed to load resource: the server responded with a status of"
MAY_BE_REFUSED = frozenset({"document", "fetch", "xhr"})
REPORT_POLICY = """
document.addEventListener('securitypolicyviolation', event => {
  console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`)
})
"""
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
}


SCHEMES = ("light", pytest.param("dark", marks=pytest.mark.slow))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Live:
    """A running application. The test reads its database with ``reading()``, as the models' tests do."""

    url: str
    app: Flask

    def at(self, path: str) -> str:
        """The whole address of a path."""
        return f"{self.url}{path}"


@dataclass
class Devices:
    """Makes browser contexts, each a device of its own, and notes what goes wrong in any of them."""

    browser: Browser
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def phone(self, **options: Any) -> BrowserContext:
        """A citizen's phone. Options such as ``locale``, ``color_scheme``, ``java_script_enabled`` are Playwright's."""
        return self.device(PHONE, **options)

    def narrow(self, **options: Any) -> BrowserContext:
        """The narrowest phone that must do: 320 px."""
        return self.device(NARROW, **options)

    def tablet(self, **options: Any) -> BrowserContext:
        """The tablet that the room looks at."""
        return self.device(TABLET, **options)

    def laptop(self, **options: Any) -> BrowserContext:
        """A desk in an office."""
        return self.device(LAPTOP, **options)

    def device(self, kind: dict[str, Any], **options: Any) -> BrowserContext:
        """Any device."""
        return self._watched(self.browser.new_context(**{**kind, **AT_HOME, **options}))

    def kept_phone(self, folder: Path, **options: Any) -> BrowserContext:
        """A phone whose browser can be closed, with ``context.close()``, and opened again: its storage is a folder."""
        kind = self.browser.browser_type
        settings: dict[str, Any] = {**PHONE, **AT_HOME, "executable_path": chromium_path(), "args": FLAGS, **options}
        return self._watched(kind.launch_persistent_context(folder, **settings))

    def _watched(self, context: BrowserContext) -> BrowserContext:
        context.set_default_timeout(WAIT_MILLISECONDS)
        context.add_init_script(REPORT_POLICY)
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self._note(f"script: {error.error}"))
        context.on("response", self._note_response)
        context.on("requestfailed", self._note_failure)
        self.contexts.append(context)
        return context

    def expect(self, part: str) -> None:
        """A fault whose words hold this is what the test is about, such as ``ERR_INTERNET_DISCONNECTED``."""
        self.expected.append(part)

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _note(self, fault: str) -> None:
        if not any(part in fault for part in self.expected):
            self.faults.append(fault)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(OF_A_REFUSAL):
            self._note(f"console: {message.text}")

    def _note_response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type not in MAY_BE_REFUSED):
            self._note(f"{response.status}: {response.request.method} {response.url}")

    def _note_failure(self, request: Request) -> None:
        # A page that is left takes its unfinished requests with it.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"{request.failure}: {request.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for each process."""
    path = chromium_path()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(NO_CHROMIUM)
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def devices(browser: Browser) -> Iterator[Devices]:
    """Phones, tablets and laptops. Whatever went wrong in one of them fails the test at its end."""
    made = Devices(browser)
    yield made
    made.close()
    assert made.faults == []


@pytest.fixture
def phone(devices: Devices) -> Callable[..., BrowserContext]:
    """``phone(locale="en-GB", color_scheme="dark", java_script_enabled=False)``: a new one each time."""
    return devices.phone


@pytest.fixture
def tablet(devices: Devices) -> Callable[..., BrowserContext]:
    """Like ``phone``, for the room."""
    return devices.tablet


@pytest.fixture
def laptop(devices: Devices) -> Callable[..., BrowserContext]:
    """Like ``phone``, for the office."""
    return devices.laptop


@pytest.fixture
def database(sqlite_files: SQLiteFiles) -> Iterator[Database]:
    """One empty SQLite file: what differs between the kinds of database is no browser's business."""
    fresh = sqlite_files.cleared()
    engine = base.connect(fresh.url)
    hurry(engine)
    yield fresh
    engine.dispose()


@pytest.fixture(scope="session")
def listening() -> Iterator[socket.socket]:
    """Where the servers of this process listen, one after the other: with one address they are one application."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        yield bound


@pytest.fixture
def live(cast: Cast, settings: Config, listening: socket.socket) -> Iterator[Live]:
    """The application, with the cast."""
    yield from _served(settings, listening)


class _Silent(WSGIRequestHandler):
    """Answers without a log, which would hold keys."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        return


def _served(settings: Config, listening: socket.socket) -> Iterator[Live]:
    """In a thread of this process, so that a test looks into the same database through the same models."""
    port = listening.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = application(replace(settings, public_url=url))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent, fd=os.dup(listening.fileno()))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Live(url, app)
    server.shutdown()
    thread.join()
    server.server_close()
    base.engine().dispose()


def signed_in(context: BrowserContext, live: Live, viewer: Viewer) -> Page:
    """A page of a device on which this person is signed in: a real row and a real cookie."""
    token = secrets.token_urlsafe(32)
    with writing() as database:
        database.get_one(Person, viewer.id).sign_in(token, datetime.now(UTC))
    serializer = live.app.session_interface.get_signing_serializer(live.app)  # type: ignore[attr-defined]
    cookie = serializer.dumps({"_user_id": token, "_fresh": True})
    context.add_cookies([{"name": live.app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": live.url}])
    return context.new_page()


def look_again(page: Page) -> None:
    """What a page does when somebody turns to it: the room and a receipt ask at once, what waits to be saved is sent.
    A test need not wait for the next poll then."""
    page.evaluate("() => { document.dispatchEvent(new Event('visibilitychange')) }")


def axe(page: Page) -> None:
    """No violation of axe, with text contrast of 7:1 and the size of targets among its rules."""
    results = Axe().run(page, options=AXE_OPTIONS)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
