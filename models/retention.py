"""Retention: what is deleted when its time has come (rule 8). All clocks run from a meeting's last closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, Select, and_, delete, exists, func, or_, select

from models.answer import Answer, SpentKey
from models.base import session
from models.meeting import Meeting, locked_to_write
from models.question import Question
from models.summary import keep_totals, totals

#: So long a delayed resend may come and must not bring a deleted answer back.
SPENT_KEYS_KEPT_FOR = timedelta(hours=48)


@dataclass(frozen=True)
class Due:
    """What is to be deleted of one meeting, as numbers of answers, of questions' words and of spent keys."""

    meeting_id: int
    code: str
    answers: int
    questions: int
    spent_keys: int


def all_due(now: datetime) -> list[Due]:
    """The meetings that hold something whose time has come, the oldest first."""
    # Nothing ends sooner; which of it has ended, each meeting knows.
    past = now - SPENT_KEYS_KEPT_FOR
    closed = and_(Meeting.opened_at.is_not(None), or_(Meeting.closed_at <= past, Meeting.closes_at <= past))
    held = or_(
        exists().where(Answer.meeting_id == Meeting.id),
        exists().where(SpentKey.meeting_id == Meeting.id),
        and_(Meeting.answers_ended_at.is_(None), Meeting.totals.is_not(None)),
    )
    found = session().scalars(select(Meeting).where(closed, held).order_by(Meeting.id))
    return [due for meeting in found if (due := _due(meeting, now)) is not None]


def end(meeting_id: int, now: datetime) -> Due | None:
    """Delete what is due of one meeting, inside ``writing()``; what was, or None, also where somebody has deleted the
    meeting meanwhile. The figures stay as they were: of groups at or above the limit all of them, of smaller ones and
    of individual talks only how many answers there were. A published question keeps its words until the answers go."""
    meeting = session().scalars(locked_to_write(select(Meeting).where(Meeting.id == meeting_id))).one_or_none()
    if meeting is None or (due := _due(meeting, now)) is None:
        return None
    if due.questions:
        keep_totals(meeting)
        if meeting.questions_ended_at is None:
            session().execute(_deleted_by_staff(meeting))
        for question in session().scalars(_unpublished(meeting)):
            question.end()
        meeting.questions_ended_at = now
    if _answers_are_due(meeting, now):
        keep_totals(meeting)
        municipality = meeting.institution.municipality
        # Each may be raised by itself: what was shown anywhere stays.
        limit = min(municipality.room_limit, municipality.insight_limit)
        kept = totals(meeting).bare() if meeting.is_talk else totals(meeting).of_groups(limit)
        meeting.totals = kept.to_document()
        meeting.answers_ended_at = now
        session().execute(delete(Answer).where(Answer.meeting_id == meeting.id))
    if due.spent_keys:
        session().execute(delete(SpentKey).where(SpentKey.meeting_id == meeting.id))
    return due


def _due(meeting: Meeting, now: datetime) -> Due | None:
    answers_are_due = _answers_are_due(meeting, now)
    days = timedelta(days=meeting.institution.municipality.question_days)
    due = Due(
        meeting.id,
        meeting.shown_code,
        answers=_number(Answer.meeting_id == meeting.id) if answers_are_due else 0,
        questions=len(session().scalars(_unpublished(meeting)).all()) if _is_past(meeting, days, now) else 0,
        spent_keys=_number(SpentKey.meeting_id == meeting.id) if _is_past(meeting, SPENT_KEYS_KEPT_FOR, now) else 0,
    )
    return due if answers_are_due or due.questions or due.spent_keys else None


def _answers_are_due(meeting: Meeting, now: datetime) -> bool:
    return meeting.answers_ended_at is None and _is_past(meeting, timedelta(days=meeting.retention_days), now)


def _is_past(meeting: Meeting, kept_for: timedelta, now: datetime) -> bool:
    return meeting.closing is not None and now >= meeting.closing + kept_for


def _number(condition: ColumnElement[bool]) -> int:
    return session().scalar(select(func.count()).where(condition)) or 0


def _deleted_by_staff(meeting: Meeting) -> Delete:
    """What is left of them. From now on all that is left counts as asked, and no resend can come any more."""
    answers = select(Answer.id).where(Answer.meeting_id == meeting.id)
    return delete(Question).where(Question.answer_id.in_(answers), Question.text.is_(None))


def _unpublished(meeting: Meeting) -> Select[Question]:
    asked = select(Question).join(Answer).where(Answer.meeting_id == meeting.id)
    return asked.where(Question.text.is_not(None), Question.published_at.is_(None))
