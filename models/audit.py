"""Audit: every change by staff, who, what and when; never the content of a citizen's answer (rule 10)."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, name_of, session

#: What is done over and over, like saving as one writes, is one act, noted again after so long.
SPELL = timedelta(minutes=10)


class Act(enum.Enum):
    PERSON_ADDED = "PERSON_ADDED"
    MEETING_CREATED = "MEETING_CREATED"
    MEETING_COPIED = "MEETING_COPIED"
    MEETING_OPENED = "MEETING_OPENED"
    MEETING_CLOSED = "MEETING_CLOSED"
    MEETING_REOPENED = "MEETING_REOPENED"
    MEETING_DELETED = "MEETING_DELETED"
    AGREEMENT_PUBLISHED = "AGREEMENT_PUBLISHED"
    DRAFT_WRITTEN = "DRAFT_WRITTEN"
    DRAFT_DISCARDED = "DRAFT_DISCARDED"
    FACTS_CHANGED = "FACTS_CHANGED"
    DEPUTIES_NAMED = "DEPUTIES_NAMED"
    QUESTION_HIDDEN = "QUESTION_HIDDEN"
    QUESTION_SHOWN = "QUESTION_SHOWN"
    QUESTION_DELETED = "QUESTION_DELETED"
    TALKED_ABOUT = "TALKED_ABOUT"
    TALK_WITHDRAWN = "TALK_WITHDRAWN"
    QUESTION_ANSWERED = "QUESTION_ANSWERED"
    QUESTION_REOPENED = "QUESTION_REOPENED"
    QUESTION_PUBLISHED = "QUESTION_PUBLISHED"
    QUESTION_WITHDRAWN = "QUESTION_WITHDRAWN"
    HEADCOUNT_SET = "HEADCOUNT_SET"
    RECORD_NUMBERED = "RECORD_NUMBERED"
    ANSWERS_VOIDED = "ANSWERS_VOIDED"
    VOIDING_UNDONE = "VOIDING_UNDONE"
    TABLET_LENT = "TABLET_LENT"
    TABLET_RETURNED = "TABLET_RETURNED"
    PAPER_TYPED = "PAPER_TYPED"
    PAPER_UNDONE = "PAPER_UNDONE"
    MUNICIPALITY_CHANGED = "MUNICIPALITY_CHANGED"


class AuditEntry(Base):
    """``meeting_id`` is a plain number: the entry outlives its meeting."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    act: Mapped[Act] = mapped_column(name_of(Act, "act"))
    meeting_id: Mapped[int | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(act: Act, by_id: int | None, now: datetime, meeting_id: int | None = None, **details: Any) -> None:
    """Note an act of staff. ``details`` holds facts of the meeting, never a citizen's words or ticks."""
    session().add(AuditEntry(at=now, by_id=by_id, act=act, meeting_id=meeting_id, details=details))


def record_spell(act: Act, by_id: int, now: datetime, meeting_id: int) -> None:
    """Note what somebody does over and over in a meeting, like writing in its draft: once for each spell of it, not for
    every saved word."""
    noted = exists().where(
        AuditEntry.meeting_id == meeting_id,
        AuditEntry.by_id == by_id,
        AuditEntry.act == act,
        AuditEntry.at > now - SPELL,
    )
    if not session().scalar(select(noted)):
        record(act, by_id, now, meeting_id)
