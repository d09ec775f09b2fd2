"""The main job, end to end: template → QR code → answers → live summary → CSV, each person on a device of their own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from models.clock import local
from tests.browser.conftest import Live, look_again, signed_in
from tests.factories import PASSWORD, Cast, a_meeting, answer, code_of

NewDevice = Callable[..., BrowserContext]

CITIZENS = 6


def decoded(page: Page) -> str:
    """What a phone's camera reads on this screen."""
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    assert len(codes) == 1, "one QR code is on the screen"
    return codes[0].text


def sign_in(page: Page, live: Live, email: str) -> None:
    page.goto(live.at("/sign-in"))
    page.get_by_label("Mail").fill(email)
    page.get_by_label("Adgangskode").fill(PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/meetings")


def make_and_open_a_meeting(page: Page) -> str:
    """From the list to the room; the address of the meeting."""
    tomorrow = (local(datetime.now(UTC)) + timedelta(days=1)).date().isoformat()
    page.get_by_role("link", name="Nyt møde").click()
    page.get_by_label("Forældremøde").first.check()
    page.get_by_role("button", name="Vis skabeloner").click()
    page.get_by_role("button", name="Brug skabelonen Egen computer i skolen").click()
    page.wait_for_url("**/agreement*")
    page.locator("[name=date]").fill(tomorrow)
    page.locator("[name=time]").fill("17:00")
    page.locator("[name=room]").fill("Aulaen")
    *dates, last = page.locator("[name^=step-][name$=-date]").all()
    for date in dates:
        date.fill(tomorrow)
    # Saved before it is opened: a person looks up from the keyboard first.
    kept = f"{last.get_attribute('name')}={tomorrow}"
    with page.expect_response(lambda reply: kept in (reply.request.post_data or "")):
        last.fill(tomorrow)
    page.locator(".actionbar").get_by_role("button", name="Åbn mødet").click()
    page.wait_for_url(re.compile(r"/meetings/\d+(/room)?$"))
    return page.url.removesuffix("/room")


def answer_by_scanning(device: BrowserContext, address: str, *, unclear: int | None = None) -> None:
    page = device.new_page()
    page.goto(address)
    if unclear is not None:
        page.locator("[name=unclear]").nth(unclear - 1).check()
        page.locator("textarea:visible").fill("Hvem hjælper os?")
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")


def csv_rows(page: Page, live: Live, file: str) -> list[dict[str, str]]:
    reply = page.request.get(live.at(f"/exports/{file}?dialect=plain"))
    assert reply.ok
    return list(csv.DictReader(io.StringIO(reply.text())))


def test_from_a_template_to_the_managers_csv(
    live: Live, cast: Cast, phone: NewDevice, tablet: NewDevice, laptop: NewDevice
) -> None:
    mette = tablet().new_page()
    sign_in(mette, live, cast.mette.email)
    meeting = make_and_open_a_meeting(mette)
    mette.goto(f"{meeting}/room")
    address = decoded(mette)
    assert re.fullmatch(re.escape(live.url) + r"/m/[0-9A-Z]{8}", address)

    answer_by_scanning(phone(), address, unclear=3)
    answer_by_scanning(phone(), address)
    for _ in range(CITIZENS - 2):
        answer(int(meeting.rsplit("/", 1)[1]))
    look_again(mette)
    expect(mette.locator(".count")).to_have_text(str(CITIZENS))
    mette.evaluate("window.stillHere = true")
    mette.get_by_role("link", name="Vis svar").click()
    first = mette.locator(".points .row").first
    expect(first).to_contain_text("Hjælp til dem uden egen computer")
    expect(first).to_contain_text("Uklart i 1 af 6 svar")
    answer_by_scanning(phone(), address, unclear=3)
    expect(first).to_contain_text("Uklart i 2 af 7 svar")
    assert mette.evaluate("window.stillHere")

    leif = laptop().new_page()
    sign_in(leif, live, cast.leif.email)
    leif.get_by_role("link", name="Udtræk").click()
    expect(leif.get_by_role("heading", level=1)).to_be_visible()
    answers = csv_rows(leif, live, "answers.csv")
    assert len(answers) == CITIZENS + 1
    assert sorted(row["unclear_first"] for row in answers) == ["", "", "", "", "", "3", "3"]
    point = next(row for row in csv_rows(leif, live, "points.csv") if row["position"] == "3")
    assert (point["answers"], point["unclear_now"]) == ("7", "2")
    assert csv_rows(leif, live, "meetings.csv")[0]["answers"] == "7"


def test_a_small_group_shows_no_split_in_the_room_nor_in_the_exports(
    live: Live, cast: Cast, tablet: NewDevice, laptop: NewDevice
) -> None:
    meeting = a_meeting(cast)
    for _ in range(2):
        answer(meeting, doubts=(1,))
    room = signed_in(tablet(), live, cast.mette)
    room.goto(live.at(f"/meetings/{meeting}/room?view=split"))
    expect(room.get_by_text("For få svar")).to_be_visible()
    assert "Uklart i" not in room.content()
    for _ in range(2):
        answer(meeting, doubts=(1,))
    look_again(room)
    expect(room.get_by_text("Uklart i 4 af 4 svar")).to_be_visible()

    manager = signed_in(laptop(), live, cast.leif)
    assert csv_rows(manager, live, "answers.csv") == []
    (row,) = csv_rows(manager, live, "meetings.csv")
    assert (row["meeting_code"].replace("-", ""), row["answers"]) == (code_of(meeting), "4")
    assert row["understood_first_share"] == row["own_phone"] == ""
    points = csv_rows(manager, live, "points.csv")
    assert {each["unclear_first"] for each in points} == {""}
    answer(meeting)
    assert len(csv_rows(manager, live, "answers.csv")) == 5
