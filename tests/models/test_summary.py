"""The counting table of the product, row by row; whatever happens in whatever order is the property test's."""

from contextvars import Context
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from models import summary
from models.answer import Answer, Channel, hash_of_key
from models.base import reading, session, writing
from models.facts import change_facts
from models.meeting import Meeting
from models.publishing import publish_draft
from models.summary import count, keep_totals, totals
from models.totals import PointTotals, Totals
from models.wording import Wording
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, points_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOW)


def counted(meeting: int) -> Totals:
    with reading():
        return count(session().get_one(Meeting, meeting))


def of_point(meeting: int, position: int, agreement: int | None = None) -> PointTotals:
    return counted(meeting).point(points_of(meeting, agreement)[position - 1])


def publish(cast: Cast, meeting: int, wording: Wording) -> None:
    with writing():
        found = session().get_one(Meeting, meeting)
        found.draft.save(wording, cast.mette.id, NOW)
        publish_draft(found, NOW, cast.mette)


def delete(meeting: int, key: UUID) -> None:
    with writing():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        found.delete()


def test_a_meeting_without_answers_counts_nothing(meeting: int) -> None:
    nothing = {point: PointTotals() for point in points_of(meeting)}
    assert counted(meeting) == Totals(channels=dict.fromkeys(("own_phone", "shared", "paper"), 0), points=nothing)


def test_a_draft_counts_nothing(cast: Cast) -> None:
    assert counted(a_meeting(cast, state="draft", now=NOW)).answers == 0


def test_answers_are_keys_with_an_accepted_submission(meeting: int) -> None:
    keys = [answer(meeting, now=NOW) for _ in range(3)]
    answer(meeting, doubts=[1], key=keys[0], now=NOW)
    assert counted(meeting).answers == 3


def test_answers_of_another_meeting_do_not_count(cast: Cast, meeting: int) -> None:
    answer(a_meeting(cast, now=NOW), doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    assert counted(meeting).answers == counted(meeting).questions == 0


@pytest.mark.parametrize(
    ("submissions", "figures"),
    [
        ([[]], PointTotals(answers=1)),
        ([[1]], PointTotals(answers=1, unclear_first=1, unclear_now=1)),
        ([[1], []], PointTotals(answers=1, unclear_first=1, cleared=1)),
        ([[1], [], [1]], PointTotals(answers=1, unclear_first=1, unclear_now=1)),
        ([[], [1]], PointTotals(answers=1, unclear_now=1, raised_later=1)),
        ([[], [1], []], PointTotals(answers=1, cleared=1, raised_later=1)),
        ([[], [1], [], [1]], PointTotals(answers=1, unclear_now=1, raised_later=1)),
    ],
    ids=["never", "from the first", "cleared", "again", "later", "later and cleared", "later and again"],
)
def test_a_points_figures_follow_one_answer(meeting: int, submissions: list[list[int]], figures: PointTotals) -> None:
    key = answer(meeting, doubts=submissions[0], now=NOW)
    for ticked in submissions[1:]:
        answer(meeting, doubts=ticked, key=key, now=NOW)
    assert of_point(meeting, 1) == figures
    assert figures.unclear_first + figures.raised_later == figures.unclear_now + figures.cleared
    assert of_point(meeting, 2) == PointTotals(answers=1)


def test_understood_first_is_the_very_first_submission_without_a_tick(meeting: int) -> None:
    keys = [answer(meeting, doubts=doubts, now=NOW) for doubts in ([], [1], [3])]
    answer(meeting, doubts=[1], key=keys[0], now=NOW)
    answer(meeting, key=keys[1], now=NOW)
    assert counted(meeting).understood_first == 1


def test_understood_now_is_a_current_version_with_no_tick(meeting: int) -> None:
    keys = [answer(meeting, doubts=doubts, now=NOW) for doubts in ([], [1], [1, 2])]
    assert counted(meeting).understood_now == 1
    answer(meeting, key=keys[2], now=NOW)
    assert counted(meeting).understood_now == 2
    answer(meeting, doubts=[3], key=keys[0], now=NOW)
    assert counted(meeting).understood_now == 1


def test_a_point_counts_the_answers_that_ever_covered_it(cast: Cast, meeting: int) -> None:
    old = answer(meeting, doubts=[1], now=NOW)
    publish(cast, meeting, a_wording(points=(*a_wording().points[1:], a_point(9))))
    answer(meeting, doubts=[3], now=NOW)
    assert of_point(meeting, 1, agreement=1) == PointTotals(answers=1, unclear_first=1, unclear_now=1)
    assert of_point(meeting, 3) == PointTotals(answers=1, unclear_first=1, unclear_now=1)
    assert of_point(meeting, 1).answers == 2
    answer(meeting, key=old, now=NOW)
    assert of_point(meeting, 1, agreement=1) == PointTotals(answers=1, unclear_first=1, unclear_now=1)
    assert of_point(meeting, 3) == PointTotals(answers=2, unclear_first=1, unclear_now=1)


def test_answers_to_an_outdated_version_are_neither_understood_nor_lost(cast: Cast, meeting: int) -> None:
    old, _ = answer(meeting, now=NOW), answer(meeting, doubts=[1], now=NOW)
    publish(cast, meeting, a_wording(can=3))
    it = counted(meeting)
    assert (it.answers, it.outdated, it.understood_first, it.understood_now) == (2, 2, 1, 0)
    answer(meeting, key=old, now=NOW)
    it = counted(meeting)
    assert (it.answers, it.outdated, it.understood_first, it.understood_now) == (2, 1, 1, 1)


def test_a_doubt_about_a_point_that_was_taken_out_no_longer_keeps_from_understanding(cast: Cast, meeting: int) -> None:
    answer(meeting, doubts=[1], now=NOW)
    publish(cast, meeting, a_wording(points=a_wording().points[1:]))
    it = counted(meeting)
    assert (it.outdated, it.understood_first, it.understood_now) == (0, 0, 1)


@pytest.mark.parametrize(
    "newer",
    [a_wording(languages=("da",)), a_wording(steps=a_wording().steps * 2), a_wording(points=a_wording().points[::-1])],
    ids=["translation", "steps", "order"],
)
def test_what_does_not_touch_the_points_outdates_nobody(cast: Cast, meeting: int, newer: Wording) -> None:
    answer(meeting, now=NOW)
    answer(meeting, doubts=[1], now=NOW)
    before = counted(meeting)
    publish(cast, meeting, newer)
    assert counted(meeting) == before


def test_a_deleted_answer_leaves_every_count(meeting: int) -> None:
    answer(meeting, doubts=[2], questions={2: "Hvorfor?"}, now=NOW)
    before = counted(meeting)
    key = answer(meeting, doubts=[1, 2], questions={1: "Hvad?"}, now=NOW)
    answer(meeting, doubts=[3], questions={1: "Hvad?"}, key=key, now=NOW)
    delete(meeting, key)
    assert counted(meeting) == before


def test_questions_and_channels_are_counted(meeting: int) -> None:
    answer(meeting, questions={1: "Hvorfor?", 2: "Hvad?"}, now=NOW)
    answer(meeting, channel=Channel.PAPER, now=NOW)
    answer(meeting, channel=Channel.PAPER, now=NOW)
    it = counted(meeting)
    assert it.questions == 2
    assert it.channels == {"own_phone": 1, "shared": 0, "paper": 2}


def test_shares_divide_by_answers_and_nothing_by_nothing_is_none(meeting: int) -> None:
    assert (counted(meeting).share_first, counted(meeting).share_now) == (None, None)
    keys = [answer(meeting, doubts=doubts, now=NOW) for doubts in ([], [], [], [1])]
    answer(meeting, doubts=[1], key=keys[0], now=NOW)
    assert (counted(meeting).share_first, counted(meeting).share_now) == (0.75, 0.5)


# Small groups


@pytest.mark.parametrize(("answers", "shown"), [(2, False), (3, True)])
def test_a_split_is_shown_from_the_smallest_group_on(meeting: int, answers: int, shown: bool) -> None:
    for _ in range(answers):
        answer(meeting, now=NOW)
    assert counted(meeting).shows_split(3) is shown
    assert counted(meeting).shows_point(points_of(meeting)[0], 3) is shown


def test_a_point_below_the_limit_is_protected_in_a_meeting_above_it(cast: Cast, meeting: int) -> None:
    for _ in range(3):
        answer(meeting, now=NOW)
    publish(cast, meeting, a_wording(points=(*a_wording().points, a_point(9))))
    for _ in range(2):
        answer(meeting, now=NOW)
    it, (first, *_, added) = counted(meeting), points_of(meeting)
    assert it.shows_split(3)
    assert it.shows_point(first, 3)
    assert not it.shows_point(added, 3)


def test_a_point_that_never_was_is_protected(meeting: int) -> None:
    assert not counted(meeting).shows_point(999_999, 1)


# Kept totals


def kept(meeting: int) -> Totals:
    with reading():
        return totals(session().get_one(Meeting, meeting))


def keep(meeting: int) -> None:
    with writing():
        keep_totals(session().get_one(Meeting, meeting))


def test_kept_figures_are_the_counted_ones(meeting: int) -> None:
    for doubts in ([], [1], [1, 2]):
        answer(meeting, doubts=doubts, questions={3: "Hvorfor?"}, now=NOW)
    keep(meeting)
    assert kept(meeting) == counted(meeting)
    assert Totals.from_document(counted(meeting).to_document()) == counted(meeting)


@pytest.mark.parametrize("act", ["answer", "delete", "publish", "facts"])
def test_kept_figures_are_used_at_their_own_revision_only(cast: Cast, meeting: int, act: str) -> None:
    key = answer(meeting, now=NOW)
    keep(meeting)
    with writing():
        found = session().get_one(Meeting, meeting)
        forged: dict[str, Any] = {**counted(meeting).to_document(), "answers": 77}
        found.totals = forged
    assert kept(meeting).answers == 77
    match act:
        case "answer":
            answer(meeting, now=NOW)
        case "delete":
            delete(meeting, key)
        case "publish":
            publish(cast, meeting, a_wording(can=3))
        case "facts":
            with writing():
                change_facts(session().get_one(Meeting, meeting), cast.mette, NOW, place="Hallen")
    assert kept(meeting) == counted(meeting)


def test_figures_are_of_one_moment_though_answers_arrive_meanwhile(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting = a_meeting(cast)
    answer(meeting)
    real = summary._unclear_answers

    def with_arrivals(*arguments: Any) -> int:
        for _ in range(2):
            Context().run(answer, meeting, [1])
        return real(*arguments)

    monkeypatch.setattr(summary, "_unclear_answers", with_arrivals)
    with reading() as database:
        figures = totals(database.get_one(Meeting, meeting))
    assert (figures.answers, figures.understood_now) == (1, 1)
