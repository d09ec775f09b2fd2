"""Municipality: the tenant. It owns institutions and decides how long answers stay and how small a group is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Act, record
from models.base import Base, session
from models.person import Viewer
from models.wording import DANISH

SMALLEST_GROUP_IN_THE_ROOM = 3
SMALLEST_GROUP_IN_INSIGHT = 5
DAYS_OF_ANSWERS = 180
DAYS_OF_QUESTIONS = 30
#: The languages of a new municipality; it switches on the others itself.
AT_FIRST = "da,en"
EMPTY = sql("''")
#: How citizens reach the municipality: what its administrators write, whatever it is called.
CONTACT = ("address", "privacy_contact", "accessibility_email", "accessibility_phone", "accessibility_statement")


class Municipality(Base):
    """A municipality. Its group limits may be raised above the two of rule 6, never lowered. ``listed_languages``: what
    its citizens may read, commas between. ``accessibility_statement``: the address where the statement that the
    municipality has made itself is published."""

    __tablename__ = "municipality"
    __table_args__ = (
        CheckConstraint(f"room_limit >= {SMALLEST_GROUP_IN_THE_ROOM}", name="room_limit_is_never_lowered"),
        CheckConstraint(f"insight_limit >= {SMALLEST_GROUP_IN_INSIGHT}", name="insight_limit_is_never_lowered"),
        CheckConstraint("retention_days > 0 AND question_days > 0", name="answers_are_kept_for_some_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    palette: Mapped[str] = mapped_column(default="fjord")
    privacy_contact: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    accessibility_email: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    accessibility_phone: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    accessibility_statement: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    listed_languages: Mapped[str] = mapped_column(default=AT_FIRST, server_default=sql(f"'{AT_FIRST}'"))
    retention_days: Mapped[int] = mapped_column(default=DAYS_OF_ANSWERS)
    question_days: Mapped[int] = mapped_column(default=DAYS_OF_QUESTIONS)
    room_limit: Mapped[int] = mapped_column(default=SMALLEST_GROUP_IN_THE_ROOM)
    insight_limit: Mapped[int] = mapped_column(default=SMALLEST_GROUP_IN_INSIGHT)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @property
    def languages(self) -> tuple[str, ...]:
        """What its citizens may read: Danish, and what it has switched on."""
        return tuple(self.listed_languages.split(","))

    @property
    def contact(self) -> dict[str, str]:
        """How citizens reach it, by the names in ``CONTACT``."""
        return {name: getattr(self, name) for name in CONTACT}

    def switch_languages(self, languages: Collection[str], by: Viewer, now: datetime) -> None:
        """What its citizens may read from now on; Danish always. Meetings that have another language keep it."""
        listed = (DANISH, *(each for each in languages if each != DANISH))
        switched = set(listed) ^ set(self.languages)
        if switched:
            on = sorted(switched & set(listed))
            self._note(by, now, switched_on=on, switched_off=sorted(switched - set(on)))
        self.listed_languages = ",".join(listed)

    def change_contact(self, contact: Mapping[str, str], by: Viewer, now: datetime) -> None:
        """How citizens reach it from now on. Raises ``KeyError`` for a name that is not in ``CONTACT``."""
        known = self.contact
        changed = {name: [known[name], text] for name, text in contact.items() if text != known[name]}
        for name, (_, text) in changed.items():
            setattr(self, name, text)
        if changed:
            self._note(by, now, changed=changed)

    def _note(self, by: Viewer, now: datetime, **details: Any) -> None:
        record(Act.MUNICIPALITY_CHANGED, by.id, now, municipality=self.id, **details)

    @staticmethod
    def administered_by(viewer: Viewer) -> list[Municipality]:
        """Those whose administrator the viewer is, by name."""
        own = Municipality.id.in_(viewer.administrator_of)
        return list(session().scalars(select(Municipality).where(own).order_by(Municipality.name)))

    @staticmethod
    def languages_of_all() -> frozenset[str]:
        """What one municipality or another of this server has switched on; before there is any, what a new one has."""
        listed = session().scalars(select(Municipality.listed_languages)).all() or [AT_FIRST]
        return frozenset(language for languages in listed for language in languages.split(","))

    @staticmethod
    def every() -> list[Municipality]:
        """All municipalities of this server, by name."""
        return list(session().scalars(select(Municipality).order_by(Municipality.name)))

    @staticmethod
    def only() -> Municipality | None:
        """The municipality of this server where there is just one; else none."""
        found = session().scalars(select(Municipality).limit(2)).all()
        return found[0] if len(found) == 1 else None
