"""What is measured on: an institution with its meetings, made through the rules, and many answers, made by SQL."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import false, func, insert, literal, select, text, true, update

import migrations
from models import base
from models.answer import Answer, Channel, Doubt
from models.base import writing
from models.clock import minute_of
from models.meeting import Meeting
from models.person import Person, Viewer
from tests import factories

POINTS_THAT_CAN_CHANGE = 5
FIXED_POINTS = 3
#: Where the baseline of an answer goes.
STORED = "CREATE TABLE bench_stored (key TEXT PRIMARY KEY, agreement INTEGER NOT NULL, unclear INTEGER NOT NULL)"
#: One answer in so many raises a doubt.
A_DOUBT_IN = 3


@dataclass(frozen=True)
class SeededMeeting:
    id: int
    code: str
    points: list[int]
    answers: int


class Seed:
    """A database with the schema and one cast of people."""

    def __init__(self, url: str) -> None:
        self.url = url
        migrations.upgrade(url)
        base.connect(url)
        self._cast = factories.a_cast()
        with writing() as database:
            database.execute(text(STORED))

    def meeting(self, answers: int = 0) -> SeededMeeting:
        """An open meeting with eight points and so many answers."""
        base.connect(self.url)
        id = factories.a_meeting(self._cast, wording=factories.a_wording(POINTS_THAT_CAN_CHANGE, FIXED_POINTS))
        meeting = SeededMeeting(id, factories.code_of(id), factories.points_of(id), answers)
        if answers:
            _answer(meeting)
        base.engine().dispose()
        return meeting

    def tablet(self, secret: str) -> dict[str, str]:
        """The header of a device on which the meetings' owner is signed in."""
        return self._device(self._cast.mette, secret)

    def manager(self, secret: str) -> dict[str, str]:
        """The header of a device on which the institution's manager is signed in."""
        return self._device(self._cast.leif, secret)

    def _device(self, viewer: Viewer, secret: str) -> dict[str, str]:
        base.connect(self.url)
        token = secrets.token_urlsafe(32)
        with writing() as database:
            database.get_one(Person, viewer.id).sign_in(token, datetime.now(UTC))
        signer = Flask("signer")
        signer.secret_key = secret
        serializer = SecureCookieSessionInterface().get_signing_serializer(signer)
        assert serializer is not None
        base.engine().dispose()
        return {"Cookie": f"afstemt={serializer.dumps({'_user_id': token, '_fresh': True})}"}


def _answer(meeting: SeededMeeting) -> None:
    """Answers to the first version, every third with a doubt about the first point; the database draws their keys."""
    number = select(literal(1).label("number")).cte("numbers", recursive=True)
    number = number.union_all(select(number.c.number + 1).where(number.c.number < meeting.answers))
    if base.engine().dialect.name == "sqlite":
        key_hash = func.randomblob(32)
    else:
        key_hash = func.sha256(func.convert_to(func.concat(func.random(), number.c.number), "UTF8"))
    chosen = select(
        literal(meeting.id), key_hash, literal(1), literal(1), number.c.number % A_DOUBT_IN != 0,
        literal(minute_of(datetime.now(UTC))), literal("da"), literal(Channel.OWN_PHONE, Answer.channel.type),
    )  # fmt: skip
    columns = (
        "meeting_id", "key_hash", "agreement", "versions", "understood_first", "first_minute", "language", "channel"
    )  # fmt: skip
    doubting = select(Answer.id, literal(meeting.points[0]), true(), true()).where(
        Answer.meeting_id == meeting.id, Answer.understood_first == false()
    )
    with writing() as database:
        database.execute(insert(Answer).from_select(columns, chosen))
        database.execute(insert(Doubt).from_select(("answer_id", "point_id", "raised_first", "unclear"), doubting))
        database.execute(
            update(Meeting)
            .where(Meeting.id == meeting.id)
            .values(revision=Meeting.revision + meeting.answers, new_keys=meeting.answers)
        )
