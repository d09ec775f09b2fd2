"""Agreement: one published, frozen, numbered wording of a meeting. Never edited, only followed by the next (rule 1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, UniqueConstraint, event, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Texts, name_of, session
from models.person import Viewer
from models.wording import Influence, Step, WordedPoint, Wording

#: Versions of one meeting; an answer remembers which of them it was given to as bits of one 64-bit number.
MOST_AGREEMENTS = 60


class TooManyVersions(Exception):
    """The meeting has as many published versions as one meeting can hold."""


class Point(Base):
    """A point's identity within its meeting: the same in every version with the same Danish words and influence."""

    __tablename__ = "point"
    __table_args__ = (UniqueConstraint("meeting_id", "identity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    identity: Mapped[str]
    influence: Mapped[Influence] = mapped_column(name_of(Influence, "influence"))


class Agreement(Base):
    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint(f"number BETWEEN 1 AND {MOST_AGREEMENTS}", name="number_is_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    number: Mapped[int]
    content_hash: Mapped[str]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Texts]
    decider: Mapped[Texts]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(type_=Base.type_annotation_map[dict[str, Any]])

    points: Mapped[list[AgreementPoint]] = relationship(
        order_by="AgreementPoint.position", cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    @staticmethod
    def freeze(meeting_id: int, number: int, prepared: Wording, now: datetime, by: Viewer) -> Agreement:
        """Version ``number`` of a meeting, from what was prepared. A point whose identity the meeting knows
        carries its id over. Raises ``TooManyVersions``."""
        if number > MOST_AGREEMENTS:
            raise TooManyVersions
        wording = prepared.frozen()
        agreement = Agreement(
            meeting_id=meeting_id,
            number=number,
            content_hash=wording.content_hash,
            published_at=now,
            published_by_id=by.id,
            purpose=wording.purpose,
            decider=wording.decider,
            steps=[{"text": step.text, "on": step.on.isoformat() if step.on else None} for step in wording.steps],
        )
        known = {each.identity: each for each in session().scalars(select(Point).where(Point.meeting_id == meeting_id))}
        for position, point in enumerate(wording.points, start=1):
            agreement.points.append(
                AgreementPoint(
                    point=known.get(point.identity)
                    or Point(meeting_id=meeting_id, identity=point.identity, influence=point.influence),
                    position=position,
                    title=point.title,
                    how=point.how,
                    why=point.why,
                    decided_by=point.decided_by,
                    asks_guess=point.asks_guess,
                    asks_hands=point.asks_hands,
                )
            )
        return agreement

    @property
    def wording(self) -> Wording:
        """What it says. Points carry their identity's id; their key is their position."""
        return Wording(
            purpose=self.purpose,
            decider=self.decider,
            points=tuple(each.worded() for each in self.points),
            steps=tuple(
                Step(key=number, text=step["text"], on=date.fromisoformat(step["on"]) if step["on"] else None)
                for number, step in enumerate(self.steps, start=1)
            ),
        )


class AgreementPoint(Base):
    """A point as one version words it, in all its languages. Two equal ones in one agreement are refused by the key."""

    __tablename__ = "agreement_point"
    __table_args__ = (UniqueConstraint("agreement_id", "position"),)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id", ondelete="CASCADE"), primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
    title: Mapped[Texts]
    how: Mapped[Texts]
    why: Mapped[Texts]
    decided_by: Mapped[Texts]
    asks_guess: Mapped[bool] = mapped_column(default=False, server_default=false())
    asks_hands: Mapped[bool] = mapped_column(default=False, server_default=false())

    point: Mapped[Point] = relationship(lazy="joined", innerjoin=True)

    def worded(self) -> WordedPoint:
        return WordedPoint(
            key=self.position,
            influence=self.point.influence,
            title=self.title,
            how=self.how,
            why=self.why,
            decided_by=self.decided_by,
            asks_guess=self.asks_guess,
            asks_hands=self.asks_hands,
            id=self.point_id,
        )


def version_bit(number: int) -> int:
    """The bit that stands for version ``number`` in a set of versions."""
    return 1 << (number - 1)


def frozen_triggers(table: str) -> dict[str, list[str]]:
    """SQL by dialect that makes the database itself refuse to change a published row."""
    refuse = f"{table} is frozen"
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_is_frozen BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{refuse}'); END"
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {table}_is_frozen() RETURNS trigger AS "
            f"$$ BEGIN RAISE EXCEPTION '{refuse}'; END $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {table}_is_frozen BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_is_frozen()",
        ],
    }


for _noun in (Agreement, AgreementPoint, Point):
    for _dialect, _statements in frozen_triggers(_noun.__tablename__).items():
        for _statement in _statements:
            event.listen(_noun.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
