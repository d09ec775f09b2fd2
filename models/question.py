"""Question: a citizen's message to the leader about one point, what became of it, and what was replied."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.answer import Answer, raise_revision
from models.audit import Act, record
from models.base import Base, Texts, session
from models.meeting import Meeting
from models.person import Viewer
from models.wording import in_language

LONGEST_QUESTION = 280
LONGEST_REPLY = 280


class Question(Base):
    """A message to the leader about one point. Deleted by staff, its words are gone; a digest of them keeps a resend of
    the same words from bringing them back.

    ``reply`` is a dated addition by language; from ``replied_at`` on every citizen of the meeting sees it under the
    point, and it stays when the question's words go. ``published_at``: since when they see the question itself too.
    ``answered_at``: it is dealt with, by a reply or in the room. Whatever was replied is to the words of then: they may
    have changed since, and then it is not dealt with any more.
    """

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
    answered_at: Mapped[datetime | None]
    reply: Mapped[Texts | None] = mapped_column(JSON(none_as_null=True))
    replied_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    answer: Mapped[Answer] = relationship(back_populates="questions")

    @staticmethod
    def of_meeting(meeting: Meeting) -> list[Question]:
        """Every question of the meeting that has words, the newest first, hidden ones too; those of voided answers are
        out of sight."""
        asked = select(Question).join(Answer).where(Answer.meeting_id == meeting.id, Question.text.is_not(None))
        return list(session().scalars(asked.where(~Answer.voided).order_by(Question.id.desc())))

    @staticmethod
    def in_meeting(meeting: Meeting, question_id: int) -> Question | None:
        """The question, when it was asked in this meeting and still has words."""
        return next((question for question in Question.of_meeting(meeting) if question.id == question_id), None)

    @staticmethod
    def shown_to_citizens(meeting: Meeting, holder: Answer | None = None) -> list[Question]:
        """The questions that every citizen of the meeting sees something of, the newest first: a reply, or the words
        that were published. Those of a voided answer only its ``holder`` sees, for whom nothing changes (rule 11)."""
        seen = ~Answer.voided if holder is None else or_(~Answer.voided, Answer.id == holder.id)
        answered = select(Question).join(Answer).where(Answer.meeting_id == meeting.id, seen)
        questions = session().scalars(answered.order_by(Question.id.desc()))
        return [question for question in questions if question.is_seen_by_citizens]

    @property
    def is_published(self) -> bool:
        """Whether other citizens see its words."""
        return self.published_at is not None and self.text is not None

    @property
    def words_stamp(self) -> str:
        """Differs whenever its words do."""
        return hashlib.sha256((self.text or "").encode()).hexdigest()[:16]

    @property
    def is_seen_by_citizens(self) -> bool:
        """Whether every citizen of the meeting sees something of it."""
        return self.replied_at is not None or self.is_published

    def replied_in(self, language: str) -> tuple[str, str] | None:
        """The reply that citizens see, as (language, text): in that language, else in Danish, else in another."""
        return in_language(self.reply, language) if self.reply and self.replied_at else None

    def ask(self, words: str) -> None:
        """The citizen changed its words: it is a new question, which nobody has approved for others to see."""
        self.text, self.deleted_digest, self.hidden = words, None, False
        self.answered_at = self.published_at = None

    def set_hidden(self, hidden: bool, by: Viewer, now: datetime) -> None:
        """Out of sight on the tablet, or in sight again (rule 9). What is hidden is not published any more."""
        self.hidden = hidden
        if hidden:
            self.published_at = None
        self._note(Act.QUESTION_HIDDEN if hidden else Act.QUESTION_SHOWN, by, now)

    def mark_answered(self, by: Viewer, now: datetime, reply: Texts | None = None) -> None:
        """Dealt with. A ``reply`` of at most 280 characters in each language replaces an earlier one, an empty one
        takes it back, and None leaves it. Raises ``ValueError`` for a longer one."""
        said = {language: text.strip() for language, text in (reply or {}).items() if text.strip()}
        if any(len(text) > LONGEST_REPLY for text in said.values()):
            raise ValueError("the reply is too long")
        self.answered_at = now
        if reply is not None and (self.replied_at is None or said != self.reply):
            self.reply, self.replied_at = (said, now) if said else (None, None)
        self._note(Act.QUESTION_ANSWERED, by, now, replied=bool(said))

    def reopen(self, by: Viewer, now: datetime) -> None:
        """Not dealt with after all. Citizens do not see its reply any more; its words are kept to be mended."""
        self.answered_at = self.replied_at = None
        self._note(Act.QUESTION_REOPENED, by, now)

    def publish(self, by: Viewer, now: datetime) -> None:
        """Show its words to every citizen of the meeting. Whoever does it has looked for names; a hidden one stays
        hidden."""
        if self.hidden or self.is_published:
            return
        self.published_at = now
        self._note(Act.QUESTION_PUBLISHED, by, now)

    def withdraw(self, by: Viewer, now: datetime) -> None:
        """Show its words to nobody but the leader again."""
        self.published_at = None
        self._note(Act.QUESTION_WITHDRAWN, by, now)

    def forget(self, by: Viewer, now: datetime) -> None:
        """Staff delete it: it may hold a name. What was replied goes with it."""
        self.end()
        self.reply = self.replied_at = None
        self._note(Act.QUESTION_DELETED, by, now)

    def end(self) -> None:
        """Its words go; only a digest stays. Raises ``ValueError`` when they have gone before."""
        if self.text is None:
            raise ValueError("already deleted")
        self.deleted_digest = question_digest(self.answer.key_hash, self.text)
        self.text = None

    def _note(self, act: Act, by: Viewer, now: datetime, **details: bool) -> None:
        raise_revision(self.answer.meeting_id, page=True)
        record(act, by.id, now, self.answer.meeting_id, question=self.id, **details)


def question_digest(key_hash: bytes, text: str) -> bytes:
    return hashlib.sha256(key_hash + text.encode()).digest()
