"""Writing an agreement in a real browser: saved as one writes, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Response, Route, expect

from models.base import reading, writing
from models.meeting import Meeting
from models.person import SignIn
from models.wording import Wording
from tests.browser.conftest import SCHEMES, Devices, Live, axe, look_again, signed_in
from tests.factories import Cast, a_meeting

NewDevice = Callable[..., BrowserContext]

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def wording_of(meeting: int) -> Wording:
    with reading() as database:
        return database.get_one(Meeting, meeting).draft.wording


def writing_page(live: Live, context: BrowserContext, cast: Cast, meeting: int) -> Page:
    page = signed_in(context, live, cast.mette)
    page.goto(live.at(f"/meetings/{meeting}/agreement"))
    return page


@pytest.fixture
def draft(cast: Cast) -> int:
    return a_meeting(cast, state="draft")


@pytest.fixture
def page(live: Live, cast: Cast, laptop: NewDevice, draft: int) -> Page:
    return writing_page(live, laptop(), cast, draft)


def sends(words: str) -> Callable[[Response], bool]:
    """Whether a reply is one to what held these words."""
    return lambda reply: reply.status == 200 and quote(words, safe="=") in (reply.request.post_data or "")


@contextmanager
def saving(page: Page, words: str) -> Iterator[None]:
    """At the end these words, which are typed or sent on within, are on the server."""
    with page.expect_response(sends(words)):
        yield
    expect(page.locator("#saved-line")).to_be_visible()
    expect(page.locator("#saved-line")).to_have_class("says ok")


def test_typing_is_saved_and_the_cursor_stays(page: Page, draft: int) -> None:
    with saving(page, "Et nyt form"):
        page.locator("#purpose").fill("Et nyt form")
    with saving(page, "Et nyt formål"):
        page.keyboard.type("ål")
    expect(page.locator("#purpose")).to_be_focused()
    assert wording_of(draft).purpose["da"] == "Et nyt formål"
    expect(page.frame_locator("#preview").locator(".lead")).to_have_text("Et nyt formål")


def test_a_new_point_has_the_cursor_and_keeps_what_is_typed_at_once(page: Page, draft: int) -> None:
    page.locator("button[value=point]").click()
    expect(page.locator("#text-5")).to_be_focused()
    page.keyboard.type("Det nye punkt")
    with page.expect_response(sends("up=5")):
        page.locator("#up-5").click()
    expect(page.locator("#up-5")).to_be_focused()
    expect(page.locator("#text-5")).to_have_value("Det nye punkt")
    assert [point.key for point in wording_of(draft).points] == [1, 2, 5, 3]


@pytest.mark.slow
def test_the_points_to_guess_follow_the_list_and_are_saved(page: Page, draft: int) -> None:
    page.locator("#check summary").click()
    with saving(page, "guess-3=1"):
        page.locator("#guess-3").check()
    expect(page.locator("#check-hint .attention")).to_be_visible()
    page.locator("button[value=point]").click()
    expect(page.locator("#text-5")).to_be_focused()
    page.keyboard.type("Det nye punkt")
    expect(page.locator("#pick-5")).to_contain_text("Det nye punkt")
    page.locator("#guess-1").check()
    expect(page.locator("#check-hint")).to_be_empty()
    with page.expect_response(sends("up=5")):
        page.locator("#up-5").click()
    expect(page.locator("#check label").nth(2)).to_contain_text("Det nye punkt")
    expect(page.locator("#check input:checked")).to_have_count(2)
    page.locator("#summary-2").click()
    with saving(page, "hands-2=1"):
        page.locator("#hands-2").check()
    wording = wording_of(draft)
    assert [point.key for point in wording.guessed] == [1, 3]
    assert [point.key for point in wording.points if point.asks_hands] == [2]
    preview = page.frame_locator("#preview")
    expect(preview.locator("[name=offer]")).to_have_count(1)
    preview.locator("a[href*=guess]").click()
    expect(preview.locator(".guesses fieldset")).to_have_count(2)


def test_what_is_typed_while_a_list_is_on_its_way_stays(page: Page, draft: int) -> None:
    held: list[Route] = []
    page.locator("#summary-1").click()
    page.route("**/agreement", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/agreement"):
        page.locator("#down-1").click()
    page.locator("#text-1").fill("Skrevet imens")
    expect(page.locator("#text-1")).to_have_value("Skrevet imens")
    with saving(page, "Skrevet imens"):
        with page.expect_response(sends("down=1")):
            held[0].continue_()
        expect(page.locator("#text-1")).to_have_value("Skrevet imens")
        expect(page.locator("#point-1 details")).to_have_attribute("open", "")
    assert wording_of(draft).point(1).title["da"] == "Skrevet imens"


def test_saving_never_presses_the_button_that_has_the_focus(page: Page, draft: int) -> None:
    page.locator("#summary-2").click()
    page.locator("#how-2").fill("Sig det højt")
    page.locator("#point-2 [name=remove]").click()
    expect(page.locator("#undo")).to_be_focused()
    with saving(page, "Skrevet uden fokus"):
        page.locator("#purpose").evaluate(
            "field => { field.value = 'Skrevet uden fokus'; field.dispatchEvent(new Event('input', {bubbles: true})) }"
        )
    assert [point.key for point in wording_of(draft).points] == [1, 3]
    page.keyboard.press("Enter")
    expect(page.locator("#summary-2")).to_be_focused()
    expect(page.locator("#how-2")).to_have_value("Sig det højt")


def test_without_a_network_nothing_is_lost_and_it_is_said(page: Page, devices: Devices, draft: int) -> None:
    devices.expect("ERR_INTERNET_DISCONNECTED")
    devices.expect("htmx:")
    page.context.set_offline(True)
    page.locator("#purpose").fill("Skrevet uden net")
    expect(page.locator("#failed")).to_be_visible()
    expect(page.locator("#saved-line")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("#saved-line")).to_be_visible()
    assert wording_of(draft).purpose["da"] == "Skrevet uden net"


def test_who_is_signed_out_signs_in_elsewhere_and_loses_nothing(
    page: Page, devices: Devices, live: Live, cast: Cast, draft: int
) -> None:
    devices.expect("Response Status Error Code")
    with writing() as database:
        database.query(SignIn).delete()
    page.locator("#purpose").fill("Skrevet efter udlogning")
    expect(page.locator("#signed-out")).to_be_visible()
    with page.expect_response(lambda reply: reply.status == 401):
        page.locator("[formaction$=opening]").click()
    expect(page.locator("#purpose")).to_have_value("Skrevet efter udlogning")
    signed_in(page.context, live, cast.mette).close()
    look_again(page)
    expect(page.locator("#saved-line")).to_be_visible()
    assert wording_of(draft).purpose["da"] == "Skrevet efter udlogning"


def test_two_pages_never_overwrite_each_other_unasked(
    page: Page, devices: Devices, live: Live, cast: Cast, laptop: NewDevice, draft: int
) -> None:
    devices.expect("Response Status Error Code 409")
    other = writing_page(live, laptop(), cast, draft)
    with saving(other, "Den anden"):
        other.locator("#purpose").fill("Den anden")
        other.locator("#decider").fill("Den anden")
    page.locator("#decider").fill("Min")
    expect(page.locator("#conflict")).to_contain_text("Mette Holm")
    assert wording_of(draft).decider["da"] == "Den anden"
    page.locator("[name=keep]").click()
    expect(page.locator("#purpose")).to_have_value("Den anden")
    assert wording_of(draft).decider["da"] == "Min"
    assert wording_of(draft).purpose["da"] == "Den anden", "nothing was typed there on this page"


def test_leaving_with_something_unsaved_asks(page: Page, live: Live) -> None:
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    page.route("**/agreement", lambda route: None)
    page.locator("#purpose").fill("Endnu ikke gemt")
    page.goto(live.at("/meetings"))
    assert asked == ["beforeunload"]


def test_another_language_comes_once_what_was_typed_is_saved(page: Page, draft: int) -> None:
    page.locator("#purpose").fill("Nyt formål")
    page.locator("#tabs [value=en]").click()
    expect(page.locator("#purpose-danish")).to_have_text("Nyt formål")
    expect(page).to_have_url(re.compile("lang=en"))


def test_pressed_too_early_the_button_leads_to_the_first_field(page: Page) -> None:
    page.locator("#room").fill("")
    page.locator("[formaction$=opening]").click()
    expect(page.locator("#summary")).to_be_focused()
    page.locator("#summary a").first.click()
    expect(page.locator("#room")).to_be_focused()


def test_it_all_works_without_javascript(live: Live, cast: Cast, laptop: NewDevice, draft: int) -> None:
    page = writing_page(live, laptop(java_script_enabled=False), cast, draft)
    page.locator("#purpose").fill("Uden script")
    page.locator("#room").press("Enter")
    expect(page).to_have_url(re.compile(r"/agreement$"))
    page.locator("button[value=point]").click()
    page.locator("#text-5").fill("Femte punkt")
    page.locator("#point-5 [value=TOGETHER]").check()
    page.locator("#how-5").fill("Sig det")
    page.locator("#up-5").click()
    expect(page.locator("li[id^=point-]").nth(2)).to_have_id("point-5")
    page.locator("#check summary").click()
    page.locator("#guess-1").check()
    page.locator("[formaction$=opening]").click()
    expect(page).to_have_url(re.compile(r"/meetings/\d+(/room)?$"))
    with reading() as database:
        newest = database.get_one(Meeting, draft).newest
        assert newest is not None
        assert newest.purpose["da"] == "Uden script"
        assert [point.title["da"] for point in newest.wording.points][2] == "Femte punkt"
        assert [point.asks_guess for point in newest.wording.points] == [True, False, False, False]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_are_accessible_and_fit_a_narrow_phone(live: Live, cast: Cast, devices: Devices, scheme: str) -> None:
    ready, empty = a_meeting(cast, state="draft"), a_meeting(cast, state="draft", wording=Wording(), place="")
    is_open, closed = a_meeting(cast), a_meeting(cast, state="closed")
    stale = a_meeting(cast, state="draft", languages=["da", "en", "ar"])
    with writing() as database:
        draft = database.get_one(Meeting, stale).draft
        draft.save(replace(draft.wording, purpose={**draft.wording.purpose, "da": "Noget nyt"}), cast.mette.id, NOW)
    page = signed_in(devices.narrow(color_scheme=scheme), live, cast.mette)
    for path in (
        "", "/new", f"/{ready}", f"/{is_open}", f"/{closed}", f"/{ready}/agreement", f"/{ready}/agreement?lang=en",
        f"/{empty}/agreement", f"/{is_open}/agreement", f"/{ready}/preview", f"/{is_open}/closure",
        f"/{is_open}/deletion", f"/{is_open}/publication", f"/{is_open}/withdrawal",
        f"/{ready}/translation", f"/{stale}/agreement?lang=en",
    ):  # fmt: skip
        page.goto(live.at(f"/meetings{path}"))
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        for size in ("200%", "100%"):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (path, size)
        axe(page)


def test_what_is_new_in_the_danish_stays_marked_while_it_is_translated(
    live: Live, cast: Cast, laptop: NewDevice
) -> None:
    page = writing_page(live, laptop(), cast, a_meeting(cast, state="draft", languages=["da", "en"]))
    with saving(page, "purpose=Noget nyt"):
        page.locator("#purpose").fill("Noget nyt")
    page.locator(".tabs [value=en]").click()
    with saving(page, "Something n"):
        page.locator("#purpose").fill("Something n")
    expect(page.locator("#next")).to_have_count(0)
    expect(page.locator("#purpose-state .former")).to_be_visible()
    expect(page.locator("#purpose-danish ins").first).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#purpose-state")).to_be_hidden()
    expect(page.locator("#purpose-danish ins")).to_have_count(0)


def test_a_translation_is_typed_beside_its_danish_and_looked_at_again(
    live: Live, cast: Cast, laptop: NewDevice
) -> None:
    draft = a_meeting(cast, state="draft", languages=["da", "en", "ar"])
    page = writing_page(live, laptop(), cast, draft)
    with saving(page, "purpose=Noget nyt"):
        page.locator("#purpose").fill("Noget nyt")
    page.locator(".tabs [value=en]").click()
    expect(page.locator("#purpose-state .former del").first).to_be_visible()
    danish, field = page.locator("#purpose-danish").bounding_box(), page.locator("#purpose").bounding_box()
    assert danish is not None
    assert field is not None
    assert danish["x"] + danish["width"] <= field["x"], "side by side"
    with page.expect_response(sends("fits=purpose")):
        page.locator("[name=fits]").click()
    expect(page.locator("#purpose-state")).to_be_hidden()
    expect(page.locator("#purpose")).to_be_focused()
    assert wording_of(draft).purpose["en"]
    page.locator(".tabs [value=ar]").click()
    page.locator("#next").click()
    expect(page.locator("#title")).to_be_focused()
    page.locator("#next").click()
    expect(page.locator("#purpose")).to_be_focused()
    with saving(page, "الغرض"):
        page.keyboard.type("الغرض")
    expect(page.locator("#purpose")).to_be_focused()
    page.locator("#next").click()
    expect(page.locator("#text-1")).to_be_focused()
    expect(page.locator("#next")).to_have_attribute("href", "#title")
    assert wording_of(draft).purpose["ar"] == "الغرض"
