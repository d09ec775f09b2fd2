"""Voiding: the answers of a span count nowhere, until it is undone (rule 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest

from models.answer import Answer, Difficulty, hash_of_key
from models.answer_export import answer_rows
from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.clock import COPENHAGEN, local, moments_of
from models.export import Scope, meeting_row
from models.guess import Expectation
from models.meeting import Meeting, WrongState
from models.question import Question
from models.receiving import receive
from models.submission import Submission
from models.summary import count, totals
from models.totals import PointTotals, Totals
from models.voiding import Voiding
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, points_of

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOON)


def void(cast: Cast, meeting: int, first: datetime, last: datetime, now: datetime | None = None) -> int:
    with writing():
        return Voiding.void(found(meeting), first, last, cast.mette, now or last + MINUTE).id


def undo(cast: Cast, voiding: int, now: datetime) -> None:
    with writing():
        session().get_one(Voiding, voiding).undo(cast.mette, now)


def found(meeting: int) -> Meeting:
    return session().get_one(Meeting, meeting)


def counted(meeting: int) -> Totals:
    with reading():
        return count(found(meeting))


def test_both_ends_of_the_span_belong_to_it(cast: Cast, meeting: int) -> None:
    for minutes in range(5):
        answer(meeting, now=NOON + minutes * MINUTE + timedelta(seconds=59))
    with reading():
        assert Voiding.answers_between(found(meeting), NOON + MINUTE, NOON + 3 * MINUTE) == 3
    void(cast, meeting, NOON + MINUTE, NOON + 3 * MINUTE)
    with reading():
        assert Voiding.answers_by_minute(found(meeting)) == {NOON: 1, NOON + 4 * MINUTE: 1}
        assert [(each.answers, each.first, each.last) for each in Voiding.standing_in(found(meeting))] == [
            (3, NOON + MINUTE, NOON + 3 * MINUTE)
        ]
    assert (counted(meeting).answers, counted(meeting).voided) == (2, 3)


def test_void_answers_count_nowhere(cast: Cast) -> None:
    wording = a_wording()
    first, *others = wording.points
    meeting = a_meeting(
        cast, now=NOON, wording=replace(wording, points=(replace(first, asks_guess=True, asks_hands=True), *others))
    )
    for _ in range(5):
        answer(meeting, now=NOON)
    before = counted(meeting)
    point = points_of(meeting)[0]
    silly = Submission(
        hash_of_key(uuid4()), 1, "en", frozenset({point}), {point: "Hej"}, difficulties={point: Difficulty.WORDS},
        guesses={point: Expectation.NO}, offers=frozenset({point}),
    )  # fmt: skip
    with writing():
        receive(code_of(meeting), silly, NOON + MINUTE, sender=None)
    assert counted(meeting).point(point) == PointTotals(
        6, 1, 1, guesses=1, expected_none=1, offers=1, difficulties={"WORDS": 1}
    )

    void(cast, meeting, NOON + MINUTE, NOON + MINUTE)
    assert replace(counted(meeting), voided=0) == before
    with reading():
        assert Question.of_meeting(found(meeting)) == []
        assert Question.shown_to_citizens(found(meeting)) == []
        rows = [row for some in answer_rows(found(meeting), b"k" * 32) for row in some]
        assert {given.language for _, _, given in rows} == {"da"}
        assert len(rows) == 5
        row = meeting_row(found(meeting), NOON)
        assert (row.answers, row.voided, row.questions, row.understood_now_share) == (5, 1, 0, 1.0)


def test_below_the_limit_without_its_void_answers_a_meeting_gives_no_rows(cast: Cast, meeting: int) -> None:
    for minutes in range(5):
        answer(meeting, now=NOON + minutes * MINUTE)
    void(cast, meeting, NOON, NOON)
    with reading():
        assert list(answer_rows(found(meeting), b"k" * 32)) == []
        assert meeting_row(found(meeting), NOON).channels is None
        assert Scope(cast.leif).holds_meeting()


def test_one_that_comes_late_in_the_last_minute_is_void_too(cast: Cast, meeting: int) -> None:
    answer(meeting, now=NOON)
    void(cast, meeting, NOON, NOON + timedelta(seconds=10), now=NOON + timedelta(seconds=10))
    answer(meeting, now=NOON + timedelta(seconds=50))
    answer(meeting, now=NOON + MINUTE)
    assert (counted(meeting).answers, counted(meeting).voided) == (1, 2)


def test_a_void_answer_stays_void_when_it_is_changed_and_its_citizen_sees_no_difference(
    cast: Cast, meeting: int
) -> None:
    key = answer(meeting, now=NOON)
    void(cast, meeting, NOON, NOON)
    answer(meeting, [1], {1: "Hej"}, key=key, now=NOON + timedelta(hours=1))
    with reading():
        mine = Answer.by_key(meeting, hash_of_key(key))
        assert mine
        assert mine.voided
        assert mine.asked == {points_of(meeting)[0]: "Hej"}
        assert Question.of_meeting(found(meeting)) == []
    assert counted(meeting).answers == 0


def test_undone_they_count_again_but_for_those_of_another_span(cast: Cast, meeting: int) -> None:
    for minutes in range(4):
        answer(meeting, [1], {1: "Hvad?"}, now=NOON + minutes * MINUTE)
    one = void(cast, meeting, NOON, NOON + 2 * MINUTE)
    other = void(cast, meeting, NOON + 2 * MINUTE, NOON + 3 * MINUTE)
    assert counted(meeting).answers == 0
    for _ in range(2):
        undo(cast, one, NOON + timedelta(hours=1))
        assert (counted(meeting).answers, counted(meeting).questions) == (2, 2)
    undo(cast, other, NOON + timedelta(hours=2))
    assert (counted(meeting).answers, counted(meeting).voided) == (4, 0)
    with reading():
        acts = [each.act for each in session().query(AuditEntry).filter(AuditEntry.meeting_id == meeting)]
        assert (acts.count(Act.ANSWERS_VOIDED), acts.count(Act.VOIDING_UNDONE)) == (2, 2)


def test_it_can_be_undone_for_24_hours(cast: Cast, meeting: int) -> None:
    answer(meeting, now=NOON)
    voiding = void(cast, meeting, NOON, NOON, now=NOON)
    with pytest.raises(WrongState):
        undo(cast, voiding, NOON + timedelta(hours=24))
    undo(cast, voiding, NOON + timedelta(hours=24) - timedelta(seconds=1))
    assert counted(meeting).answers == 1


def test_a_span_is_refused_before_opening_backwards_and_in_the_future(cast: Cast, meeting: int) -> None:
    draft = a_meeting(cast, state="draft", now=NOON)
    with pytest.raises(WrongState):
        void(cast, draft, NOON, NOON)
    with pytest.raises(ValueError, match="backwards"):
        void(cast, meeting, NOON, NOON - MINUTE, now=NOON)
    with pytest.raises(ValueError, match="future"):
        void(cast, meeting, NOON, NOON + MINUTE, now=NOON)


def test_after_closing_the_kept_figures_follow(cast: Cast, meeting: int) -> None:
    answer(meeting, now=NOON)
    answer(meeting, now=NOON + MINUTE)
    with writing():
        found(meeting).close(NOON + 2 * MINUTE, cast.mette)
    voiding = void(cast, meeting, NOON, NOON, now=NOON + timedelta(hours=1))

    def kept() -> Totals:
        with reading():
            assert found(meeting).totals_revision == found(meeting).revision
            return totals(found(meeting))

    assert (kept().answers, kept().voided) == (1, 1)
    undo(cast, voiding, NOON + timedelta(hours=2))
    assert (kept().answers, kept().voided) == (2, 0)


def test_an_hour_that_comes_twice_is_in_the_span_both_times(cast: Cast) -> None:
    night = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    earliest, latest = moments_of(night.date(), time(2, 30))
    assert (earliest, latest) == (night + timedelta(minutes=30), night + timedelta(minutes=90))
    assert local(earliest).time() == local(latest).time() == time(2, 30)
    meeting = a_meeting(cast, now=night, held_on=night.date())
    answer(meeting, now=earliest)
    answer(meeting, now=latest)
    void(cast, meeting, earliest, latest)
    assert counted(meeting).answers == 0


def test_an_hour_that_is_left_out_lies_between_its_neighbours() -> None:
    earliest, latest = moments_of(datetime(2027, 3, 28, tzinfo=COPENHAGEN).date(), time(2, 30))
    assert (local(earliest).time(), local(latest).time()) == (time(1, 30), time(3, 30))
