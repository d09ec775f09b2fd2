"""A meeting: what it lacks, when it is open, and what may be done to it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.agreement import Agreement, AgreementPoint, Point
from models.answer import Answer, Doubt, SpentKey, hash_of_key
from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.clock import end_of
from models.code import parse_code, shown_code
from models.draft import Draft
from models.drafting import copy_meeting
from models.facts import change_facts, name_deputies
from models.lack import Lack, Reason, lacks_of
from models.meeting import DAYS_OF_A_TALK, Meeting, MeetingForm, State, WrongState, is_open
from models.person import Membership, Person, Role
from models.publishing import NotReady, discard_draft, open_meeting, publish_draft
from models.question import Question
from models.scope import meeting_run_by, meeting_seen_by
from tests.factories import Cast, a_meeting, a_person, a_wording, answer, code_of, points_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
SECOND = timedelta(microseconds=1)
DAY = timedelta(hours=24)


def found(meeting: int) -> Meeting:
    return session().get_one(Meeting, meeting)


def state(meeting: int, now: datetime) -> State:
    """The state, in Python and in SQL, which must agree."""
    with reading() as database:
        derived = found(meeting).state(now)
        assert bool(database.scalar(select(is_open(now)).where(Meeting.id == meeting))) is (derived is State.OPEN)
        return derived


def audited(act: Act) -> list[AuditEntry]:
    with reading() as database:
        return list(database.scalars(select(AuditEntry).where(AuditEntry.act == act)))


# Ready to open


def lacks(cast: Cast, now: datetime = NOW, **facts: Any) -> list[Lack]:
    meeting = a_meeting(cast, state="draft", now=NOW, **facts)
    with reading():
        return lacks_of(found(meeting), now)


def test_a_complete_draft_lacks_nothing(cast: Cast) -> None:
    assert lacks(cast) == []


@pytest.mark.parametrize(
    ("facts", "lack"),
    [
        ({"title": {}}, Lack("title", Reason.MISSING)),
        ({"title": {"da": "{emne}"}}, Lack("title", Reason.PLACEHOLDER)),
        ({"title": {"da": "Møde", "en": "{topic}"}}, Lack("title", Reason.PLACEHOLDER, language="en")),
        ({"place": " "}, Lack("place", Reason.MISSING)),
        ({"place": "{sted}"}, Lack("place", Reason.PLACEHOLDER)),
        ({"held_on": None}, Lack("date", Reason.MISSING)),
        ({"held_on": date(2026, 11, 23)}, Lack("date", Reason.IN_THE_PAST)),
        ({"closes_at": NOW}, Lack("closes", Reason.IN_THE_PAST)),
    ],
    ids=["title", "placeholder", "translated placeholder", "place", "place's placeholder", "date", "past date", "end"],
)
def test_title_place_date_and_an_end_ahead_are_needed(cast: Cast, facts: dict[str, Any], lack: Lack) -> None:
    assert lacks(cast, **facts) == [lack]


def test_a_meeting_of_today_can_be_opened_until_its_end(cast: Cast) -> None:
    today = date(2026, 11, 24)
    assert lacks(cast, held_on=today, now=end_of(today) - SECOND) == []
    assert lacks(cast, held_on=today, now=end_of(today)) == [Lack("date", Reason.IN_THE_PAST)]


def test_what_the_words_lack_the_meeting_lacks(cast: Cast) -> None:
    assert lacks(cast, wording=a_wording(fixed=0)) == [Lack("points", Reason.NOTHING_FIXED)]


# Opening


def test_opening_freezes_version_one_and_takes_answers(cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft", now=NOW)
    assert state(meeting, NOW) is State.DRAFT
    with writing():
        open_meeting(found(meeting), NOW, cast.mette)
    assert state(meeting, NOW) is State.OPEN
    with reading():
        opened = found(meeting)
        assert [agreement.number for agreement in opened.agreements] == [1]
        assert opened.closes_at == end_of(date(2026, 11, 25))
    assert [(entry.by_id, entry.at, entry.meeting_id) for entry in audited(Act.MEETING_OPENED)] == [
        (cast.mette.id, NOW, meeting)
    ]


def test_an_end_of_its_own_is_kept_at_opening(cast: Cast) -> None:
    meeting = a_meeting(cast, closes_at=NOW + timedelta(hours=3), now=NOW)
    assert state(meeting, NOW + timedelta(hours=3) - SECOND) is State.OPEN
    assert state(meeting, NOW + timedelta(hours=3)) is State.CLOSED


def test_a_draft_that_lacks_something_is_not_opened(cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft", now=NOW, place="")
    with pytest.raises(NotReady) as refused, writing():
        open_meeting(found(meeting), NOW, cast.mette)
    assert refused.value.lacks == [Lack("place", Reason.MISSING)]
    assert state(meeting, NOW) is State.DRAFT


@pytest.mark.parametrize("now", ["open", "closed"])
def test_a_meeting_is_opened_once(cast: Cast, now: str) -> None:
    meeting = a_meeting(cast, state=now, now=NOW)
    with pytest.raises(WrongState), writing():
        open_meeting(found(meeting), NOW, cast.mette)


@pytest.mark.parametrize("act", [publish_draft, Meeting.close])
@pytest.mark.parametrize("now", ["draft", "closed"])
def test_only_an_open_meeting_publishes_and_closes(cast: Cast, now: str, act: Callable[..., Any]) -> None:
    meeting = a_meeting(cast, state=now, now=NOW)
    with pytest.raises(WrongState), writing():
        act(found(meeting), NOW, cast.mette)


def test_a_draft_can_not_be_given_up_before_there_is_a_version(cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft", now=NOW)
    with pytest.raises(WrongState), writing():
        discard_draft(found(meeting), cast.mette, NOW)


# Closing and opening again


def test_a_meeting_closes_by_itself_at_the_exact_moment(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    end = end_of(date(2026, 11, 25))
    assert end == datetime(2026, 11, 25, 22, 59, tzinfo=UTC)
    assert state(meeting, end - SECOND) is State.OPEN
    assert state(meeting, end) is State.CLOSED


def test_closing_by_hand_closes_now(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing():
        found(meeting).close(NOW + timedelta(hours=1), cast.mette)
        assert found(meeting).closing == NOW + timedelta(hours=1)
    assert state(meeting, NOW + timedelta(hours=1)) is State.CLOSED
    assert len(audited(Act.MEETING_CLOSED)) == 1


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_meeting_opens_again_until_24_hours_after_closing_and_not_later(cast: Cast, by_hand: bool) -> None:
    meeting = a_meeting(cast, closes_at=NOW + timedelta(hours=2), now=NOW)
    closed = NOW + timedelta(hours=1 if by_hand else 2)
    if by_hand:
        with writing():
            found(meeting).close(closed, cast.mette)
    with reading():
        assert found(meeting).reopens_until() == closed + DAY
    with pytest.raises(WrongState), writing():
        found(meeting).reopen(closed + DAY, cast.mette, closed + 2 * DAY)
    with writing():
        found(meeting).reopen(closed + DAY - SECOND, cast.mette, closed + 2 * DAY)
    assert state(meeting, closed + DAY) is State.OPEN
    assert state(meeting, closed + 2 * DAY) is State.CLOSED
    assert len(audited(Act.MEETING_REOPENED)) == 1


def test_all_clocks_run_from_the_last_closing(cast: Cast) -> None:
    meeting = a_meeting(cast, state="closed", now=NOW)
    with writing():
        found(meeting).reopen(NOW + timedelta(hours=20), cast.mette, NOW + timedelta(hours=30))
    with reading():
        assert found(meeting).closing == NOW + timedelta(hours=30)
        assert found(meeting).reopens_until() == NOW + timedelta(hours=54)


def test_a_meeting_opens_again_only_until_a_moment_ahead(cast: Cast) -> None:
    meeting = a_meeting(cast, state="closed", now=NOW)
    with pytest.raises(WrongState), writing():
        found(meeting).reopen(NOW + SECOND, cast.mette, NOW + SECOND)


@pytest.mark.parametrize("now", ["draft", "open"])
def test_what_is_not_closed_is_not_opened_again(cast: Cast, now: str) -> None:
    meeting = a_meeting(cast, state=now, now=NOW)
    with pytest.raises(WrongState), writing():
        found(meeting).reopen(NOW, cast.mette, NOW + DAY)


@pytest.mark.parametrize("act", ["publish", "close", "reopen", "facts", "discard"])
def test_every_act_that_citizens_or_the_room_see_raises_both_revisions(cast: Cast, act: str) -> None:
    meeting = a_meeting(cast, state="closed" if act == "reopen" else "open", now=NOW)
    with writing():
        it = found(meeting)
        before = (it.revision, it.page_revision)
        match act:
            case "publish":
                it.draft.save(a_wording(can=3), cast.mette.id, NOW)
                publish_draft(it, NOW, cast.mette)
            case "close":
                it.close(NOW, cast.mette)
            case "reopen":
                it.reopen(NOW, cast.mette, NOW + DAY)
            case "facts":
                change_facts(it, cast.mette, NOW, place="Hallen")
            case "discard":
                discard_draft(it, cast.mette, NOW)
        after = (it.revision, it.page_revision)
    if act == "discard":
        assert after == before
    else:
        assert after[0] > before[0]
        assert after[1] > before[1]


# Copying


def test_a_copy_holds_texts_languages_and_settings_only(cast: Cast) -> None:
    facts: dict[str, Any] = {"closes_at": NOW + DAY, "template": "T1", "languages": ["da", "en", "ar"]}
    original = a_meeting(cast, owner=cast.mette, deputies=[cast.karen], now=NOW, **facts)
    answer(original, now=NOW)
    with writing():
        copied = copy_meeting(found(original), cast.karen, NOW).id
    assert state(copied, NOW) is State.DRAFT
    with reading():
        it, old = found(copied), found(original)
        same = ("institution_id", "form", "method", "template", "languages", "title", "place", "contact_phone")
        assert [getattr(it, name) for name in same] == [getattr(old, name) for name in same]
        assert it.owner_id == cast.karen.id
        assert it.code != old.code
        assert (it.held_on, it.closes_at, it.opened_at, it.closed_at) == (None, None, None, None)
        assert (it.deputies, it.agreements, it.new_keys) == ([], [], 0)
        assert [step.on for step in it.draft.wording.steps] == [None]
        assert it.draft.wording.points == old.draft.wording.points
        assert Lack("date", Reason.MISSING) in lacks_of(it, NOW)
    assert [entry.details for entry in audited(Act.MEETING_COPIED)] == [{"copied_from": original}]


def test_a_copy_and_its_original_change_apart(cast: Cast) -> None:
    original = a_meeting(cast, state="draft", now=NOW)
    with writing():
        copied = copy_meeting(found(original), cast.mette, NOW).id
    with writing():
        change_facts(found(copied), cast.mette, NOW, title={"da": "Et andet møde"})
        found(copied).draft.save(a_wording(can=5), cast.mette.id, NOW)
    with reading():
        assert found(original).title["da"] == "Forældremøde i 3. klasse"
        assert found(original).draft.wording == a_wording()


# Facts and deputies


def test_changed_facts_make_no_version_and_are_audited_by_name(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing():
        change_facts(found(meeting), cast.mette, NOW, place="Hallen", held_at=time(18, 0), contact_name=cast.mette.name)
    with reading():
        it = found(meeting)
        assert (it.place, it.held_at, len(it.agreements)) == ("Hallen", time(18, 0), 1)
        assert it.current_versions == 1
    assert [entry.details for entry in audited(Act.FACTS_CHANGED)] == [{"facts": ["held_at", "place"]}]


def test_facts_that_stay_the_same_are_no_change(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing():
        before = found(meeting).revision
        change_facts(found(meeting), cast.mette, NOW, place="Aulaen")
        assert found(meeting).revision == before
    assert audited(Act.FACTS_CHANGED) == []


def test_deputies_are_professionals_of_the_place_and_not_its_owner(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing() as database:
        people = [database.get_one(Person, viewer.id) for viewer in cast.everyone.values()]
        name_deputies(found(meeting), people, cast.mette, NOW)
        assert [person.id for person in found(meeting).deputies] == [cast.karen.id]
    assert [entry.details for entry in audited(Act.DEPUTIES_NAMED)] == [{"deputies": [cast.karen.id]}]


def test_naming_deputies_replaces_the_former_ones(cast: Cast) -> None:
    meeting = a_meeting(cast, deputies=[cast.karen], now=NOW)
    with writing():
        sara = a_person("Sara Juhl", Role.PROFESSIONAL, cast.school)
    with writing() as database:
        name_deputies(found(meeting), [database.get_one(Person, sara.id)], cast.mette, NOW)
    with reading():
        assert found(meeting).acts(sara)
        assert not found(meeting).acts(cast.karen)


def test_who_no_longer_works_there_no_longer_acts(cast: Cast) -> None:
    meeting = a_meeting(cast, deputies=[cast.karen], now=NOW)
    with writing() as database:
        for viewer in (cast.mette, cast.karen):
            person = database.get_one(Person, viewer.id)
            person.memberships[:] = [Membership(role=Role.PROFESSIONAL, institution_id=cast.care_home.id)]
    with reading() as database:
        for viewer in (cast.mette, cast.karen):
            gone = database.get_one(Person, viewer.id).viewer()
            assert meeting_run_by(gone, meeting) is None
            assert meeting_seen_by(gone, meeting) is None
            assert not found(meeting).acts(gone)


# Deleting, codes, clocks


def test_a_deleted_meeting_takes_everything_with_it_but_the_audit(cast: Cast) -> None:
    meeting, other = a_meeting(cast, deputies=[cast.karen], now=NOW), a_meeting(cast, now=NOW)
    code = code_of(meeting)
    for each in (meeting, other):
        answer(each, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
        key = answer(each, now=NOW)
        with writing():
            gone = Answer.by_key(each, hash_of_key(key))
            assert gone is not None
            gone.delete()
    tables = (Draft, Agreement, AgreementPoint, Point, Answer, Doubt, Question, SpentKey)
    with reading() as database:
        before = [database.scalar(select(func.count()).select_from(table)) for table in tables]
    with writing():
        found(meeting).delete(cast.mette, NOW)
    with reading() as database:
        after = [database.scalar(select(func.count()).select_from(table)) for table in tables]
        assert [2 * count for count in after if count is not None] == before
        assert Meeting.by_code(code) is None
        assert Meeting.by_code(code_of(other)) is not None
    assert [(entry.meeting_id, entry.details) for entry in audited(Act.MEETING_DELETED)] == [(meeting, {"code": code})]


def test_every_meeting_has_a_code_of_its_own(cast: Cast) -> None:
    code = code_of(a_meeting(cast, now=NOW))
    assert parse_code(shown_code(code)) == code
    other = a_meeting(cast, now=NOW)
    with pytest.raises(IntegrityError), writing():
        found(other).code = code


def test_answers_are_kept_as_long_as_the_municipality_says_and_of_a_talk_30_days(cast: Cast) -> None:
    meeting, talk = a_meeting(cast, now=NOW), a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, now=NOW)
    with reading():
        assert found(meeting).retention_days == cast.municipality.retention_days == 180
        assert found(talk).retention_days == DAYS_OF_A_TALK == 30


def test_the_room_shows_smaller_groups_than_insight_and_a_talk_shows_all(cast: Cast) -> None:
    meeting = a_meeting(cast, deputies=[cast.karen], now=NOW)
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, now=NOW)
    with reading():
        groups = {name: found(meeting).smallest_group_in_room(viewer) for name, viewer in cast.everyone.items()}
        assert {name: groups[name] for name in ("mette", "karen", "leif", "anna")} == {
            "mette": 3, "karen": 3, "leif": 5, "anna": 5,
        }  # fmt: skip
        assert found(talk).smallest_group_in_room(cast.mette) == found(talk).smallest_group == 1


def test_the_points_of_a_meeting_are_in_the_order_of_its_newest_version(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    old = points_of(meeting)
    with writing():
        found(meeting).draft.save(a_wording(points=tuple(reversed(a_wording().points))), cast.mette.id, NOW)
        publish_draft(found(meeting), NOW, cast.mette)
    assert points_of(meeting) == old[::-1]
    assert points_of(meeting, 1) == old
