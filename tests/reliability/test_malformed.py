"""What databases and programs stumble over, in every field of every form: nothing fails, nothing invalid is stored.

On PostgreSQL, which refuses what SQLite takes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_from_bytes
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from config import Config
from models.base import Base, reading
from models.meeting import Meeting, State
from models.throttle import Allowance
from tests.applications import application
from tests.factories import Cast, a_meeting, csrf_token, points_of
from tests.test_whole_app import Place, as_

#: Control characters, and a number that no column holds.
WORST = ("a\0b\x1b", "9223372036854775808")
ANSWER = ("key", "agreement", "lang", "unclear", "offer", "helped", "talk", "seen", "question-{}", "why-{}", "guess-{}")
#: The fields of all forms of a blueprint; ``{}`` is the id of a point.
FIELDS = {
    "account": ("email", "password", "next"),
    "citizen": ANSWER,
    "municipality": (
        "address", "privacy_contact", "accessibility_email", "accessibility_phone", "accessibility_statement",
        "languages",
    ),
    "room": (
        *ANSWER, "turn", "password", "headcount", "to", "from", "voiding", "hidden", "words", "reply-da",
        "explanation-da",
    ),
    "meetings": (
        "lang", "revision", "page", "keep", "add", "remove", "up", "down", "undo", "fits", "show", "danish", "title",
        "room", "date", "time", "closes", "contact", "phone", "purpose", "decider", "text-1", "how-1", "who-3",
        "influence-1", "guess-1", "hands-1", "step-4", "step-4-date", "languages", "deputies", "template", "form",
        "method", "institution", "journal_number", "kle_number", "file",
    ),
}  # fmt: skip
NO_LIMIT = Allowance(10**9, 10**9, timedelta(minutes=1))


@pytest.mark.slow
@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_the_worst_value_in_any_field_is_no_fault_of_the_server_and_is_not_stored(settings: Config, cast: Cast) -> None:
    app = application(
        replace(settings, new_keys=NO_LIMIT, sign_ins_per_email=NO_LIMIT, sign_ins_per_address=NO_LIMIT)
    )  # fmt: skip
    place, people = Place(a_meeting(cast)), (app.test_client(), as_(app, cast.mette), as_(app, cast.anna))
    for endpoint, name, value in forms(app):
        if not is_open(place.meeting):
            place = Place(a_meeting(cast))
        nobody, mette, anna = people
        client, (rule,) = nobody, app.url_map.iter_rules(endpoint)
        if ".shared." in endpoint or endpoint == "account.tablet_return":
            client = lent_tablet(app, cast, place)
        elif not endpoint.startswith(("citizen.", "account.")):
            client = anna if endpoint.startswith("municipality.") else mette
        sent = {**good(client, place), name.format(points_of(place.meeting)[0]): value}
        reply = client.post(
            place.address(app, rule), data=encoded(sent), content_type="application/x-www-form-urlencoded"
        )
        assert reply.status_code < 500, (rule.rule, name, value)
    with reading() as database:
        for table in Base.metadata.sorted_tables:
            for row in database.execute(select(table)).mappings():
                assert not [column for column, stored in row.items() if invisible(stored)], (table.name, dict(row))


def forms(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every form, by its endpoint, with each of its fields and each value."""
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()):
            for name in FIELDS.get(rule.endpoint.split(".")[0], ()):
                yield from ((rule.endpoint, name, value) for value in WORST)


def lent_tablet(app: Flask, cast: Cast, place: Place) -> FlaskClient:
    client = as_(app, cast.mette)
    client.post(f"/meetings/{place.meeting}/lending", data={"csrf_token": csrf_token(client)})
    client.get(f"/meetings/{place.meeting}/shared")
    return client


def good(client: FlaskClient, place: Place) -> dict[str, str]:
    """What makes a form good enough to be looked at."""
    with client.session_transaction() as cookie:
        turn = cookie.get("turn", "")
    with reading() as database:
        revision = database.get_one(Meeting, place.meeting).draft.revision
    return {
        "csrf_token": csrf_token(client), "turn": turn, "key": str(uuid4()), "agreement": "1", "lang": "da",
        "page": "x", "revision": str(revision), "unclear": str(points_of(place.meeting)[0]),
    }  # fmt: skip


def is_open(meeting: int) -> bool:
    with reading() as database:
        found = database.get(Meeting, meeting)
        return found is not None and found.state(datetime.now(UTC)) is State.OPEN


def encoded(fields: dict[str, str]) -> str:
    """As a form says it, half a character as it is."""
    pairs = [[quote_from_bytes(each.encode("utf-8", "surrogatepass")) for each in pair] for pair in fields.items()]
    return "&".join("=".join(pair) for pair in pairs)


def invisible(stored: object) -> set[str]:
    """The control characters of a stored text, or of the texts in a document."""
    if isinstance(stored, dict):
        return {each for pair in stored.items() for part in pair for each in invisible(part)}
    if isinstance(stored, list):
        return {each for part in stored for each in invisible(part)}
    return (
        {each for each in stored if unicodedata.category(each) in {"Cc", "Cs"}} - {"\n"}
        if isinstance(stored, str)
        else set()
    )
