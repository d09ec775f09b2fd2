"""Meeting: one occasion with one QR code. DRAFT → OPEN → CLOSED, and OPEN again within 24 hours.

It begins in ``drafting``; its text is written in ``keeping`` and frozen in ``publishing``; ``facts`` changes the rest.
"""

from __future__ import annotations

import enum
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Select,
    Table,
    and_,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agreement import Agreement
from models.audit import Act, record
from models.base import Base, Texts, name_of, session
from models.clock import end_of
from models.code import shown_code
from models.draft import Draft
from models.institution import Institution
from models.municipality import Municipality
from models.person import Person, Viewer
from models.translation import Progress, progress, shown_texts
from models.wording import DANISH, WordedPoint, Wording

REOPENS_WITHIN = timedelta(hours=24)
DAYS_OF_A_TALK = 30
#: A hall; more is a slip of the hand.
LARGEST_HEADCOUNT = 9999
EMPTY = sql("''")


class MeetingForm(enum.Enum):
    PARENTS_MEETING = "PARENTS_MEETING"
    BOARD = "BOARD"
    RELATIVES_COUNCIL = "RELATIVES_COUNCIL"
    HEARING = "HEARING"
    COMMITTEE_17_4 = "COMMITTEE_17_4"
    PROJECT = "PROJECT"
    INDIVIDUAL_TALK = "INDIVIDUAL_TALK"


class Method(enum.Enum):
    CO_CREATION = "CO_CREATION"
    STRENGTHENED_CONTACT = "STRENGTHENED_CONTACT"
    HEARING = "HEARING"
    OTHER = "OTHER"


class State(enum.Enum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class WrongState(Exception):
    """The act does not fit the state that the meeting is in."""


meeting_deputy = Table(
    "meeting_deputy",
    Base.metadata,
    Column("meeting_id", ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
)


class Meeting(Base):
    """A meeting and its facts. ``revision`` rises with all that the room shows, ``page_revision`` with all that the
    pages of all citizens show; ``current_versions`` is the set of versions (bits) that an answer may still be given
    to."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("opened_at IS NULL OR (closes_at IS NOT NULL AND held_on IS NOT NULL)", name="open_has_an_end"),
        CheckConstraint("length(code) = 8", name="code_has_8_characters"),
        CheckConstraint(f"headcount BETWEEN 1 AND {LARGEST_HEADCOUNT}", name="headcount_is_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    form: Mapped[MeetingForm] = mapped_column(name_of(MeetingForm, "form"))
    method: Mapped[Method] = mapped_column(name_of(Method, "method"))
    template: Mapped[str] = mapped_column(default="")
    languages: Mapped[list[str]] = mapped_column(default=lambda: [DANISH])

    title: Mapped[Texts] = mapped_column(default=dict)
    place: Mapped[str] = mapped_column(default="")
    held_on: Mapped[date | None] = mapped_column(index=True)
    held_at: Mapped[time | None]
    closes_at: Mapped[datetime | None]
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")

    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)
    page_revision: Mapped[int] = mapped_column(default=1)
    current_versions: Mapped[int] = mapped_column(BigInteger, default=0)
    new_keys: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    totals_revision: Mapped[int | None]
    headcount: Mapped[int | None]
    journal_number: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    kle_number: Mapped[str] = mapped_column(default="", server_default=EMPTY)
    questions_ended_at: Mapped[datetime | None]
    answers_ended_at: Mapped[datetime | None]

    institution: Mapped[Institution] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    deputies: Mapped[list[Person]] = relationship(secondary=meeting_deputy, order_by=Person.name)
    draft: Mapped[Draft] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    agreements: Mapped[list[Agreement]] = relationship(
        order_by=Agreement.number, cascade="all, delete-orphan", passive_deletes=True
    )

    # Finding

    @staticmethod
    def by_code(code: str) -> Meeting | None:
        """The meeting with this code, locked until the end of a ``writing()``."""
        return session().scalars(locked_to_write(select(Meeting).where(Meeting.code == code))).one_or_none()

    @staticmethod
    def every_of(municipality: Municipality) -> list[Meeting]:
        """Every meeting of a municipality, individual talks too: for commands, never for a page."""
        found = select(Meeting).join(Institution).where(Institution.municipality_id == municipality.id)
        return list(session().scalars(found.order_by(Meeting.id)))

    # What it is

    @property
    def is_talk(self) -> bool:
        """An individual talk: never anonymous, never in insight or exports, no questions."""
        return self.form is MeetingForm.INDIVIDUAL_TALK

    @property
    def shown_code(self) -> str:
        return shown_code(self.code)

    @property
    def newest(self) -> Agreement | None:
        """The newest published version; none before opening."""
        return self.agreements[-1] if self.agreements else None

    @property
    def published(self) -> Agreement:
        """The newest published version. Raises ``LookupError`` before opening: then there is nothing to read."""
        if self.newest is None:
            raise LookupError("nothing is published before opening")
        return self.newest

    def wording_of(self, number: int | None) -> Wording:
        """What the version of this number says; nothing where there is none."""
        return next((each.wording for each in self.agreements if each.number == number), Wording())

    @property
    def every_point(self) -> dict[int, WordedPoint]:
        """Every point that any version holds, by its id and worded as it was last."""
        return {
            point.id: point for version in self.agreements for point in version.wording.points if point.id is not None
        }

    @property
    def end(self) -> datetime | None:
        """When it closes unless by hand: as its writer has set, else at the end of its day; None without a day."""
        return self.closes_at or (end_of(self.held_on) if self.held_on else None)

    @property
    def closing(self) -> datetime | None:
        """When it closed or will close: by hand, else at ``closes_at``. All clocks of rule 8 run from here."""
        if self.closed_at is not None and self.closes_at is not None:
            return min(self.closed_at, self.closes_at)
        return self.closed_at or self.closes_at

    @property
    def retention_days(self) -> int:
        """Days from closing until the answers are deleted."""
        return DAYS_OF_A_TALK if self.is_talk else self.institution.municipality.retention_days

    def state(self, now: datetime) -> State:
        """Derived from the clock, never set by a job."""
        if self.opened_at is None:
            return State.DRAFT
        return State.CLOSED if self.closing is not None and now >= self.closing else State.OPEN

    def acts(self, viewer: Viewer) -> bool:
        """Whether the viewer owns or deputises it, and still works there."""
        own = viewer.id == self.owner_id or any(deputy.id == viewer.id for deputy in self.deputies)
        return own and self.institution_id in viewer.professional_at

    @property
    def smallest_group(self) -> int:
        """From how many answers figures that split them are shown outside the room (rule 6); in an individual talk
        from the first."""
        return 1 if self.is_talk else self.institution.municipality.insight_limit

    def smallest_group_in_room(self, viewer: Viewer) -> int:
        """The same for the room: those who run it see the split of smaller groups."""
        if self.is_talk or not self.acts(viewer):
            return self.smallest_group
        return self.institution.municipality.room_limit

    def reopens_until(self) -> datetime | None:
        """Until when it can be opened again, once it is closed; None while nothing says when that is."""
        return self.closing + REOPENS_WITHIN if self.closing else None

    @property
    def prepared(self) -> Wording:
        """The draft's wording in the languages that are switched on: what would be published now. An individual talk
        never checks expectations."""
        wording = self.draft.wording.in_languages(self.languages)
        return wording.without_guesses() if self.is_talk else wording

    @property
    def translations(self) -> list[Progress]:
        """How far each language that is switched on has come, in their order."""
        texts = shown_texts(self.title, self.draft.wording)
        return [progress(texts, self.draft.stale or {}, language) for language in self.languages if language != DANISH]

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether the draft says something else than the newest version."""
        return self.newest is not None and self.prepared.content_hash != self.newest.content_hash

    # Closing

    def close(self, now: datetime, by: Viewer) -> None:
        """Take no more answers. Raises ``WrongState`` unless it is open."""
        if self.state(now) is not State.OPEN:
            raise WrongState
        self.closed_at = now
        self.touch(page=True)
        record(Act.MEETING_CLOSED, by.id, now, self.id)

    def reopen(self, now: datetime, by: Viewer, closes_at: datetime) -> None:
        """Open again within 24 hours of the last closing, until a new ``closes_at`` that lies ahead. Raises
        ``WrongState`` where it can't be."""
        until = self.reopens_until()
        if self.state(now) is not State.CLOSED or until is None or now >= until or closes_at <= now:
            raise WrongState
        self.closed_at = None
        self.closes_at = closes_at
        self.touch(page=True)
        record(Act.MEETING_REOPENED, by.id, now, self.id)

    def delete(self, by: Viewer, now: datetime) -> None:
        """The meeting with its versions and answers; the audit keeps that it was."""
        record(Act.MEETING_DELETED, by.id, now, self.id, code=self.code)
        session().delete(self)

    def touch(self, *, page: bool = False) -> None:
        """What the room shows has changed; with ``page`` what the pages of all citizens show, too."""
        self.revision += 1
        if page:
            self.page_revision += 1


def is_open(now: datetime) -> ColumnElement[bool]:
    """The SQL of ``state(now) is OPEN``."""
    return and_(Meeting.opened_at.is_not(None), Meeting.closed_at.is_(None), Meeting.closes_at > now)


def locked_to_write(query: Select[Meeting]) -> Select[Meeting]:
    """On PostgreSQL writers of one meeting queue at its row, answers among them; SQLite has one writer anyway."""
    writing = session().connection().get_execution_options().get("writing")
    return query.with_for_update(of=Meeting) if writing else query
