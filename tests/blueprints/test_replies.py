"""Replies and published questions on the receipts: each citizen sees exactly what is theirs or everybody's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from models.base import session, writing
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.question import Question
from tests.factories import Cast, a_meeting, a_wording, answer, code_of
from tests.valid_html import assert_valid_html

WORDS = "Må <b>tablets</b> komme med?"
SEEN = "Må &lt;b&gt;tablets&lt;/b&gt; komme med?"
REPLY = "Ja, men & kun i timen."
SAID = "Ja, men &amp; kun i timen."

NOW = datetime(2026, 11, 24, 16, 42, tzinfo=UTC)

OWN = "Reply to your question"
OF_LEADER = "Reply from the leader of the meeting"
OF_POINT = "Reply to a question about this point"


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast)


@pytest.fixture
def asker(meeting: int) -> UUID:
    return answer(meeting, [1], {1: WORDS})


@pytest.fixture
def other(meeting: int) -> UUID:
    return answer(meeting)


def act(meeting: int, do: Callable[[Question], None]) -> None:
    with writing():
        (question,) = Question.of_meeting(session().get_one(Meeting, meeting))
        do(question)


def replies(client: FlaskClient, meeting: int, key: UUID, part: str = "", language: str = "en") -> str:
    """What the receipt says about questions and replies."""
    page = client.get(f"/m/{code_of(meeting)}/answers/{key}{part}?lang={language}").text
    (section,) = re.findall(r'<section[^>]* id="replies".*?</section>', page, re.DOTALL)
    return str(section)


def test_asker_and_others_see_exactly_what_is_theirs_or_everybodys(
    client: FlaskClient, cast: Cast, meeting: int, asker: UUID, other: UUID
) -> None:
    def sees(key: UUID) -> tuple[bool, bool, str | None]:
        """Whether the words and the reply are there, and what the reply is called."""
        seen = [replies(client, meeting, key, part) for part in ("", "/invitations")]
        found = [
            (SEEN in each, SAID in each, next((name for name in (OWN, OF_LEADER, OF_POINT) if name in each), None))
            for each in seen
        ]
        assert found[0] == found[1], "the poll brings what the page shows"
        return found[0]

    nothing = (False, False, None)
    assert (sees(asker), sees(other)) == (nothing, nothing)
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": REPLY}))
    assert (sees(asker), sees(other)) == ((True, True, OWN), (False, True, OF_POINT))
    act(meeting, lambda question: question.publish(cast.mette, NOW))
    assert (sees(asker), sees(other)) == ((True, True, OWN), (True, True, OF_LEADER))
    act(meeting, lambda question: question.reopen(cast.mette, NOW))
    assert (sees(asker), sees(other)) == ((True, False, None), (True, False, None))
    act(meeting, lambda question: question.withdraw(cast.mette, NOW))
    assert (sees(asker), sees(other)) == (nothing, nothing)


def test_a_hidden_question_keeps_its_reply_and_a_deleted_one_nothing(
    client: FlaskClient, cast: Cast, meeting: int, asker: UUID, other: UUID
) -> None:
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": REPLY}))
    act(meeting, lambda question: question.publish(cast.mette, NOW))
    act(meeting, lambda question: question.set_hidden(True, cast.mette, NOW))
    page = replies(client, meeting, other)
    assert SAID in page
    assert SEEN not in page
    act(meeting, lambda question: question.forget(cast.mette, NOW))
    for key in (asker, other):
        assert "<h2" not in replies(client, meeting, key)


def test_a_changed_question_is_its_askers_alone_again_and_the_reply_is_not_to_it(
    client: FlaskClient, cast: Cast, meeting: int, asker: UUID, other: UUID
) -> None:
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": REPLY}))
    act(meeting, lambda question: question.publish(cast.mette, NOW))
    answer(meeting, [1], {1: "Og hvad med Signe?"}, key=asker)
    assert "Signe" not in replies(client, meeting, other)
    assert SAID in replies(client, meeting, other)
    page = replies(client, meeting, asker)
    assert "Signe" in page
    assert OF_POINT in page
    assert OWN not in page


def test_voiding_changes_nothing_for_the_asker_and_takes_it_from_everybody_else(
    client: FlaskClient, cast: Cast, meeting: int, asker: UUID, other: UUID
) -> None:
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": REPLY}))
    act(meeting, lambda question: question.publish(cast.mette, NOW))
    before = replies(client, meeting, asker)
    act(meeting, lambda question: setattr(question.answer, "voided", True))
    assert replies(client, meeting, asker) == before
    assert "<h2" not in replies(client, meeting, other)


def test_a_reply_stands_under_its_point_dated_and_in_danish_where_the_language_lacks_it(
    client: FlaskClient, cast: Cast, meeting: int, other: UUID
) -> None:
    for position, text in ((2, "Først?"), (1, "Så?")):
        answer(meeting, questions={position: text})
    with writing():
        so, first = Question.of_meeting(session().get_one(Meeting, meeting))
        so.mark_answered(cast.mette, NOW, {"da": "Så.", "en": "Then."})
        first.mark_answered(cast.mette, NOW, {"da": "Først."})
    page = replies(client, meeting, other)
    places = [
        page.index(part)
        for part in ("Point 1", '<p lang="en" dir="auto">Then.', "Point 2", '<p lang="da" dir="auto">Først.')
    ]
    assert places == sorted(places)
    assert "24\u00a0November 2026 at\u00a017:42" in page
    assert '<p lang="da" dir="auto">Så.' in replies(client, meeting, other, language="da")


def test_a_point_that_the_answered_text_does_not_hold_is_named_as_it_was_last(
    client: FlaskClient, cast: Cast, meeting: int, other: UUID
) -> None:
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, NOW)
        publish_draft(found, datetime.now(UTC), cast.mette)
    answer(meeting, questions={3: "Hvornår?"})
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": REPLY}))
    assert "Point 3" in replies(client, meeting, other)


def test_the_poll_is_304_until_there_is_something_new_for_all(
    client: FlaskClient, cast: Cast, meeting: int, asker: UUID, other: UUID
) -> None:
    address = f"/m/{code_of(meeting)}/answers/{other}/invitations"
    etag = client.get(address).headers["ETag"]

    def status() -> int:
        reply = client.get(address, headers={"If-None-Match": etag})
        assert "Set-Cookie" not in reply.headers
        return reply.status_code

    answer(meeting, [2], {2: "Hvornår?"}, key=asker)
    assert status() == 304
    with writing():
        Question.of_meeting(session().get_one(Meeting, meeting))[0].publish(cast.mette, NOW)
    assert status() == 200


def test_on_a_closed_meeting_the_receipt_shows_them_and_asks_no_more(
    client: FlaskClient, cast: Cast, meeting: int, asker: UUID, other: UUID
) -> None:
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": REPLY}))
    act(meeting, lambda question: question.publish(cast.mette, NOW))
    for key in (asker, other):
        page = client.get(f"/m/{code_of(meeting)}/answers/{key}?lang=en").text
        assert SAID in page
        assert "data-hx-trigger" not in page
        assert_valid_html({"receipt": page})


def test_an_individual_talk_shows_nothing(client: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    key = answer(talk, [1], {1: WORDS})
    assert "<h2" not in replies(client, talk, key)
