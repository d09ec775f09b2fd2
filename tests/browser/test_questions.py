"""Questions, each person on a device of their own: one asks, the room replies and shows it to all, another reads it on
a receipt that nobody reloads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from models.base import reading, session, writing
from models.meeting import Meeting
from models.question import Question
from tests.browser.conftest import Devices, Live, axe, look_again, signed_in
from tests.factories import Cast, a_meeting, answer, code_of

ASKED = "Gælder det <b>også</b> SFO?"
REPLY = "Ja, det gælder også SFO."


def ask(live: Live, meeting: int, page: Page) -> int:
    """A citizen asks on their phone; the id of the question."""
    page.goto(live.at(f"/m/{code_of(meeting)}/da"))
    page.locator("[name=unclear]").first.check()
    page.locator("textarea:visible").fill(ASKED)
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    with reading() as database:
        return Question.of_meeting(database.get_one(Meeting, meeting))[0].id


def write_through_a_poll(room: Page, card: Locator, cast: Cast, meeting: int) -> None:
    """While the reply is written, another tablet changes another question."""
    card.locator(".reply > summary").click()
    field = card.locator("textarea").first
    field.press_sequentially("Ja, det ")
    with writing():
        other = Question.of_meeting(session().get_one(Meeting, meeting))[-1]
        other.publish(cast.mette, datetime.now(UTC))
    expect(room.locator(f"#withdraw-{other.id}")).to_be_visible()
    expect(field).to_be_focused()
    field.press_sequentially("gælder også SFO.")


def test_a_question_is_replied_to_and_shown_and_every_phone_knows(live: Live, cast: Cast, devices: Devices) -> None:
    meeting = a_meeting(cast)
    answer(meeting, questions={2: "Hvornår?"})
    reader = devices.phone().new_page()
    reader.goto(live.at(f"/m/{code_of(meeting)}/answers/{answer(meeting)}?lang=da"))
    room = signed_in(devices.tablet(), live, cast.mette)
    room.goto(live.at(f"/meetings/{meeting}/room?view=split"))
    for page in (reader, room):
        page.evaluate("window.stillHere = true")
    asker = devices.phone().new_page()
    question = ask(live, meeting, asker)

    room.locator("#to-questions").click()
    card = room.locator(f"#question-{question}")
    expect(card.locator(".words")).to_have_text(f"”{ASKED}”")
    write_through_a_poll(room, card, cast, meeting)
    card.locator(".reply .button").click()
    expect(room.locator(".fold .question")).to_have_count(1)
    look_again(reader)
    expect(reader.locator("#replies")).to_contain_text(REPLY)
    expect(reader.locator("#replies")).not_to_contain_text(ASKED)

    room.locator("#answered>summary").click()
    card.locator("[id^=publishing] summary").click()
    expect(card.locator("[id^=publishing] .attention")).to_be_visible()
    expect(reader.locator("#replies")).not_to_contain_text(ASKED)
    card.locator(f"#publish-{question}").click()
    expect(card.locator(f"#withdraw-{question}")).to_be_visible()
    look_again(reader)
    expect(reader.locator("#replies")).to_contain_text(f"”{ASKED}”")
    card.locator(f"#withdraw-{question}").click()
    card.locator(f"#reopen-{question}").click()
    expect(room.locator(".fold .question")).to_have_count(0)
    expect(card.locator("textarea").first).to_have_value(REPLY)
    look_again(reader)
    expect(reader.locator("#replies")).not_to_contain_text(REPLY)
    expect(reader.locator("#replies")).to_contain_text("Hvornår?")
    expect(reader.locator("#replies")).not_to_contain_text(ASKED)
    for page in (reader, room):
        assert page.evaluate("window.stillHere"), "nothing reloaded"
    room.locator("#turn").click()
    expect(room.locator(".showing")).to_be_visible()
    expect(room.get_by_text(ASKED)).to_have_count(0)


@pytest.mark.slow
def test_without_a_script_the_room_does_the_same_and_axe_finds_nothing(
    live: Live, cast: Cast, devices: Devices
) -> None:
    meeting = a_meeting(cast)
    key = answer(meeting, [1], {1: ASKED})
    answer(meeting, [1], {2: "Hvornår?"})
    room = signed_in(devices.tablet(java_script_enabled=False), live, cast.mette)
    room.goto(live.at(f"/meetings/{meeting}/room?view=questions"))
    card = room.locator(".question").last
    card.locator(".reply > summary").click()
    card.locator("textarea").first.fill(REPLY)
    card.locator(".reply .button").click()
    expect(room.locator("#answered .question .quote")).to_have_text(REPLY)
    card.locator("[id^=publishing] summary").click()
    card.locator("[id^=publish-]").click()
    expect(card.locator("[id^=withdraw-]")).to_be_visible()
    room.locator(".question").first.get_by_text("Skjul").click()

    for scheme in ("light", "dark"):
        looked = signed_in(devices.narrow(color_scheme=scheme), live, cast.mette)
        looked.goto(live.at(f"/meetings/{meeting}/room?view=questions"))
        for fold in looked.locator("details").all():
            fold.evaluate("each => { each.open = true }")
        receipt = devices.narrow(color_scheme=scheme).new_page()
        receipt.goto(live.at(f"/m/{code_of(meeting)}/answers/{key}?lang=da"))
        expect(receipt.locator("#replies")).to_contain_text(REPLY)
        for page in (looked, receipt):
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            axe(page)
