"""Person, Membership and sign-in: who works here, in which role, and on which devices they are signed in."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit import Act, record
from models.base import BY_KEY, Base, name_of, session
from models.prepared import Prepared

SIGNED_IN_FOR = timedelta(hours=12)
IDLE_FOR = timedelta(minutes=60)
#: Activity is noted at most this often, so that reading pages rarely writes.
ACTIVITY_NOTED_EVERY = timedelta(minutes=1)


class Role(enum.Enum):
    PROFESSIONAL = "PROFESSIONAL"
    MANAGER = "MANAGER"
    ADMINISTRATOR = "ADMINISTRATOR"


@dataclass(frozen=True)
class Viewer:
    """Who asks: a signed-in person with the roles they hold right now. Every access check takes one."""

    id: int
    name: str
    email: str
    locale: str
    professional_at: frozenset[int] = field(default_factory=frozenset)
    manager_at: frozenset[int] = field(default_factory=frozenset)
    administrator_of: frozenset[int] = field(default_factory=frozenset)

    @property
    def exports(self) -> bool:
        """Managers and administrators download; professionals do not."""
        return bool(self.manager_at or self.administrator_of)

    @property
    def writes(self) -> bool:
        """Only professionals make meetings."""
        return bool(self.professional_at)


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str]
    locale: Mapped[str] = mapped_column(default="da")

    memberships: Mapped[list[Membership]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @staticmethod
    def by_email(email: str) -> Person | None:
        return session().scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()

    @staticmethod
    def professionals_at(institution_id: int) -> list[Person]:
        """The professionals of an institution, by name."""
        at = select(Membership.person_id).where(
            Membership.institution_id == institution_id, Membership.role == Role.PROFESSIONAL
        )
        return list(session().scalars(select(Person).where(Person.id.in_(at)).order_by(Person.name)))

    @staticmethod
    def add(email: str, name: str, password_hash: str, **settings: str) -> Person:
        """A new person, without any role yet. ``settings``: phone, locale."""
        person = Person(email=email.strip().lower(), name=name.strip(), password_hash=password_hash, **settings)
        session().add(person)
        session().flush()
        return person

    def give_role(
        self, role: Role, now: datetime, *, institution_id: int | None = None, municipality_id: int | None = None
    ) -> bool:
        """A role at an institution, or as administrator of a municipality; False when they had it already. Audited."""
        place = {"institution_id": institution_id, "municipality_id": municipality_id}
        if any(
            (each.role, each.institution_id, each.municipality_id) == (role, *place.values())
            for each in self.memberships
        ):
            return False
        self.memberships.append(Membership(role=role, **place))
        session().flush()
        record(Act.PERSON_ADDED, None, now, person=self.id, role=role.value, **place)
        return True

    def viewer(self) -> Viewer:
        """The person as a viewer, with the roles of this moment."""
        roles = [(each.role, each.institution_id, each.municipality_id) for each in self.memberships]
        return _viewer(self.id, self.name, self.email, self.locale, roles=roles)

    def sign_in(self, token: str, now: datetime) -> SignIn:
        """A signed-in device. Only the token's hash is kept; the token itself is the caller's to hand out."""
        entry = SignIn(token_hash=hash_of(token), person_id=self.id, started_at=now, active_at=now)
        session().add(entry)
        return entry

    def set_password(self, password_hash: str) -> None:
        """A new password ends every sign-in of the person."""
        self.password_hash = password_hash
        session().execute(delete(SignIn).where(SignIn.person_id == self.id))


class Membership(Base):
    """A role: PROFESSIONAL or MANAGER at an institution, ADMINISTRATOR of a municipality."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "(role = 'ADMINISTRATOR' AND municipality_id IS NOT NULL AND institution_id IS NULL)"
            " OR (role <> 'ADMINISTRATOR' AND institution_id IS NOT NULL AND municipality_id IS NULL)",
            name="role_fits_its_place",
        ),
        UniqueConstraint("person_id", "role", "institution_id"),
        UniqueConstraint("person_id", "role", "municipality_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(name_of(Role, "role"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    municipality_id: Mapped[int | None] = mapped_column(ForeignKey("municipality.id"))


class SignIn(Base):
    """One signed-in device. Signing out deletes the row, so that a copied cookie is worth nothing afterwards.
    ``lent_meeting_id``: it is lent to the citizens of this meeting and opens nothing else until the password is
    given."""

    __tablename__ = "sign_in"
    __table_args__ = BY_KEY

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    active_at: Mapped[datetime]
    # With its meeting the sign-in goes too: it must not open up because the meeting was deleted.
    lent_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)

    @staticmethod
    def end(token: str) -> None:
        session().execute(delete(SignIn).where(SignIn.token_hash == hash_of(token)))

    @staticmethod
    def note_activity(token: str, now: datetime) -> None:
        session().execute(update(SignIn).where(SignIn.token_hash == hash_of(token)).values(active_at=now))

    @staticmethod
    def lend(token: str, meeting_id: int) -> None:
        """Lock the sign-in to this meeting's shared page."""
        session().execute(update(SignIn).where(SignIn.token_hash == hash_of(token)).values(lent_meeting_id=meeting_id))

    @staticmethod
    def forget_expired(now: datetime) -> None:
        session().execute(delete(SignIn).where(SignIn.started_at < now - SIGNED_IN_FOR))


@dataclass(frozen=True)
class SignedIn:
    """What a token opens: the viewer, and when they were last active."""

    viewer: Viewer
    active_at: datetime
    started_at: datetime
    lent_meeting_id: int | None

    def lasts(self, now: datetime, meeting_is_open: bool) -> bool:
        """A sign-in lasts 12 hours; idle for 60 minutes it ends, unless a meeting of theirs is open."""
        if now - self.started_at >= SIGNED_IN_FOR:
            return False
        return meeting_is_open or now - self.active_at < IDLE_FOR

    def activity_is_due(self, now: datetime) -> bool:
        return now - self.active_at >= ACTIVITY_NOTED_EVERY


def signed_in(token: str) -> SignedIn | None:
    """Who holds this token, in one query; whether it still lasts is ``SignedIn.lasts``."""
    rows = _SIGNED_IN.rows(token_hash=hash_of(token))
    if not rows:
        return None
    *person, active_at, started_at, lent_meeting_id = rows[0][:7]
    roles = [(role, institution, municipality) for *_, role, institution, municipality in rows if role]
    viewer = _viewer(*person, roles=roles)
    return SignedIn(viewer, active_at=active_at, started_at=started_at, lent_meeting_id=lent_meeting_id)


def hash_of(token: str) -> bytes:
    """SHA-256 of a random token: the database never holds the token itself."""
    return hashlib.sha256(token.encode()).digest()


def _viewer(
    person_id: int, name: str, email: str, locale: str, *, roles: Iterable[tuple[Role, int | None, int | None]]
) -> Viewer:
    places: dict[Role, set[int]] = {role: set() for role in Role}
    for role, institution, municipality in roles:
        place = municipality if role is Role.ADMINISTRATOR else institution
        if place is not None:
            places[role].add(place)
    return Viewer(
        person_id,
        name,
        email,
        locale,
        professional_at=frozenset(places[Role.PROFESSIONAL]),
        manager_at=frozenset(places[Role.MANAGER]),
        administrator_of=frozenset(places[Role.ADMINISTRATOR]),
    )


_SIGNED_IN = Prepared(
    select(
        Person.id,
        Person.name,
        Person.email,
        Person.locale,
        SignIn.active_at,
        SignIn.started_at,
        SignIn.lent_meeting_id,
        Membership.role,
        Membership.institution_id,
        Membership.municipality_id,
    )
    .join_from(SignIn, Person)
    .outerjoin(Membership, Membership.person_id == Person.id)
    .where(SignIn.token_hash == bindparam("token_hash"))
)
