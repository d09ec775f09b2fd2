"""Guess: before reading, did the citizen expect to have influence on this point? The first one counts for ever."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable

from sqlalchemy import ForeignKey, Index, bindparam, insert
from sqlalchemy.orm import Mapped, mapped_column

from models.base import BY_KEY, Base, name_of
from models.prepared import Prepared
from models.wording import WordedPoint


class Expectation(enum.Enum):
    """To "Do you think that you can influence it?"."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Guess(Base):
    """Made in the first accepted submission that covered the point; a changed answer never changes it, and what was
    skipped then stays skipped."""

    __tablename__ = "guess"
    __table_args__ = (Index("ix_guess_totals", "point_id", "expected", "answer_id"), BY_KEY)

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), primary_key=True)
    expected: Mapped[Expectation] = mapped_column(name_of(Expectation, "expected"))


def note_guess(answer_id: int, point_id: int, expected: Expectation) -> None:
    """The answer's first guess on a point, inside ``writing()``."""
    _NOTE.rows(answer=answer_id, point=point_id, expected=expected)


def mixed(points: Iterable[WordedPoint], code: str) -> list[WordedPoint]:
    """Published points in an order that tells nothing about which are fixed, and is the same for everybody in the
    meeting with this code."""
    return sorted(points, key=lambda point: hashlib.sha256(f"{code} {point.id}".encode()).digest())


_NOTE = Prepared(
    insert(Guess).values(answer_id=bindparam("answer"), point_id=bindparam("point"), expected=bindparam("expected"))
)
