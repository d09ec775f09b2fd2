"""Late answers: given offline while the meeting was open, arriving within 24 hours after it closed (rule 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select

from models.answer import Answer
from models.base import UTCDateTime, session
from models.meeting import Meeting, State
from models.prepared import Prepared

#: From the last closing on.
LATE_WITHIN = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


def late_until(meeting: Meeting, now: datetime) -> datetime | None:
    """Until when answers of a closed meeting may still come; None while it is not closed, and once none can come."""
    if meeting.state(now) is not State.CLOSED or meeting.closing is None or meeting.answers_ended_at is not None:
        return None
    until = meeting.closing + LATE_WITHIN
    return until if now < until else None


def late_answers(meeting: Meeting) -> int:
    """How many of the answers that count came late, new or changed."""
    came_late = select(func.count()).where(Answer.meeting_id == meeting.id, Answer.late, ~Answer.voided)
    return session().scalar(came_late) or 0


def takes_late(meeting_id: int, seen: datetime, now: datetime) -> bool:
    """Whether a closed meeting still takes an answer to a page that was shown in the minute of ``seen``: not before
    the minute of its opening, before its last closing, and that less than 24 hours ago."""
    return bool(_TAKES_LATE.rows(meeting=meeting_id, seen=seen, seen_end=seen + MINUTE, late_from=now - LATE_WITHIN))


_SEEN, _LATE_FROM = bindparam("seen", type_=UTCDateTime), bindparam("late_from", type_=UTCDateTime)
_TAKES_LATE = Prepared(
    select(Meeting.id).where(
        Meeting.id == bindparam("meeting"),
        Meeting.answers_ended_at.is_(None),
        Meeting.opened_at < bindparam("seen_end", type_=UTCDateTime),
        and_(Meeting.closes_at > _SEEN, Meeting.closes_at > _LATE_FROM),
        or_(Meeting.closed_at.is_(None), and_(Meeting.closed_at > _SEEN, Meeting.closed_at > _LATE_FROM)),
    )
)
