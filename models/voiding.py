"""Voiding: the answers of a span of time count nowhere, because they were not given in earnest (rule 11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, func, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.answer import Answer, raise_revision
from models.audit import Act, record
from models.base import Base, session
from models.clock import minute_of, moment_at
from models.meeting import Meeting, State, WrongState
from models.person import Viewer
from models.summary import keep_final_totals

UNDONE_WITHIN = timedelta(hours=24)


class Voiding(Base):
    """A span of minutes in which answers were first accepted, both ends included. One that arrives in its last minute
    after it was voided is voided as well."""

    __tablename__ = "voiding"
    __table_args__ = (CheckConstraint("last_minute >= first_minute", name="span_runs_forward"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    first_minute: Mapped[int]
    last_minute: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship()

    @staticmethod
    def void(meeting: Meeting, first: datetime, last: datetime, by: Viewer, now: datetime) -> Voiding:
        """Void the answers first accepted from ``first`` to ``last``, to the minute. Raises ``WrongState`` before
        opening and ``ValueError`` for a span that runs backwards or into the future."""
        if meeting.state(now) is State.DRAFT:
            raise WrongState
        if last < first or last > now:
            raise ValueError("the span runs backwards or into the future")
        voiding = Voiding(
            meeting_id=meeting.id, first_minute=minute_of(first), last_minute=minute_of(last), at=now, by_id=by.id
        )
        session().add(voiding)
        session().flush()
        session().execute(update(Answer).where(Answer.meeting_id == meeting.id, voiding.covers).values(voided=True))
        raise_revision(meeting.id, page=True)
        record(Act.ANSWERS_VOIDED, by.id, now, meeting.id, voiding=voiding.id, span=voiding.minutes)
        keep_final_totals(meeting, now)
        return voiding

    @staticmethod
    def standing_in(meeting: Meeting) -> list[Voiding]:
        """Those of the meeting that were not undone, the latest first."""
        standing = select(Voiding).where(Voiding.meeting_id == meeting.id, Voiding.undone_at.is_(None))
        return list(session().scalars(standing.order_by(Voiding.id.desc())))

    @staticmethod
    def in_meeting(meeting: Meeting, voiding_id: int) -> Voiding | None:
        found = session().get(Voiding, voiding_id)
        return found if found and found.meeting_id == meeting.id else None

    @staticmethod
    def answers_by_minute(meeting: Meeting) -> dict[datetime, int]:
        """How many of the answers that count now were first accepted in each minute that has any, the earliest
        first."""
        counted = select(Answer.first_minute, func.count()).where(Answer.meeting_id == meeting.id, ~Answer.voided)
        rows = session().execute(counted.group_by(Answer.first_minute).order_by(Answer.first_minute))
        return {moment_at(minute): answers for minute, answers in rows}

    @staticmethod
    def answers_between(meeting: Meeting, first: datetime, last: datetime) -> int:
        """How many answers that count now would be voided by this span."""
        span = Answer.first_minute.between(minute_of(first), minute_of(last))
        return session().scalar(select(func.count()).where(Answer.meeting_id == meeting.id, ~Answer.voided, span)) or 0

    def undo(self, by: Viewer, now: datetime) -> None:
        """They count again, but for those that another standing one covers. Once more it changes nothing. Raises
        ``WrongState`` from 24 hours after."""
        if self.undone_at is not None:
            return
        if now >= self.undone_until:
            raise WrongState
        self.undone_at = now
        session().flush()
        others = [other.covers for other in Voiding.standing_in(self.meeting)]
        counts_again = update(Answer).where(
            Answer.meeting_id == self.meeting_id, self.covers, *(~each for each in others)
        )
        session().execute(counts_again.values(voided=False))
        raise_revision(self.meeting_id, page=True)
        record(Act.VOIDING_UNDONE, by.id, now, self.meeting_id, voiding=self.id)
        keep_final_totals(self.meeting, now)

    @property
    def answers(self) -> int:
        """How many voided answers lie in the span."""
        lying = select(func.count()).where(Answer.meeting_id == self.meeting_id, Answer.voided, self.covers)
        return session().scalar(lying) or 0

    @property
    def first(self) -> datetime:
        return moment_at(self.first_minute)

    @property
    def last(self) -> datetime:
        """The last minute of the span; all of it belongs to the span."""
        return moment_at(self.last_minute)

    @property
    def undone_until(self) -> datetime:
        """Until when it can be undone."""
        return self.at + UNDONE_WITHIN

    @property
    def covers(self) -> ColumnElement[bool]:
        """The SQL of an answer lying in the span."""
        return Answer.first_minute.between(self.first_minute, self.last_minute)

    @property
    def minutes(self) -> list[str]:
        """First and last minute, as moments in ISO 8601."""
        return [self.first.isoformat(), self.last.isoformat()]
