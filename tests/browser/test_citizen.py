"""A citizen's minute, on a real phone's browser: read, answer, come back, change, delete."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from config import LANGUAGES
from models.answer import Answer, hash_of_key
from models.base import reading, writing
from models.meeting import Meeting
from models.summary import count
from models.totals import Totals
from tests.browser.conftest import Devices, Live
from tests.browser.walks import change_the_text
from tests.factories import Cast, a_meeting, a_wording, code_of, points_of, switch_languages

NewDevice = Callable[..., BrowserContext]


def totals(meeting: int) -> Totals:
    with reading() as database:
        return count(database.get_one(Meeting, meeting))


def opened(live: Live, context: BrowserContext, meeting: int, language: str = "") -> Page:
    page = context.new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}{language}"))
    return page


def tick(page: Page, position: int) -> None:
    page.locator("[name=unclear]").nth(position - 1).check()


def button(page: Page) -> str:
    return page.locator(".send .button").inner_text()


def send(page: Page) -> None:
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")


def test_one_answers_without_a_reload_and_lands_on_the_receipt(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    page.evaluate("window.stillHere = true")
    assert button(page) == "Jeg har forstået"
    tick(page, 2)
    assert button(page) == "Send – 1 punkt er uklart for mig"
    page.locator("textarea:visible").fill("Gælder det også SFO?")
    send(page)
    assert page.evaluate("window.stillHere")
    expect(page).to_have_url(re.compile("/answers/"))
    expect(page).to_have_title("Tak for dit svar – Forældremøde i 3. klasse – Egeskolen – Afstemt")
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_text("Gælder det også SFO?")).to_be_visible()
    page.reload()
    expect(page.locator("h1")).to_have_text("Tak for dit svar")
    figures = totals(meeting)
    assert (figures.answers, figures.questions, figures.point(points_of(meeting)[1]).unclear_now) == (1, 1, 1)


def test_coming_back_leads_to_the_answer_and_never_to_a_blank_form(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting, device = a_meeting(cast), phone()
    page = opened(live, device, meeting)
    tick(page, 1)
    send(page)
    back = opened(live, device, meeting)
    expect(back.get_by_text("Du svarede kl.")).to_be_visible()
    expect(back.locator(".send .button")).to_be_hidden()
    expect(back.locator("[name=unclear]").first).to_be_hidden()
    back.get_by_role("link", name="Ret mit svar").click()
    expect(back.locator("[name=unclear]").first).to_be_checked()
    back.locator("[name=unclear]").first.uncheck()
    send(back)
    figures = totals(meeting)
    assert (figures.answers, figures.understood_first, figures.understood_now) == (1, 0, 1)


def test_a_changed_text_is_said_below_the_thanks_and_hides_nothing(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    send(page)
    change_the_text(cast, meeting)
    page.reload()
    page.locator("h1").click(trial=True)
    page.locator("#invitations a").click()
    expect(page.locator("form#answer")).to_be_visible()


def test_changing_and_deleting_happen_in_place(live: Live, cast: Cast, phone: NewDevice, devices: Devices) -> None:
    devices.expect("Error Code 410")
    meeting, device = a_meeting(cast), phone()
    page = opened(live, device, meeting)
    send(page)
    page.evaluate("window.stillHere = true")
    page.get_by_role("link", name="Slet mit svar").click()
    expect(page.get_by_role("heading", name="Vil du slette dit svar?")).to_be_focused()
    page.get_by_role("button", name="Ja, slet det").click()
    expect(page.get_by_role("heading", name="Dit svar er slettet")).to_be_focused()
    assert page.evaluate("window.stillHere")
    assert totals(meeting).answers == 0
    fresh = opened(live, device, meeting)
    expect(fresh.locator(".send .button")).to_be_visible()
    send(fresh)
    assert totals(meeting).answers == 1


@pytest.mark.slow
def test_unticking_takes_the_question_back_and_ticking_again_brings_it_again(
    live: Live, cast: Cast, phone: NewDevice
) -> None:
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    tick(page, 1)
    page.locator("textarea:visible").fill("Hvad?")
    page.locator("[name=unclear]").first.uncheck()
    expect(page.locator("textarea:visible")).to_have_count(0)
    tick(page, 1)
    assert page.locator("textarea:visible").input_value() == "Hvad?"
    page.locator("[name=unclear]").first.uncheck()
    send(page)
    assert totals(meeting).questions == 0


@pytest.mark.slow
def test_a_question_kept_without_its_tick_survives_a_change(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    page = opened(live, phone(java_script_enabled=False), meeting)
    key = page.locator("[name=key]").input_value()
    form: dict[str, str | float | bool] = {
        "key": key,
        "agreement": "1",
        "lang": "da",
        f"question-{first}": "Uden kryds",
    }
    page.request.post(live.at(f"/m/{code_of(meeting)}/answers"), form=form)
    change = phone().new_page()
    change.goto(live.at(f"/m/{code_of(meeting)}/answers/{key}?lang=da&change=1"))
    send(change)
    assert totals(meeting).questions == 1


def test_a_proxy_in_trouble_takes_nothing_away(live: Live, cast: Cast, phone: NewDevice, devices: Devices) -> None:
    devices.expect("502")
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    page.route(
        "**/answers*",
        lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad gateway</h1>"),
        times=1,
    )
    tick(page, 1)
    page.locator(".send .button").click()
    expect(page.locator("[data-is=failed]")).to_be_visible()
    expect(page.locator("[name=unclear]").first).to_be_checked()
    page.wait_for_selector("[data-mode=receipt]")
    assert totals(meeting).answers == 1


def test_pressing_twice_answers_once_and_a_slow_answer_is_said_to_be_under_way(
    live: Live, cast: Cast, phone: NewDevice
) -> None:
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/answers", hold)
    page.locator(".send .button").dblclick()
    expect(page.locator("#state")).to_contain_text("Sender …")
    held.pop().continue_()
    assert not held
    page.wait_for_selector("[data-mode=receipt]")
    assert totals(meeting).answers == 1


def test_without_storage_one_can_still_answer(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting, device = a_meeting(cast), phone()
    device.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })")
    send(opened(live, device, meeting))
    assert totals(meeting).answers == 1


def test_the_whole_minute_without_javascript(live: Live, cast: Cast, phone: NewDevice) -> None:
    switch_languages(cast, *LANGUAGES)
    meeting = a_meeting(cast, languages=list(LANGUAGES))
    page = phone(java_script_enabled=False).new_page()
    page.goto(live.at("/"))
    page.locator("#code").fill(code_of(meeting).lower())
    page.locator("form .button").click()
    assert button(page) == "Send mit svar"
    for language in (*reversed(LANGUAGES), "ar"):
        if not page.locator(f"a[hreflang={language}]").is_visible():
            page.locator(".tongues summary").click()
        page.locator(f"a[hreflang={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("[name=unclear]")).to_have_count(3)
    tick(page, 1)
    page.locator("textarea:visible").fill("Hvad?")
    page.locator(".send .button").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator("a[hreflang=da]").click()
    expect(page.get_by_text("Ret svaret her, ikke ved at scanne igen.")).to_be_visible()
    page.locator("a[href*='change=1']").click()
    page.locator("[name=unclear]").first.uncheck()
    page.locator(".send .button").click()
    expect(page.get_by_text("3 punkter var klare")).to_be_visible()
    page.locator("a[href*='delete=1']").click()
    page.locator("form[action*=deletion] button").click()
    expect(page.locator("h1")).to_have_text("Dit svar er slettet")
    assert totals(meeting).answers == 0


def test_the_whole_minute_by_keyboard(live: Live, cast: Cast, laptop: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = opened(live, laptop(), meeting)

    def go_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"the keyboard never reaches {selector}")

    go_to("[name=unclear]")
    page.keyboard.press("Space")
    go_to("textarea")
    page.keyboard.type("Hvad?")
    go_to(".send .button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-mode=receipt]")
    figures = totals(meeting)
    assert (figures.answers, figures.questions) == (1, 1)
    assert figures.point(points_of(meeting)[0]).unclear_now == 1


def test_the_phones_language_opens_and_danish_is_one_tap_away(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = opened(live, phone(locale="en-GB"), meeting)
    expect(page.get_by_role("heading", name="What you can influence")).to_be_visible()
    page.get_by_role("link", name="Dansk").click()
    expect(page.get_by_role("heading", name="Det kan du påvirke")).to_be_visible()


@pytest.mark.parametrize("language", ["da", "ar"])
def test_nothing_scrolls_sideways_at_320_pixels_and_at_double_text(
    live: Live, cast: Cast, devices: Devices, language: str
) -> None:
    languages = ("da", "en", "ar")
    meeting = a_meeting(cast, languages=list(languages), wording=a_wording(can=3, fixed=3, languages=languages))
    page = opened(live, devices.narrow(), meeting, f"/{language}")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, size
    page.evaluate("document.documentElement.style.fontSize = ''")
    tick(page, 1)
    send(page)
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, size


@pytest.mark.slow
def test_the_key_in_the_address_opens_the_receipt_on_another_device(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    send(page)
    expect(page).to_have_url(re.compile("/answers/"))
    other = phone().new_page()
    other.goto(page.url)
    expect(other.locator("h1")).to_have_text("Tak for dit svar")
    key = UUID(page.url.split("/answers/")[1].split("?")[0])
    with reading():
        assert Answer.by_key(meeting, hash_of_key(key)) is not None


def test_a_meeting_that_closed_in_between_shows_what_was_not_sent(
    live: Live, cast: Cast, phone: NewDevice, devices: Devices
) -> None:
    devices.expect("Error Code 409")

    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting)
    tick(page, 1)
    page.locator("textarea:visible").fill("Nåede jeg det?")
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    page.locator(".send .button").click()
    expect(page.get_by_text("Mødet er slut.")).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_text("Nåede jeg det?")).to_be_visible()
