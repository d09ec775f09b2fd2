"""Offer: a citizen would lend a hand with a point that asks for it. It is only counted: one signs up in the room."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import BY_KEY, Base


class Offer(Base):
    """As the answer's latest submission that covered the point said it."""

    __tablename__ = "offer"
    __table_args__ = (Index("ix_offer_totals", "point_id", "answer_id"), BY_KEY)

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), primary_key=True)
