"""The shared tablet: one person after the other."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.answer import Answer, Channel
from models.base import DatabaseGone, reading, writing
from models.guess import Expectation, Guess
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.question import LONGEST_QUESTION, Question
from tests.factories import (
    PASSWORD,
    Cast,
    a_meeting,
    a_wording,
    points_of,
)
from tests.lent_tablet import Tablet, hidden, stored
from tests.valid_html import assert_valid_html


@pytest.fixture
def tablet(client: FlaskClient, cast: Cast) -> Tablet:
    return Tablet(client, cast, a_meeting(cast))


def test_one_answer_after_the_other_is_stored_once_each(tablet: Tablet) -> None:
    points = points_of(tablet.meeting)
    first = tablet.start()
    fields = {"unclear": points[1], f"why-{points[1]}": "words", f"question-{points[1]}": "Hvad betyder det?"}
    for _ in range(2):
        reply = tablet.send(first, **fields)
        assert (reply.status_code, reply.headers["Location"]) == (303, f"{tablet.page}/thanks")
    second = tablet.start(lang="en")
    assert second["key"] != first["key"]
    assert tablet.send(second).status_code == 303
    with reading() as database:
        doubter, other = database.scalars(select(Answer).order_by(Answer.id))
        assert (doubter.channel, doubter.unclear, other.channel) == (
            Channel.SHARED,
            frozenset({points[1]}),
            Channel.SHARED,
        )
        assert (doubter.language, other.language, other.unclear) == ("da", "en", frozenset())
        assert [question.text for question in database.scalars(select(Question))] == ["Hvad betyder det?"]


def test_thanks_hold_nothing_of_the_answer_and_the_next_person_begins_in_danish(tablet: Tablet) -> None:
    point = points_of(tablet.meeting)[0]
    english = tablet.start(lang="en")
    reply = tablet.send(english, unclear=point, **{f"question-{point}": "What is that?"})
    thanks = tablet.client.get(reply.headers["Location"])
    assert "Thank you for your answer" in thanks.text
    for page in (thanks, tablet.client.get(tablet.page), tablet.client.get(f"{tablet.page}/thanks")):
        assert english["key"] not in page.text
        assert "What is that?" not in page.text
        assert " checked" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
    assert tablet.start()["lang"] == "da"
    assert 'lang="da"' in tablet.client.get(f"{tablet.page}/thanks").text.split("<head>")[0]
    with tablet.client.session_transaction() as cookie:
        assert set(cookie) <= {"_user_id", "_fresh", "csrf_token", "turn"}


def test_what_a_former_person_sent_can_be_neither_sent_nor_shown_again(tablet: Tablet) -> None:
    point = points_of(tablet.meeting)[0]
    long = {f"question-{point}": "hemmelig " * 40, "unclear": point}
    former = tablet.start()
    assert "hemmelig" in tablet.send(former, **long).text
    assert tablet.send(former).status_code == 303
    again = tablet.send(former, **long)
    assert (again.status_code, again.headers["Location"]) == (303, f"{tablet.page}/thanks")
    left = tablet.start()
    assert "hemmelig" in tablet.send(left, **long).text
    tablet.start()
    again = tablet.send(left, **long)
    assert (again.status_code, again.headers["Location"]) == (303, tablet.page)
    changed = tablet.send(former, unclear=point)
    assert changed.status_code == 303
    with reading() as database:
        (answer,) = database.scalars(select(Answer))
        assert answer.unclear == set(), "a former answer stays as it was sent"


def test_a_wrong_field_comes_back_with_everything_typed_and_said_at_its_place(tablet: Tablet) -> None:
    points = points_of(tablet.meeting)
    fields = tablet.start(lang="en")
    typed = "x" * (LONGEST_QUESTION + 1)
    reply = tablet.send(
        fields,
        unclear=[points[0], points[1]],
        **{f"question-{points[0]}": typed, f"question-{points[1]}": "Hvad?", f"why-{points[1]}": "decider"},
    )
    assert reply.status_code == 422
    assert typed in reply.text
    assert "Hvad?" in reply.text
    assert reply.text.count(" checked") == 3
    assert f'id="question-{points[0]}-lacks"' in reply.text
    assert hidden(reply.text)["key"] == fields["key"]
    assert tablet.send(fields, unclear=999999).status_code == 422
    assert stored(tablet.meeting) == []
    assert_valid_html({"wrong": reply.text})


def test_a_changed_text_is_read_again_and_what_was_typed_stays(tablet: Tablet, cast: Cast) -> None:
    point = points_of(tablet.meeting)[1]
    fields = tablet.start()
    with writing() as database:
        meeting = database.get_one(Meeting, tablet.meeting)
        wording = a_wording()
        newer = replace(wording.points[0], title={"da": "Et nyt punkt", "en": "A new point"})
        meeting.draft.save(replace(wording, points=(newer, *wording.points[1:])), cast.mette.id, datetime.now(UTC))
        publish_draft(meeting, datetime.now(UTC), cast.mette)
    reply = tablet.send(fields, unclear=point, **{f"question-{point}": "Hvad betyder det?"})
    assert reply.status_code == 409
    assert "Et nyt punkt" in reply.text
    assert "Hvad betyder det?" in reply.text
    assert_valid_html({"changed": reply.text})
    again = hidden(reply.text)
    assert (again["key"], again["agreement"]) == (fields["key"], "2")
    assert tablet.send(again, unclear=point).status_code == 303


def test_after_closing_the_tablet_says_so_and_stays_locked(tablet: Tablet, cast: Cast) -> None:
    point = points_of(tablet.meeting)[0]
    fields = tablet.start(lang="en")
    with writing() as database:
        database.get_one(Meeting, tablet.meeting).close(datetime.now(UTC), cast.mette)
    late = tablet.send(fields, unclear=point, **{f"question-{point}": "Too late?"})
    assert late.status_code == 409
    assert "The meeting is over" in late.text
    assert "Too late?" in late.text
    assert stored(tablet.meeting) == []
    start = tablet.client.get(tablet.page)
    assert start.status_code == 200
    assert 'name="key"' not in start.text
    assert tablet.client.get("/meetings").status_code == 303
    assert_valid_html({"late": late.text, "over": start.text})
    assert tablet.take_back().status_code == 303


def test_too_many_new_answers_wait_with_all_that_was_typed(tablet: Tablet) -> None:
    point = points_of(tablet.meeting)[0]
    settings = tablet.client.application.config["SETTINGS"]
    tablet.client.application.config["SETTINGS"] = replace(settings, keys_per_meeting=1)
    assert tablet.send(tablet.start()).status_code == 303
    fields = tablet.start(lang="en")
    reply = tablet.send(fields, unclear=point, **{f"question-{point}": "Hvad betyder det?"})
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0
    assert "Hvad betyder det?" in reply.text
    assert hidden(reply.text)["key"] == fields["key"]
    assert len(stored(tablet.meeting)) == 1
    assert_valid_html({"waits": reply.text})


def test_without_a_database_nothing_typed_is_lost(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    point = points_of(tablet.meeting)[0]
    fields = tablet.start(lang="en")

    def gone(*_: Any) -> AbstractContextManager[None]:
        raise DatabaseGone("gone")

    for place in ("blueprints.access.glancing", "blueprints.room.shared.writing"):
        with monkeypatch.context() as broken:
            broken.setattr(place, gone)
            reply = tablet.send(fields, unclear=point, **{f"question-{point}": "Hvad betyder det?"})
            assert reply.status_code == 503
            assert "What you wrote is still here." in reply.text
            assert "Hvad betyder det?" in reply.text
            assert hidden(reply.text)["key"] == fields["key"]
    assert tablet.send(fields).status_code == 303


def test_a_guess_comes_before_the_text_and_is_stored_with_the_answer(client: FlaskClient, cast: Cast) -> None:
    wording = a_wording()
    asks = tuple(replace(point, asks_guess=True) for point in wording.points)
    tablet = Tablet(client, cast, a_meeting(cast, wording=replace(wording, points=asks)))
    points = points_of(tablet.meeting)
    first = client.get(tablet.page, query_string={"lang": "en"})
    assert "Tell us tonight." not in first.text
    fields = hidden(first.text)
    assert client.post(f"{tablet.page}/guess", data={**fields, f"guess-{points[0]}": "maybe"}).status_code == 422
    agreement = client.post(
        f"{tablet.page}/guess", data={**fields, f"guess-{points[0]}": "no", f"guess-{points[2]}": "yes"}
    )
    assert "Tell us tonight." in agreement.text
    assert_valid_html({"guess": first.text, "agreement": agreement.text})
    assert tablet.send(hidden(agreement.text)).status_code == 303
    with reading() as database:
        guesses = {guess.point_id: guess.expected for guess in database.scalars(select(Guess))}
    assert guesses == {points[0]: Expectation.NO, points[2]: Expectation.YES}
    stale = client.post(f"{tablet.page}/guess", data={**fields, f"guess-{points[0]}": "no"})
    assert (stale.status_code, stale.headers["Location"]) == (303, tablet.page)


def test_a_guess_that_the_changed_text_does_not_ask_for_falls_away(client: FlaskClient, cast: Cast) -> None:
    wording = a_wording()
    first, *others = wording.points
    checked = replace(wording, points=(replace(first, asks_guess=True), *others))
    tablet = Tablet(client, cast, a_meeting(cast, wording=checked))
    guess = {f"guess-{points_of(tablet.meeting)[0]}": "no"}
    fields = hidden(client.post(f"{tablet.page}/guess", data={**tablet.start(), **guess}).text)
    assert fields.items() >= guess.items()
    with writing() as database:
        meeting = database.get_one(Meeting, tablet.meeting)
        meeting.draft.save(replace(wording, purpose={"da": "Et nyt formål."}), cast.mette.id, datetime.now(UTC))
        publish_draft(meeting, datetime.now(UTC), cast.mette)
    changed = tablet.send(fields)
    assert changed.status_code == 409
    assert tablet.send(hidden(changed.text)).status_code == 303


def test_the_forms_need_the_token_of_the_cookie(tablet: Tablet) -> None:
    fields = tablet.start()
    assert tablet.send({**fields, "csrf_token": ""}).status_code == 400
    assert tablet.client.post(f"{tablet.page}/return", data={"password": PASSWORD}).status_code == 400
    assert stored(tablet.meeting) == []


def test_the_pages_lead_nowhere_but_to_each_other_and_name_nobody(tablet: Tablet, cast: Cast) -> None:
    pages = {path: tablet.client.get(f"{tablet.page}{path}").text for path in ("", "/thanks", "/return", "?lang=en")}
    for path, page in pages.items():
        leads = re.findall(r'(?:href|action|src)="([^"#]+)', page)
        assert all(lead.startswith((tablet.page, "/static/")) for lead in leads), (path, leads)
        assert cast.mette.email not in page
        assert cast.mette.name not in page
    assert_valid_html(pages)


def test_a_key_that_is_none_is_refused_with_all_that_was_typed(tablet: Tablet) -> None:
    point = points_of(tablet.meeting)[0]
    reply = tablet.send({**tablet.start(), "key": "x"}, unclear=point, **{f"question-{point}": "Hvad?"})
    assert reply.status_code == 400
    assert "Hvad?" in reply.text
    assert tablet.send(hidden(reply.text)).status_code == 303
    with reading() as database:
        assert [answer.unclear for answer in database.scalars(select(Answer))] == [frozenset({point})]


def test_an_individual_talk_stores_no_question(client: FlaskClient, cast: Cast) -> None:
    tablet = Tablet(client, cast, a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK))
    page = client.get(tablet.page).text
    assert "<textarea" not in page
    point = points_of(tablet.meeting)[0]
    assert tablet.send(hidden(page), unclear=point, **{f"question-{point}": "Hvad?"}).status_code == 303
    with reading() as database:
        assert database.scalars(select(Question)).all() == []


def test_a_right_to_left_language_is_right_to_left(app: Flask, cast: Cast) -> None:
    languages = ["da", "en", "ar"]
    meeting = a_meeting(cast, languages=languages, wording=a_wording(languages=languages))
    tablet = Tablet(app.test_client(), cast, meeting)
    page = tablet.client.get(tablet.page, query_string={"lang": "ar"}).text
    assert '<html lang="ar" dir="rtl"' in page
    assert tablet.send(hidden(page)).status_code == 303
    assert 'dir="rtl"' in tablet.client.get(f"{tablet.page}/thanks").text
    assert 'dir="ltr"' in tablet.client.get(tablet.page).text.split("<head>")[0]
