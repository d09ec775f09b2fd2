"""TalkedAbout: in the room the professional explained a point again.

Citizens with a doubt on it are asked on their receipts whether it is clear now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.answer import Answer, raise_revision
from models.audit import Act, record
from models.base import BY_KEY, Base, Texts, session
from models.meeting import Meeting, State, WrongState
from models.person import Viewer
from models.wording import in_language

LONGEST_EXPLANATION = 280


class NotInTheText(Exception):
    """The newest version of the agreement does not hold this point."""


class TalkedAbout(Base):
    """One talk about a point's identity, so that later versions do not lose it. ``explanation`` is a dated addition by
    language, outside the agreement's hash; empty where none was written. ``withdrawn_at``: it was marked by mistake."""

    __tablename__ = "talked_about"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    explanation: Mapped[Texts]
    withdrawn_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship()

    @staticmethod
    def mark(
        meeting: Meeting, point_id: int, by: Viewer, now: datetime, explanation: Texts | None = None
    ) -> TalkedAbout:
        """The point was talked about now. Raises ``WrongState`` unless the meeting is open, ``NotInTheText``, and
        ``ValueError`` for an explanation of more than 280 characters."""
        _refuse_unless_open(meeting, now)
        if meeting.newest is None or all(point.point_id != point_id for point in meeting.newest.points):
            raise NotInTheText
        said = {language: text.strip() for language, text in (explanation or {}).items() if text.strip()}
        if any(len(text) > LONGEST_EXPLANATION for text in said.values()):
            raise ValueError("the explanation is too long")
        talk = TalkedAbout(meeting_id=meeting.id, point_id=point_id, at=now, by_id=by.id, explanation=said)
        session().add(talk)
        raise_revision(meeting.id)
        record(Act.TALKED_ABOUT, by.id, now, meeting.id, point=point_id, explained=bool(said))
        session().flush()
        return talk

    def withdraw(self, by: Viewer, now: datetime) -> None:
        """Undo the mark (rule 9): nobody is asked after it any more, and an earlier talk stands again. Once more it
        changes nothing. Raises ``WrongState`` unless the meeting is open."""
        _refuse_unless_open(self.meeting, now)
        if self.withdrawn_at is not None:
            return
        self.withdrawn_at = now
        raise_revision(self.meeting_id)
        record(Act.TALK_WITHDRAWN, by.id, now, self.meeting_id, point=self.point_id)

    @staticmethod
    def latest(meeting: Meeting) -> dict[int, TalkedAbout]:
        """The last talk about each point that was talked about, withdrawn ones left out."""
        return {talk.point_id: talk for talk in TalkedAbout.standing_in(meeting)}

    @staticmethod
    def standing_in(meeting: Meeting) -> list[TalkedAbout]:
        """Every talk in the meeting that was not withdrawn, the earliest first."""
        standing = select(TalkedAbout).where(TalkedAbout.meeting_id == meeting.id, TalkedAbout.withdrawn_at.is_(None))
        return list(session().scalars(standing.order_by(TalkedAbout.id)))

    @staticmethod
    def in_meeting(meeting: Meeting, point_id: int, talk_id: int) -> TalkedAbout | None:
        """The talk, when it was about this point of this meeting."""
        talk = session().get(TalkedAbout, talk_id)
        return talk if talk and (talk.meeting_id, talk.point_id) == (meeting.id, point_id) else None

    @staticmethod
    def those(ids: Iterable[int]) -> list[TalkedAbout]:
        """The talks with these ids, the earliest first."""
        return list(session().scalars(select(TalkedAbout).where(TalkedAbout.id.in_(ids)).order_by(TalkedAbout.id)))

    def said_in(self, language: str) -> tuple[str, str] | None:
        """The explanation as (language, text): in that language, else in Danish, else in another that it has."""
        return in_language(self.explanation, language)


class TalkReply(Base):
    """After this talk the citizen said whether the point is clear now, and is not asked again until it is talked about
    again. What they said is their doubt on the point."""

    __tablename__ = "talk_reply"
    __table_args__ = BY_KEY

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True)
    talked_about_id: Mapped[int] = mapped_column(
        ForeignKey("talked_about.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def note_reply(answer: Answer, talk_id: int) -> None:
    """Remember that the citizen replied to this talk. One of another meeting is none."""
    talk = session().get(TalkedAbout, talk_id)
    if talk is None or talk.meeting_id != answer.meeting_id:
        return
    if session().get(TalkReply, (answer.id, talk_id)) is None:
        session().add(TalkReply(answer_id=answer.id, talked_about_id=talk_id))


def _refuse_unless_open(meeting: Meeting, now: datetime) -> None:
    if meeting.state(now) is not State.OPEN:
        raise WrongState
