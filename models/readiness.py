"""Readiness: whether the database can be written right now. A full disk still reads well, so only writing tells."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, session


class Heartbeat(Base):
    """One row, rewritten by each check."""

    __tablename__ = "heartbeat"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def beat(now: datetime) -> None:
    """Write, inside ``writing()``."""
    session().merge(Heartbeat(id=1, at=now))
