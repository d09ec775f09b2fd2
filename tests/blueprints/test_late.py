"""Answers that were given offline and come after closing: what proves them, and where it is said that more may come."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from blueprints.answer_form import AnswerForm
from blueprints.citizen.seen import proven_minute, sign_seen
from models.base import reading, writing
from models.clock import minute_of
from models.meeting import Meeting
from models.publishing import publish_draft
from models.summary import totals
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, points_of
from tests.pdf_pages import words

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
OPENED, SEEN, CLOSED = NOW - 4 * HOUR, NOW - 3 * HOUR, NOW - 2 * HOUR
MAY_COME = "Answers given without network may still come until"
CAME = "given without network, came after closing"


def closed(cast: Cast, opened: datetime = OPENED, at: datetime = CLOSED) -> int:
    meeting = a_meeting(cast, now=opened)
    with writing() as database:
        database.get_one(Meeting, meeting).close(at, cast.mette)
    return meeting


def publish(cast: Cast, meeting: int) -> None:
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, SEEN)
        publish_draft(found, SEEN, cast.mette)


def proof(app: Flask, meeting: int, version: int = 1, at: datetime = SEEN) -> str:
    with app.app_context():
        return sign_seen(code_of(meeting), version, at)


def send(client: FlaskClient, meeting: int, seen: str, **fields: object) -> TestResponse:
    form = {"key": str(uuid4()), "agreement": "1", "lang": "en", "seen": seen, **fields}
    return client.post(f"/m/{code_of(meeting)}/answers", data=form)


def seen_on(page: str) -> str:
    [main] = re.findall(r'<main [^>]*id="main"[^>]*>', page)
    found = re.search(r' data-seen="([^"]*)"', main)
    return found[1] if found else ""


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_what_is_proven_is_taken_late_and_the_receipt_says_so(app: Flask, client: FlaskClient, cast: Cast) -> None:
    meeting, key = closed(cast), uuid4()
    for _ in range(2):
        reply = send(client, meeting, proof(app, meeting), key=str(key))
        assert reply.status_code == 303
    receipt = client.get(reply.headers["Location"]).text
    assert "It came after the meeting was closed. It still counts." in receipt
    assert seen_on(receipt) == ""
    with reading() as database:
        assert totals(database.get_one(Meeting, meeting)).late == 1
    in_time = a_meeting(cast)
    assert "It still counts" not in client.get(send(client, in_time, "").headers["Location"]).text


def test_what_is_not_proven_is_too_late(app: Flask, client: FlaskClient, cast: Cast) -> None:
    meeting, other = closed(cast), closed(cast)
    good = proof(app, meeting)
    version, minute, signature = good.split(".")
    middle = "A" if signature[20] != "A" else "B"
    for seen in (
        "",
        "x",
        "..",
        "å" * 50,
        "9" * 5000,
        f"{good}\n",
        f"{version}.{int(minute) + 1}.{signature}",
        f"{version}.{minute}.{signature[:20]}{middle}{signature[21:]}",
        f"{version}.{minute}.{'å' * 43}",
        f"-{good}",
        proof(app, other),
        proof(app, meeting, version=2),
        proof(app, meeting, at=OPENED - HOUR),
        proof(app, meeting, at=CLOSED + timedelta(minutes=1)),
        proof(app, meeting, at=NOW + HOUR),
    ):
        reply = send(client, meeting, seen, **{f"question-{points_of(meeting)[0]}": "Når det ikke?"})
        assert reply.status_code == 409, seen
        assert "Når det ikke?" in reply.text
    a_day_ago = closed(cast, NOW - 26 * HOUR, NOW - 24 * HOUR)
    assert send(client, a_day_ago, proof(app, a_day_ago, at=NOW - 25 * HOUR)).status_code == 409
    for meeting_id in (meeting, a_day_ago):
        with reading() as database:
            assert totals(database.get_one(Meeting, meeting_id)).answers == 0
    wrong = send(client, meeting, good, unclear="999999")
    assert wrong.status_code == 409
    assert 'data-mode="closed"' in wrong.text


def test_a_minute_that_lies_ahead_proves_nothing(app: Flask, cast: Cast) -> None:
    code, minute = code_of(a_meeting(cast)), timedelta(minutes=1)
    with app.app_context():
        form = AnswerForm(uuid4(), 1, "da", seen=sign_seen(code, 1, NOW + minute))
        assert proven_minute(code, form, NOW) is None
        assert proven_minute(code, form, NOW + minute) == (NOW + minute).replace(second=0, microsecond=0)


def test_every_page_that_can_be_answered_carries_a_proof_that_is_taken(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    meeting, key = a_meeting(cast), uuid4()
    code = code_of(meeting)
    before = minute_of(datetime.now(UTC))
    pages = [client.get(f"/m/{code}/en").text, client.get(f"/m/{code}/da").text]
    receipt_of = send(client, meeting, "", key=str(key)).headers["Location"]
    pages += [client.get(f"{receipt_of}&change=1").text, client.get(receipt_of).text]
    pages.append(send(client, meeting, "", unclear="999999").text)
    client.post(receipt_of.replace("?", "/deletion?"))
    pages.append(send(client, meeting, "", key=str(key)).text)
    for page in pages:
        version, minute, _ = seen_on(page).split(".")
        assert (version, before <= int(minute) <= minute_of(datetime.now(UTC))) == ("1", True)
        assert proof(app, meeting, 1, datetime.fromtimestamp(int(minute) * 60, UTC)) == seen_on(page)
    publish(cast, meeting)
    changed = send(client, meeting, "")
    assert changed.status_code == 409
    assert seen_on(changed.text).startswith("2.")
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    assert seen_on(client.get(f"/m/{code_of(closed(cast))}/en").text) == ""
    assert send(client, meeting, seen_on(changed.text), agreement="2").status_code == 303
    assert send(client, meeting, seen_on(pages[0])).status_code == 303


def test_the_minute_of_a_kept_page_goes_on(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = a_meeting(cast)
    address = f"/m/{code_of(meeting)}/en"
    at = datetime.now(UTC)
    shown = []
    for later in (timedelta(), timedelta(minutes=1)):
        monkeypatch.setattr("blueprints.citizen.views.now", lambda later=later: at + later)
        shown.append(seen_on(client.get(address).text))
    assert shown == [proof(app, meeting, at=at), proof(app, meeting, at=at + timedelta(minutes=1))]


def test_the_record_says_as_of_until_a_day_after_closing_and_how_many_came_late(
    app: Flask, mette: FlaskClient, client: FlaskClient, cast: Cast
) -> None:
    meeting = a_meeting(cast, now=OPENED)
    for _ in range(3):
        answer(meeting, now=SEEN)
    with writing() as database:
        database.get_one(Meeting, meeting).close(CLOSED, cast.mette)
    assert send(client, meeting, proof(app, meeting)).status_code == 303
    where = [f"/meetings/{meeting}?lang=en", f"/meetings/{meeting}/record?lang=en"]
    for address in where:
        page = plain(mette.get(address).text)
        assert MAY_COME in page
        # Four answers: who came late is still a small group's secret.
        assert CAME not in page
    assert send(client, meeting, proof(app, meeting)).status_code == 303
    for address in where:
        assert f"2 {CAME}" in plain(mette.get(address).text)
    labelled = words(mette.get(f"/meetings/{meeting}/record.pdf").data)
    assert "Given without network, came after closing 2" in labelled or "kom efter lukning 2" in labelled
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.opened_at, found.closed_at = NOW - 30 * HOUR, NOW - 25 * HOUR
    for address in where:
        page = plain(mette.get(address).text)
        assert MAY_COME not in page
        assert f"2 {CAME}" in page


def test_an_open_receipt_learns_that_the_text_has_changed(client: FlaskClient, cast: Cast) -> None:
    meeting, key = a_meeting(cast), uuid4()
    address = send(client, meeting, "", key=str(key)).headers["Location"].partition("?")[0]
    news = client.get(f"{address}/invitations?lang=en")
    assert "change=1" not in news.text
    publish(cast, meeting)
    news = client.get(f"{address}/invitations?lang=en", headers={"If-None-Match": news.headers["ETag"]})
    assert news.status_code == 200
    assert f"{address}?lang=en&amp;change=1" in news.text
