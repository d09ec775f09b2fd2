"""Signing in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import create_app
from blueprints.account import passwords
from config import Config
from models import base
from models.base import reading, writing
from models.person import Person, SignIn
from tests.factories import PASSWORD, PASSWORD_HASH, Cast, a_meeting, csrf_token, sign_in


def try_to_sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, address: str = "/sign-in"
) -> TestResponse:
    return client.post(address, data={"email": email, "password": password, "csrf_token": csrf_token(client)})


def test_the_right_password_leads_to_the_meetings(client: FlaskClient, cast: Cast) -> None:
    reply = try_to_sign_in(client, " Mette@Eksempelby.example ")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/meetings")
    assert client.get("/meetings").status_code == 200


def test_one_is_led_back_to_where_one_wanted_to_go_but_never_to_another_site(client: FlaskClient, cast: Cast) -> None:
    first = client.get("/meetings/new?form=BOARD")
    assert first.headers["Location"] == "/sign-in?next=/meetings/new?form%3DBOARD"
    assert try_to_sign_in(client, cast.mette.email, address=first.headers["Location"]).headers["Location"] == (
        "/meetings/new?form=BOARD"
    )
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "/\tevil"):
        other = client.application.test_client()
        reply = other.post(
            "/sign-in",
            query_string={"next": elsewhere},
            data={"email": cast.mette.email, "password": PASSWORD, "csrf_token": csrf_token(other)},
        )
        assert reply.headers["Location"] == "/meetings"


def test_a_wrong_password_and_an_unknown_mail_are_answered_alike(client: FlaskClient, cast: Cast) -> None:
    wrong = try_to_sign_in(client, cast.mette.email, "not this one")
    unknown = try_to_sign_in(client, "nobody@eksempelby.example", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    same = [
        reply.text.replace(cast.mette.email, "X").replace("nobody@eksempelby.example", "X")
        for reply in (wrong, unknown)
    ]
    strip = [page.split('name="csrf_token"')[0] + page.split("</form>")[1] for page in same]
    assert strip[0] == strip[1]
    assert "passer ikke sammen" in client.post(
        "/sign-in?lang=da", data={"email": "x@y.dk", "password": "x", "csrf_token": csrf_token(client)}
    ).text  # fmt: skip
    assert cast.mette.email in wrong.text


def test_an_unknown_mail_takes_as_long_as_a_wrong_password(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = passwords._hasher

    class Watched:
        def verify(self, password_hash: str, password: str) -> bool:
            asked.append(password_hash)
            return real.verify(password_hash, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    passwords._of_nobody.cache_clear()
    try_to_sign_in(client, "nobody@eksempelby.example")
    assert len(asked) == 1
    assert asked[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_without_a_token_of_the_form_nothing_happens(client: FlaskClient, cast: Cast) -> None:
    reply = client.post("/sign-in", data={"email": cast.mette.email, "password": PASSWORD})
    assert reply.status_code == 400
    assert client.get("/meetings").status_code == 303


def test_signing_out_ends_the_sign_in_for_a_copied_cookie_too(app: Flask, client: FlaskClient, cast: Cast) -> None:
    try_to_sign_in(client, cast.mette.email)
    stolen = client.get_cookie("afstemt")
    assert stolen is not None
    thief = app.test_client()
    thief.set_cookie("afstemt", stolen.value)
    assert thief.get("/meetings").status_code == 200
    assert client.post("/sign-out", data={"csrf_token": csrf_token(client)}).status_code == 303
    assert thief.get("/meetings").status_code == 303
    with reading() as database:
        assert database.scalars(select(SignIn)).all() == []


def test_signing_in_again_ends_the_sign_in_before(app: Flask, client: FlaskClient, cast: Cast) -> None:
    try_to_sign_in(client, cast.mette.email)
    copied = client.get_cookie("afstemt")
    assert copied is not None
    try_to_sign_in(client, cast.mette.email)
    thief = app.test_client()
    thief.set_cookie("afstemt", copied.value)
    assert (client.get("/meetings").status_code, thief.get("/meetings").status_code) == (200, 303)


def test_signing_out_ends_a_sign_in_that_had_ended_by_idling(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.mette, now=datetime.now(UTC) - timedelta(minutes=61))
    client.post("/sign-out", data={"csrf_token": csrf_token(client)})
    with reading() as database:
        assert database.scalars(select(SignIn)).all() == []


def test_a_new_password_ends_every_sign_in(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.mette)
    with writing() as database:
        database.get_one(Person, cast.mette.id).set_password("a new hash")
    assert client.get("/meetings").status_code == 303


def test_the_database_holds_no_token(client: FlaskClient, cast: Cast) -> None:
    try_to_sign_in(client, cast.mette.email)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    with reading() as database:
        (row,) = database.scalars(select(SignIn)).all()
    assert token.encode() not in row.token_hash


def test_signing_in_makes_a_new_session(client: FlaskClient, cast: Cast) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    try_to_sign_in(client, cast.mette.email)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(settings: Config, cast: Cast) -> None:
    https = replace(settings, public_url="https://localhost")
    client = create_app(https).test_client()
    reply = client.get("/sign-in", base_url="https://localhost")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-afstemt=")
    for attribute in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "max-age=31536000" in reply.headers["Strict-Transport-Security"]
    base.engine().dispose()


def test_failed_sign_ins_are_slowed_down_per_mail_even_with_the_right_password(client: FlaskClient, cast: Cast) -> None:
    spellings = (cast.mette.email, cast.mette.email.upper(), f" {cast.mette.email}\u200b")
    for number in range(10):
        assert try_to_sign_in(client, spellings[number % len(spellings)], "guess").status_code == 422
    blocked = try_to_sign_in(client, cast.mette.email)
    assert blocked.status_code == 429
    assert int(blocked.headers["Retry-After"]) > 0
    assert try_to_sign_in(client, cast.karen.email).status_code == 303


def test_right_sign_ins_are_not_counted(client: FlaskClient, cast: Cast) -> None:
    for _ in range(12):
        assert try_to_sign_in(client, cast.mette.email).status_code == 303


def test_failed_sign_ins_are_slowed_down_per_address(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hundred hashes at their full cost take seconds.
    monkeypatch.setattr(passwords, "_of_nobody", lambda: PASSWORD_HASH)
    replies = [try_to_sign_in(client, f"guess{number}@x.dk", "x").status_code for number in range(101)]
    assert set(replies[:100]) == {422}
    assert replies[100] == 429


def test_an_idle_sign_in_ends_after_an_hour(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.mette, now=datetime.now(UTC) - timedelta(minutes=61))
    assert client.get("/meetings").status_code == 303


def test_an_idle_sign_in_lasts_while_a_meeting_of_theirs_is_open(client: FlaskClient, cast: Cast) -> None:
    a_meeting(cast, now=datetime.now(UTC) - timedelta(hours=4))
    sign_in(client, cast.mette, now=datetime.now(UTC) - timedelta(hours=3))
    assert client.get("/meetings").status_code == 200


def test_a_sign_in_that_ended_by_idling_does_not_begin_again_with_a_meeting(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.mette, now=datetime.now(UTC) - timedelta(hours=3))
    a_meeting(cast)
    assert client.get("/meetings").status_code == 303


def test_no_sign_in_lasts_longer_than_twelve_hours(client: FlaskClient, cast: Cast) -> None:
    a_meeting(cast)
    sign_in(client, cast.mette, now=datetime.now(UTC) - timedelta(hours=12, minutes=1))
    assert client.get("/meetings").status_code == 303


def test_pages_count_as_activity_and_polls_do_not(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    before = datetime.now(UTC) - timedelta(minutes=30)
    sign_in(client, cast.mette, now=before)

    def active_at() -> datetime:
        with reading() as database:
            return database.scalars(select(SignIn.active_at)).one()

    client.get(f"/meetings/{meeting}/summary")
    assert active_at() == before
    client.get("/meetings")
    assert active_at() > before


def test_missing_fields_are_said_at_their_place(client: FlaskClient, cast: Cast) -> None:
    reply = client.post("/sign-in?lang=en", data={"email": "", "password": "", "csrf_token": csrf_token(client)})
    assert reply.status_code == 422
    assert "Write your mail." in reply.text
    assert "Write your password." in reply.text
