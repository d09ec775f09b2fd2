"""How heavy the citizen's page is, how soon a slow phone can read it, and what Lighthouse says."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from bench import lighthouse
from bench.agreement import an_agreement, serving_an_agreement
from bench.figures import table
from bench.visits import visits
from bench.weight import READABLE, timed, weighed
from tests.browser.conftest import Devices, Live
from tests.factories import Cast

#: Other tests run at the same time. `make weight` and `make lighthouse` run alone, and give nothing away.
BESIDE_OTHER_TESTS = 1.5
PERFORMANCE_BESIDE_OTHER_TESTS = 85

IS_PAINTED = """() => new Promise((resolve) => {
  new PerformanceObserver(() => resolve()).observe({ type: "paint", buffered: true });
})"""


def test_the_page_keeps_to_its_bytes(live: Live, cast: Cast, phone: Callable[..., BrowserContext]) -> None:
    made = list(visits(phone(), live.at(an_agreement(cast))))
    rows = list(weighed(made))
    print(*(visit.table() for visit in made), table(rows), sep="\n\n")
    assert [row.cells for row in rows if row.holds is False] == []


@pytest.mark.slow
def test_a_slow_phone_can_read_soon(live: Live, cast: Cast, browser: Browser) -> None:
    rows = list(timed(browser, live.at(an_agreement(cast)), wanted=READABLE * BESIDE_OTHER_TESTS))
    print(table(rows))
    assert [row.cells for row in rows if row.holds is False] == []


def test_it_is_read_and_answered_while_no_script_and_no_picture_has_come(
    live: Live, cast: Cast, devices: Devices
) -> None:
    phone, held = devices.phone(), list[Route]()
    phone.route("**/*", lambda route: route.continue_() if is_needed(route) else held.append(route))
    page = phone.new_page()
    page.goto(live.at(an_agreement(cast)), wait_until="commit")
    expect(page.locator("#answer input[name=unclear]").last).to_be_visible()
    page.evaluate(IS_PAINTED)
    assert {route.request.resource_type for route in held} >= {"script"}
    page.locator("#answer input[name=unclear]").first.check()
    page.locator("#answer .send button").click(no_wait_after=True)
    expect(page.locator("#main")).to_have_attribute("data-mode", "receipt")


def is_needed(route: Route) -> bool:
    return route.request.resource_type in {"document", "stylesheet"}


@pytest.mark.slow
def test_lighthouse_gives_all_its_points() -> None:
    if not lighthouse.is_installed():
        if os.environ.get("CI"):
            pytest.fail(lighthouse.MISSING)
        pytest.skip(lighthouse.MISSING)
    with serving_an_agreement() as url:
        scores = lighthouse.scores(url)
    print(scores)
    wanted = {"performance": PERFORMANCE_BESIDE_OTHER_TESTS}
    assert [score for score in scores if score.points < wanted.get(score.category, lighthouse.WANTED)] == []
