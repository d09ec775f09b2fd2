"""Late answers: what was given offline before closing is taken within 24 hours after it, for the version that was seen
(rule 3)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from models.answer import Answer, AnswerDeleted, hash_of_key
from models.base import glancing, reading, session, writing
from models.clock import minute_of
from models.facts import change_facts
from models.late import late_until
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.receiving import look_into, receive
from models.retention import end
from models.submission import (
    AgreementChanged,
    MeetingClosed,
    NotOpenYet,
    Sender,
    Submission,
    WrongField,
)
from models.summary import count, totals
from models.throttle import Allowance, Throttled
from models.totals import Totals
from models.voiding import Voiding
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, points_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)
#: Opened and closed in the middle of a minute.
OPENED = datetime(2026, 11, 24, 16, 0, 20, tzinfo=UTC)
OPENED_MINUTE = OPENED.replace(second=0)
CLOSED = OPENED + HOUR
CLOSED_MINUTE = CLOSED.replace(second=0)
SEEN = OPENED_MINUTE + 10 * MINUTE
LATER = CLOSED + 2 * HOUR


@pytest.fixture
def meeting(cast: Cast) -> int:
    """One that was closed by hand."""
    made = a_meeting(cast, now=OPENED)
    close(cast, made, CLOSED)
    return made


def close(cast: Cast, meeting: int, now: datetime) -> None:
    with writing():
        session().get_one(Meeting, meeting).close(now, cast.mette)


def send_late(
    meeting: int, *, key: UUID | None = None, seen: datetime | None = SEEN, now: datetime = LATER, agreement: int = 1,
    doubts: frozenset[int] = frozenset(), language: str = "da", sender: Sender | None = None,
) -> UUID:  # fmt: skip
    """As a phone's outbox sends it: doubts by id of the point."""
    key = key or uuid4()
    submission = Submission(hash_of_key(key), agreement, language, doubts, seen=seen)
    code = code_of(meeting)
    with glancing():
        # Nothing of it may be done without the figures that are kept.
        assert look_into(code, submission, now, sender) is None
    with writing():
        receive(code, submission, now, sender)
    return key


def stored(meeting: int, key: UUID) -> Answer:
    with reading():
        found = Answer.by_key(meeting, hash_of_key(key))
    assert found is not None
    return found


def figures(meeting: int) -> Totals:
    with reading():
        return totals(session().get_one(Meeting, meeting))


def test_a_late_answer_counts_and_is_marked(meeting: int) -> None:
    points = points_of(meeting)
    key = send_late(meeting, doubts=frozenset(points[:1]))
    it = stored(meeting, key)
    assert (it.late, it.first_minute, it.unclear) == (True, minute_of(LATER), frozenset(points[:1]))
    with reading():
        found = session().get_one(Meeting, meeting)
        assert found.totals is not None
        assert found.totals_revision == found.revision
        assert totals(found).answers == totals(found).late == count(found).answers == 1


@pytest.mark.parametrize("seen", [OPENED_MINUTE, CLOSED_MINUTE])
def test_it_was_seen_from_the_minute_of_opening_to_that_of_closing(meeting: int, seen: datetime) -> None:
    assert stored(meeting, send_late(meeting, seen=seen)).late


@pytest.mark.parametrize("seen", [None, OPENED_MINUTE - MINUTE, CLOSED_MINUTE + MINUTE])
def test_what_was_not_seen_while_it_was_open_is_refused(meeting: int, seen: datetime | None) -> None:
    with pytest.raises(MeetingClosed):
        send_late(meeting, seen=seen)
    assert figures(meeting).answers == 0


def test_it_comes_within_24_hours_to_the_second(meeting: int) -> None:
    send_late(meeting, now=CLOSED + DAY - timedelta(seconds=1))
    with pytest.raises(MeetingClosed):
        send_late(meeting, now=CLOSED + DAY)
    assert figures(meeting).answers == 1
    with reading():
        found = session().get_one(Meeting, meeting)
        assert late_until(found, CLOSED - MINUTE) is None
        assert late_until(found, CLOSED) == late_until(found, CLOSED + DAY - MINUTE) == CLOSED + DAY
        assert late_until(found, CLOSED + DAY) is None


def test_a_meeting_that_closed_by_itself_at_its_minute_takes_it_too(cast: Cast) -> None:
    meeting = a_meeting(cast, now=OPENED, closes_at=CLOSED_MINUTE)
    key = send_late(meeting, seen=CLOSED_MINUTE - MINUTE, now=CLOSED_MINUTE)
    assert stored(meeting, key).late
    for seen, now in ((CLOSED_MINUTE, LATER), (SEEN, CLOSED_MINUTE + DAY)):
        with pytest.raises(MeetingClosed):
            send_late(meeting, seen=seen, now=now)


def test_it_is_taken_for_the_version_that_was_seen_though_the_text_has_changed(cast: Cast) -> None:
    meeting = a_meeting(cast, now=OPENED)
    with writing():
        found = session().get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, SEEN + MINUTE)
        publish_draft(found, SEEN + MINUTE, cast.mette)
    close(cast, meeting, CLOSED)
    key = send_late(meeting, agreement=1, doubts=frozenset(points_of(meeting, 1)[:1]))
    assert (stored(meeting, key).agreement, stored(meeting, key).versions) == (1, 1)
    assert (figures(meeting).answers, figures(meeting).outdated) == (1, 1)
    with pytest.raises(AgreementChanged):
        send_late(meeting, agreement=3)
    with pytest.raises(WrongField):
        send_late(meeting, agreement=1, doubts=frozenset(points_of(meeting, 2)))


def test_while_it_is_open_what_was_seen_changes_nothing(cast: Cast) -> None:
    meeting, key = a_meeting(cast, now=OPENED), uuid4()
    submission = Submission(hash_of_key(key), 1, "da", seen=SEEN)
    with writing():
        receive(code_of(meeting), submission, SEEN + MINUTE, None)
    assert not stored(meeting, key).late
    with writing():
        found = session().get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, SEEN + MINUTE)
        publish_draft(found, SEEN + MINUTE, cast.mette)
    with pytest.raises(AgreementChanged), writing():
        receive(code_of(meeting), submission, SEEN + 2 * MINUTE, None)
    draft = code_of(a_meeting(cast, state="draft", now=OPENED))
    with pytest.raises(NotOpenYet), writing():
        receive(draft, submission, LATER, None)


def test_a_reopened_meeting_counts_from_its_last_closing(cast: Cast, meeting: int) -> None:
    reopened, closed = CLOSED + HOUR, CLOSED + 3 * HOUR
    with writing():
        session().get_one(Meeting, meeting).reopen(reopened, cast.mette, closed)
    early = answer(meeting, now=reopened)
    assert not stored(meeting, early).late
    seen = reopened.replace(second=0)
    assert stored(meeting, send_late(meeting, seen=seen, now=closed + DAY - MINUTE)).late
    assert figures(meeting).late == 1


def test_an_answer_in_time_changed_late_is_late_and_stays_so(cast: Cast) -> None:
    meeting = a_meeting(cast, now=OPENED)
    key = answer(meeting, doubts=[1], now=SEEN)
    close(cast, meeting, CLOSED)
    send_late(meeting, key=key, doubts=frozenset(points_of(meeting)[:1]))
    assert (stored(meeting, key).late, stored(meeting, key).changed_minute) == (False, None)
    send_late(meeting, key=key)
    it = stored(meeting, key)
    assert (it.late, it.unclear, it.first_minute, it.changed_minute) == (
        True,
        frozenset(),
        minute_of(SEEN),
        minute_of(LATER),
    )
    assert (figures(meeting).answers, figures(meeting).late, figures(meeting).understood_now) == (1, 1, 1)
    with writing():
        session().get_one(Meeting, meeting).reopen(LATER, cast.mette, LATER + HOUR)
    answer(meeting, key=key, doubts=[2], now=LATER + MINUTE)
    assert stored(meeting, key).late
    assert figures(meeting).late == 1


def test_a_language_that_was_switched_off_meanwhile_loses_no_answer(cast: Cast) -> None:
    meeting = a_meeting(cast, now=OPENED)
    with writing():
        change_facts(session().get_one(Meeting, meeting), cast.mette, SEEN, languages=["da"])
    with pytest.raises(WrongField), writing():
        receive(code_of(meeting), Submission(hash_of_key(uuid4()), 1, "en", seen=SEEN), SEEN + MINUTE, None)
    close(cast, meeting, CLOSED)
    assert stored(meeting, send_late(meeting, language="en")).language == "da"


def test_sent_twice_it_is_one_answer(meeting: int) -> None:
    key = send_late(meeting)
    send_late(meeting, key=key, now=LATER + MINUTE)
    assert stored(meeting, key).changed_minute is None
    assert figures(meeting).answers == 1


def test_a_deleted_answer_stays_deleted(meeting: int) -> None:
    key = send_late(meeting)
    with writing():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        found.delete()
    with pytest.raises(AnswerDeleted):
        send_late(meeting, key=key)
    assert (figures(meeting).answers, figures(meeting).late) == (0, 0)


def test_new_keys_are_throttled_late_as_ever(meeting: int) -> None:
    sender = Sender(b"address", Allowance(1, 0, HOUR), 10)
    key = send_late(meeting, sender=sender)
    with pytest.raises(Throttled):
        send_late(meeting, sender=sender)
    send_late(meeting, key=key, sender=sender)


def test_a_voided_span_holds_what_comes_late_in_it(cast: Cast, meeting: int) -> None:
    first = send_late(meeting)
    with writing():
        Voiding.void(session().get_one(Meeting, meeting), LATER, LATER, cast.mette, LATER + timedelta(seconds=30))
    second = send_late(meeting, now=LATER + timedelta(seconds=35))
    assert stored(meeting, first).voided
    assert stored(meeting, second).voided
    assert (figures(meeting).answers, figures(meeting).late, figures(meeting).voided) == (0, 0, 2)


def test_the_figures_outlive_the_answers_and_nothing_comes_after(cast: Cast, meeting: int) -> None:
    for _ in range(5):
        send_late(meeting)
    with writing():
        end(meeting, CLOSED + timedelta(days=181))
    assert (figures(meeting).answers, figures(meeting).late) == (5, 5)
    with pytest.raises(MeetingClosed):
        send_late(meeting)


def test_an_individual_talk_takes_it_too(cast: Cast) -> None:
    meeting = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, now=OPENED)
    close(cast, meeting, CLOSED)
    assert stored(meeting, send_late(meeting)).late
