"""Submission: what a citizen sends, and the rules for taking it (rule 3). The hot path: few
statements, prepared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, cast, exists, func, insert, literal_column, or_, select
from sqlalchemy.types import LargeBinary, String

from models.agreement import Agreement, AgreementPoint, version_bit
from models.answer import Answer, AnswerDeleted, Channel, Doubt, Question, SpentKey, question_digest, raise_revision
from models.base import engine, session
from models.clock import minute_of
from models.meeting import Meeting, MeetingForm
from models.prepared import Prepared
from models.talked_about import note_reply
from models.throttle import Allowance, Kind, Throttled, take

RETRY_FULL_MEETING = 3600


class NoSuchMeeting(Exception):
    """No meeting has this code."""


class NotOpenYet(Exception):
    """The meeting takes no answers before it is opened."""


class MeetingClosed(Exception):
    """The meeting takes no answers after closing."""


class AgreementChanged(Exception):
    """The version answered is no longer current."""


@dataclass
class WrongField(Exception):
    """A field does not fit the meeting: ``lang`` or ``unclear`` or ``question``."""

    name: str


@dataclass(frozen=True)
class Submission:
    """One press of the button: covers all points of the version it names. ``doubts`` and the keys of ``questions`` are
    ids of points. ``talk``: it replies to this talk about a point."""

    key_hash: bytes
    agreement: int
    language: str
    doubts: frozenset[int] = frozenset()
    questions: Mapping[int, str] = field(default_factory=dict)
    channel: Channel = Channel.OWN_PHONE
    talk: int | None = None


@dataclass(frozen=True)
class Sender:
    """Where new keys come from: the hashed address, and how many it and the meeting are allowed."""

    subject: bytes
    allowance: Allowance
    most_keys: int


def receive(code: str, submission: Submission, now: datetime, sender: Sender | None) -> None:
    """Take an answer, new or changed, inside ``writing()``; sent again unchanged it changes nothing.

    Raises ``NoSuchMeeting``, ``AnswerDeleted``, ``NotOpenYet``, ``MeetingClosed``, ``AgreementChanged``,
    ``WrongField``, or, for new keys only, ``Throttled``.
    """
    ground = _ground(code, submission, now)
    points = ground.point_ids
    _refuse(ground, points, submission)
    if ground.is_talk:
        submission = _without_questions(submission)
    if ground.answer_id is None:
        _take_new(ground, submission, now, sender)
    else:
        _change(ground.answer_id, points, submission, now)


class _Ground(NamedTuple):
    """What a submission stands on, as the database says it. ``points``: ids of the version's points, commas between."""

    meeting_id: int
    is_talk: bool
    is_opened: bool
    is_closed: bool
    languages: str
    current_versions: int
    new_keys: int
    points: str | None
    answer_id: int | None
    is_spent: bool

    @property
    def point_ids(self) -> frozenset[int]:
        return frozenset(map(int, self.points.split(","))) if self.points else frozenset()


def _ground(code: str, submission: Submission, now: datetime) -> _Ground:
    if engine().dialect.name == "postgresql":
        _LOCK.rows(code=code)
    rows = _GROUND.rows(code=code, number=submission.agreement, key_hash=submission.key_hash, now=now)
    if not rows:
        raise NoSuchMeeting
    return _Ground(*rows[0])


def _refuse(ground: _Ground, points: frozenset[int], submission: Submission) -> None:
    if ground.is_spent:
        raise AnswerDeleted
    if not ground.is_opened:
        raise NotOpenYet
    if ground.is_closed:
        raise MeetingClosed
    if not points or not ground.current_versions & version_bit(submission.agreement):
        raise AgreementChanged
    if submission.language not in json.loads(ground.languages):
        raise WrongField("lang")
    if not submission.doubts <= points:
        raise WrongField("unclear")
    if not submission.questions.keys() <= points:
        raise WrongField("question")


def _without_questions(submission: Submission) -> Submission:
    return replace(submission, questions={})


def _take_new(ground: _Ground, submission: Submission, now: datetime, sender: Sender | None) -> None:
    if sender is not None:
        if ground.new_keys >= sender.most_keys:
            raise Throttled(RETRY_FULL_MEETING)
        take(Kind.NEW_KEY, sender.subject, sender.allowance, now)
    [(answer_id,)] = _NEW_ANSWER.rows(
        meeting=ground.meeting_id,
        key_hash=submission.key_hash,
        number=submission.agreement,
        versions=version_bit(submission.agreement),
        understood=not submission.doubts,
        minute=minute_of(now),
        language=submission.language,
        channel=submission.channel,
    )
    for point in submission.doubts:
        _NEW_DOUBT.rows(answer=answer_id, point=point)
    for point, text in submission.questions.items():
        _NEW_QUESTION.rows(answer=answer_id, point=point, text=text)
    raise_revision(ground.meeting_id, new_keys=1)


def _change(answer_id: int, points: frozenset[int], submission: Submission, now: datetime) -> None:
    answer = session().get_one(Answer, answer_id)
    first_covered = points - _covered(answer)
    changed = [
        _change_doubts(answer, points, submission.doubts, first_covered),
        _change_questions(answer, points, submission.questions),
        (answer.agreement, answer.language) != (submission.agreement, submission.language),
    ]
    if any(changed):
        answer.agreement, answer.language = submission.agreement, submission.language
        answer.versions |= version_bit(submission.agreement)
        answer.changed_minute = minute_of(now)
        raise_revision(answer.meeting_id)
    if submission.talk is not None:
        note_reply(answer, submission.talk)


def _covered(answer: Answer) -> frozenset[int]:
    """The points of every version that the answer was given to before."""
    rows = session().execute(
        select(Agreement.number, AgreementPoint.point_id)
        .join(AgreementPoint, AgreementPoint.agreement_id == Agreement.id)
        .where(Agreement.meeting_id == answer.meeting_id)
    )
    return frozenset(point for number, point in rows if answer.versions & version_bit(number))


def _change_doubts(
    answer: Answer, points: frozenset[int], ticked: frozenset[int], first_covered: frozenset[int]
) -> bool:
    before = answer.unclear & points
    known = {doubt.point_id: doubt for doubt in answer.doubts}
    for point in points & known.keys():
        known[point].unclear = point in ticked
    for point in ticked - known.keys():
        answer.doubts.append(Doubt(point_id=point, raised_first=point in first_covered, unclear=True))
    return before != ticked


def _change_questions(answer: Answer, points: frozenset[int], asked: Mapping[int, str]) -> bool:
    changed = False
    for question in [question for question in answer.questions if question.point_id in points]:
        text = asked.get(question.point_id)
        if question.text is None:
            if text and question.deleted_digest != question_digest(answer.key_hash, text):
                question.text, question.deleted_digest, question.hidden, changed = text, None, False, True
        elif text is None:
            answer.questions.remove(question)
            changed = True
        elif text != question.text:
            question.text, question.hidden, changed = text, False, True
    known = {question.point_id for question in answer.questions}
    for point, text in asked.items():
        if point not in known:
            answer.questions.append(Question(point_id=point, text=text))
            changed = True
    return changed


_LOCK = Prepared(select(Meeting.id).where(Meeting.code == bindparam("code")).with_for_update())

# Written out: as a parameter it would only be known when the statement is executed.
_COMMA: Any = literal_column("','")
_KEY_HASH = bindparam("key_hash", type_=LargeBinary)
_GROUND = Prepared(
    select(
        Meeting.id,
        Meeting.form == MeetingForm.INDIVIDUAL_TALK,
        Meeting.opened_at.is_not(None),
        or_(Meeting.closed_at.is_not(None), Meeting.closes_at <= bindparam("now")),
        cast(Meeting.languages, String),
        Meeting.current_versions,
        Meeting.new_keys,
        select(func.aggregate_strings(cast(AgreementPoint.point_id, String), _COMMA))
        .join(Agreement, Agreement.id == AgreementPoint.agreement_id)
        .where(Agreement.meeting_id == Meeting.id, Agreement.number == bindparam("number"))
        .correlate(Meeting)
        .scalar_subquery(),
        select(Answer.id)
        .where(Answer.meeting_id == Meeting.id, Answer.key_hash == _KEY_HASH)
        .correlate(Meeting)
        .scalar_subquery(),
        exists().where(SpentKey.meeting_id == Meeting.id, SpentKey.key_hash == _KEY_HASH).correlate(Meeting),
    ).where(Meeting.code == bindparam("code"))
)
_NEW_ANSWER = Prepared(
    insert(Answer)
    .values(
        meeting_id=bindparam("meeting"),
        key_hash=_KEY_HASH,
        agreement=bindparam("number"),
        versions=bindparam("versions"),
        understood_first=bindparam("understood"),
        first_minute=bindparam("minute"),
        language=bindparam("language"),
        channel=bindparam("channel"),
    )
    .returning(Answer.id)
)
_NEW_DOUBT = Prepared(
    insert(Doubt).values(answer_id=bindparam("answer"), point_id=bindparam("point"), raised_first=True, unclear=True)
)
_NEW_QUESTION = Prepared(
    insert(Question).values(
        answer_id=bindparam("answer"), point_id=bindparam("point"), text=bindparam("text"), hidden=False
    )
)
