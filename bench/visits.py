"""Visits of a real Chromium to the citizen's page: what comes over the wire, and when a slow phone can read.

Chromium counts: the bytes of each reply as they came, headers and all, those that the service worker asks for too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, expect

from bench.figures import in_columns

CPU_SLOWDOWN = 4
MILLISECONDS = 1000
#: 400 kbit/s there and back, 400 ms for each request.
SLOW_NETWORK = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
#: What a window of Chromium asks for, and one without a head leaves out.
ASKED_BY_A_WINDOW = """async () => {
  for (const link of document.querySelectorAll("link[rel=icon],link[rel=manifest]")) {
    if (!performance.getEntriesByName(link.href).length) await fetch(link.href).then((reply) => reply.text());
  }
}"""
#: The worker is there, with what it keeps; at once where the page has none.
WORKER_IS_READY = """async () => {
  const registered = await navigator.serviceWorker?.getRegistration();
  if (registered) await navigator.serviceWorker.ready;
}"""
HOLD_PAINT_BACK = """() => performance.getEntriesByType("resource")
  .filter((entry) => entry.renderBlockingStatus === "blocking").map((entry) => entry.name)"""
#: From the start of the navigation: the first text on the screen, the largest, and the last of the text in the page.
READABLE_AT = """() => new Promise((resolve) => new PerformanceObserver((list) => resolve([
  performance.getEntriesByName("first-contentful-paint")[0].startTime,
  list.getEntries().at(-1).startTime,
  performance.getEntriesByType("navigation")[0].domInteractive,
])).observe({ type: "largest-contentful-paint", buffered: true }))"""


@dataclass(frozen=True)
class Reply:
    """One reply of the server; ``headers`` and ``body`` in bytes over the wire."""

    url: str
    kind: str
    coding: str
    headers: int
    body: int

    @property
    def name(self) -> str:
        path = urlsplit(self.url).path
        return "the page" if self.kind == "document" else path.rsplit("/", 1)[-1]

    @property
    def size(self) -> int:
        return self.headers + self.body


@dataclass
class Visit:
    """What one visit asked of the server. ``needed``: the addresses without which nothing is shown."""

    what: str
    replies: list[Reply] = field(default_factory=list)
    needed: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(reply.size for reply in self.replies)

    @property
    def to_read(self) -> Visit:
        """That part of it which must be there before the page can be read and answered."""
        return Visit("to read and answer", [reply for reply in self.replies if reply.url in self.needed])

    def table(self) -> str:
        lines = [
            (reply.name, reply.coding, f"{reply.headers:,}", f"{reply.body:,}", f"{reply.size:,}")
            for reply in self.replies
        ]
        total = (f"{len(lines)} requests", "", "", "", f"{self.size:,}")
        return in_columns((self.what, "coding", "headers", "body", "bytes"), [*lines, total])


def visits(context: BrowserContext, url: str) -> Iterator[Visit]:
    """A new phone reads the page, answers, comes back to the page, and to its receipt."""
    page = context.new_page()
    with _counted(context, "first visit") as visit:
        _look(page, url)
        visit.needed = frozenset({url, *page.evaluate(HOLD_PAINT_BACK)})
    yield visit
    with _counted(context, "the answer and its receipt") as visit:
        page.locator("#answer .send button").click()
        expect(page.locator("#main")).to_have_attribute("data-mode", "receipt")
        page.wait_for_load_state("networkidle")
    yield visit
    receipt = page.url
    for what, address in (("second visit", url), ("second visit to the receipt", receipt)):
        page.close()
        page = context.new_page()
        with _counted(context, what) as visit:
            _look(page, address)
        yield visit


def readable(context: BrowserContext, url: str) -> tuple[float, float]:
    """Seconds until a slow phone that was never here shows its first text, and until all of it can be read: the largest
    is on the screen and the last has come."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    page.goto(url, wait_until="load")
    first, *others = page.evaluate(READABLE_AT)
    return first / MILLISECONDS, max(first, *others) / MILLISECONDS


def _look(page: Page, url: str) -> None:
    page.goto(url, wait_until="load")
    page.evaluate(WORKER_IS_READY)
    page.evaluate(ASKED_BY_A_WINDOW)
    page.wait_for_load_state("networkidle")


@contextmanager
def _counted(context: BrowserContext, what: str) -> Iterator[Visit]:
    """The visit, which holds its replies once it is over."""
    visit, requests = Visit(what), list[Request]()

    def note(request: Request) -> None:
        requests.append(request)

    context.on("requestfinished", note)
    yield visit
    context.remove_listener("requestfinished", note)
    visit.replies = [reply for request in requests if (reply := _reply(request))]


def _reply(request: Request) -> Reply | None:
    """None where the server was not asked: the phone still had it, or its worker, whose own requests come too."""
    response = request.response()
    if response is None or response.from_service_worker:
        return None
    sizes = request.sizes()
    headers, body = sizes["responseHeadersSize"], sizes["responseBodySize"]
    if headers + body == 0:
        return None
    # Of the worker itself Chromium does not count the body.
    body = max(body, int(response.headers.get("content-length", 0)))
    coding = response.headers.get("content-encoding", "")
    return Reply(request.url, request.resource_type, coding, headers, body)
