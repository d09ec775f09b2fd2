"""The administrator says what the municipality's citizens may read, and how they reach it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.meeting import Meeting
from models.municipality import Municipality
from models.person import Membership, Person, Role
from tests.factories import Cast, a_meeting, csrf_token, sign_in, switch_languages

LANGUAGES, CONTACT = "/municipality/languages", "/municipality/contact"
REACHED = {
    "address": "Rådhuspladsen 1",
    "privacy_contact": "dpo@eksempelby.example",
    "accessibility_email": "hjaelp@eksempelby.example",
    "accessibility_phone": "12 34 56 00",
    "accessibility_statement": "https://www.was.digst.dk/eksempelby",
}


@pytest.fixture
def anna(client: FlaskClient, cast: Cast) -> FlaskClient:
    sign_in(client, cast.anna)
    return client


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_token(client), **fields})


def municipality(cast: Cast) -> Municipality:
    with reading():
        return session().get_one(Municipality, cast.municipality.id)


def changes() -> list[dict[str, Any]]:
    """What was noted of the municipality, without whose it is."""
    with reading():
        found = session().scalars(select(AuditEntry).where(AuditEntry.act == Act.MUNICIPALITY_CHANGED))
        return [{name: value for name, value in each.details.items() if name != "municipality"} for each in found]


def test_the_administrator_switches_languages_on_and_off_and_danish_stays(anna: FlaskClient, cast: Cast) -> None:
    assert post(anna, LANGUAGES, languages=["tr", "ar"]).status_code == 303
    assert municipality(cast).languages == ("da", "ar", "tr")
    assert post(anna, LANGUAGES).status_code == 303
    assert municipality(cast).languages == ("da",)
    assert changes() == [
        {"switched_on": ["ar", "tr"], "switched_off": ["en"]},
        {"switched_on": [], "switched_off": ["ar", "tr"]},
    ]
    assert post(anna, LANGUAGES).status_code == 303
    assert len(changes()) == 2, "nothing was changed, nothing is noted"


def test_a_language_that_the_server_does_not_speak_is_refused(anna: FlaskClient, cast: Cast) -> None:
    refused = post(anna, LANGUAGES, languages=["ar", "fr"])
    assert refused.status_code == 422
    assert 'id="languages-lacks"' in refused.text
    assert 'href="#languages"' in refused.text
    assert municipality(cast).languages == ("da", "en")


def test_only_the_administrator_of_that_municipality_finds_it(app: Flask, cast: Cast) -> None:
    for name, viewer in cast.everyone.items():
        client = app.test_client()
        sign_in(client, viewer)
        for path in (LANGUAGES, CONTACT):
            assert client.get(path).status_code == (200 if name == "anna" else 404), (name, path)
            assert post(client, f"{path}?municipality={cast.elsewhere.municipality_id}").status_code == 404
            assert client.get(f"{path}?municipality=x").status_code == 404
        assert ('href="/municipality/languages"' in client.get("/meetings").text) is (name == "anna")


def test_who_administers_several_chooses_by_the_address(anna: FlaskClient, cast: Cast) -> None:
    other = cast.elsewhere.municipality_id
    assert f"?municipality={other}" not in anna.get(LANGUAGES).text
    with writing():
        person = session().get_one(Person, cast.anna.id)
        person.memberships.append(Membership(role=Role.ADMINISTRATOR, municipality_id=other))
    assert f"{LANGUAGES}?municipality={other}" in anna.get(LANGUAGES).text
    assert post(anna, f"{LANGUAGES}?municipality={other}", languages=["pl"]).location.endswith(f"={other}")
    with reading():
        assert session().get_one(Municipality, other).languages == ("da", "pl")
    assert municipality(cast).languages == ("da", "en")


def test_how_citizens_reach_the_municipality_is_kept_and_noted(anna: FlaskClient, cast: Cast) -> None:
    assert post(anna, CONTACT, **{**REACHED, "address": "  Rådhuspladsen   1 "}).status_code == 303
    assert municipality(cast).contact == REACHED
    noted = changes()[0]["changed"]
    assert noted["address"] == ["", "Rådhuspladsen 1"]
    assert "privacy_contact" not in noted, "it was so before"
    assert municipality(cast).retention_days == 180


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("address", "x" * 201),
        ("accessibility_email", "nobody"),
        ("accessibility_phone", "ring!"),
        ("accessibility_statement", "http://eksempelby.example"),
        ("accessibility_statement", "javascript:alert(1)"),
        ("accessibility_statement", "https://[x"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    anna: FlaskClient, cast: Cast, field: str, value: str
) -> None:
    refused = post(anna, CONTACT, **{**REACHED, field: value})
    assert refused.status_code == 422
    assert f'id="{field}-lacks"' in refused.text
    assert f'href="#{field}"' in refused.text
    assert municipality(cast).address == ""


def test_a_writer_picks_among_the_municipalitys_languages_and_keeps_what_the_meeting_has(
    client: FlaskClient, cast: Cast
) -> None:
    meeting = a_meeting(cast, state="draft", languages=["da", "tr"])
    switch_languages(cast, "da", "uk")
    sign_in(client, cast.mette)
    page = client.get(f"/meetings/{meeting}/agreement").text
    offered = [each for each in ("en", "ar", "uk", "pl", "tr") if f'name="languages" value="{each}"' in page]
    assert offered == ["uk", "tr"]
    with reading():
        revision = session().get_one(Meeting, meeting).draft.revision
    chosen = {"languages-shown": "1", "languages": ["uk", "tr", "pl"], "lang": "da", "page": "x"}
    post(client, f"/meetings/{meeting}/agreement", revision=str(revision), **chosen)
    with reading():
        assert session().get_one(Meeting, meeting).languages == ["da", "uk", "tr"]
