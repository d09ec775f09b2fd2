"""The record of a closed meeting, as page and PDF: everything of the meeting, nothing of a person."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audit import Act, AuditEntry
from models.base import reading, writing
from models.facts import count_heads
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.question import Question
from models.summary import keep_totals
from models.talked_about import TalkedAbout
from tests.factories import Cast, a_meeting, a_wording, answer, csrf_token, points_of, sign_in, texts
from tests.pdf_pages import pages_of, words
from tests.valid_html import assert_valid_html

NOW = datetime.now(UTC)
LANGUAGES = ("da", "en", "ar")


def close(meeting_id: int, cast: Cast) -> None:
    with writing() as database:
        meeting = database.get_one(Meeting, meeting_id)
        meeting.close(NOW, cast.mette)
        keep_totals(meeting)


def plain(page: str) -> str:
    """The words of a page, on one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).replace("&#39;", "'").split())


def test_it_holds_what_was_agreed_answered_and_added(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, title=texts("Forældremøde på Ærø", "Meeting on Ærø"))
    keys = [answer(meeting, doubts=(1,), questions={1: f"Må æble {number} med?"}, now=NOW) for number in range(3)]
    keys += [answer(meeting, now=NOW) for _ in range(3)]
    answer(meeting, key=keys[0], now=NOW)
    with writing() as database:
        opened = database.get_one(Meeting, meeting)
        opened.draft.save(a_wording(can=3), cast.mette.id, NOW)
        publish_draft(opened, NOW, cast.mette)
        count_heads(opened, 52, cast.mette, NOW)
        TalkedAbout.mark(opened, points_of(meeting)[0], cast.mette, NOW, {"da": "Skærme er også ure."})
        TalkedAbout.mark(opened, points_of(meeting)[1], cast.mette, NOW, {"da": "Taget tilbage."}).withdraw(
            cast.mette, NOW
        )
        published, unpublished = Question.of_meeting(opened)
        published.publish(cast.mette, NOW)
        published.mark_answered(cast.mette, NOW, {"da": "Ja, på øen."})
        unpublished.mark_answered(cast.mette, NOW, {"da": "Nej, ikke på øen."})
        hashes = [each.content_hash for each in opened.agreements]
    close(meeting, cast)

    page = plain(mette.get(f"/meetings/{meeting}/record?lang=en").text)
    pdf = mette.get(f"/meetings/{meeting}/record.pdf?lang=en")
    paper = words(pdf.data)
    assert "answers from 52 people present" in page
    assert "Unclear first 3 · now 2 of 6 answers" in page
    assert "50% said at first that all is clear" in page
    assert re.search(r"Punkt 1: skærme i frikvarteret 6 3 2 \d", paper)
    assert "Forældremøde på Ærø" in paper
    assert "Formålet er at aftale børnenes skærmtid." in paper
    for said in (page, paper):
        for expected in (
            *hashes,
            "Skærme er også ure.",
            "Må æble 2 med?",
            "Ja, på øen.",
            "Nej, ikke på øen.",
            "Mette Holm",
        ):
            assert expected in said
        for unsaid in (
            "Må æble 0 med?",
            "Må æble 1 med?",
            "Taget tilbage.",
            *map(str, keys),
            *(key.hex for key in keys),
        ):
            assert unsaid not in said
    assert pdf.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r'inline; filename="afstemt-\w{4}-\w{4}-notat\.pdf"', pdf.headers["Content-Disposition"])


def test_too_few_answers_split_nothing(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, languages=["da"])
    for _ in range(4):
        answer(meeting, doubts=(1,))
    close(meeting, cast)
    page, paper = (
        plain(mette.get(f"/meetings/{meeting}/record?lang=en").text),
        mette.get(f"/meetings/{meeting}/record.pdf"),
    )
    assert "They are shown from 5 answers." in page
    assert "Unclear first" not in page
    assert "Punkt 1: skærme i frikvarteret – – – –" in words(paper.data)


def test_a_point_that_few_answered_is_protected_in_a_large_meeting(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(5):
        answer(meeting, doubts=(1,))
    with writing() as database:
        opened = database.get_one(Meeting, meeting)
        opened.draft.save(a_wording(can=3), cast.mette.id, NOW)
        publish_draft(opened, NOW, cast.mette)
    answer(meeting, doubts=(3,))
    close(meeting, cast)
    paper = words(mette.get(f"/meetings/{meeting}/record.pdf").data)
    assert "Punkt 1: skærme i frikvarteret 6 5 5 –" in paper
    assert "Punkt 3: skærme i frikvarteret – – – –" in paper


def test_an_individual_talk_is_exempt(mette: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    answer(talk, doubts=(1,))
    close(talk, cast)
    assert "Punkt 1: skærme i frikvarteret 1 1 1 –" in words(mette.get(f"/meetings/{talk}/record.pdf").data)


def test_the_agreement_in_other_languages_comes_after_it(app: Flask, cast: Cast) -> None:
    mette = app.test_client()
    sign_in(mette, cast.mette)
    meeting = a_meeting(cast, state="closed", languages=list(LANGUAGES), wording=a_wording(languages=LANGUAGES))
    pdf = mette.get(f"/meetings/{meeting}/record.pdf").data
    with pages_of(pdf) as document:
        last = len(document) - 1
    assert "The head of the school decides in the end." in words(pdf, last - 1)
    assert texts("", "school hours", ("ar",))["ar"] in words(pdf, last)


def test_a_draft_has_none_and_an_open_meeting_says_when(mette: FlaskClient, cast: Cast) -> None:
    draft, meeting = a_meeting(cast, state="draft"), a_meeting(cast)
    for path in ("record", "record.pdf"):
        assert mette.get(f"/meetings/{draft}/{path}").status_code == 404
    assert "ready when it is closed" in mette.get(f"/meetings/{meeting}/record?lang=en").text
    reply = mette.get(f"/meetings/{meeting}/record.pdf")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/meetings/{meeting}/record")


def test_its_numbers_are_kept_in_both_and_audited(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, state="closed")
    long = {"csrf_token": csrf_token(mette), "journal_number": "2" * 41, "kle_number": "17.01.00"}
    reply = mette.post(f"/meetings/{meeting}/record-numbers?lang=en", data=long)
    assert reply.status_code == 422
    assert "At most 40 characters, please." in reply.text
    assert 'value="17.01.00"' in reply.text
    fitting = {**long, "journal_number": "26/004711"}
    assert mette.post(f"/meetings/{meeting}/record-numbers", data=fitting).status_code == 303
    for said in (
        mette.get(f"/meetings/{meeting}/record").text,
        words(mette.get(f"/meetings/{meeting}/record.pdf").data),
    ):
        assert "26/004711" in said
        assert "17.01.00" in said
    with reading() as database:
        acts = database.scalars(select(AuditEntry.act).where(AuditEntry.meeting_id == meeting)).all()
    assert acts.count(Act.RECORD_NUMBERED) == 1


def test_readers_read_it_without_a_form_and_every_page_is_valid_html(app: Flask, cast: Cast) -> None:
    meeting, still_open = a_meeting(cast, state="closed"), a_meeting(cast)
    pages = {}
    for name in ("mette", "karen", "leif"):
        client = app.test_client()
        sign_in(client, cast.everyone[name])
        pages[name] = client.get(f"/meetings/{meeting}/record").text
        pages[f"{name} open"] = client.get(f"/meetings/{still_open}/record").text
        assert f'href="/meetings/{meeting}/record"' in client.get(f"/meetings/{meeting}").text
        assert client.get(f"/meetings/{meeting}/record.pdf").status_code == 200
    assert [name for name, page in pages.items() if "record-numbers" in page] == ["mette"]
    assert_valid_html(pages)
