"""What leaves the house: which meetings, which rows, and what is held back for small groups."""

from __future__ import annotations

from contextvars import Context
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from models import answer_export, base
from models.answer import hash_of_key
from models.answer_export import AnswerRow, answer_rows
from models.base import reading, session, writing
from models.export import Coming, Scope, coming, meeting_row, meetings, point_rows
from models.meeting import Meeting, MeetingForm
from models.municipality import Municipality
from models.person import Viewer
from tests.factories import Cast, a_meeting, a_wording, answer, code_of

NOW = datetime.now(UTC)
KEY = b"a key of sixteen"


def rows_of(viewer: Viewer, **filters: object) -> list[AnswerRow]:
    with reading():
        return [
            row
            for meeting in meetings(Scope(viewer, **filters))  # type: ignore[arg-type]
            for some in answer_rows(meeting, KEY)
            for row in some
        ]


def codes_in(scope: Scope) -> list[str]:
    with reading():
        return [meeting.code for meeting in meetings(scope)]


def limit_is(cast: Cast, limit: int) -> None:
    with writing() as database:
        database.get_one(Municipality, cast.municipality.id).insight_limit = limit


def test_a_manager_takes_away_the_meetings_of_their_institutions_an_administrator_all(cast: Cast) -> None:
    school = code_of(a_meeting(cast))
    care_home = code_of(a_meeting(cast, owner=cast.omar, state="closed"))
    a_meeting(cast, owner=cast.piet)
    assert codes_in(Scope(cast.leif)) == [school]
    assert set(codes_in(Scope(cast.anna))) == {school, care_home}


def test_drafts_and_individual_talks_stay_at_home(cast: Cast) -> None:
    a_meeting(cast, state="draft")
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    for _ in range(5):
        answer(talk)
    assert codes_in(Scope(cast.leif)) == []
    with reading():
        assert coming(Scope(cast.leif)) == Coming(meetings=0, points=0, answers=0, answered_meetings=0, limit=5)


def test_meetings_come_by_date_and_the_filters_include_their_ends(cast: Cast) -> None:
    days = [date(2031, 3, day) for day in (3, 1, 2)]
    third, first, second = [code_of(a_meeting(cast, held_on=day)) for day in days]
    assert codes_in(Scope(cast.leif)) == [first, second, third]
    assert codes_in(Scope(cast.leif, first=date(2031, 3, 1), last=date(2031, 3, 2))) == [first, second]
    assert codes_in(Scope(cast.leif, first=date(2031, 3, 3))) == [third]
    assert codes_in(Scope(cast.leif, code=second)) == [second]
    assert codes_in(Scope(cast.anna, institution_id=cast.care_home.id)) == []
    assert codes_in(Scope(cast.leif, institution_id=cast.elsewhere.id)) == []


def test_four_answers_show_no_split_and_no_rows_five_show_both(cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(4):
        answer(meeting, doubts=[1], questions={1: "Hvorfor?"})
    with reading() as database:
        row = meeting_row(database.get_one(Meeting, meeting), NOW)
        points = point_rows(database.get_one(Meeting, meeting))
        assert coming(Scope(cast.leif)) == Coming(meetings=1, points=3, answers=0, answered_meetings=0, limit=5)
    assert (row.answers, row.channels, row.understood_first_share, row.understood_now_share) == (4, None, None, None)
    assert (row.points_open, row.points_fixed, row.questions) == (2, 1, None)
    assert [(point.position, point.totals) for point in points] == [(1, None), (2, None), (3, None)]
    assert rows_of(cast.leif) == []

    answer(meeting)
    with reading() as database:
        row = meeting_row(database.get_one(Meeting, meeting), NOW)
        assert coming(Scope(cast.leif)) == Coming(meetings=1, points=3, answers=5, answered_meetings=1, limit=5)
    assert (row.understood_first_share, row.understood_now_share, row.questions) == (0.2, 0.2, 4)
    assert len(rows_of(cast.leif)) == 5


def test_a_municipality_may_raise_the_limit(cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(5):
        answer(meeting)
    limit_is(cast, 6)
    assert rows_of(cast.leif) == []
    answer(meeting, language="en")
    assert {given.language for _, _, given in rows_of(cast.leif)} == {None}


@pytest.mark.parametrize(("answers", "told"), [(4, {None}), (5, {"en"})])
def test_a_language_is_told_where_five_share_it(cast: Cast, answers: int, told: set[str | None]) -> None:
    meeting = a_meeting(cast)
    for _ in range(answers):
        answer(meeting, language="en")
    for _ in range(5):
        answer(meeting)
    assert {given.language for _, _, given in rows_of(cast.leif)} == {"da"} | told


@pytest.mark.parametrize(
    ("helped", "alone", "told"),
    [(5, 5, {True, False}), (4, 6, {None}), (6, 4, {None}), (0, 5, {False}), (5, 0, {True}), (1, 20, {None})],
)
def test_who_was_helped_is_told_where_five_share_either_value(
    cast: Cast, helped: int, alone: int, told: set[bool | None]
) -> None:
    """Never of some alone: what is left blank would tell who the others are."""
    meeting = a_meeting(cast)
    for number in range(helped + alone):
        answer(meeting, language="da" if number % 2 else "en", helped=number < helped)
    assert {given.helped for _, _, given in rows_of(cast.leif)} == told


def test_the_order_of_rows_tells_nothing_of_the_order_of_arrival(cast: Cast) -> None:
    keys = [uuid4() for _ in range(6)]
    meeting = a_meeting(cast, wording=a_wording(can=5))
    for position, key in enumerate(keys, start=1):
        answer(meeting, doubts=[position], key=key)
    by_hash = sorted(range(6), key=lambda index: hash_of_key(keys[index]))
    assert [given.unclear_now for _, _, given in rows_of(cast.leif)] == [(index + 1,) for index in by_hash]


def test_a_reference_stays_the_same_and_follows_nobody_to_another_meeting(cast: Cast) -> None:
    keys = [uuid4() for _ in range(5)]
    here, there = a_meeting(cast), a_meeting(cast)
    for key in keys:
        answer(here, key=key)
        answer(there, key=key)
    references = [reference for reference, _, _ in rows_of(cast.leif)]
    assert len(set(references)) == 10
    assert all(len(reference) == 10 and reference[0].isalpha() for reference in references)
    assert [reference for reference, _, _ in rows_of(cast.leif)] == references


def test_a_file_shows_one_moment_however_long_it_takes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_export, "ROWS_AT_ONCE", 2)
    first = a_meeting(cast, held_on=date(2031, 3, 1))
    second = a_meeting(cast, held_on=date(2031, 3, 2))
    for _ in range(5):
        answer(first)
        answer(second)
    seen = 0
    with reading():
        for meeting in meetings(Scope(cast.leif)):
            for some in answer_rows(meeting, KEY):
                assert len(some) <= 2
                seen += len(some)
                Context().run(answer, second)
    assert seen == 10
    assert len(rows_of(cast.leif)) == 10 + 6


def test_a_scope_of_many_meetings_is_read_some_at_a_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.export.MEETINGS_AT_ONCE", 2)
    codes = [code_of(a_meeting(cast, held_on=date(2031, 3, 1) + timedelta(days=day))) for day in range(5)]
    with reading():
        found = []
        for meeting in meetings(Scope(cast.leif)):
            found.append(meeting.code)
            assert sum(isinstance(each, Meeting) for each in session()) <= 2
    assert found == codes
    assert base.engine().pool.checkedout() == 0  # type: ignore[attr-defined]
