"""A meeting counted by hand, and its files as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from models.answer import Channel
from models.base import writing
from models.meeting import Meeting, Method
from models.publishing import publish_draft
from models.wording import Influence
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, code_of

OPENED = datetime(2024, 11, 20, 16, 30, tzinfo=UTC)
FILES = ("answers.csv", "points.csv", "meetings.csv")


def shown_code(meeting_id: int) -> str:
    code = code_of(meeting_id)
    return f"{code[:4]}-{code[4:]}"


def table(client: FlaskClient, file: str, dialect: str = "plain", **filters: object) -> list[list[str]]:
    """The file as a spreadsheet reads it, headers first."""
    reply = client.get(f"/exports/{file}", query_string={"dialect": dialect, **filters})
    assert reply.status_code == 200
    text = reply.data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if dialect == "excel-da" else ","))


def publish(cast: Cast, meeting_id: int, now: datetime) -> None:
    """Version 2: a new first point, the first one second, the second one gone."""
    with writing() as database:
        meeting = database.get_one(Meeting, meeting_id)
        first, _, fixed = meeting.draft.wording.points
        new = a_point(9, Influence.TOGETHER, title={"da": "=1+1"})
        wording = replace(meeting.draft.wording, points=(new, first, fixed))
        meeting.draft.save(wording, cast.mette.id, now)
        publish_draft(meeting, now, cast.mette)


def the_meeting(cast: Cast) -> tuple[int, list[UUID]]:
    """A closed meeting of two versions with eight answers, the same in every test; its id, and their keys."""
    points = (
        a_point(1, title={"da": "Pauser"}),
        a_point(2, title={"da": "Ture"}),
        a_point(3, Influence.FIXED, title={"da": "Skoletid"}),
    )
    meeting = a_meeting(
        cast,
        wording=a_wording(points=points),
        now=OPENED,
        method=Method.CO_CREATION,
        title={"da": '=Møde; "ny", æøå'},
        held_on=date(2024, 11, 21),
    )
    keys = [uuid4() for _ in range(8)]
    before, after = OPENED + timedelta(minutes=5, seconds=40), OPENED + timedelta(minutes=30)
    answer(meeting, [1], key=keys[0], now=before)
    for doubts in ([1, 2], [2]):
        answer(meeting, doubts, key=keys[1], now=before)
    answer(meeting, [2], key=keys[2], now=before)
    answer(meeting, [1], key=keys[3], now=before)
    publish(cast, meeting, after)
    answer(meeting, [1], {1: "Hvad?"}, key=keys[2], now=after)
    answer(meeting, [], key=keys[3], now=after)
    answer(meeting, [], key=keys[4], now=after, language="en")
    for doubts in ([2], []):
        answer(meeting, doubts, key=keys[5], now=after)
    answer(meeting, [], key=keys[6], now=after, channel=Channel.PAPER)
    for doubts in ([], [2]):
        answer(meeting, doubts, key=keys[7], now=after, channel=Channel.SHARED)
    with writing() as database:
        database.get_one(Meeting, meeting).close(OPENED + timedelta(hours=25), cast.mette)
    return meeting, keys
