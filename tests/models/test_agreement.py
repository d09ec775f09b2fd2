"""A published version never changes, and a point keeps its identity from version to version."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.agreement import MOST_AGREEMENTS, Agreement, AgreementPoint, Point, TooManyVersions, version_bit
from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.facts import change_facts
from models.lack import Reason
from models.meeting import Meeting
from models.publishing import NothingToPublish, NotReady, outdated_by_draft, publish_draft
from models.wording import Influence, Wording
from tests.factories import Cast, a_meeting, a_point, a_wording, points_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOW)


def publish(cast: Cast, meeting: int, wording: Wording) -> None:
    with writing():
        found = session().get_one(Meeting, meeting)
        found.draft.save(wording, cast.mette.id, NOW)
        publish_draft(found, NOW, cast.mette)


def current(meeting: int) -> set[int]:
    with reading():
        bits = session().get_one(Meeting, meeting).current_versions
        return {number for number in range(1, MOST_AGREEMENTS + 1) if bits & version_bit(number)}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (Agreement.__table__, {"purpose": {"da": "Andet"}}),
        (Agreement.__table__, {"number": 2}),
        (Agreement.__table__, {"content_hash": "x"}),
        (Agreement.__table__, {"steps": []}),
        (AgreementPoint.__table__, {"title": {"da": "Andet"}}),
        (AgreementPoint.__table__, {"position": 9}),
        (Point.__table__, {"identity": "x"}),
        (Point.__table__, {"influence": Influence.YOU_DECIDE}),
    ],
    ids=lambda value: value.name if isinstance(value, Table) else next(iter(value)),
)
def test_the_database_itself_refuses_to_change_what_is_published(
    cast: Cast, meeting: int, table: Table, change: dict[str, Any]
) -> None:
    with reading() as database:
        before = database.execute(select(table)).all()
    with pytest.raises(DBAPIError, match="is frozen"), writing() as database:
        database.execute(update(table).values(**change))
    with reading() as database:
        assert database.execute(select(table)).all() == before


def test_a_version_has_a_number_a_time_a_publisher_and_the_hash_of_its_words(cast: Cast, meeting: int) -> None:
    with reading():
        newest = session().get_one(Meeting, meeting).newest
        assert newest is not None
        assert (newest.number, newest.published_at, newest.published_by_id) == (1, NOW, cast.mette.id)
        assert newest.content_hash == a_wording().content_hash == newest.wording.content_hash


def test_what_is_only_for_staff_is_not_published(cast: Cast) -> None:
    point = replace(a_point(1), source="Folkeskoleloven § 44")
    meeting = a_meeting(cast, wording=a_wording(points=(point, *a_wording().points[1:])), now=NOW)
    with reading():
        newest = session().get_one(Meeting, meeting).newest
        assert newest is not None
        assert [each.source for each in newest.wording.points] == ["", "", ""]


def test_an_unchanged_point_carries_over_with_its_id(cast: Cast, meeting: int) -> None:
    old = points_of(meeting)
    points = a_wording().points
    publish(cast, meeting, a_wording(points=(points[2], a_point(9, Influence.TOGETHER), points[0])))
    new = points_of(meeting)
    assert [new[0], new[2]] == [old[2], old[0]]
    assert new[1] not in old


def test_a_point_that_was_taken_out_comes_back_with_its_id(cast: Cast, meeting: int) -> None:
    old = points_of(meeting)
    publish(cast, meeting, a_wording(points=a_wording().points[1:]))
    publish(cast, meeting, a_wording())
    assert points_of(meeting) == old


def test_a_translated_point_carries_over_with_its_new_words(cast: Cast, meeting: int) -> None:
    old = points_of(meeting)
    with writing():
        change_facts(session().get_one(Meeting, meeting), cast.mette, NOW, languages=["da", "en", "ar"])
    publish(cast, meeting, a_wording(languages=("da", "en", "ar")))
    assert points_of(meeting) == old
    with reading():
        first, second = session().get_one(Meeting, meeting).agreements
        assert "ar" in second.points[0].title
        assert "ar" not in first.points[0].title


def test_the_same_point_in_two_meetings_has_two_ids(cast: Cast, meeting: int) -> None:
    assert not set(points_of(meeting)) & set(points_of(a_meeting(cast, now=NOW)))


def test_two_equal_points_are_not_published(cast: Cast, meeting: int) -> None:
    twins = (*a_wording().points, replace(a_point(1), key=9))
    with pytest.raises(NotReady) as refused:
        publish(cast, meeting, a_wording(points=twins))
    assert [(lack.reason, lack.key) for lack in refused.value.lacks] == [(Reason.TWICE, 9)]


def test_the_database_itself_refuses_two_equal_points_in_one_version(cast: Cast, meeting: int) -> None:
    with reading() as database:
        row = dict(database.execute(select(AgreementPoint.__table__)).mappings().first() or {})
    with pytest.raises(IntegrityError), writing() as database:
        database.execute(insert(AgreementPoint).values({**row, "position": 9}))


def test_the_database_itself_refuses_two_versions_with_one_number(cast: Cast, meeting: int) -> None:
    with reading() as database:
        row = dict(database.execute(select(Agreement.__table__)).mappings().one())
    with pytest.raises(IntegrityError), writing() as database:
        database.execute(insert(Agreement).values({**row, "id": 99}))


@pytest.mark.parametrize(
    ("newer", "numbers"),
    [
        (a_wording(languages=("da",)), {1, 2}),
        (a_wording(steps=(replace(a_wording().steps[0], text={"da": "Noget andet"}),)), {1, 2}),
        (a_wording(points=a_wording().points[1:]), {1, 2}),
        (a_wording(points=tuple(reversed(a_wording().points))), {1, 2}),
        (a_wording(can=3), {2}),
        (a_wording(purpose={"da": "Noget andet"}), {2}),
        (a_wording(decider={"da": "En anden"}), {2}),
    ],
    ids=["translation", "steps", "removed point", "order", "added point", "purpose", "decider"],
)
def test_only_purpose_decider_and_points_outdate_a_version(
    cast: Cast, meeting: int, newer: Wording, numbers: set[int]
) -> None:
    with writing():
        found = session().get_one(Meeting, meeting)
        found.draft.save(newer, cast.mette.id, NOW)
        assert outdated_by_draft(found) == {1, 2} - numbers - {2}
    publish(cast, meeting, newer)
    assert current(meeting) == numbers


def test_a_version_is_current_again_when_the_newest_says_no_more_than_it(cast: Cast, meeting: int) -> None:
    publish(cast, meeting, a_wording(can=3))
    assert current(meeting) == {2}
    publish(cast, meeting, a_wording())
    assert current(meeting) == {1, 2, 3}


def test_publishing_the_same_words_again_is_refused(cast: Cast, meeting: int) -> None:
    with pytest.raises(NothingToPublish):
        publish(cast, meeting, a_wording())


def test_an_incomplete_draft_is_not_published(cast: Cast, meeting: int) -> None:
    with pytest.raises(NotReady):
        publish(cast, meeting, a_wording(fixed=0))
    assert current(meeting) == {1}


def test_publishing_is_audited_with_the_number(cast: Cast, meeting: int) -> None:
    publish(cast, meeting, a_wording(can=3))
    with reading() as database:
        entry = database.scalars(select(AuditEntry).where(AuditEntry.act == Act.AGREEMENT_PUBLISHED)).one()
        assert (entry.by_id, entry.at, entry.meeting_id, entry.details) == (cast.mette.id, NOW, meeting, {"number": 2})


def test_a_meeting_holds_only_so_many_versions(cast: Cast, meeting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.agreement.MOST_AGREEMENTS", 2)
    publish(cast, meeting, a_wording(can=3))
    with pytest.raises(TooManyVersions):
        publish(cast, meeting, a_wording(can=4))


def test_the_set_of_every_version_fits_into_the_column(cast: Cast, meeting: int) -> None:
    every = sum(version_bit(number) for number in range(1, MOST_AGREEMENTS + 1))
    with writing():
        session().get_one(Meeting, meeting).current_versions = every
    assert current(meeting) == set(range(1, MOST_AGREEMENTS + 1))
