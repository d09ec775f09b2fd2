"""Answer: one citizen's (one device's) reply to an agreement; Doubt: its mark that one point is unclear.

An answer's key, a UUID that only the citizen holds, makes sending again safe and lets them change or delete it. Only
its hash is stored (rule 4), and no time finer than the minute.
"""

from __future__ import annotations

import enum
import hashlib
from typing import TYPE_CHECKING
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
    false,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import BY_KEY, Base, name_of, session
from models.meeting import Meeting
from models.prepared import Prepared

if TYPE_CHECKING:
    from models.offer import Offer
    from models.question import Question


class Channel(enum.Enum):
    """How an answer came: on the citizen's own phone, on the shared tablet, or typed in from paper."""

    OWN_PHONE = "own_phone"
    SHARED = "shared"
    PAPER = "paper"


class Difficulty(enum.Flag):
    """What makes a point unclear to a citizen, where they say so."""

    WORDS = 1
    REASON = 2
    DECIDER = 4
    OTHER = 8


class AnswerDeleted(Exception):
    """The citizen deleted this answer; its key is spent."""


class Answer(Base):
    """``versions`` is the set (bits) of versions it was ever given to, ``agreement`` the number of the latest.
    ``voided``: it counts nowhere, though its citizen sees no difference (rule 11). ``helped``: a relative or helper
    helped with it. ``late``: it was given or changed offline and arrived after closing (rule 3)."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("meeting_id", "key_hash"),
        ForeignKeyConstraint(
            ["meeting_id", "agreement"], ["agreement.meeting_id", "agreement.number"], ondelete="CASCADE"
        ),
        CheckConstraint("versions > 0", name="covers_a_version"),
        CheckConstraint("changed_minute >= first_minute", name="changed_after_first"),
        Index("ix_answer_totals", "meeting_id", "versions", "agreement", "understood_first", "channel", "voided"),
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
    voided: Mapped[bool] = mapped_column(default=False, server_default=false())
    helped: Mapped[bool] = mapped_column(default=False, server_default=false())
    late: Mapped[bool] = mapped_column(default=False, server_default=false())

    doubts: Mapped[list[Doubt]] = relationship(cascade="all, delete-orphan", passive_deletes=True, lazy="selectin")
    questions: Mapped[list[Question]] = relationship(
        back_populates="answer", cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )
    offers: Mapped[list[Offer]] = relationship(cascade="all, delete-orphan", passive_deletes=True, lazy="selectin")

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

    @property
    def difficulties(self) -> dict[int, Difficulty]:
        """What makes the unclear points unclear, by point, where it was said."""
        return {doubt.point_id: doubt.difficulties for doubt in self.doubts if doubt.unclear and doubt.difficulties}

    @property
    def offered(self) -> frozenset[int]:
        """The points that the citizen offers to help with."""
        return frozenset(offer.point_id for offer in self.offers)

    def delete(self) -> None:
        """The answer leaves all counts; only its key's hash stays, so that a delayed resend can't bring it back."""
        session().add(SpentKey(meeting_id=self.meeting_id, key_hash=self.key_hash))
        session().delete(self)
        raise_revision(self.meeting_id, page=any(question.is_seen_by_citizens for question in self.questions))


class Doubt(Base):
    """Kept when cleared; ticked again it is the same doubt (rule 5). ``raised_first``: ticked in the first submission
    that covered the point. ``unclear``: ticked in the latest one that did. ``reasons``: why, as bits of
    ``Difficulty``, said with the latest tick."""

    __tablename__ = "doubt"
    __table_args__ = (Index("ix_doubt_totals", "point_id", "raised_first", "unclear", "reasons", "answer_id"), BY_KEY)

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), primary_key=True)
    raised_first: Mapped[bool]
    unclear: Mapped[bool]
    reasons: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    @property
    def difficulties(self) -> Difficulty:
        return Difficulty(self.reasons)


class SpentKey(Base):
    """The key's hash of an answer that its citizen deleted."""

    __tablename__ = "spent_key"
    __table_args__ = BY_KEY

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


def hash_of_key(key: UUID) -> bytes:
    """SHA-256 of the key's 16 bytes."""
    return hashlib.sha256(key.bytes).digest()


def raise_revision(meeting_id: int, new_keys: int = 0, *, page: bool = False) -> None:
    """Whatever the room shows has changed; with ``page`` what the pages of all citizens show, too."""
    _RAISE_REVISION.rows(meeting=meeting_id, more_keys=new_keys, more_pages=int(page))


_RAISE_REVISION = Prepared(
    update(Meeting)
    .where(Meeting.id == bindparam("meeting"))
    .values(
        revision=Meeting.revision + 1,
        new_keys=Meeting.new_keys + bindparam("more_keys"),
        page_revision=Meeting.page_revision + bindparam("more_pages"),
    )
)
