"""What is deleted when its time has come, and that the figures stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from models.answer import Answer, Channel, Doubt, SpentKey, hash_of_key
from models.base import reading, session, writing
from models.export import Scope, coming, meeting_row, meetings, point_rows
from models.facts import change_facts, count_heads
from models.guess import Guess
from models.meeting import Meeting, MeetingForm
from models.municipality import Municipality
from models.paper import type_in
from models.question import Question
from models.retention import Due, all_due, end
from models.submission import MeetingClosed, Submission
from models.summary import totals
from models.totals import Totals
from models.voiding import Voiding
from tests.factories import Cast, a_meeting, answer

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
HOURS_48 = timedelta(hours=48)
DAYS_30, DAYS_180 = timedelta(days=30), timedelta(days=180)


def test_at_its_time_everything_ends_and_not_before(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    for _ in range(5):
        answer(meeting, [1], {1: "Hvad?"}, now=NOW)
    delete(meeting, answer(meeting, now=NOW))
    close(cast, meeting)
    for wait in (HOURS_48, DAYS_30, DAYS_180):
        assert due(NOW + wait - timedelta(seconds=1)) == []
        before = figures(meeting)
        (ended,) = due(NOW + wait)
        assert (ended.answers, ended.questions, ended.spent_keys) == {
            HOURS_48: (0, 0, 1),
            DAYS_30: (0, 5, 0),
            DAYS_180: (5, 0, 0),
        }[wait]
        assert purge(meeting, NOW + wait) == ended
        assert figures(meeting) == before
        assert due(NOW + wait) == []
        assert purge(meeting, NOW + wait) is None
    assert before.answers == before.point(1).unclear_now == before.questions == 5
    with reading():
        assert [session().scalar(select(func.count()).select_from(each)) for each in (Answer, Doubt, Question)] == [
            0
        ] * 3
        exported = coming(Scope(cast.leif))
        assert (exported.answered_meetings, exported.small_meetings, exported.ended_meetings) == (0, 0, 1)


def test_what_came_after_an_earlier_purge_is_in_the_kept_figures(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    for _ in range(3):
        answer(meeting, [1], {1: "Hvad?"}, now=NOW)
    close(cast, meeting)
    purge(meeting, NOW + DAYS_30)
    with writing():
        count_heads(session().get_one(Meeting, meeting), 9, cast.mette, NOW + DAYS_30)
    assert (figures(meeting).answers, figures(meeting).questions) == (3, 3)
    purge(meeting, NOW + DAYS_180)
    with writing():
        change_facts(session().get_one(Meeting, meeting), cast.mette, NOW + DAYS_180, place="Salen")
    assert (figures(meeting).answers, figures(meeting).questions) == (3, 3)


def test_a_citizen_who_deletes_their_answer_later_takes_its_question_out_of_the_counts(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    keys = [answer(meeting, [1], {1: "Hvad?"}, now=NOW) for _ in range(4)]
    with writing():
        Question.of_meeting(session().get_one(Meeting, meeting))[-1].forget(cast.mette, NOW)
    close(cast, meeting)
    purge(meeting, NOW + DAYS_30)
    assert figures(meeting).questions == 3
    delete(meeting, keys[-1])
    assert (figures(meeting).answers, figures(meeting).questions) == (3, 2)


def test_the_clocks_run_from_the_last_closing_and_by_the_municipalitys_days(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    for _ in range(3):
        answer(meeting, [1], {1: "Hvad?"}, now=NOW)
    later = NOW + timedelta(hours=20)
    with writing() as database:
        municipality = database.merge(cast.municipality)
        municipality.retention_days, municipality.question_days = 40, 10
        each = database.get_one(Meeting, meeting)
        each.close(NOW, cast.mette)
        each.reopen(later, cast.mette, closes_at=later + timedelta(hours=2))
    closing = later + timedelta(hours=2)
    assert due(closing + timedelta(days=10, seconds=-1)) == []
    assert due(closing + timedelta(days=10))[0].questions == 3
    assert due(closing + timedelta(days=40, seconds=-1))[0].answers == 0
    assert due(closing + timedelta(days=40))[0].answers == 3


def test_a_published_question_stays_until_the_answers_go_and_a_reply_as_well(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    for words in ("Offentlig", "Besvaret", "Skjult"):
        answer(meeting, [], {1: words}, now=NOW)
    with writing():
        published, answered, hidden = session().scalars(select(Question).order_by(Question.id))
        published.publish(cast.mette, NOW)
        answered.mark_answered(cast.mette, NOW, {"da": "Ja."})
        hidden.set_hidden(True, cast.mette, NOW)
    close(cast, meeting)
    purge(meeting, NOW + DAYS_30)
    with reading():
        shown = Question.shown_to_citizens(session().get_one(Meeting, meeting))
        assert [(question.text, question.replied_in("da")) for question in shown] == [
            (None, ("da", "Ja.")),
            ("Offentlig", None),
        ]


def test_small_groups_and_talks_keep_only_how_many_there_were(cast: Cast) -> None:
    small = a_meeting(cast, now=NOW)
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, now=NOW)
    for meeting, answers in ((small, 2), (talk, 1)):
        for _ in range(answers):
            answer(meeting, [1], now=NOW)
        close(cast, meeting)
    assert [each.meeting_id for each in due(NOW + DAYS_30)] == [talk]
    for meeting, wait in ((small, DAYS_180), (talk, DAYS_30)):
        purge(meeting, NOW + wait)
    for meeting, answers in ((small, 2), (talk, 1)):
        kept = figures(meeting)
        assert kept == Totals(answers=answers, is_bare=True)
        assert not kept.shows_split(1)


def test_a_points_small_group_goes_where_the_meetings_stays() -> None:
    counted = Totals.from_document(
        {
            "answers": 6,
            "points": {
                "1": {"answers": 6, "unclear_now": 2, "guesses": 2, "expected_influence": 1},
                "2": {"answers": 2, "unclear_now": 1},
            },
        }
    )
    kept = counted.of_groups(3)
    assert kept.answers == 6
    assert (kept.point(1).unclear_now, kept.point(1).guesses, kept.point(1).expected_influence) == (2, 0, 0)
    assert kept.points.keys() == {1}
    assert not kept.shows_point(2, 1)


@pytest.mark.parametrize("room_limit", [3, 9])
def test_exports_say_the_same_before_and_after(cast: Cast, room_limit: int) -> None:
    with writing():
        session().get_one(Municipality, cast.municipality.id).room_limit = room_limit
    meeting = a_meeting(cast, now=NOW)
    for _ in range(6):
        answer(meeting, [1], {2: "Hvad?"}, now=NOW)
    with writing():
        Voiding.void(session().get_one(Meeting, meeting), NOW - DAYS_30, NOW - DAYS_30, cast.mette, NOW)
    close(cast, meeting)
    before = exported(cast)
    for wait in (DAYS_30, DAYS_180):
        purge(meeting, NOW + wait)
        assert exported(cast) == before


@pytest.mark.parametrize("state", ["draft", "open"])
def test_what_is_not_closed_has_no_time(cast: Cast, state: str) -> None:
    meeting = a_meeting(cast, state=state, now=NOW)
    with writing():
        if state == "open":
            session().get_one(Meeting, meeting).closes_at = NOW + 9 * DAYS_180
    assert due(NOW + 8 * DAYS_180) == []
    assert purge(meeting, NOW + 8 * DAYS_180) is None


def due(now: datetime) -> list[Due]:
    with reading():
        return all_due(now)


def test_no_answer_from_paper_comes_after_all_answers_are_due(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    close(cast, meeting)
    with writing() as database:
        database.merge(cast.municipality).retention_days = 10
    submission = Submission(hash_of_key(uuid4()), 1, "da", channel=Channel.PAPER)
    with pytest.raises(MeetingClosed), writing():
        type_in(session().get_one(Meeting, meeting), submission, cast.mette, NOW + timedelta(days=10))


def test_a_meeting_that_is_deleted_meanwhile_has_nothing_left_to_end(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing():
        session().get_one(Meeting, meeting).delete(cast.mette, NOW)
    assert purge(meeting, NOW) is None


def purge(meeting: int, now: datetime) -> Due | None:
    with writing():
        return end(meeting, now)


def figures(meeting: int) -> Totals:
    with reading():
        return totals(session().get_one(Meeting, meeting))


def exported(cast: Cast) -> list[object]:
    with reading():
        return [(meeting_row(each, NOW + DAYS_180), point_rows(each)) for each in meetings(Scope(cast.leif))]


def close(cast: Cast, meeting: int) -> None:
    with writing():
        session().get_one(Meeting, meeting).close(NOW, cast.mette)


def delete(meeting: int, key: object) -> None:
    with writing():
        found = Answer.by_key(meeting, hash_of_key(key))  # type: ignore[arg-type]
        assert found is not None
        found.delete()
        assert session().scalar(select(func.count()).select_from(SpentKey)) == 1
        assert session().scalar(select(func.count()).select_from(Guess)) == 0
