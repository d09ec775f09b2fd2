"""People, their roles and their sign-ins."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.base import reading, session, writing
from models.person import IDLE_FOR, Membership, Person, Role, SignIn, Viewer, hash_of, signed_in
from models.scope import one_is_open_for
from tests.factories import Cast, a_meeting, a_person

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TOKEN = "a token as long as the real ones are, and as random"
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def begin(viewer: Viewer, token: str = TOKEN, now: datetime = NOW) -> None:
    with writing() as database:
        database.get_one(Person, viewer.id).sign_in(token, now)


def lasts(now: datetime, token: str = TOKEN) -> bool:
    """As a request asks it: idle time does not count while a meeting of theirs is open."""
    with reading():
        found = signed_in(token)
        return found is not None and found.lasts(now, one_is_open_for(found.viewer, now, found.active_at + IDLE_FOR))


def sign_ins() -> int:
    with reading() as database:
        return database.scalar(select(func.count()).select_from(SignIn)) or 0


# Roles


def test_a_viewer_holds_the_roles_of_this_moment(cast: Cast) -> None:
    assert cast.mette.professional_at == {cast.school.id}
    assert cast.leif.manager_at == {cast.school.id}
    assert cast.anna.administrator_of == {cast.municipality.id}
    assert not cast.mette.manager_at | cast.mette.administrator_of


def test_a_token_opens_the_viewer_with_every_role(cast: Cast) -> None:
    with writing() as database:
        leif = database.get_one(Person, cast.leif.id)
        leif.memberships.append(Membership(role=Role.PROFESSIONAL, institution_id=cast.care_home.id))
        leif.memberships.append(Membership(role=Role.ADMINISTRATOR, municipality_id=cast.municipality.id))
    begin(cast.leif)
    with reading():
        found = signed_in(TOKEN)
        assert found is not None
        assert found.viewer == session().get_one(Person, cast.leif.id).viewer()
        assert found.viewer.professional_at == {cast.care_home.id}
        assert found.viewer.manager_at == {cast.school.id}
        assert found.viewer.administrator_of == {cast.municipality.id}


def test_who_has_no_role_is_still_a_viewer(cast: Cast) -> None:
    begin(cast.mette)
    with writing() as database:
        mette = database.get_one(Person, cast.mette.id)
        mette.memberships.clear()
    with reading():
        found = signed_in(TOKEN)
        assert found is not None
        assert not found.viewer.writes
        assert not found.viewer.exports


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name)
@pytest.mark.parametrize("places", ["none", "both", "the wrong one"])
def test_the_database_itself_refuses_a_role_at_the_wrong_place(cast: Cast, role: Role, places: str) -> None:
    institution, municipality = cast.school.id, cast.municipality.id
    wrong = {"institution_id": institution} if role is Role.ADMINISTRATOR else {"municipality_id": municipality}
    both = {"institution_id": institution, "municipality_id": municipality}
    where = {"none": {}, "both": both, "the wrong one": wrong}
    with pytest.raises(IntegrityError), writing() as database:
        database.add(Membership(person_id=cast.piet.id, role=role, **where[places]))


@pytest.mark.parametrize("name", ["mette", "anna"])
def test_the_database_itself_refuses_the_same_role_twice(cast: Cast, name: str) -> None:
    viewer = cast.everyone[name]
    with reading() as database:
        old = database.scalars(select(Membership).where(Membership.person_id == viewer.id)).one()
    columns = ("person_id", "role", "institution_id", "municipality_id")
    with pytest.raises(IntegrityError), writing() as database:
        database.add(Membership(**{name: getattr(old, name) for name in columns}))


@pytest.mark.parametrize("email", ["METTE@eksempelby.example", " mette@EKSEMPELBY.example "])
def test_a_mail_is_found_in_any_spelling(cast: Cast, email: str) -> None:
    with reading():
        found = Person.by_email(email)
        assert found is not None
        assert found.id == cast.mette.id


def test_a_mail_belongs_to_one_person_and_is_stored_in_lower_case(cast: Cast) -> None:
    for email in (cast.mette.email, "Upper@eksempelby.example"):
        with pytest.raises(IntegrityError), writing():
            a_person("Mette Anden", Role.PROFESSIONAL, cast.school, email=email)


# Sign-ins


def test_only_the_tokens_hash_is_stored(cast: Cast) -> None:
    begin(cast.mette)
    with reading() as database:
        row = database.scalars(select(SignIn)).one()
        assert row.token_hash == hash_of(TOKEN)
        assert len(row.token_hash) == 32
        assert TOKEN.encode() not in row.token_hash


@pytest.mark.parametrize("token", ["", "another", TOKEN.upper(), hash_of(TOKEN).hex()])
def test_another_token_opens_nothing(cast: Cast, token: str) -> None:
    begin(cast.mette)
    with reading():
        assert signed_in(token) is None


def test_idle_for_an_hour_a_sign_in_ends(cast: Cast) -> None:
    begin(cast.mette)
    assert lasts(NOW + HOUR - MOMENT)
    assert not lasts(NOW + HOUR)


def test_activity_lets_it_last_an_hour_more(cast: Cast) -> None:
    begin(cast.mette)
    with writing():
        SignIn.note_activity(TOKEN, NOW + HOUR - MOMENT)
    assert lasts(NOW + 2 * HOUR - 2 * MOMENT)
    assert not lasts(NOW + 2 * HOUR)


def test_activity_is_noted_at_most_every_minute(cast: Cast) -> None:
    begin(cast.mette)
    with reading():
        found = signed_in(TOKEN)
        assert found is not None
        assert not found.activity_is_due(NOW + timedelta(minutes=1) - MOMENT)
        assert found.activity_is_due(NOW + timedelta(minutes=1))


def test_a_meeting_that_is_open_keeps_those_signed_in_who_run_it(cast: Cast) -> None:
    a_meeting(cast, deputies=[cast.karen], closes_at=NOW + 6 * HOUR, now=NOW)
    for viewer in (cast.mette, cast.karen, cast.leif):
        begin(viewer, viewer.name)
    later = NOW + 5 * HOUR
    assert lasts(later, cast.mette.name)
    assert lasts(later, cast.karen.name)
    assert not lasts(later, cast.leif.name)
    assert not lasts(NOW + 6 * HOUR, cast.mette.name)


def test_after_twelve_hours_it_ends_whatever_is_open(cast: Cast) -> None:
    a_meeting(cast, now=NOW)
    begin(cast.mette)
    assert lasts(NOW + 12 * HOUR - MOMENT)
    assert not lasts(NOW + 12 * HOUR)


def test_signing_out_ends_this_device_alone(cast: Cast) -> None:
    begin(cast.mette, "phone")
    begin(cast.mette, "tablet")
    with writing():
        SignIn.end("phone")
    assert not lasts(NOW, "phone")
    assert lasts(NOW, "tablet")


def test_a_new_password_ends_every_sign_in_of_the_person_and_of_no_one_else(cast: Cast) -> None:
    for token, viewer in (("phone", cast.mette), ("tablet", cast.mette), ("leif's", cast.leif)):
        begin(viewer, token)
    with writing() as database:
        database.get_one(Person, cast.mette.id).set_password("another hash")
    assert [lasts(NOW, token) for token in ("phone", "tablet", "leif's")] == [False, False, True]


def test_expired_sign_ins_are_forgotten(cast: Cast) -> None:
    begin(cast.mette, "old", NOW)
    begin(cast.mette, "new", NOW + HOUR)
    with writing():
        SignIn.forget_expired(NOW + 12 * HOUR)
    assert sign_ins() == 2
    with writing():
        SignIn.forget_expired(NOW + 12 * HOUR + MOMENT)
    assert sign_ins() == 1
