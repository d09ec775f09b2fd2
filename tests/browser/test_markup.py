"""What anybody writes is text on every page, never a part of it: no element, no attribute, no request comes of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from models.base import session, writing
from models.municipality import Municipality
from models.wording import WordedPoint
from tests.browser.conftest import Devices, Live, signed_in
from tests.factories import Cast, a_meeting, a_wording, answer, code_of

CANARY = "data-canary"
#: Out of an attribute in either quotes, and out of elements that hold nothing but text.
MARKUP = f"""'"></title></textarea></script><b {CANARY} onclick=alert(1)>"""
SAID = {"da": MARKUP, "en": MARKUP}


def hostile(point: WordedPoint) -> WordedPoint:
    """The point with markup in all its texts."""
    point = replace(point, title={"da": f"{MARKUP} {point.key}"})
    return replace(point, why=SAID, decided_by=SAID) if point.is_fixed else replace(point, how=SAID)


def hostile_meeting(cast: Cast) -> int:
    wording = a_wording()
    wording = replace(
        wording,
        purpose=SAID,
        decider=SAID,
        points=tuple(map(hostile, wording.points)),
        steps=tuple(replace(step, text=SAID) for step in wording.steps),
    )
    meeting = a_meeting(cast, wording=wording, title=SAID, place=MARKUP, contact_name=MARKUP)
    with writing():
        own = session().get_one(Municipality, cast.municipality.id)
        own.address = own.privacy_contact = MARKUP
    return meeting


def shows_it_as_text(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(f"[{CANARY}], [onclick]")).to_have_count(0)
    assert CANARY in page.content().replace("&quot;", '"'), address


@pytest.mark.slow
def test_markup_is_text_on_every_page(live: Live, cast: Cast, devices: Devices) -> None:
    meeting = hostile_meeting(cast)
    key = answer(meeting, doubts=(1,), questions={1: MARKUP})
    code = code_of(meeting)
    citizen = devices.phone().new_page()
    receipt = f"/m/{code}/answers/{key}"
    public = (
        f"/m/{code}/da",
        f"/m/{code}/en",
        receipt,
        f"{receipt}?change=1",
        f"/join?code={quote(MARKUP)}",
        "/privacy",
    )
    for path in public:
        shows_it_as_text(citizen, live.at(path))
    mette = signed_in(devices.laptop(), live, cast.mette)
    shows_it_as_text(mette, live.at("/meetings"))
    own = (
        "", "/agreement", "/agreement?lang=en", "/preview", "/room", "/room?view=split", "/room?view=questions",
        "/poster", "/paper", "/paper/sheet", "/translation?lang=en", "/closure", "/deletion",
    )  # fmt: skip
    for path in own:
        shows_it_as_text(mette, live.at(f"/meetings/{meeting}{path}"))
