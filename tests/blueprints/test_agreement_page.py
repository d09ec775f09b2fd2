"""`GET /m/<code>`: what a citizen reads."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from blueprints.citizen import rendered
from models.base import reading, writing
from models.facts import change_facts
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from tests.factories import Cast, a_meeting, a_wording, code_of, texts


@pytest.fixture(autouse=True)
def every_look_asks_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered, "CHECKED_EVERY_SECONDS", 0)


def page_of(client: FlaskClient, meeting_id: int, language: str = "da") -> str:
    return client.get(f"/m/{code_of(meeting_id)}/{language}").text


def test_the_page_shows_what_can_be_influenced_what_is_fixed_who_decides_and_what_happens(
    client: FlaskClient, cast: Cast
) -> None:
    _, page = page_of(client, a_meeting(cast)).split("<body>")
    in_order = [
        "Egeskolen", "Forældremøde i 3. klasse", "Formålet er at aftale", "Hvem bestemmer til sidst?",
        "Det kan du påvirke", "Punkt 1", "Sig det til os i aften.", "Det ligger fast", "Loven siger det.",
        "Folketinget", "Det sker nu", "15.\u00a0januar 2031", "Du siger ikke ja til planen", "Send mit svar",
    ]  # fmt: skip
    assert [text for text in in_order if text not in page] == []
    places = [page.index(text) for text in in_order]
    assert places == sorted(places)


def test_the_language_is_that_of_the_path(client: FlaskClient, cast: Cast) -> None:
    english = page_of(client, a_meeting(cast), "en")
    assert '<html lang="en"' in english
    assert "What you can influence" in english
    assert "Tell us tonight." in english


@pytest.mark.parametrize(
    ("asked", "answered"), [("en-GB,en;q=0.9", "en"), ("da", "da"), ("ar,en;q=0.5", "en"), ("so", "da"), ("", "da")]
)
def test_without_a_language_in_the_path_it_is_the_phones_or_danish(
    client: FlaskClient, cast: Cast, asked: str, answered: str
) -> None:
    reply = client.get(f"/m/{code_of(a_meeting(cast))}", headers={"Accept-Language": asked})
    assert f'<html lang="{answered}"' in reply.text
    assert reply.headers["Vary"] == "Accept-Language, Accept-Encoding"


def test_the_other_languages_are_one_tap_away(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    assert f'href="/m/{code_of(meeting)}/en" lang="en"' in page_of(client, meeting)
    assert f'href="/m/{code_of(meeting)}/da" lang="da"' in page_of(client, meeting, "en")


def test_a_text_that_is_not_translated_is_shown_in_danish_and_marked_as_such(client: FlaskClient, cast: Cast) -> None:
    wording = a_wording(purpose=texts("Kun på dansk.", "", ("da",)))
    meeting = a_meeting(cast, wording=wording, title={"da": "Skærme i skolen"})
    page = page_of(client, meeting, "en")
    assert '<span lang="da" dir="ltr">Kun på dansk.</span>' in page
    assert "<title>Skærme i skolen –" in page, "a title holds words alone"


def test_a_language_the_meeting_does_not_offer_leads_to_danish_and_an_unknown_one_nowhere(
    client: FlaskClient, cast: Cast
) -> None:
    code = code_of(a_meeting(cast, languages=["da"]))
    assert client.get(f"/m/{code}/en").headers["Location"] == f"/m/{code}/da"
    assert client.get(f"/m/{code}/xx").status_code == 404


def test_right_to_left_pages_say_so(app: Flask, cast: Cast) -> None:
    meeting = a_meeting(cast, languages=["da", "en", "ar"], wording=a_wording(languages=("da", "en", "ar")))
    page = page_of(app.test_client(), meeting, "ar")
    assert '<html lang="ar" dir="rtl"' in page
    assert f'<bdi dir="ltr">localhost/m/{code_of(meeting)}' in page, "an address on paper reads from the left"


@pytest.mark.parametrize("spelled", ["k0m1qx2p/da", "K0M1-QX2P/da", "KOMIQX2P/da", "K0M1QX2P/da/", "k0m1qx2p/da/"])
def test_other_spellings_of_the_code_lead_on(client: FlaskClient, cast: Cast, spelled: str) -> None:
    meeting = a_meeting(cast)
    with writing() as database:
        database.get_one(Meeting, meeting).code = "K0M1QX2P"
    reply = client.get(f"/m/{spelled}")
    assert (reply.status_code, reply.headers["Location"]) == (308, "/m/K0M1QX2P/da")
    assert client.get(f"/m/{spelled.partition('/')[0]}/").headers["Location"] == "/m/K0M1QX2P"


def test_an_unknown_code_is_not_found_and_keeps_what_was_typed(client: FlaskClient, cast: Cast) -> None:
    reply = client.get("/m/K7M4QX2B")
    assert reply.status_code == 404
    assert 'value="K7M4QX2B"' in reply.text


def test_every_page_carries_a_key_of_its_own(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    keys = {re.search(r'name="key" value="([0-9a-f-]{36})"', page_of(client, meeting))[1] for _ in range(5)}  # type: ignore[index]
    assert len(keys) == 5


def test_a_page_is_never_kept_by_a_cache_and_sets_no_cookie(client: FlaskClient, cast: Cast) -> None:
    reply = client.get(f"/m/{code_of(a_meeting(cast))}")
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert "ETag" not in reply.headers
    assert "Set-Cookie" not in reply.headers


def test_a_draft_shows_only_that_it_is_not_open_yet(client: FlaskClient, cast: Cast) -> None:
    page = page_of(client, a_meeting(cast, state="draft"))
    assert "Mødet er ikke åbnet endnu" in page
    assert "Forældremøde i 3. klasse" in page
    assert "Punkt 1" not in page


def test_a_closed_meeting_can_be_read_but_not_answered(client: FlaskClient, cast: Cast) -> None:
    page = page_of(client, a_meeting(cast, state="closed"))
    assert "Mødet er slut. Du kan stadig læse siden." in page
    assert "Punkt 1" in page
    assert "<form" not in page


def test_a_page_that_was_rendered_before_shows_a_new_version_new_facts_and_closing(
    client: FlaskClient, cast: Cast
) -> None:
    meeting_id = a_meeting(cast)
    assert 'name="agreement" value="1"' in page_of(client, meeting_id)
    now = datetime.now(UTC)
    with writing() as database:
        meeting = database.get_one(Meeting, meeting_id)
        change_facts(meeting, cast.mette, now, title=texts("Nyt navn", "New name"))
        meeting.draft.remove(2, cast.mette.id, now)
        publish_draft(meeting, now, cast.mette)
    page = page_of(client, meeting_id)
    assert "Nyt navn" in page
    assert 'name="agreement" value="2"' in page
    assert "Punkt 2" not in page
    with writing() as database:
        database.get_one(Meeting, meeting_id).close(now, cast.mette)
    assert "<form" not in page_of(client, meeting_id)


def test_closing_by_the_clock_shows_without_anybody_writing(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting_id = a_meeting(cast)
    assert "<form" in page_of(client, meeting_id)
    with reading() as database:
        closes = database.get_one(Meeting, meeting_id).closes_at
    assert closes is not None
    monkeypatch.setattr("blueprints.citizen.views.now", lambda: closes)
    assert "<form" not in page_of(client, meeting_id)


def test_within_half_a_second_a_kept_page_is_not_asked_about_again(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendered, "CHECKED_EVERY_SECONDS", 0.5)
    meeting_id = a_meeting(cast)
    page_of(client, meeting_id)
    monkeypatch.setattr(rendered, "page_pulse", lambda _code: pytest.fail("asked the database again"))
    assert client.get(f"/m/{code_of(meeting_id)}/da").status_code == 200


def test_an_individual_talk_says_du_is_not_anonymous_and_asks_no_questions(client: FlaskClient, cast: Cast) -> None:
    wording = a_wording()
    page = page_of(client, a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, wording=wording))
    assert "Mødelederen ved, at svaret er dit." in page
    assert "ikke dit navn" not in page
    assert "<textarea" not in page
    assert "sletter svarene efter 30 dage" in page


def test_what_a_professional_writes_is_shown_as_text(client: FlaskClient, cast: Cast) -> None:
    attack = '<script>alert(1)</script>" onload="x'
    page = page_of(client, a_meeting(cast, title={"da": attack}, place=attack))
    assert "<script>alert" not in page
    assert 'onload="x' not in page


def test_the_qr_code_is_of_the_public_address_whatever_the_host(client: FlaskClient, cast: Cast) -> None:
    code = code_of(a_meeting(cast))
    png = client.get(f"/m/{code}/qr.png", base_url="http://127.0.0.1")
    assert png.content_type == "image/png"
    assert [each.text for each in zxingcpp.read_barcodes(Image.open(io.BytesIO(png.data)))] == [
        f"http://localhost/m/{code}"
    ]
    svg = client.get(f"/m/{code}/qr.svg")
    assert svg.content_type.startswith("image/svg+xml")
    assert client.get("/m/K7M4QX2B/qr.svg").status_code == 404


def test_a_meeting_that_is_deleted_is_gone(client: FlaskClient, cast: Cast) -> None:
    meeting_id = a_meeting(cast)
    code = code_of(meeting_id)
    assert client.get(f"/m/{code}").status_code == 200
    with writing() as database:
        database.get_one(Meeting, meeting_id).delete(cast.mette, datetime.now(UTC) + timedelta(seconds=1))
    assert client.get(f"/m/{code}").status_code == 404


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_who_asks_first_never_decides_what_others_see(client: FlaskClient, cast: Cast, state: str) -> None:
    code = code_of(a_meeting(cast, state=state))
    client.get(f"/m/{code}/da", headers={"HX-Request": "true"})
    page = client.get(f"/m/{code}/da").text
    assert page.startswith("<!doctype html>")
    assert "citizen.css" in page


def test_no_text_of_the_staff_can_take_the_keys_place(client: FlaskClient, cast: Cast) -> None:
    page = page_of(client, a_meeting(cast, title={"da": f"Møde {rendered.KEY_PLACE[:8]} @the-key-goes-here@"}))
    assert re.search(r'name="key" value="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"', page)
