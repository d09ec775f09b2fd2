"""Who sees a meeting, who acts on it and who names its deputies: every person of the cast, every form (rule 7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.base import reading, session, writing
from models.facts import name_deputies
from models.institution import Institution
from models.meeting import Meeting, MeetingForm
from models.person import Person, Viewer
from models.scope import meeting_deputised_by, meeting_run_by, meeting_seen_by, meetings_seen_by, one_is_open_for
from tests.factories import Cast, a_meeting

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
TALK = MeetingForm.INDIVIDUAL_TALK
#: Of a meeting of Mette's with Karen as her deputy.
SEES = {"mette", "karen", "leif", "anna"}
ACTS = {"mette", "karen"}
NAMES_DEPUTIES = {"mette", "leif"}


def who(cast: Cast, meeting: int, load: Callable[[Viewer, int], Meeting | None]) -> set[str]:
    with reading():
        return {name for name, viewer in cast.everyone.items() if load(viewer, meeting) is not None}


def listed(cast: Cast, meeting: int) -> set[str]:
    with reading():
        return {
            name for name, viewer in cast.everyone.items() if meeting in {each.id for each in meetings_seen_by(viewer)}
        }


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
@pytest.mark.parametrize("form", [form for form in MeetingForm if form is not TALK], ids=lambda form: form.name)
def test_colleagues_managers_and_administrators_see_and_only_owner_and_deputies_act(
    cast: Cast, form: MeetingForm, state: str
) -> None:
    meeting = a_meeting(cast, state=state, form=form, deputies=[cast.karen], now=NOW)
    assert who(cast, meeting, meeting_seen_by) == listed(cast, meeting) == SEES
    assert who(cast, meeting, meeting_run_by) == ACTS
    assert who(cast, meeting, meeting_deputised_by) == NAMES_DEPUTIES


def test_a_colleague_who_is_no_deputy_sees_but_does_not_act(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    assert who(cast, meeting, meeting_seen_by) == SEES
    assert who(cast, meeting, meeting_run_by) == {"mette"}


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_an_individual_talk_is_its_owners_and_her_deputies_alone(cast: Cast, state: str) -> None:
    talk = a_meeting(cast, state=state, form=TALK, now=NOW)
    assert who(cast, talk, meeting_seen_by) == listed(cast, talk) == who(cast, talk, meeting_run_by) == {"mette"}
    shared = a_meeting(cast, state=state, form=TALK, deputies=[cast.karen], now=NOW)
    assert who(cast, shared, meeting_seen_by) == listed(cast, shared) == who(cast, shared, meeting_run_by) == ACTS
    assert who(cast, shared, meeting_deputised_by) == {"mette"}


@pytest.mark.parametrize("form", list(MeetingForm), ids=lambda form: form.name)
def test_another_institution_and_another_municipality_find_nothing(cast: Cast, form: MeetingForm) -> None:
    omars = a_meeting(cast, owner=cast.omar, form=form, now=NOW)
    piets = a_meeting(cast, owner=cast.piet, form=form, now=NOW)
    assert who(cast, omars, meeting_seen_by) == ({"omar"} if form is TALK else {"omar", "anna"})
    assert who(cast, piets, meeting_seen_by) == {"piet"}


def test_acts_says_the_same_as_loading_to_act(cast: Cast) -> None:
    meeting = a_meeting(cast, deputies=[cast.karen], now=NOW)
    with reading():
        found = session().get_one(Meeting, meeting)
        assert {name for name, viewer in cast.everyone.items() if found.acts(viewer)} == ACTS


def test_a_manager_who_is_also_a_professional_there_has_both_rights(cast: Cast) -> None:
    both = replace(cast.leif, professional_at=cast.leif.manager_at)
    talk = a_meeting(cast, form=TALK, now=NOW)
    with reading():
        assert meeting_seen_by(both, talk) is None
        assert meeting_deputised_by(both, talk) is None


def test_a_viewer_without_any_role_finds_nothing(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    nobody = Viewer(id=cast.mette.id, name="", email="", locale="da")
    with reading():
        assert meeting_seen_by(nobody, meeting) is None
        assert meeting_run_by(nobody, meeting) is None
        assert meetings_seen_by(nobody) == []


def test_what_does_not_exist_is_not_found_either(cast: Cast) -> None:
    with reading():
        assert meeting_seen_by(cast.mette, 999) is None


@pytest.mark.parametrize(
    ("name", "written_for", "followed_by"),
    [
        ("mette", ["Egeskolen"], []),
        ("leif", [], ["Egeskolen"]),
        ("anna", [], ["Egeskolen", "Plejehjemmet Solgården"]),
        ("piet", ["Nabokøbing Skole"], []),
    ],
)
def test_professionals_write_where_they_work_and_managers_export_what_they_follow(
    cast: Cast, name: str, written_for: list[str], followed_by: list[str]
) -> None:
    viewer = cast.everyone[name]
    with reading():
        assert [place.name for place in Institution.written_for(viewer)] == written_for
        assert [place.name for place in Institution.followed_by(viewer)] == followed_by
    assert (viewer.writes, viewer.exports) == (bool(written_for), bool(followed_by))


def test_an_open_meeting_is_open_for_those_who_run_it_alone(cast: Cast) -> None:
    a_meeting(cast, deputies=[cast.karen], now=NOW)
    with reading():
        assert {name for name, viewer in cast.everyone.items() if one_is_open_for(viewer, NOW, NOW)} == ACTS


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_meeting_that_is_not_open_is_open_for_nobody(cast: Cast, state: str) -> None:
    a_meeting(cast, state=state, now=NOW)
    with reading():
        assert not one_is_open_for(cast.mette, NOW, NOW)


def test_professionals_of_a_place_are_listed_by_name(cast: Cast) -> None:
    with reading():
        school = session().get_one(Institution, cast.school.id)
        assert [person.name for person in school.professionals()] == ["Karen Lund", "Mette Holm"]


def test_who_acts_changes_at_once_when_a_deputy_is_named(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing() as database:
        karen = database.get_one(Person, cast.karen.id)
        name_deputies(session().get_one(Meeting, meeting), [karen], cast.mette, NOW)
    assert who(cast, meeting, meeting_run_by) == ACTS
