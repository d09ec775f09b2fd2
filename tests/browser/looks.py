"""What a page must stand: axe in both schemes, 320 px, letters twice as large, wide spacing, a focus that is seen."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import NARROW, axe

#: What may differ between a light and a dark page that are otherwise the same.
OF_COLOUR = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"]
IN_THE_DARK = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": OF_COLOUR}}
#: The values of WCAG 2.2, 1.4.12.
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }"""
#: Rules made by a script in the test are no inline style: the policy of the page stays as it is.
USE_RULES = """rules => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(rules)
  document.adoptedStyleSheets = [sheet]
}"""
WIDER = """() => {
  const page = document.documentElement
  if (page.scrollWidth <= page.clientWidth) return []
  const sticksOut = each => {
    const { left, right } = each.getBoundingClientRect()
    return left < -1 || right > page.clientWidth + 1
  }
  return [`${page.scrollWidth} > ${page.clientWidth}`, ...[...document.querySelectorAll('body *')]
    .filter(sticksOut).map(each => each.outerHTML.slice(0, 160))].slice(0, 6)
}"""
CUT = """() => {
  const clips = each => [getComputedStyle(each).overflowX, getComputedStyle(each).overflowY]
    .some(way => way === 'hidden' || way === 'clip')
  const cut = each => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1
  return [...document.querySelectorAll('body *')]
    .filter(each => each.checkVisibility() && each.textContent.trim() && !each.closest('.sr, .skip, svg'))
    .filter(each => clips(each) && cut(each)).map(each => each.outerHTML.slice(0, 160))
}"""
#: Where the focus is: whether a ring of at least 2 px stands around it or the box that it ticks, and whether another
#: thing, such as a bar that stays at the edge, covers all of it (WCAG 2.2, 2.4.7, 2.4.11, 2.4.13).
FOCUS = """() => {
  const focused = document.activeElement
  if (!focused || focused === document.body) return null
  const rung = each => {
    const { outlineStyle, outlineWidth } = each ? getComputedStyle(each) : {}
    return each && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  }
  const box = focused.getBoundingClientRect()
  const spots = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]]
    .map(([x, y]) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y))
  const label = focused.closest('label')
  const seen = spots.some(spot => spot && (focused.contains(spot) || spot.contains(focused)))
  return {
    isStop: focused.tabIndex >= 0,
    what: focused.outerHTML.slice(0, 120),
    // Within a frame its own page shows where.
    ring: focused.matches('iframe') || rung(focused) || rung(label),
    seen: seen || (label && spots.some(spot => label.contains(spot))),
  }
}"""


def both_schemes(page: Page) -> None:
    """No violation of axe in light, nor of its rules about colours in dark."""
    page.emulate_media(color_scheme="light")
    axe(page)
    page.emulate_media(color_scheme="dark")
    # The first look has left axe in the page.
    results = page.evaluate("options => axe.run(document, options)", IN_THE_DARK)
    found = [(each["id"], node["html"]) for each in results["violations"] for node in each["nodes"]]
    assert found == [], f"dark: {page.url}\n{found}"
    page.emulate_media(color_scheme="light")


def reflows(page: Page) -> None:
    """At 320 px, with letters as they are and twice as large, nothing is wider than the page (WCAG 2.2, 1.4.4 and
    1.4.10); with the letters, words and lines set wide, no text is cut off (1.4.12)."""
    usual: Any = page.viewport_size
    page.set_viewport_size(NARROW["viewport"])
    wrong = {}
    for size in ("200%", "100%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        wrong[size] = page.evaluate(WIDER)
    page.evaluate(USE_RULES, SPACING)
    wrong["set wide"], wrong["cut off"] = page.evaluate(WIDER), page.evaluate(CUT)
    assert not any(wrong.values()), f"{page.url}\n{wrong}"
    page.evaluate(USE_RULES, "")
    page.set_viewport_size(usual)


def focus_is_seen(page: Page, most: int = 200) -> None:
    """Tab goes from the top of the page to its end, and at every stop a ring shows where, covered by nothing."""
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
    stops: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stops and (stop is None or stop["what"] == stops[0]["what"]):
            break
        # A script may give the focus to a new heading just then; Tab never does.
        if stop is not None and stop["isStop"]:
            stops.append(stop)
    else:
        raise AssertionError(f"the keyboard never comes to the end of {page.url}")
    unseen = [stop for stop in stops if not (stop["ring"] and stop["seen"])]
    assert not unseen, f"{page.url}\n{unseen}"
