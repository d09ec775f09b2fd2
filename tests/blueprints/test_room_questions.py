"""Questions on the tablet: hidden, shown again, deleted, and always by those who act."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.audit import Act, AuditEntry
from models.base import reading
from models.meeting import Meeting
from models.question import Question
from tests.factories import Cast, a_meeting, answer, csrf_token

WORDS = "Hvad med Signes mor?"


@pytest.fixture
def mette(client: FlaskClient, cast: Cast, sign_in: Callable[..., None]) -> FlaskClient:
    sign_in(client, cast.mette)
    return client


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
    page = split(mette, meeting)
    assert WORDS not in page
    assert "Show again" in page
    assert mette.get(f"/meetings/{meeting}/summary.json").get_json()["points"][0]["questions"] == []
    assert post(mette, meeting, question, "hiding", hidden="0") == 303
    assert WORDS in split(mette, meeting)
    assert acts(meeting) == [Act.QUESTION_HIDDEN, Act.QUESTION_SHOWN]


def test_a_deleted_question_is_gone_and_its_doubt_stays(mette: FlaskClient, meeting: int) -> None:
    question = question_in(meeting)
    assert post(mette, meeting, question, "deletion") == 303
    page = split(mette, meeting)
    assert WORDS not in page
    assert "Unclear in 4 of 4 answers" in page
    assert post(mette, meeting, question, "deletion") == 404
    assert acts(meeting) == [Act.QUESTION_DELETED]


def test_afterwards_the_list_is_where_the_browser_looks(mette: FlaskClient, meeting: int) -> None:
    data = {"csrf_token": csrf_token(mette), "hidden": "1"}
    response = mette.post(f"/meetings/{meeting}/questions/{question_in(meeting)}/hiding", data=data)
    path, anchor = response.headers["Location"].split("#")
    assert f'<ul id="{anchor}">' in mette.get(path).text


@pytest.mark.parametrize("hidden", ["", "2", "yes"])
def test_hiding_takes_yes_or_no(mette: FlaskClient, meeting: int, hidden: str) -> None:
    assert post(mette, meeting, question_in(meeting), "hiding", hidden=hidden) == 400
    assert acts(meeting) == []


def test_without_its_token_nothing_happens(mette: FlaskClient, meeting: int) -> None:
    for act in ("hiding", "deletion"):
        address = f"/meetings/{meeting}/questions/{question_in(meeting)}/{act}"
        assert mette.post(address, data={"hidden": "1"}).status_code == 400
    assert acts(meeting) == []


def test_only_owner_and_deputies_act(
    client: FlaskClient, cast: Cast, sign_in: Callable[..., None], meeting: int
) -> None:
    question = question_in(meeting)
    for viewer in (cast.karen, cast.leif, cast.anna, cast.omar, cast.piet):
        sign_in(client, viewer)
        assert post(client, meeting, question, "hiding", hidden="1") == 404, viewer.name
        assert post(client, meeting, question, "deletion") == 404, viewer.name
    assert acts(meeting) == []


def test_a_question_is_only_found_in_its_own_meeting(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    assert post(mette, a_meeting(cast), question_in(meeting), "deletion") == 404


def test_words_of_citizens_are_never_markup(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    answer(meeting, [1], {1: "<script>alert(1)</script>"})
    page = split(mette, meeting)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
