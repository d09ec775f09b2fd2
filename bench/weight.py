"""``python -m bench.weight``: what the citizen's page weighs, file by file, and how soon a slow phone can read it.

Exits 1 when a budget is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright

from bench.agreement import serving_an_agreement
from bench.figures import Row, at_most, table
from bench.visits import Visit, readable, visits
from tests.chromium import FLAGS, PHONE, chromium_path

KB = 1024
REQUESTS_TO_READ = 2
#: In KB, headers counted: what must be there to read and answer, the whole first visit, and the second.
TO_READ, FIRST_VISIT, SECOND_VISIT = 10, 45, 5
#: In bytes by gzip, of each stylesheet and script. Raise one when it is worth it, and know that you do.
LARGEST = {
    "citizen.css": 4800,
    "paper.css": 7000,
    "room.css": 5600,
    "shared.css": 5100,
    "sheet.css": 3800,
    "staff.css": 6500,
    "aloud.js": 2900,
    "app.js": 800,
    "citizen.js": 10100,
    "easy.js": 1300,
    "htmx.min.js": 16900,
    "kept.js": 1500,
    "offline.js": 2400,
    "outbox.js": 1900,
    "paper.js": 1300,
    "projector.js": 600,
    "room.js": 2700,
    "shared.js": 1600,
    "sw.js": 2100,
    "write.js": 2300,
    "icon.svg": 200,
}
#: In seconds.
READABLE = 1.5
ROUNDS = 3


def main() -> int:
    with serving_an_agreement() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        made = list(visits(chromium.new_context(**PHONE), url))
        rows = [*weighed(made), *timed(chromium, url)]
        chromium.close()
    print(*(visit.table() for visit in made), table(rows), sep="\n\n")
    return 1 if any(row.holds is False for row in rows) else 0


def weighed(made: list[Visit]) -> Iterator[Row]:
    """The budgets of the visits beside what they took."""
    first, _, second, receipt = made
    requests = len(first.to_read.replies)
    yield Row(
        "requests before it can be read and answered",
        str(requests),
        wanted=f"≤ {REQUESTS_TO_READ}",
        holds=requests <= REQUESTS_TO_READ,
    )
    yield _at_most(f"{first.to_read.what}: HTML + CSS", first.to_read, TO_READ)
    yield _at_most(first.what, first, FIRST_VISIT)
    yield _at_most(second.what, second, SECOND_VISIT)
    yield Row(receipt.what, f"{receipt.size / KB:.2f} KB")


def timed(chromium: Browser, url: str, wanted: float = READABLE) -> Iterator[Row]:
    """How long a slow phone takes, which has never been here: the least of some, as other work only ever adds."""
    taken = []
    for _ in range(ROUNDS):
        context = chromium.new_context(**PHONE)
        taken.append(readable(context, url))
        context.close()
    first, everything = (min(times) for times in zip(*taken, strict=True))
    yield Row("slow phone: first text", f"{first:.2f} s")
    yield at_most("slow phone: all text readable", everything, " s", wanted)


def _at_most(what: str, visit: Visit, kilobytes: float) -> Row:
    return at_most(what, visit.size / KB, " KB", kilobytes)


if __name__ == "__main__":
    sys.exit(main())
