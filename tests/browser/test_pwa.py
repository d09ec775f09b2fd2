"""The app on a phone: it can be installed, and its worker keeps agreements and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Worker, expect

from tests.browser.conftest import Devices, Live, signed_in
from tests.factories import Cast, a_meeting, answer, code_of

NewDevice = Callable[..., BrowserContext]

NAVIGATION = {"method": "GET", "mode": "navigate"}
#: What the worker answers for: an address, how it is asked for, and what it is to the worker.
TREATED: tuple[tuple[str, dict[str, str], str], ...] = (
    ("/m/DEM0DEM0", {}, "agreement"),
    ("/m/DEM0DEM0/da", {}, "agreement"),
    ("/", {}, "door"),
    ("/join?code=DEM0", {}, "door"),
    ("/offline?lang=ar", {}, "door"),
    ("/static/0123456789ab/citizen.css", {"mode": "no-cors"}, "asset"),
    ("/m/DEM0DEM0", {"method": "POST"}, ""),
    ("/m/DEM0DEM0", {"mode": "cors"}, ""),
    ("/m/DEM0DEM0/guess", {}, ""),
    ("/m/DEM0DEM0/qr.svg", {}, ""),
    ("/m/DEM0DEM0/answers/7d2f7b8e-1111-4222-8333-444455556666", {}, ""),
    ("/m/dem0dem0", {}, ""),
    ("/m/DEM0-DEM0", {}, ""),
    ("/meetings", {}, ""),
    ("/meetings/1/room", {}, ""),
    ("/exports", {}, ""),
    ("/sign-in", {}, ""),
    ("/manifest.webmanifest", {"mode": "cors"}, ""),
)


def worker_of(context: BrowserContext) -> Worker:
    return context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")


def kept_addresses(page: Page) -> list[str]:
    """Everything that the phone's caches hold."""
    found: list[str] = page.evaluate(
        """async () => {
          const found = []
          for (const name of await caches.keys())
            for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname)
          return found
        }"""
    )
    return found


def until_kept(page: Page, path: str) -> None:
    page.evaluate(
        """async path => {
          const end = performance.now() + 20000
          while (!(await caches.match(path))) {
            if (performance.now() > end) throw new Error('it is never kept')
            await new Promise(resolve => setTimeout(resolve, 20))
          }
        }""",
        path,
    )


def test_it_can_be_installed(live: Live, devices: Devices, tmp_path: Path) -> None:
    page = devices.kept_phone(tmp_path / "phone").new_page()
    page.goto(live.at("/"))
    faults = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    assert faults["installabilityErrors"] == []
    app = page.request.get(live.at("/manifest.webmanifest?lang=en")).json()
    assert (app["id"], app["scope"], app["start_url"], app["lang"]) == ("/", "/", "/", "en")
    assert {(icon["sizes"], icon["purpose"]) for icon in app["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in app["icons"]:
        reply = page.request.get(live.at(icon["src"]))
        assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
        assert len(reply.body()) <= 10_000
    assert {shortcut["url"] for shortcut in app["shortcuts"]} == {"/meetings", "/meetings/new"}


def test_the_worker_answers_for_agreements_their_doors_and_assets_alone(live: Live, phone: NewDevice) -> None:
    context = phone()
    context.new_page().goto(live.at("/"))
    worker = worker_of(context)
    for address, asked, kind in TREATED:
        request = {**NAVIGATION, **asked, "url": live.at(address)}
        found = worker.evaluate("request => kindOf({ ...request, headers: new Headers() })", request)
        assert found == kind, (address, asked)
    fragment = "url => kindOf({ method: 'GET', mode: 'navigate', url, headers: new Headers({ 'HX-Request': 'true' }) })"
    assert worker.evaluate(fragment, live.at("/m/DEM0DEM0")) == ""
    elsewhere = {**NAVIGATION, "url": "https://elsewhere.example/m/DEM0DEM0"}
    assert worker.evaluate("request => kindOf({ ...request, headers: new Headers() })", elsewhere) == ""


def test_nothing_of_staff_and_no_key_is_ever_kept(live: Live, cast: Cast, devices: Devices) -> None:
    meeting = a_meeting(cast)
    key = answer(meeting)
    path = f"/m/{code_of(meeting)}"
    page = signed_in(devices.laptop(), live, cast.mette)
    page.goto(live.at(f"{path}/da"))
    until_kept(page, f"{path}/da")
    # From here on the worker sees every request.
    for address in (
        "/meetings",
        f"/meetings/{meeting}",
        f"/meetings/{meeting}/room",
        f"{path}/answers/{key}",
        "/privacy",
    ):
        page.goto(live.at(address))
    page.goto(live.at("/meetings"))
    page.get_by_role("button", name="Log ud").click()
    page.goto(live.at(path))
    until_kept(page, path)
    kept = kept_addresses(page)
    assert {address for address in kept if not address.startswith("/static/")} == {f"{path}/da", path, "/offline"}
    assert not any(word in address for address in kept for word in ("staff", "room", "write"))
    stored = page.evaluate("async path => (await caches.match(path)).text()", path)
    assert 'name="key" value=""' in stored
    assert "appbar" not in stored


def test_without_a_network_the_front_page_lists_what_can_be_read(live: Live, cast: Cast, devices: Devices) -> None:
    devices.expect("ERR_")
    meeting = a_meeting(cast)
    context = devices.phone()
    page = context.new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}/en"))
    until_kept(page, f"/m/{code_of(meeting)}/en")
    until_kept(page, "/offline?lang=en")
    context.set_offline(True)
    page.goto(live.at("/?lang=en"))
    expect(page.locator("h1")).to_have_text("You're offline right now")
    expect(page.get_by_role("link", name="Parents' meeting in year 3")).to_be_visible()
    # A network that returns while the next page is on its way calls nobody back.
    page.evaluate("() => { document.querySelector('#seen a').click(); dispatchEvent(new Event('online')) }")
    expect(page.locator("main")).to_have_attribute("data-mode", "new")
    context.set_offline(False)
    expect(page.locator("[data-is=offline]")).to_have_count(0)
