"""Rules for every address there is: found by walking the URL map, so that a new one can't be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models.base import reading
from models.meeting import Meeting, MeetingForm
from models.person import Viewer
from models.question import Question
from tests.factories import Cast, a_meeting, answer, code_of, csrf_token, points_of, sign_in
from tests.valid_html import assert_valid_html

SAFE = {"GET", "HEAD", "OPTIONS"}
WORDS = re.compile(r"/(?:[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)?|<[^>]+>)?")

#: Pages that look different when asked for something more.
STATES: dict[str, tuple[dict[str, str], ...]] = {
    "citizen.receipt": ({"change": "1"}, {"delete": "1"}, {"lang": "en"}),
    "meetings.write": ({"lang": "en"},),
    "meetings.new": ({"form": "HEARING"}, {"form": "BOARD", "method": "CO_CREATION"}),
    "meetings.index": ({"all": "1"},),
    "room.room": ({"view": "split"}, {"view": "questions"}),
    "insight.exports": ({"from": "2026-01-01", "to": "yesterday"},),
    "site.join": ({"code": "K7M4QX2B"},),
}


def rules(app: Flask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


def of_meetings(app: Flask) -> list[Rule]:
    return [rule for rule in rules(app) if "meeting_id" in rule.arguments]


class Place:
    """A meeting with an answer and a question: every address can be filled from it."""

    def __init__(self, meeting: int) -> None:
        self.meeting = meeting
        self.key: UUID = answer(meeting, doubts=(1,), questions={1: "Hvad betyder det?"})
        with reading() as database:
            questions = Question.of_meeting(database.get_one(Meeting, meeting))
            self.question = questions[0].id if questions else 1

    def address(self, app: Flask, rule: Rule, **more: Any) -> str:
        values: dict[str, Any] = {
            "meeting_id": self.meeting, "question_id": self.question, "code": code_of(self.meeting), "lang": "da",
            "key": str(self.key), "digest": "0" * 12, "name": "citizen.css",
            "point_id": points_of(self.meeting)[0], "suggestion": 0, "typed": "nonsense", "rest": "da",
        }  # fmt: skip
        with app.test_request_context():
            return app.url_map.bind("localhost").build(
                rule.endpoint, {name: values[name] for name in rule.arguments} | more
            )


@pytest.fixture
def place(cast: Cast) -> Place:
    return Place(a_meeting(cast))


@pytest.fixture
def talk(cast: Cast) -> Place:
    return Place(a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK))


def as_(app: Flask, viewer: Viewer) -> FlaskClient:
    client = app.test_client()
    sign_in(client, viewer)
    return client


def statuses(app: Flask, client: FlaskClient, place: Place, methods: set[str]) -> dict[str, int]:
    """What each address of a meeting answers to each of the methods it knows."""
    token = csrf_token(client)
    found = {}
    for rule in of_meetings(app):
        for method in sorted((rule.methods or set()) & methods):
            reply = client.open(place.address(app, rule), method=method, data={"csrf_token": token})
            found[f"{method} {rule.rule}"] = reply.status_code
    return found


def test_every_view_is_either_public_or_for_staff(app: Flask) -> None:
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        assert getattr(view, "is_public", False) != getattr(view, "is_for_staff", False), rule.rule


def test_addresses_are_lower_case_words_with_hyphens(app: Flask) -> None:
    for rule in rules(app):
        assert all(WORDS.fullmatch(f"/{part}") for part in rule.rule.split("/")[1:]), rule.rule


def test_signed_out_no_staff_page_is_shown(app: Flask, client: FlaskClient, place: Place) -> None:
    for rule in rules(app):
        if not getattr(app.view_functions[rule.endpoint], "is_for_staff", False):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            reply = client.open(place.address(app, rule), method=method, data={"csrf_token": csrf_token(client)})
            assert reply.status_code in {303, 401}, (method, rule.rule)
            if reply.status_code == 303:
                assert reply.headers["Location"].startswith("/sign-in"), rule.rule


def test_a_fragment_asked_for_signed_out_is_401_and_leads_nowhere(
    app: Flask, client: FlaskClient, place: Place
) -> None:
    for rule in of_meetings(app):
        if "GET" not in (rule.methods or set()):
            continue
        reply = client.get(place.address(app, rule), headers={"HX-Request": "true"})
        assert reply.status_code == 401, rule.rule
        assert "HX-Redirect" not in reply.headers
        assert reply.data == b""


def test_to_a_lent_tablet_every_page_answers_as_to_somebody_signed_out(app: Flask, cast: Cast, place: Place) -> None:
    lent, nobody = as_(app, cast.mette), app.test_client()
    lent.post(f"/meetings/{place.meeting}/lending", data={"csrf_token": csrf_token(lent)})
    assert lent.get(f"/meetings/{place.meeting}/shared").status_code == 200
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        # The shared page is what it is lent for, and the sign-in leads back there.
        if getattr(view, "is_for_lent_tablet", False) or rule.endpoint == "account.sign_in":
            continue
        of_staff, address = getattr(view, "is_for_staff", False), place.address(app, rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}) if of_staff else ["GET"]:
            for headers in ({}, {"HX-Request": "true"}):
                one, other = (
                    client.open(address, method=method, headers=headers, data={"csrf_token": csrf_token(client)})
                    for client in (lent, nobody)
                )
                assert _told(one) == _told(other), (method, rule.rule)
                assert not of_staff or one.status_code in {303, 401}, (method, rule.rule)


def _told(reply: TestResponse) -> tuple[int, str, str]:
    page = _without_what_differs(reply.text) if reply.mimetype == "text/html" else ""
    return reply.status_code, reply.headers.get("Location", ""), page


@pytest.mark.parametrize("stranger", ["omar", "piet"])
def test_what_is_of_another_institution_is_not_found(app: Flask, cast: Cast, place: Place, stranger: str) -> None:
    client = as_(app, cast.everyone[stranger])
    assert set(statuses(app, client, place, {"GET", "POST"}).values()) == {404}


@pytest.mark.parametrize("colleague", ["karen", "leif", "anna", "omar"])
def test_an_individual_talk_is_not_found_by_anybody_but_its_owner(
    app: Flask, cast: Cast, talk: Place, colleague: str
) -> None:
    client = as_(app, cast.everyone[colleague])
    assert set(statuses(app, client, talk, {"GET", "POST"}).values()) == {404}


@pytest.mark.parametrize("reader", ["karen", "leif", "anna"])
def test_those_who_only_read_cannot_act(app: Flask, cast: Cast, place: Place, reader: str) -> None:
    found = statuses(app, as_(app, cast.everyone[reader]), place, {"POST"})
    if reader == "leif":
        assert found.pop("POST /meetings/<int:meeting_id>/deputies") in {200, 303}
    if reader == "karen":
        # A colleague may make a meeting of their own from this one: nothing of it changes.
        found.pop("POST /meetings/<int:meeting_id>/copy")
    assert set(found.values()) == {404}


def test_every_reply_has_its_headers(app: Flask, cast: Cast, place: Place) -> None:
    client = as_(app, cast.mette)
    for rule in rules(app):
        if "GET" not in (rule.methods or set()):
            continue
        reply = client.get(place.address(app, rule))
        policy = reply.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), rule.rule
        assert "unsafe" not in policy
        # The writing page shows the preview in a frame.
        framed = "'self'" if rule.endpoint == "meetings.preview" else "'none'"
        assert rule.rule.startswith("/static/") or policy.endswith(f"frame-ancestors {framed}"), rule.rule
        assert reply.headers["X-Content-Type-Options"] == "nosniff", rule.rule
        assert reply.headers["Referrer-Policy"] == "same-origin", rule.rule
        if getattr(app.view_functions[rule.endpoint], "is_for_staff", False):
            assert reply.headers["Cache-Control"] == "no-store", rule.rule


def test_no_citizen_address_ever_sets_a_cookie(app: Flask, cast: Cast, place: Place) -> None:
    for client in (app.test_client(), as_(app, cast.mette)):
        for rule in rules(app):
            if not rule.rule.startswith(("/m/", "/static/", "/join", "/privacy", "/was")) and rule.rule != "/":
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                reply = client.open(place.address(app, rule), method=method)
                assert "Set-Cookie" not in reply.headers, (method, rule.rule)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        # Another name under the same domain: the browser sends it our cookie, too.
        ("Sec-Fetch-Site", "same-site"),
    ],
)
def test_another_site_can_send_nothing_anywhere(app: Flask, cast: Cast, place: Place, name: str, value: str) -> None:
    client = as_(app, cast.mette)
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - SAFE):
            data = {"csrf_token": csrf_token(client)}
            reply = client.open(place.address(app, rule), method=method, data=data, headers={name: value})
            assert reply.status_code == 403, (method, rule.rule)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_every_page_is_valid_html(app: Flask, cast: Cast, place: Place, talk: Place) -> None:
    pages: dict[str, str] = {}
    for name, viewer in cast.everyone.items():
        client = as_(app, viewer)
        for rule in rules(app):
            if "GET" not in (rule.methods or set()):
                continue
            for kind, where in (("meeting", place), ("talk", talk)):
                for state in ({}, *STATES.get(rule.endpoint, ())):
                    reply = client.get(where.address(app, rule), query_string=state)
                    if reply.content_type.startswith("text/html") and reply.data and reply.status_code != 303:
                        pages[f"{name} {kind} {reply.status_code} {rule.rule} {state}"] = reply.text
    once = {_without_what_differs(page): where for where, page in pages.items()}
    assert_valid_html({where: pages[where] for where in once.values()})


def _without_what_differs(page: str) -> str:
    return re.sub(r'(csrf_token|key)" value="[^"]+"', "", page)


def test_a_host_that_is_not_ours_is_refused(client: FlaskClient) -> None:
    assert client.get("/", base_url="http://evil.example").status_code == 400


def test_an_unknown_address_is_said_in_plain_words(client: FlaskClient) -> None:
    reply = client.get("/nowhere", headers={"Accept-Language": "da"})
    assert reply.status_code == 404
    assert "Vi kan ikke finde siden" in reply.text


def test_no_number_in_an_address_is_too_large(app: Flask, cast: Cast, place: Place) -> None:
    client = as_(app, cast.mette)
    for number in (2**31, 2**63, 10**30):
        assert client.get(f"/meetings/{number}").status_code == 404
        assert client.get(f"/meetings/{number}/room").status_code == 404
    digits = "9" * 4500
    assert client.get(f"/meetings/{place.meeting}/agreement?open={digits}").status_code == 200
    for name in ("revision", "remove", "up", "down"):
        token = csrf_token(client)
        fields = {"csrf_token": token, "lang": "da", "page": "x", "revision": "1", name: digits}
        assert client.post(f"/meetings/{place.meeting}/agreement", data=fields).status_code in {400, 404, 409, 422}


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 4500])
def test_no_number_in_a_form_is_too_large(app: Flask, cast: Cast, place: Place, number: str) -> None:
    client = as_(app, cast.mette)
    points = f"points/{points_of(place.meeting)[0]}"
    for path, name in ((f"{points}/talked-about/withdrawal", "talk"), ("voiding/undoing", "voiding")):
        fields = {"csrf_token": csrf_token(client), name: number}
        assert client.post(f"/meetings/{place.meeting}/{path}", data=fields).status_code == 400, path


def test_no_invisible_character_of_a_form_is_stored(app: Flask, cast: Cast, place: Place) -> None:
    mette, anna = as_(app, cast.mette), as_(app, cast.anna)
    draft = {"csrf_token": csrf_token(mette), "lang": "da", "revision": "1", "page": "a\0b", "room": "Sal\0 7\x1b"}
    assert mette.post(f"/meetings/{place.meeting}/agreement", data=draft).status_code == 303
    contact = {"csrf_token": csrf_token(anna), "address": "Torvet\0 1\x1b"}
    assert anna.post("/municipality/contact", data=contact).status_code == 303
    with reading() as database:
        meeting = database.get_one(Meeting, place.meeting)
        assert (meeting.place, meeting.draft.saved_from) == ("Sal 7", "ab")
        assert meeting.institution.municipality.address == "Torvet 1"
