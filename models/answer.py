"""Answer: one citizen's (one device's) reply to an agreement; Doubt: its mark that one point is unclear.

An answer's key, a UUID that only the citizen holds, makes sending again safe and lets them change or delete it. Only
its hash is stored (rule 4), and no time finer than the minute.
"""

from __future__ import annotations

import enum
import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit import Act, record
from models.base import BY_KEY, Base, name_of, session
from models.meeting import Meeting
from models.person import Viewer
from models.prepared import Prepared

LONGEST_QUESTION = 280


class Channel(enum.Enum):
    """How an answer came: on the citizen's own phone, on the shared tablet, or typed in from paper."""

    OWN_PHONE = "own_phone"
    SHARED = "shared"
    PAPER = "paper"


class AnswerDeleted(Exception):
    """The citizen deleted this answer; its key is spent."""


class Answer(Base):
    """``versions`` is the set (bits) of versions it was ever given to, ``agreement`` the number of the latest."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("meeting_id", "key_hash"),
        ForeignKeyConstraint(
            ["meeting_id", "agreement"], ["agreement.meeting_id", "agreement.number"], ondelete="CASCADE"
        ),
        CheckConstraint("versions > 0", name="covers_a_version"),
        CheckConstraint("changed_minute >= first_minute", name="changed_after_first"),
        Index("ix_answer_totals", "meeting_id", "versions", "agreement", "understood_first", "channel"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    agreement: Mapped[int]
    versions: Mapped[int] = mapped_column(BigInteger)
    understood_first: Mapped[bool]
    first_minute: Mapped[int]
    changed_minute: Mapped[int | None]
    language: Mapped[str]
    channel: Mapped[Channel] = mapped_column(name_of(Channel, "channel"))

    doubts: Mapped[list[Doubt]] = relationship(cascade="all, delete-orphan", passive_deletes=True, lazy="selectin")
    questions: Mapped[list[Question]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    @staticmethod
    def by_key(meeting_id: int, key_hash: bytes) -> Answer | None:
        """The holder's answer. Raises ``AnswerDeleted`` for a spent key."""
        mine = select(Answer).where(Answer.meeting_id == meeting_id, Answer.key_hash == key_hash)
        found = session().scalars(mine).one_or_none()
        if found is None and session().get(SpentKey, (meeting_id, key_hash)) is not None:
            raise AnswerDeleted
        return found

    @property
    def unclear(self) -> frozenset[int]:
        """The points (identities) that are unclear to the citizen now."""
        return frozenset(doubt.point_id for doubt in self.doubts if doubt.unclear)

    @property
    def asked(self) -> dict[int, str]:
        """The citizen's own questions by point."""
        return {question.point_id: question.text for question in self.questions if question.text}

    def delete(self) -> None:
        """The answer leaves all counts; only its key's hash stays, so that a delayed resend can't bring it back."""
        session().add(SpentKey(meeting_id=self.meeting_id, key_hash=self.key_hash))
        session().delete(self)
        raise_revision(self.meeting_id)


class Doubt(Base):
    """Kept when cleared; ticked again it is the same doubt (rule 5). ``raised_first``: ticked in the first submission
    that covered the point. ``unclear``: ticked in the latest one that did."""

    __tablename__ = "doubt"
    __table_args__ = (Index("ix_doubt_totals", "point_id", "raised_first", "unclear", "answer_id"), BY_KEY)

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), primary_key=True)
    raised_first: Mapped[bool]
    unclear: Mapped[bool]


class Question(Base):
    """A message to the leader about one point. Deleted by staff, its words are gone; a digest of them keeps a resend of
    the same words from bringing them back."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("answer_id", "point_id"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_QUESTION}", name="text_is_short"),
        CheckConstraint("(text IS NULL) <> (deleted_digest IS NULL)", name="deleted_or_there"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), index=True)
    text: Mapped[str | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    deleted_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    answer: Mapped[Answer] = relationship(back_populates="questions")

    @staticmethod
    def of_meeting(meeting: Meeting) -> list[Question]:
        """Every question of the meeting that has words, the newest first, hidden ones too."""
        asked = select(Question).join(Answer).where(Answer.meeting_id == meeting.id, Question.text.is_not(None))
        return list(session().scalars(asked.order_by(Question.id.desc())))

    @staticmethod
    def in_meeting(meeting: Meeting, question_id: int) -> Question | None:
        """The question, when it was asked in this meeting and still has words."""
        return next((question for question in Question.of_meeting(meeting) if question.id == question_id), None)

    def set_hidden(self, hidden: bool, by: Viewer, now: datetime) -> None:
        """Out of sight on the tablet, or in sight again (rule 9)."""
        self.hidden = hidden
        raise_revision(self.answer.meeting_id)
        act = Act.QUESTION_HIDDEN if hidden else Act.QUESTION_SHOWN
        record(act, by.id, now, self.answer.meeting_id, question=self.id)

    def forget(self, by: Viewer, now: datetime) -> None:
        """Staff delete it: it may hold a name."""
        if self.text is None:
            raise ValueError("already deleted")
        self.deleted_digest = question_digest(self.answer.key_hash, self.text)
        self.text = None
        raise_revision(self.answer.meeting_id)
        record(Act.QUESTION_DELETED, by.id, now, self.answer.meeting_id, question=self.id)


class SpentKey(Base):
    """The key's hash of an answer that its citizen deleted."""

    __tablename__ = "spent_key"
    __table_args__ = BY_KEY

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


def hash_of_key(key: UUID) -> bytes:
    """SHA-256 of the key's 16 bytes."""
    return hashlib.sha256(key.bytes).digest()


def question_digest(key_hash: bytes, text: str) -> bytes:
    return hashlib.sha256(key_hash + text.encode()).digest()


def raise_revision(meeting_id: int, new_keys: int = 0) -> None:
    """Whatever the room shows has changed."""
    _RAISE_REVISION.rows(meeting=meeting_id, more_keys=new_keys)


_RAISE_REVISION = Prepared(
    update(Meeting)
    .where(Meeting.id == bindparam("meeting"))
    .values(revision=Meeting.revision + 1, new_keys=Meeting.new_keys + bindparam("more_keys"))
)
