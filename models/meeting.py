"""Meeting: one occasion with one QR code. DRAFT → OPEN → CLOSED, and OPEN again within 24 hours."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import replace
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
    exists,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agreement import Agreement, version_bit
from models.audit import Act, record, record_spell
from models.base import Base, Texts, name_of, session
from models.clock import end_of
from models.code import new_code, shown_code
from models.draft import Draft
from models.institution import Institution
from models.municipality import Municipality
from models.person import Person, Viewer
from models.translation import TITLE, Progress, progress, shown_texts
from models.wording import DANISH, Lack, Reason, WordedPoint, Wording, text_lack

REOPENS_WITHIN = timedelta(hours=24)
DAYS_OF_A_TALK = 30
#: A hall; more is a slip of the hand.
LARGEST_HEADCOUNT = 9999
LONGEST_NUMBER = 40
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


class NotReady(Exception):
    """The meeting can't be opened or its draft published: ``lacks`` says what is missing."""

    def __init__(self, lacks: list[Lack]) -> None:
        super().__init__(f"{len(lacks)} missing")
        self.lacks = lacks


class WrongState(Exception):
    """The act does not fit the state that the meeting is in."""


class NothingToPublish(Exception):
    """The draft says the same as the newest version."""


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
        return self.closing + REOPENS_WITHIN if self.closing else None

    # Writing

    @staticmethod
    def create(
        institution: Institution, owner: Viewer, form: MeetingForm, method: Method, wording: Wording, now: datetime,
        **facts: Any,
    ) -> Meeting:  # fmt: skip
        """A new draft with a code of its own."""
        meeting = Meeting(
            code=_free_code(),
            institution=institution,
            owner_id=owner.id,
            form=form,
            method=method,
            created_at=now,
            **facts,
        )
        meeting.draft = Draft(document=wording.to_document(), removed=[], saved_at=now, saved_by_id=owner.id)
        session().add(meeting)
        session().flush()
        record(Act.MEETING_CREATED, owner.id, now, meeting.id)
        return meeting

    @property
    def languages_to_pick(self) -> frozenset[str]:
        """What its writer may pick beside Danish: what the municipality has switched on, and what the meeting has."""
        return frozenset({*self.institution.municipality.languages, *self.languages}) - {DANISH}

    def copy(self, by: Viewer, now: datetime) -> Meeting:
        """A new draft by the viewer with the texts, languages and settings only: no dates, answers or versions."""
        copied = Meeting.create(
            self.institution,
            by,
            self.form,
            self.method,
            _without_dates(self.draft.wording),
            now,
            template=self.template,
            languages=list(self.languages),
            title=dict(self.title),
            place=self.place,
            contact_name=self.contact_name,
            contact_phone=self.contact_phone,
        )
        copied.draft.stale = self.draft.stale
        record(Act.MEETING_COPIED, by.id, now, copied.id, copied_from=self.id)
        return copied

    def lacks(self, now: datetime) -> list[Lack]:
        """What is missing before opening (rule 2), in the order of the writing page."""
        facts = [("title", self.title.get(DANISH, "")), ("place", self.place)]
        lacks = [Lack(part, reason) for part, text in facts if (reason := text_lack(text))]
        if self.held_on is None:
            lacks.append(Lack("date", Reason.MISSING))
        elif (self.closes_at or end_of(self.held_on)) <= now:
            lacks.append(Lack("date" if self.closes_at is None else "closes", Reason.IN_THE_PAST))
        for language, text in self.title.items():
            if language != DANISH and language in self.languages and text_lack(text) is Reason.PLACEHOLDER:
                lacks.append(Lack("title", Reason.PLACEHOLDER, language=language))
        return lacks + self.prepared.lacks()

    @property
    def prepared(self) -> Wording:
        """The draft's wording in the languages that are switched on: what would be published now. An individual talk
        never checks expectations."""
        wording = self.draft.wording.in_languages(self.languages)
        return wording.without_guesses() if self.is_talk else wording

    def write(
        self,
        wording: Wording,
        facts: dict[str, Any],
        by: Viewer,
        now: datetime,
        page: str,
        seen_revision: int,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what was typed on an open page: the wording in the draft, the facts at once; ``beside`` is the Danish
        that each translation was typed beside, by field. Audited; once citizens see the facts of an open meeting, each
        of their changes is. Raises ``DraftChanged``."""
        before = self.draft.revision
        self.draft.save_from(page, seen_revision, wording, by.id, now, beside)
        if "title" in facts:
            facts = {**facts, "title": self.draft.settle_title(self.title, facts["title"], (beside or {}).get(TITLE))}
        self._written(facts, before, by, now)

    def translate(
        self, language: str, translations: Mapping[str, tuple[str, str]], by: Viewer, now: datetime, page: str = ""
    ) -> None:
        """Keep translations by field, each with the Danish that it was made from, as ``Draft.translate`` does. Every
        open page but the one named here learns that the text has changed. Audited."""
        before = self.draft.revision
        title = self.draft.translate(self.title, language, translations, by.id, now)
        self.draft.saved_from = page
        self._written({"title": title}, before, by, now)

    def leaves_title_unfilled(self, text: str) -> bool:
        """Whether a title would show citizens an unfilled ``{…}``: once opened it needs no publishing to be read."""
        return self.opened_at is not None and text_lack(text) is Reason.PLACEHOLDER

    @property
    def translations(self) -> list[Progress]:
        """How far each language that is switched on has come, in their order."""
        texts = shown_texts(self.title, self.draft.wording)
        return [progress(texts, self.draft.stale or {}, language) for language in self.languages if language != DANISH]

    def _written(self, facts: dict[str, Any], before: int, by: Viewer, now: datetime) -> None:
        changed = {name: value for name, value in facts.items() if getattr(self, name) != value}
        if changed:
            self.draft.revision += 1
        if self.draft.revision != before:
            record_spell(Act.DRAFT_WRITTEN, by.id, now, self.id)
        if self.opened_at is not None:
            self.change_facts(by, now, **changed)
            return
        for name, value in changed.items():
            setattr(self, name, value)

    def change_facts(self, by: Viewer, now: datetime, **facts: Any) -> None:
        """Title, place, time, contact, languages: facts, changed without a new version (rule 1), audited."""
        changed = sorted(name for name, value in facts.items() if getattr(self, name) != value)
        for name in changed:
            setattr(self, name, facts[name])
        if changed:
            self._touch(page=True)
            record(Act.FACTS_CHANGED, by.id, now, self.id, facts=changed)

    def count_heads(self, headcount: int | None, by: Viewer, now: datetime) -> None:
        """How many are in the room, 1–9,999; None for not counted. Audited."""
        if headcount == self.headcount:
            return
        self.headcount = headcount
        self._touch()
        record(Act.HEADCOUNT_SET, by.id, now, self.id, headcount=headcount)

    def number_record(self, journal_number: str, kle_number: str, by: Viewer, now: datetime) -> None:
        """Under which numbers the municipality's archive keeps the record, at most 40 characters each. Audited."""
        if (journal_number, kle_number) == (self.journal_number, self.kle_number):
            return
        self.journal_number, self.kle_number = journal_number, kle_number
        record(Act.RECORD_NUMBERED, by.id, now, self.id, journal_number=journal_number, kle_number=kle_number)

    def name_deputies(self, deputies: Iterable[Person], by: Viewer, now: datetime) -> None:
        """Deputies are professionals of the meeting's institution, the owner not among them; others are left out."""
        allowed = {person.id for person in self.institution.professionals()} - {self.owner_id}
        self.deputies = [person for person in deputies if person.id in allowed]
        record(Act.DEPUTIES_NAMED, by.id, now, self.id, deputies=[person.id for person in self.deputies])

    # Opening, publishing, closing

    def open(self, now: datetime, by: Viewer) -> Agreement:
        """Freeze version 1 and take answers. Raises ``WrongState`` or ``NotReady``."""
        if self.state(now) is not State.DRAFT:
            raise WrongState
        if lacks := self.lacks(now):
            raise NotReady(lacks)
        if self.held_on is None:
            raise NotReady([Lack("date", Reason.MISSING)])
        self.closes_at = self.closes_at or end_of(self.held_on)
        self.opened_at = now
        agreement = self._freeze(now, by)
        record(Act.MEETING_OPENED, by.id, now, self.id)
        return agreement

    def publish(self, now: datetime, by: Viewer) -> Agreement:
        """Freeze the draft as the next version of an open meeting. Raises ``WrongState``, ``NotReady`` or
        ``NothingToPublish``."""
        if self.state(now) is not State.OPEN:
            raise WrongState
        if lacks := self.prepared.lacks():
            raise NotReady(lacks)
        if not self.has_unpublished_changes:
            raise NothingToPublish
        agreement = self._freeze(now, by)
        record(Act.AGREEMENT_PUBLISHED, by.id, now, self.id, number=agreement.number)
        return agreement

    @property
    def has_unpublished_changes(self) -> bool:
        """Whether the draft says something else than the newest version."""
        return self.newest is not None and self.prepared.content_hash != self.newest.content_hash

    def outdated_by_draft(self) -> frozenset[int]:
        """The versions (numbers) whose answers would be outdated if the draft were published now."""
        draft = self.prepared.frozen()
        return frozenset(
            agreement.number
            for agreement in self.agreements
            if self.current_versions & version_bit(agreement.number) and not agreement.wording.includes(draft)
        )

    def discard_draft(self, by: Viewer, now: datetime) -> None:
        """Give up the prepared next version."""
        if self.newest is None:
            raise WrongState
        self.draft.discard(self.newest.wording, by.id, now)
        record(Act.DRAFT_DISCARDED, by.id, now, self.id)

    def close(self, now: datetime, by: Viewer) -> None:
        if self.state(now) is not State.OPEN:
            raise WrongState
        self.closed_at = now
        self._touch(page=True)
        record(Act.MEETING_CLOSED, by.id, now, self.id)

    def reopen(self, now: datetime, by: Viewer, closes_at: datetime) -> None:
        """Open again within 24 hours of the last closing, until a new ``closes_at`` that lies ahead."""
        until = self.reopens_until()
        if self.state(now) is not State.CLOSED or until is None or now >= until or closes_at <= now:
            raise WrongState
        self.closed_at = None
        self.closes_at = closes_at
        self._touch(page=True)
        record(Act.MEETING_REOPENED, by.id, now, self.id)

    def delete(self, by: Viewer, now: datetime) -> None:
        """The meeting with its versions and answers; the audit keeps that it was."""
        record(Act.MEETING_DELETED, by.id, now, self.id, code=self.code)
        session().delete(self)

    def _freeze(self, now: datetime, by: Viewer) -> Agreement:
        agreement = Agreement.freeze(self.id, len(self.agreements) + 1, self.prepared, now, by)
        self.agreements.append(agreement)
        session().flush()
        newest = agreement.wording
        self.current_versions = sum(
            version_bit(each.number) for each in self.agreements if each.wording.includes(newest)
        )
        self._touch(page=True)
        return agreement

    def _touch(self, *, page: bool = False) -> None:
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


def _without_dates(wording: Wording) -> Wording:
    return replace(wording, steps=tuple(replace(step, on=None) for step in wording.steps))


def _free_code() -> str:
    while True:
        code = new_code()
        if not session().scalar(select(exists().where(Meeting.code == code))):
            return code
