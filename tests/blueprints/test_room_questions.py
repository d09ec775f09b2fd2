"""Questions on the tablet: one list, in which they are answered, shown to all, hidden, deleted, and always by those who
act."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.question import Question
from tests.factories import Cast, a_meeting, a_wording, answer, csrf_token
from tests.valid_html import assert_valid_html

WORDS = "Hvad med Signes mor?"
ACTS = ("answer", "answer/withdrawal", "publication", "publication/withdrawal", "hiding", "deletion")


@pytest.fixture
def meeting(cast: Cast) -> int:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1])
    answer(meeting, [1], {1: WORDS})
    return meeting


def question_in(meeting_id: int) -> int:
    with reading() as database:
        return Question.of_meeting(database.get_one(Meeting, meeting_id))[0].id


def post(client: FlaskClient, meeting_id: int, question: int, act: str, **fields: str) -> int:
    address = f"/meetings/{meeting_id}/questions/{question}/{act}"
    return client.post(address, data={"csrf_token": csrf_token(client), **fields}).status_code


def listed(client: FlaskClient, meeting_id: int) -> str:
    return client.get(f"/meetings/{meeting_id}/room?view=questions&lang=en").text


def words_in(client: FlaskClient, meeting_id: int) -> str:
    """The stamp of the newest question's words, as the list shows them."""
    return re.findall(r'name="words" value="([^"]+)"', listed(client, meeting_id))[0]


def split(client: FlaskClient, meeting_id: int) -> str:
    return client.get(f"/meetings/{meeting_id}/room?view=split&lang=en").text


def acts(meeting_id: int) -> list[Act]:
    with reading() as database:
        made = select(AuditEntry).where(AuditEntry.meeting_id == meeting_id).order_by(AuditEntry.id)
        entries = database.scalars(made).all()
        assert all(WORDS not in str(entry.details) for entry in entries)
        return [entry.act for entry in entries if entry.act.name.startswith("QUESTION")]


def test_a_hidden_question_is_out_of_sight_until_shown_again(mette: FlaskClient, meeting: int) -> None:
    question = question_in(meeting)
    assert "Read questions (1)" in split(mette, meeting)
    assert post(mette, meeting, question, "hiding", hidden="1") == 303
    assert "Hidden questions (1)" in split(mette, meeting)
    page = listed(mette, meeting)
    assert WORDS not in page
    assert "Show again" in page
    assert mette.get(f"/meetings/{meeting}/summary.json").get_json()["points"][0]["questions"] == []
    assert post(mette, meeting, question, "hiding", hidden="0") == 303
    assert WORDS in listed(mette, meeting)
    assert acts(meeting) == [Act.QUESTION_HIDDEN, Act.QUESTION_SHOWN]


def test_a_deleted_question_is_gone_and_its_doubt_stays(mette: FlaskClient, meeting: int) -> None:
    question = question_in(meeting)
    assert post(mette, meeting, question, "deletion") == 303
    assert WORDS not in listed(mette, meeting)
    page = split(mette, meeting)
    assert "questions" not in page
    assert "Unclear in 4 of 4 answers" in page
    assert post(mette, meeting, question, "deletion") == 404
    assert acts(meeting) == [Act.QUESTION_DELETED]


def test_afterwards_the_list_is_where_the_browser_looks(mette: FlaskClient, meeting: int) -> None:
    data = {"csrf_token": csrf_token(mette), "hidden": "1"}
    response = mette.post(f"/meetings/{meeting}/questions/{question_in(meeting)}/hiding", data=data)
    path, anchor = response.headers["Location"].split("#")
    assert f'id="{anchor}"' in mette.get(path).text


@pytest.mark.parametrize("hidden", ["", "2", "yes"])
def test_hiding_takes_yes_or_no(mette: FlaskClient, meeting: int, hidden: str) -> None:
    assert post(mette, meeting, question_in(meeting), "hiding", hidden=hidden) == 400
    assert acts(meeting) == []


def test_without_its_token_nothing_happens(mette: FlaskClient, meeting: int) -> None:
    for act in ACTS:
        address = f"/meetings/{meeting}/questions/{question_in(meeting)}/{act}"
        assert mette.post(address, data={"hidden": "1"}).status_code == 400
    assert acts(meeting) == []


def test_only_owner_and_deputies_act(
    client: FlaskClient, cast: Cast, sign_in: Callable[..., None], meeting: int
) -> None:
    question = question_in(meeting)
    for viewer in (cast.karen, cast.leif, cast.anna, cast.omar, cast.piet):
        sign_in(client, viewer)
        for act in ACTS:
            assert post(client, meeting, question, act, hidden="1") == 404, (viewer.name, act)
        assert WORDS not in listed(client, meeting), viewer.name
    assert acts(meeting) == []


def test_a_question_is_only_found_in_its_own_meeting(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    assert post(mette, a_meeting(cast), question_in(meeting), "deletion") == 404


def test_words_of_citizens_are_never_markup(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    answer(meeting, [1], {1: "<script>alert(1)</script>"})
    post(mette, meeting, question_in(meeting), "answer", **{"reply-da": "<b>Ja</b>"})
    page = listed(mette, meeting)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>Ja" not in page


def stored(meeting_id: int) -> Question:
    with reading():
        return Question.of_meeting(session().get_one(Meeting, meeting_id))[0]


def test_the_list_holds_every_question_the_newest_first_also_on_points_that_are_gone(
    mette: FlaskClient, cast: Cast, meeting: int
) -> None:
    answer(meeting, questions={2: "Og i ferien?"})
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(a_wording(can=1), cast.mette.id, found.created_at)
        publish_draft(found, found.created_at, cast.mette)
    answer(meeting, questions={2: "Hvornår?"})
    assert "Read questions (3)" in split(mette, meeting)
    page = listed(mette, meeting)
    assert page.index("Hvornår?") < page.index("Og i ferien?") < page.index(WORDS)
    shown = mette.get(f"/meetings/{meeting}/summary.json").get_json()["points"]
    assert [[each["text"] for each in point["questions"]] for point in shown] == [[WORDS], ["Hvornår?"]]


def test_answered_without_a_reply_it_is_folded_away_until_that_is_undone(mette: FlaskClient, meeting: int) -> None:
    question = question_in(meeting)
    assert post(mette, meeting, question, "answer", **{"reply-da": " ", "reply-en": ""}) == 303
    assert (stored(meeting).reply, stored(meeting).replied_at) == (None, None)
    page = listed(mette, meeting)
    assert "Answered (1)" in page
    assert page.index("Answered (1)") < page.index(WORDS)
    assert "All are answered" in split(mette, meeting)
    assert post(mette, meeting, question, "answer/withdrawal") == 303
    assert "Answered (1)" not in listed(mette, meeting)
    assert acts(meeting) == [Act.QUESTION_ANSWERED, Act.QUESTION_REOPENED]


def test_a_reply_is_kept_in_the_languages_of_the_meeting_and_to_be_mended_after_an_undo(
    mette: FlaskClient, meeting: int
) -> None:
    question = question_in(meeting)
    said = {"reply-da": " Ja,\r\nhun må. ", "reply-en": "Yes.", "reply-fr": "Oui."}
    assert post(mette, meeting, question, "answer", **said) == 303
    assert stored(meeting).reply == {"da": "Ja,\nhun må.", "en": "Yes."}
    first = stored(meeting).replied_at
    page = listed(mette, meeting)
    assert "All citizens of the meeting see the reply." in page
    assert "Change the reply" in page
    assert post(mette, meeting, question, "answer") == 303
    assert stored(meeting).replied_at == first, "without the fields it stays"
    assert post(mette, meeting, question, "answer/withdrawal") == 303
    assert stored(meeting).replied_at is None
    assert "hun må.</textarea>" in listed(mette, meeting)
    assert post(mette, meeting, question, "answer", **{"reply-da": "", "reply-en": ""}) == 303
    assert stored(meeting).reply is None


def test_too_long_a_reply_comes_back_with_all_that_was_typed(mette: FlaskClient, meeting: int) -> None:
    address = f"/meetings/{meeting}/questions/{question_in(meeting)}/answer?lang=en"
    data = {"csrf_token": csrf_token(mette), "reply-da": "Ja & nej.", "reply-en": "y" * 281}
    for by_htmx in (False, True):
        reply = mette.post(address, data=data, headers={"HX-Request": "true"} if by_htmx else {})
        assert reply.status_code == 422
        assert "Ja &amp; nej.</textarea>" in reply.text
        assert "y" * 281 in reply.text
        assert reply.text.count('aria-invalid="true"') == 1
        assert "At most 280 characters, please." in reply.text
        assert ("<html" in reply.text) is not by_htmx
    assert_valid_html({"refused": mette.post(address, data=data).text})
    assert stored(meeting).answered_at is None
    assert post(mette, meeting, question_in(meeting), "answer", **{"reply-da": "æ" * 280}) == 303


def test_showing_to_all_reminds_of_names_first_and_is_undone(mette: FlaskClient, meeting: int) -> None:
    question = question_in(meeting)
    assert "The question may hold a name or something about illness." in listed(mette, meeting)
    assert post(mette, meeting, question, "publication", words=words_in(mette, meeting)) == 303
    page = listed(mette, meeting)
    assert "Shown to all citizens of the meeting" in page
    assert "may hold a name" not in page
    assert_valid_html({"list": page})
    assert post(mette, meeting, question, "publication/withdrawal") == 303
    assert not stored(meeting).is_published
    assert acts(meeting) == [Act.QUESTION_PUBLISHED, Act.QUESTION_WITHDRAWN]


def test_words_that_changed_in_the_same_moment_are_read_before_they_are_shown(mette: FlaskClient, meeting: int) -> None:
    key = answer(meeting, [1], {1: "Hvornår?"})
    read = words_in(mette, meeting)
    answer(meeting, [1], {1: WORDS}, key=key)
    assert post(mette, meeting, question_in(meeting), "publication", words=read) == 303
    assert not stored(meeting).is_published
    assert read not in listed(mette, meeting), "what was unfolded to read the old words closes"
    assert acts(meeting) == []


def test_after_closing_it_is_still_replied_to_and_shown(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.close(found.created_at, cast.mette)
    question = question_in(meeting)
    assert post(mette, meeting, question, "answer", **{"reply-da": "Ja."}) == 303
    assert post(mette, meeting, question, "publication", words=words_in(mette, meeting)) == 303
    page = listed(mette, meeting)
    assert "is still seen on the receipts" in page
    assert "Shown to all citizens of the meeting" in page
    assert "data-hx-trigger" not in page


def test_the_list_is_felt_by_the_poll(mette: FlaskClient, meeting: int) -> None:
    address = f"/meetings/{meeting}/summary?view=questions&lang=en"
    etag = mette.get(address).headers["ETag"]
    assert mette.get(address, headers={"If-None-Match": etag}).status_code == 304
    answer(meeting, questions={2: "Hvornår?"})
    assert "Hvornår?" in mette.get(address, headers={"If-None-Match": etag}).text


def test_an_individual_talk_has_no_list(mette: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    answer(talk, [1], {1: WORDS})
    for page in (listed(mette, talk), split(mette, talk)):
        assert WORDS not in page
        assert "uestions" not in page
