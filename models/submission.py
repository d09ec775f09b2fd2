"""Submission: what a citizen sends, and the rules for taking it (rule 3). The hot path: Core, few statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, cast, exists, func, insert, select
from sqlalchemy.types import LargeBinary, String

from models.agreement import Agreement, AgreementPoint, version_bit
from models.answer import Answer, AnswerDeleted, Channel, Doubt, Question, SpentKey, question_digest, raise_revision
from models.base import engine, session
from models.clock import minute_of
from models.meeting import Meeting, MeetingForm
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
    ids of points."""

    key_hash: bytes
    agreement: int
    language: str
    doubts: frozenset[int] = frozenset()
    questions: Mapping[int, str] = field(default_factory=dict)
    channel: Channel = Channel.OWN_PHONE


@dataclass(frozen=True)
class Sender:
    """Where new keys come from: the hashed address, and how many it and the meeting are allowed."""

    subject: bytes
    allowance: Allowance
    most_keys: int


def receive(code: str, submission: Submission, now: datetime, sender: Sender | None) -> None:
    """Take an answer, new or changed, inside ``writing()``; sent again unchanged it changes nothing.

    Raises ``NoSuchMeeting``, ``AnswerDeleted``, ``NotOpenYet``, ``MeetingClosed``, ``AgreementChanged``, ``WrongField``,
    or, for new keys only, ``Throttled``.
    """
    ground = _ground(code, submission)
    _refuse(ground, submission, now)
    if ground.meeting.form is MeetingForm.INDIVIDUAL_TALK:
        submission = _without_questions(submission)
    if ground.answer_id is None:
        _take_new(ground, submission, now, sender)
    else:
        _change(ground, submission, now)


@dataclass(frozen=True)
class _Ground:
    """What a submission stands on."""

    meeting: Row[Any]
    points: frozenset[int]
    answer_id: int | None


def _ground(code: str, submission: Submission) -> _Ground:
    if engine().dialect.name == "postgresql":
        session().execute(_LOCK, {"code": code})
    row = session().execute(
        _GROUND, {"code": code, "number": submission.agreement, "key_hash": submission.key_hash}
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NoSuchMeeting
    if row.spent:
        raise AnswerDeleted
    points = frozenset(int(point) for point in row.points.split(",")) if row.points else frozenset()
    return _Ground(row, points, row.answer_id)


def _refuse(ground: _Ground, submission: Submission, now: datetime) -> None:
    meeting = ground.meeting
    if meeting.opened_at is None:
        raise NotOpenYet
    if meeting.closed_at is not None or now >= meeting.closes_at:
        raise MeetingClosed
    if not ground.points or not meeting.current_versions & version_bit(submission.agreement):
        raise AgreementChanged
    if submission.language not in meeting.languages:
        raise WrongField("lang")
    if not submission.doubts <= ground.points:
        raise WrongField("unclear")
    if not submission.questions.keys() <= ground.points:
        raise WrongField("question")


def _without_questions(submission: Submission) -> Submission:
    return Submission(
        submission.key_hash, submission.agreement, submission.language, submission.doubts, {}, submission.channel
    )


def _take_new(ground: _Ground, submission: Submission, now: datetime, sender: Sender | None) -> None:
    if sender is not None:
        if ground.meeting.new_keys >= sender.most_keys:
            raise Throttled(RETRY_FULL_MEETING)
        take(Kind.NEW_KEY, sender.subject, sender.allowance, now)
    answer_id = session().execute(
        _NEW_ANSWER,
        {
            "meeting_id": ground.meeting.id, "key_hash": submission.key_hash, "agreement": submission.agreement,
            "versions": version_bit(submission.agreement), "understood_first": not submission.doubts,
            "first_minute": minute_of(now), "language": submission.language, "channel": submission.channel,
        },
    ).scalar_one()  # fmt: skip
    if submission.doubts:
        session().execute(_NEW_DOUBT, [{"answer_id": answer_id, "point_id": point} for point in submission.doubts])
    if submission.questions:
        session().execute(
            _NEW_QUESTION,
            [{"answer_id": answer_id, "point_id": point, "text": text} for point, text in submission.questions.items()],
        )
    raise_revision(ground.meeting.id, new_keys=1)


def _change(ground: _Ground, submission: Submission, now: datetime) -> None:
    answer = session().get_one(Answer, ground.answer_id)
    first_covered = ground.points - _covered(answer)
    changed = [
        _change_doubts(answer, ground.points, submission.doubts, first_covered),
        _change_questions(answer, ground.points, submission.questions),
        (answer.agreement, answer.language) != (submission.agreement, submission.language),
    ]
    if any(changed):
        answer.agreement, answer.language = submission.agreement, submission.language
        answer.versions |= version_bit(submission.agreement)
        answer.changed_minute = minute_of(now)
        raise_revision(answer.meeting_id)


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


_LOCK = select(Meeting.id).where(Meeting.code == bindparam("code")).with_for_update()

_GROUND = (
    select(
        Meeting.id,
        Meeting.form,
        Meeting.languages,
        Meeting.opened_at,
        Meeting.closed_at,
        Meeting.closes_at,
        Meeting.current_versions,
        Meeting.new_keys,
        select(func.aggregate_strings(cast(AgreementPoint.point_id, String), ","))
        .join(Agreement, Agreement.id == AgreementPoint.agreement_id)
        .where(Agreement.meeting_id == Meeting.id, Agreement.number == bindparam("number"))
        .correlate(Meeting)
        .scalar_subquery()
        .label("points"),
        select(Answer.id)
        .where(Answer.meeting_id == Meeting.id, Answer.key_hash == bindparam("key_hash", type_=LargeBinary))
        .correlate(Meeting)
        .scalar_subquery()
        .label("answer_id"),
        exists()
        .where(SpentKey.meeting_id == Meeting.id, SpentKey.key_hash == bindparam("key_hash", type_=LargeBinary))
        .correlate(Meeting)
        .label("spent"),
    )
    .where(Meeting.code == bindparam("code"))
)
_NEW_ANSWER = insert(Answer.__table__).returning(Answer.__table__.c.id)
_NEW_DOUBT = insert(Doubt.__table__).values(raised_first=True, unclear=True)
_NEW_QUESTION = insert(Question.__table__).values(hidden=False)
