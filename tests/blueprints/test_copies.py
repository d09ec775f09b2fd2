"""The citizen's own copy: what they answered, with nothing that would let another one change it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from models.base import writing
from models.meeting import Meeting
from models.publishing import publish_draft
from models.question import Question
from models.talked_about import TalkedAbout
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, points_of, texts
from tests.pdf_pages import words

LANGUAGES = ("da", "en", "ar")
NOW = datetime.now(UTC)


def test_it_holds_what_was_answered_and_what_the_receipt_shows(client: FlaskClient, cast: Cast) -> None:
    meeting, now = a_meeting(cast), NOW
    key = answer(meeting, doubts=(1,), questions={1: "Må æblerne blive på øen?"}, language="en")
    answer(meeting, doubts=(1,), questions={1: "Et andet spørgsmål"})
    answer(meeting, doubts=(2,), questions={2: "Noget for mødelederen alene"})
    with writing() as database:
        opened = database.get_one(Meeting, meeting)
        TalkedAbout.mark(opened, points_of(meeting)[0], cast.mette, now, {"da": "På øen er der plads."})
        for question in Question.of_meeting(opened):
            if question.text == "Et andet spørgsmål":
                question.publish(cast.mette, now)
                question.mark_answered(cast.mette, now, {"da": "Ja, i maj.", "en": "Yes, in May."})
            elif question.text == "Noget for mødelederen alene":
                question.mark_answered(cast.mette, now, {"da": "Nej, aldrig."})
    reply = client.get(f"/m/{code_of(meeting)}/answers/{key}/copy.pdf")
    assert reply.status_code == 200
    said = words(reply.data)
    for expected in (
        "Parents' meeting in year 3",
        "1 point was unclear to you Point 1: screens in the break You asked: ”Må æblerne blive på øen?”",
        "2 points were clear",
        "You have not said yes to the plan.",
        "The head of the school decides in the end.",
        "På øen er der plads.",
        "”Et andet spørgsmål”",
        "Yes, in May.",
        "Nej, aldrig.",
        f"localhost/m/{code_of(meeting)}",
    ):
        assert expected in said, expected
    assert "alene" not in said
    danish = client.get(f"/m/{code_of(meeting)}/answers/{key}/copy.pdf?lang=da")
    assert "1 punkt var uklart for dig" in words(danish.data)


def test_it_follows_the_version_that_was_answered(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    key = answer(meeting, language="en")
    with writing() as database:
        opened = database.get_one(Meeting, meeting)
        opened.draft.save(a_wording(can=3, purpose=texts("Et nyt formål.", "A new purpose.")), cast.mette.id, NOW)
        publish_draft(opened, NOW, cast.mette)
    said = words(client.get(f"/m/{code_of(meeting)}/answers/{key}/copy.pdf").data)
    assert "The purpose is to agree on the children's screen time." in said
    assert "A new purpose." not in said
    assert "The text has changed since you answered." in said


def test_the_key_is_nowhere_in_it_and_nobody_keeps_it(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    key = answer(meeting)
    reply = client.get(f"/m/{code_of(meeting)}/answers/{key}/copy.pdf")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Robots-Tag"] == "noindex"
    for spelled in (str(key), key.hex):
        assert spelled not in reply.headers["Content-Disposition"]
        assert spelled not in words(reply.data)
        assert spelled.encode() not in reply.data


def test_it_is_the_holders_alone_and_gone_with_the_answer(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    key, code = answer(meeting), code_of(meeting)
    assert client.get(f"/m/{code}/answers/{uuid4()}/copy.pdf").status_code == 404
    assert client.get(f"/m/{code_of(a_meeting(cast))}/answers/{key}/copy.pdf").status_code == 404
    client.post(f"/m/{code}/answers/{key}/deletion")
    assert client.get(f"/m/{code}/answers/{key}/copy.pdf").status_code == 410


def test_the_receipt_leads_to_it_in_its_language(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    meeting = a_meeting(cast, languages=list(LANGUAGES), wording=a_wording(languages=LANGUAGES))
    key = answer(meeting, language="ar")
    address = f"/m/{code_of(meeting)}/answers/{key}/copy.pdf?lang=ar"
    assert f'href="{address}"' in client.get(f"/m/{code_of(meeting)}/answers/{key}").text
    reply = client.get(address)
    assert reply.status_code == 200
    assert b"/Lang (ar)" in reply.data
