"""Paper: answers given on a printed sheet, typed in one after the other until 14 days after closing (rule 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from models.answer import Answer, AnswerDeleted, Channel
from models.audit import Act, record_spell
from models.base import session
from models.meeting import Meeting, State
from models.person import Viewer
from models.receiving import PAPER_TYPED_WITHIN, receive_on_paper
from models.submission import MeetingClosed, NotOpenYet, Submission
from models.summary import keep_final_totals


def typed_until(meeting: Meeting) -> datetime | None:
    """Until when answers on paper may be typed in or taken back, never when all answers are due to be deleted; None
    while nothing says when the meeting ends."""
    kept = timedelta(days=meeting.retention_days)
    return meeting.closing + min(PAPER_TYPED_WITHIN, kept) if meeting.closing else None


def refuse_out_of_time(meeting: Meeting, now: datetime) -> None:
    """Raises ``NotOpenYet`` before opening and ``MeetingClosed`` from ``typed_until`` on."""
    until = typed_until(meeting)
    if meeting.state(now) is State.DRAFT or until is None:
        raise NotOpenYet
    if now >= until:
        raise MeetingClosed


def type_in(meeting: Meeting, submission: Submission, by: Viewer, now: datetime) -> None:
    """Take one answer from paper, inside ``writing()``. Audited as a spell, without what it says. Raises what
    ``receive_on_paper`` raises."""
    refuse_out_of_time(meeting, now)
    receive_on_paper(meeting, submission, now)
    record_spell(Act.PAPER_TYPED, by.id, now, meeting.id)
    keep_final_totals(meeting, now)


def take_back(meeting: Meeting, key_hash: bytes, by: Viewer, now: datetime) -> bool:
    """Delete an answer that was typed in by mistake, inside ``writing()``; False where there is none, or none any more.
    An answer that a citizen gave on a screen is never found. Raises ``NotOpenYet`` or ``MeetingClosed``."""
    refuse_out_of_time(meeting, now)
    try:
        answer = Answer.by_key(meeting.id, key_hash)
    except AnswerDeleted:
        return False
    if answer is None or answer.channel is not Channel.PAPER:
        return False
    answer.delete()
    record_spell(Act.PAPER_UNDONE, by.id, now, meeting.id)
    keep_final_totals(meeting, now)
    return True


def typed_in(meeting: Meeting) -> int:
    """How many answers of the meeting came on paper, voided ones left out."""
    on_paper = Answer.channel == Channel.PAPER
    return session().scalar(select(func.count()).where(Answer.meeting_id == meeting.id, on_paper, ~Answer.voided)) or 0
