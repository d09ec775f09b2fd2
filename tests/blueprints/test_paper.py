"""Answers on paper: the sheet, typing in, undoing, and how many are in the room."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from html5lib import parse
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.answer import Answer, AnswerDeleted, Channel, hash_of_key
from models.audit import Act, AuditEntry
from models.base import reading, writing
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.summary import count, totals
from models.totals import Totals
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, csrf_token, points_of
from tests.factories import sign_in as sign_in_as
from tests.valid_html import assert_valid_html

HTMX = {"HX-Request": "true"}
LONG_AGO = datetime.now(UTC) - timedelta(days=20)


@pytest.fixture
def meeting(cast: Cast) -> int:
    wording = a_wording()
    first, *others = wording.points
    return a_meeting(cast, wording=replace(wording, points=(replace(first, asks_hands=True), *others)))


def send(client: FlaskClient, meeting: int, part: str = "paper", htmx: Any = False, **fields: object) -> TestResponse:
    data = {"csrf_token": csrf_token(client), "lang": "da", "agreement": "1", **fields}
    return client.post(f"/meetings/{meeting}/{part}?lang=en", data=data, headers=HTMX if htmx else {})


def value(page: str, name: str) -> str:
    """What a field of the form for the next answer holds."""
    form = next(each for each in parse(page, namespaceHTMLElements=False).iter("form") if each.get("id") == "typing")
    return next(str(each.get("value")) for each in form.iter("input") if each.get("name") == name)


def figures(meeting: int) -> Totals:
    with reading() as database:
        return count(database.get_one(Meeting, meeting))


def stored(meeting: int, key: UUID) -> Answer | None:
    with reading():
        return Answer.by_key(meeting, hash_of_key(key))


def publish(cast: Cast, meeting: int) -> None:
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        wording = found.draft.wording
        new = a_point(9, title={"da": "Et nyt punkt", "en": "A new point"})
        found.draft.save(replace(wording, points=(new, *wording.points)), cast.mette.id, datetime.now(UTC))
        publish_draft(found, datetime.now(UTC), cast.mette)


def test_an_answer_is_typed_in_and_the_page_is_ready_for_the_next(mette: FlaskClient, meeting: int) -> None:
    first = mette.get(f"/meetings/{meeting}/paper?lang=en").text
    key = value(first, "key")
    points = points_of(meeting)
    ticked: dict[str, Any] = {"unclear": [points[0], points[2]], "offer": points[0], "helped": "yes"}
    reply = send(mette, meeting, key=key, **ticked)
    assert reply.status_code == 200
    assert "1 answer on paper typed in." in reply.text
    assert "Last: unclear 1 and 3, joins in 1, with help" in reply.text
    assert value(reply.text, "key") not in {key, ""}
    mine = stored(meeting, UUID(key))
    assert mine
    assert (mine.channel, mine.unclear, mine.offered, mine.helped) == (
        Channel.PAPER, frozenset({points[0], points[2]}), frozenset({points[0]}), True,
    )  # fmt: skip
    assert send(mette, meeting, key=key, **ticked).status_code == 200
    assert figures(meeting).answers == 1, "sent again it is the same answer"
    assert "Last: all is clear" in send(mette, meeting, key=uuid4()).text
    assert figures(meeting).channels == {"own_phone": 0, "shared": 0, "paper": 2}


def test_a_fragment_holds_the_empty_sheet_and_what_became_of_the_last(mette: FlaskClient, meeting: int) -> None:
    reply = send(mette, meeting, htmx=True, key=uuid4())
    assert reply.text.lstrip().startswith('<fieldset id="sheet"')
    assert 'id="said"' in reply.text
    assert "<html" not in reply.text


def test_only_an_answer_from_paper_is_undone_and_twice_is_once(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    key, own, elsewhere = uuid4(), answer(meeting), a_meeting(cast)
    send(mette, meeting, key=key)
    for stranger in (own, uuid4()):
        send(mette, meeting, "paper/undoing", key=stranger)
    send(mette, elsewhere, "paper/undoing", key=key)
    assert figures(meeting).answers == 2
    for _ in range(2):
        reply = send(mette, meeting, "paper/undoing", key=key)
        assert reply.status_code == 200
        assert "Undone. 0 answers on paper typed in." in reply.text
    assert figures(meeting).answers == 1
    with pytest.raises(AnswerDeleted):
        stored(meeting, key)
    again = send(mette, meeting, key=key, unclear=points_of(meeting)[0])
    assert again.status_code == 410
    assert "checked" in again.text
    assert value(again.text, "key") != str(key)


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(mette: FlaskClient, meeting: int) -> None:
    point, other, _ = points_of(meeting)
    key = uuid4()
    long = {f"question-{point}": "x" * 281, f"question-{other}": "y" * 281}
    reply = send(mette, meeting, key=key, unclear=point, **long)
    assert reply.status_code == 422
    assert f'id="question-{point}-lacks"' in reply.text
    assert "x" * 281 in reply.text
    assert f'id="question-{other}-lacks"' not in reply.text, "a question goes with its tick"
    assert value(reply.text, "key") == str(key)
    assert send(mette, meeting, key=key, unclear=999999).status_code == 422
    assert send(mette, meeting, key=key, lang="pl").status_code == 422
    assert send(mette, meeting, key=key, agreement=7).status_code == 422
    assert send(mette, meeting, key="no key").status_code == 400
    assert send(mette, meeting, "paper/undoing", key="no key").status_code == 400
    assert figures(meeting).answers == 0
    send(mette, meeting, key=key, unclear=point, **{f"question-{point}": " Hvad? ", f"question-{other}": "Nej"})
    mine = stored(meeting, key)
    assert mine
    assert mine.asked == {point: "Hvad?"}


def test_the_version_and_the_language_of_the_sheet_stay_for_the_next(
    mette: FlaskClient, cast: Cast, meeting: int
) -> None:
    publish(cast, meeting)
    page = mette.get(f"/meetings/{meeting}/paper?lang=en").text
    assert (value(page, "agreement"), value(page, "lang")) == ("2", "da")
    page = mette.get(f"/meetings/{meeting}/paper?lang=en&agreement=1&sheet=en").text
    assert (value(page, "agreement"), value(page, "lang")) == ("1", "en")
    assert "A new point" not in page
    key = uuid4()
    reply = send(mette, meeting, key=key, agreement=1, lang="en", unclear=points_of(meeting, 1)[1])
    assert (value(reply.text, "agreement"), value(reply.text, "lang")) == ("1", "en")
    assert "Last: unclear 2" in reply.text
    mine = stored(meeting, key)
    assert mine
    assert (mine.agreement, mine.language) == (1, "en")
    undone = send(mette, meeting, "paper/undoing", key=key, agreement=1, lang="en").text
    assert (value(undone, "agreement"), value(undone, "lang")) == ("1", "en")


def test_paper_is_typed_in_until_14_days_after_closing(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    key = uuid4()
    for part, answers in (("paper", 1), ("paper/undoing", 0)):
        assert send(mette, meeting, part, key=key).status_code == 200
        with reading() as database:
            kept = database.get_one(Meeting, meeting)
            assert (kept.totals_revision, totals(kept).answers) == (kept.revision, answers)
    assert "Answers on paper" in mette.get(f"/meetings/{meeting}?lang=en").text

    over, draft = a_meeting(cast, state="closed", now=LONG_AGO), a_meeting(cast, state="draft")
    assert "Answers on paper" not in mette.get(f"/meetings/{over}?lang=en").text
    for each, says in ((over, "It is too late"), (draft, "Not opened yet")):
        for reply in (
            mette.get(f"/meetings/{each}/paper?lang=en"),
            send(mette, each, key=uuid4()),
            send(mette, each, "paper/undoing", key=uuid4()),
        ):
            assert reply.status_code == 409
            assert says in reply.text
    assert send(mette, over, htmx=True, key=uuid4()).headers["HX-Retarget"] == "#main"
    assert mette.get(f"/meetings/{draft}/paper/sheet?lang=en").status_code == 409
    assert mette.get(f"/meetings/{over}/paper/sheet?lang=en").status_code == 200


def test_an_individual_talk_takes_no_question(mette: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    assert "<textarea" not in mette.get(f"/meetings/{talk}/paper").text
    sheet = mette.get(f"/meetings/{talk}/paper/sheet?lang=en").text
    assert 'class="asks"' not in sheet
    assert "We don't ask for your name" not in sheet
    assert "The leader knows that the answer is yours." in sheet
    key, point = uuid4(), points_of(talk)[0]
    send(mette, talk, key=key, unclear=point, **{f"question-{point}": "Hvad?"})
    mine = stored(talk, key)
    assert mine
    assert mine.asked == {}


def test_typing_is_in_the_audit_without_what_it_says_and_the_key_in_no_log(
    mette: FlaskClient, meeting: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keys = [uuid4() for _ in range(3)]
    for key in keys:
        send(mette, meeting, key=key, unclear=points_of(meeting)[0])
    send(mette, meeting, "paper/undoing", key=keys[-1])
    with reading() as database:
        acts = [
            (each.act, each.details)
            for each in database.scalars(select(AuditEntry).where(AuditEntry.meeting_id == meeting))
        ]
    assert acts[-2:] == [(Act.PAPER_TYPED, {}), (Act.PAPER_UNDONE, {})]
    assert not any(str(key) in caplog.text for key in keys)


def test_the_sheet_has_a_box_and_a_number_for_each_point(app: Flask, cast: Cast) -> None:
    languages = ("da", "en", "ar")
    wording = a_wording(languages=languages)
    points = (replace(wording.points[0], asks_hands=True), *wording.points[1:])
    meeting = a_meeting(cast, wording=replace(wording, points=points), languages=list(languages))
    client = app.test_client()
    sign_in_as(client, cast.mette)
    pages = {each: client.get(f"/meetings/{meeting}/paper/sheet?lang={each}").text for each in languages}
    for page in pages.values():
        assert re.findall(r'class="nr">(\d+)<', page) == ["1", "2", "3"]
        assert page.count('class="box"') == 5, "three that may be unclear, one that asks for hands, one for help"
    assert '<main class="sheet" id="main" lang="ar" dir="rtl">' in pages["ar"]
    assert 'lang="da" dir="ltr" data-palette' in pages["ar"], "the page around it speaks the viewer's language"
    assert re.search(r'class="staff" lang="da" dir="ltr">\w+ 1 ·', pages["ar"]), "the version, for who types it in"
    assert_valid_html({**pages, "typing": client.get(f"/meetings/{meeting}/paper").text})


def test_heads_are_counted(mette: FlaskClient, meeting: int) -> None:
    def heads() -> int | None:
        with reading() as database:
            return database.get_one(Meeting, meeting).headcount

    assert send(mette, meeting, "headcount", headcount=" 52 ").headers["Location"].endswith("/room?view=split")
    assert heads() == 52
    for wrong in ("0", "10000", "many", "1.5", "-3"):
        reply = send(mette, meeting, "headcount", headcount=wrong)
        assert reply.status_code == 422
        assert f'value="{wrong}"' in reply.text
        assert 'id="headcount-lacks"' in reply.text
    assert heads() == 52
    assert "/paper" in send(mette, meeting, "headcount", headcount="", to="paper").headers["Location"]
    assert heads() is None
