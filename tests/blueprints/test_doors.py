"""The front door, `/join`, privacy, health and static files."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from models.base import writing
from models.meeting import Meeting
from models.municipality import Municipality
from models.throttle import Bucket
from tests.factories import Cast, a_meeting, code_of


@pytest.mark.parametrize(
    "typed",
    ["K0M11X2P", "k0m1 1x2p", "K0M1-1X2P", "KOMI LX2P", " k0m11x2p ", "https://afstemt.example/m/K0M11X2P/da",
     "afstemt.example/m/k0m11x2p?x=1"],
)  # fmt: skip
def test_a_code_in_any_spelling_leads_to_its_meeting(client: FlaskClient, cast: Cast, typed: str) -> None:
    meeting = a_meeting(cast)
    with writing() as database:
        database.get_one(Meeting, meeting).code = "K0M11X2P"
    reply = client.get("/join", query_string={"code": typed})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/m/K0M11X2P")


@pytest.mark.parametrize("typed", ["K7M4QX2B", "K7M4", "U" * 8, "æøå", "'><script>", "x" * 3000])
def test_an_unknown_code_is_not_found_and_the_field_keeps_it(client: FlaskClient, cast: Cast, typed: str) -> None:
    reply = client.get("/join", query_string={"code": typed})
    assert reply.status_code == 404
    assert "<script>" not in reply.text.replace("&#39;&gt;&lt;script&gt;", "")
    assert re.search(r'name="code" value="[^"]+"', reply.text)


def test_nothing_typed_leads_back_to_the_front_door(client: FlaskClient, cast: Cast) -> None:
    assert client.get("/join?code=").headers["Location"] == "/"
    assert client.get("/join").headers["Location"] == "/"


def test_guessing_codes_is_slowed_down_but_right_codes_never(client: FlaskClient, cast: Cast) -> None:
    code = code_of(a_meeting(cast))
    replies = [client.get(f"/m/K7M4QX{guess:02}").status_code for guess in range(61)]
    assert set(replies[:60]) == {404}
    assert replies[60] == 429
    throttled = client.get("/join?code=K7M4QX99")
    assert (throttled.status_code, int(throttled.headers["Retry-After"]) > 0) == (429, True)
    assert client.get(f"/m/{code}").status_code == 200
    assert client.get(f"/join?code={code}").status_code == 303


def test_the_address_behind_a_guess_is_stored_only_hashed(client: FlaskClient, cast: Cast) -> None:
    client.get("/m/K7M4QX2B")
    with writing() as database:
        (bucket,) = database.query(Bucket).all()
    assert len(bucket.subject) == 32
    assert b"127.0.0.1" not in bucket.subject


def test_the_front_door_and_privacy_speak_the_language_asked_for(client: FlaskClient, cast: Cast) -> None:
    assert "Velkommen til mødet" in client.get("/", headers={"Accept-Language": "da"}).text
    assert "Welcome to the meeting" in client.get("/?lang=en", headers={"Accept-Language": "da"}).text
    assert "About your data" in client.get("/privacy", headers={"Accept-Language": "en"}).text
    assert "Om dine data" in client.get("/privacy?lang=da").text


def test_health_says_alive_and_readiness_writes(client: FlaskClient, cast: Cast) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_readiness_is_503_when_the_database_cannot_be_written(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_now: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("blueprints.site.views.beat", full)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_static_files_are_kept_for_ever_under_their_own_address_only(client: FlaskClient, cast: Cast) -> None:
    address = re.search(r'href="(/static/[^"]+citizen\.css)"', client.get("/").text)[1]  # type: ignore[index]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    old = client.get("/static/000000000000/citizen.css")
    assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")
    assert client.get("/static/000000000000/nothing.css").status_code == 404
    assert client.get("/static/..%2f..%2fapp.py/app.py").status_code == 404


def test_the_accessibility_statement_says_whom_to_tell_and_what_is_not_published_yet(
    client: FlaskClient, cast: Cast
) -> None:
    nothing_yet = client.get("/was?lang=en").text
    assert nothing_yet.count("has not published yet whom to tell about barriers") == 2
    assert nothing_yet.count("has not published its official statement yet") == 2
    statement = "https://was.digst.dk/afstemt-example"
    with writing() as database:
        own = database.get_one(Municipality, cast.municipality.id)
        own.accessibility_email, own.accessibility_phone = "was@eksempelby.example", "12 34 56 00"
        own.accessibility_statement = statement
    page = client.get("/was?lang=en").text
    for address in ("mailto:was@eksempelby.example", "tel:12345600", statement):
        assert f'href="{address}"' in page
    # The other municipality of this server has published nothing still.
    assert page.count("has not published its official statement yet") == 1


def test_the_privacy_notice_has_each_municipality_s_own_words_and_days(client: FlaskClient, cast: Cast) -> None:
    with writing() as database:
        own = database.get_one(Municipality, cast.municipality.id)
        own.address, own.retention_days, own.question_days, own.room_limit = "Torvet 1, 1234 Eksempelby", 77, 11, 9
    page = client.get("/privacy?lang=en").text
    for said in (
        "Whether you answered on your own phone, on our tablet or on paper.",
        "Eksempelby Kommune is responsible for your data (data controller). Address: Torvet 1, 1234 Eksempelby",
        "Write or call: <bdi>dpo@eksempelby.example</bdi>",
        "We delete the answers 77 days after",
        "We delete the questions 11 days after",
        "Eksempelby Kommune shows it from 9 answers",
        "Nabok\u00f8bing Kommune has not published yet whom to ask about your data.",
        "We delete the answers 180 days after",
    ):
        assert said in page


@pytest.mark.parametrize("path", ["/", "/privacy", "/nowhere", "/sign-in", "/join?code=K7M4QX2B"])
def test_every_door_leads_to_the_accessibility_statement(client: FlaskClient, cast: Cast, path: str) -> None:
    assert 'href="/was?lang=en"' in client.get(path, headers={"Accept-Language": "en"}).text


def test_so_do_the_agreement_and_staff_pages(mette: FlaskClient, cast: Cast) -> None:
    code = code_of(a_meeting(cast))
    assert 'href="/was?lang=en"' in mette.get(f"/m/{code}/en").text
    assert 'href="/was?lang=da"' in mette.get("/meetings").text


@pytest.mark.parametrize("path", ["/%5Cevil.example/x", "/%09/evil.example/x"])
def test_the_page_of_a_wrong_address_leads_to_no_other_site(client: FlaskClient, cast: Cast, path: str) -> None:
    named = re.findall(r'href="([^"]*evil\.example[^"]*)"', client.get(path).text)
    assert named
    assert all(address.startswith(path) for address in named)
