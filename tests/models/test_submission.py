"""Taking an answer: it counts once, a doubt is kept, and what does not fit is refused (rules 3 and 5)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.answer import Answer, AnswerDeleted, Channel, Doubt, SpentKey, hash_of_key
from models.base import reading, session, writing
from models.clock import end_of, minute_of
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.question import Question
from models.receiving import receive
from models.submission import (
    AgreementChanged,
    MeetingClosed,
    NoSuchMeeting,
    NotOpenYet,
    Submission,
    WrongField,
)
from models.wording import Wording
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, code_of, points_of

NOW = datetime(2026, 11, 24, 16, 0, 42, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOW)


def stored(meeting: int, key: UUID) -> Answer:
    with reading():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        return found


def rows(table: type) -> int:
    with reading() as database:
        return database.scalar(select(func.count()).select_from(table)) or 0


def doubts(meeting: int, key: UUID) -> dict[int, tuple[bool, bool]]:
    """Raised first, unclear now, by position in the newest version."""
    positions = {point: position for position, point in enumerate(points_of(meeting), start=1)}
    return {positions[each.point_id]: (each.raised_first, each.unclear) for each in stored(meeting, key).doubts}


def publish(cast: Cast, meeting: int, wording: Wording) -> None:
    with writing():
        found = session().get_one(Meeting, meeting)
        found.draft.save(wording, cast.mette.id, NOW)
        publish_draft(found, NOW, cast.mette)


def send(
    meeting: int, *, points: Iterable[int] = (), questions: Mapping[int, str] | None = None, language: str = "da",
    agreement: int = 1, key: UUID | None = None, now: datetime = NOW,
) -> None:  # fmt: skip
    """As ``answer``, but with ids of points, so that they may be wrong."""
    submission = Submission(hash_of_key(key or uuid4()), agreement, language, frozenset(points), questions or {})
    code = code_of(meeting)
    with writing():
        receive(code, submission, now, None)


# Counting once


def test_an_answer_is_stored_with_its_doubts_and_questions(meeting: int) -> None:
    key = answer(meeting, doubts=[2], questions={2: "Hvorfor?"}, language="en", channel=Channel.OWN_PHONE, now=NOW)
    it = stored(meeting, key)
    assert (it.agreement, it.versions, it.language, it.channel) == (1, 1, "en", Channel.OWN_PHONE)
    assert it.understood_first is False
    assert it.unclear == {points_of(meeting)[1]}
    assert it.asked == {points_of(meeting)[1]: "Hvorfor?"}
    assert it.changed_minute is None


def test_an_answer_without_doubts_has_understood(meeting: int) -> None:
    it = stored(meeting, answer(meeting, now=NOW))
    assert it.understood_first is True
    assert it.unclear == frozenset()


def test_the_same_key_sent_again_is_the_same_answer(meeting: int) -> None:
    key = answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    with reading():
        before = session().get_one(Meeting, meeting).revision
    for _ in range(3):
        answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, key=key, now=NOW + MINUTE)
    assert (rows(Answer), rows(Doubt), rows(Question)) == (1, 1, 1)
    assert stored(meeting, key).changed_minute is None
    with reading():
        assert session().get_one(Meeting, meeting).revision == before


def test_the_same_key_changes_its_answer(meeting: int) -> None:
    key = answer(meeting, doubts=[1], now=NOW)
    answer(meeting, doubts=[2], key=key, language="en", now=NOW + MINUTE)
    it = stored(meeting, key)
    assert rows(Answer) == 1
    assert it.language == "en"
    assert it.understood_first is False
    assert it.changed_minute == minute_of(NOW + MINUTE)
    assert it.first_minute == minute_of(NOW)


def test_a_change_is_taken_though_the_clock_was_put_back(meeting: int) -> None:
    key = answer(meeting, now=NOW)
    answer(meeting, doubts=[2], key=key, now=NOW - 2 * MINUTE)
    it = stored(meeting, key)
    assert it.changed_minute == it.first_minute == minute_of(NOW)
    assert it.unclear


def test_another_key_is_another_answer(meeting: int) -> None:
    answer(meeting, now=NOW)
    answer(meeting, now=NOW)
    assert rows(Answer) == 2


def test_the_same_key_in_two_meetings_is_two_answers(cast: Cast, meeting: int) -> None:
    other = a_meeting(cast, now=NOW)
    key = answer(meeting, doubts=[1], now=NOW)
    answer(other, key=key, now=NOW)
    assert stored(meeting, key).unclear
    assert not stored(other, key).unclear


def test_the_database_itself_refuses_two_answers_of_one_key(meeting: int) -> None:
    it = stored(meeting, answer(meeting, now=NOW))
    columns = {column.name: getattr(it, column.name) for column in Answer.__table__.columns if column.name != "id"}
    with pytest.raises(IntegrityError), writing() as database:
        database.add(Answer(**columns))


def test_the_key_itself_is_nowhere_in_the_database(meeting: int) -> None:
    key = answer(meeting, now=NOW)
    assert stored(meeting, key).key_hash == hash_of_key(key)
    assert key.bytes not in stored(meeting, key).key_hash
    assert len(hash_of_key(key)) == 32


def test_no_time_finer_than_the_minute_is_stored(meeting: int) -> None:
    key = answer(meeting, now=NOW)
    answer(meeting, doubts=[1], key=key, now=NOW + timedelta(minutes=5, seconds=7))
    it = stored(meeting, key)
    assert (it.first_minute, it.changed_minute) == (int(NOW.timestamp()) // 60, int(NOW.timestamp()) // 60 + 5)
    finer = [column.name for column in Answer.__table__.columns if column.type.python_type is datetime]
    assert finer == []


# Doubts


def test_an_unticked_doubt_is_kept_as_cleared(meeting: int) -> None:
    key = answer(meeting, doubts=[1], now=NOW)
    answer(meeting, doubts=[], key=key, now=NOW)
    assert doubts(meeting, key) == {1: (True, False)}
    assert rows(Doubt) == 1


def test_ticked_again_it_is_the_same_doubt(meeting: int) -> None:
    key = answer(meeting, doubts=[1], now=NOW)
    answer(meeting, key=key, now=NOW)
    answer(meeting, doubts=[1], key=key, now=NOW)
    assert doubts(meeting, key) == {1: (True, True)}


def test_a_doubt_raised_later_is_not_a_first_one_however_often_it_is_raised(meeting: int) -> None:
    key = answer(meeting, doubts=[1], now=NOW)
    for ticked in ([1, 2], [], [2]):
        answer(meeting, doubts=ticked, key=key, now=NOW)
    assert doubts(meeting, key) == {1: (True, False), 2: (False, True)}


def test_the_first_answer_decides_for_ever_whether_it_had_understood_first(meeting: int) -> None:
    key = answer(meeting, now=NOW)
    answer(meeting, doubts=[1], key=key, now=NOW)
    assert stored(meeting, key).understood_first is True


def test_a_point_of_a_new_version_is_a_first_doubt_when_ticked_at_once(cast: Cast, meeting: int) -> None:
    keys = [answer(meeting, now=NOW) for _ in range(2)]
    publish(cast, meeting, a_wording(points=(*a_wording().points, a_point(9))))
    answer(meeting, doubts=[1, 4], key=keys[0], now=NOW)
    answer(meeting, key=keys[1], now=NOW)
    answer(meeting, doubts=[4], key=keys[1], now=NOW)
    assert doubts(meeting, keys[0]) == {1: (False, True), 4: (True, True)}
    assert doubts(meeting, keys[1]) == {4: (False, True)}


def test_a_version_that_left_a_point_out_does_not_clear_its_doubt(cast: Cast, meeting: int) -> None:
    key = answer(meeting, doubts=[1, 2], now=NOW)
    publish(cast, meeting, a_wording(points=a_wording().points[1:]))
    answer(meeting, key=key, now=NOW)
    publish(cast, meeting, a_wording())
    assert doubts(meeting, key) == {1: (True, True), 2: (True, False)}


def test_an_answer_remembers_every_version_it_was_given_to(cast: Cast, meeting: int) -> None:
    key = answer(meeting, now=NOW)
    publish(cast, meeting, a_wording(can=3))
    publish(cast, meeting, a_wording(can=4))
    answer(meeting, key=key, now=NOW)
    assert (stored(meeting, key).agreement, stored(meeting, key).versions) == (3, 0b101)


def test_a_version_that_is_still_current_is_stored_under_its_own_number(cast: Cast, meeting: int) -> None:
    publish(cast, meeting, a_wording(points=a_wording().points[1:]))
    key = answer(meeting, doubts=[1], agreement=1, now=NOW)
    assert stored(meeting, key).agreement == 1
    assert stored(meeting, key).unclear == {points_of(meeting, 1)[0]}


# Refusals


@pytest.mark.parametrize("agreement", [0, 2, 60, 61, 999_999_999])
def test_a_version_that_does_not_exist_is_a_changed_text(meeting: int, agreement: int) -> None:
    with pytest.raises(AgreementChanged):
        send(meeting, agreement=agreement)


def test_an_outdated_version_is_refused_for_new_and_known_keys(cast: Cast, meeting: int) -> None:
    key = answer(meeting, now=NOW)
    publish(cast, meeting, a_wording(can=3))
    for each in (key, uuid4()):
        with pytest.raises(AgreementChanged):
            answer(meeting, doubts=[1], key=each, agreement=1, now=NOW)
    assert rows(Answer) == 1
    assert not stored(meeting, key).unclear


def test_a_draft_takes_no_answers(cast: Cast) -> None:
    with pytest.raises(NotOpenYet):
        send(a_meeting(cast, state="draft", now=NOW))


def test_an_unknown_code_takes_no_answers(meeting: int) -> None:
    with pytest.raises(NoSuchMeeting), writing():
        receive("00000000", Submission(hash_of_key(uuid4()), 1, "da"), NOW, None)


def test_a_closed_meeting_refuses_new_answers_and_changes(cast: Cast, meeting: int) -> None:
    key = answer(meeting, now=NOW)
    with writing():
        session().get_one(Meeting, meeting).close(NOW, cast.mette)
    for each in (key, uuid4()):
        with pytest.raises(MeetingClosed):
            answer(meeting, doubts=[1], key=each, now=NOW)
    assert rows(Answer) == 1


def test_answers_are_taken_until_the_exact_moment_of_closing(meeting: int) -> None:
    end = end_of(date(2026, 11, 25))
    answer(meeting, now=end - timedelta(microseconds=1))
    with pytest.raises(MeetingClosed):
        answer(meeting, now=end)


def test_a_meeting_opened_again_takes_answers_again(cast: Cast) -> None:
    meeting = a_meeting(cast, state="closed", now=NOW)
    with writing():
        session().get_one(Meeting, meeting).reopen(NOW, cast.mette, NOW + MINUTE)
    answer(meeting, now=NOW)
    with pytest.raises(MeetingClosed):
        answer(meeting, now=NOW + MINUTE)


@pytest.mark.parametrize("language", ["ar", "", "DA", "da-DK"])
def test_a_language_that_the_meeting_does_not_speak_is_refused(meeting: int, language: str) -> None:
    with pytest.raises(WrongField) as refused:
        send(meeting, language=language)
    assert refused.value.name == "lang"


def test_a_point_of_another_meeting_is_refused(cast: Cast, meeting: int) -> None:
    foreign = points_of(a_meeting(cast, now=NOW))[0]
    with pytest.raises(WrongField) as refused:
        send(meeting, points=[points_of(meeting)[0], foreign])
    assert refused.value.name == "unclear"
    with pytest.raises(WrongField) as refused:
        send(meeting, questions={foreign: "Hvorfor?"})
    assert refused.value.name == "question"
    assert rows(Answer) == 0


def test_a_point_that_the_version_left_out_is_refused(cast: Cast, meeting: int) -> None:
    gone = points_of(meeting)[0]
    publish(cast, meeting, a_wording(points=a_wording().points[1:]))
    with pytest.raises(WrongField):
        send(meeting, points=[gone], agreement=2)


def test_a_refused_answer_leaves_nothing_behind(meeting: int) -> None:
    with pytest.raises(WrongField):
        send(meeting, points=[points_of(meeting)[0], 999_999])
    assert (rows(Answer), rows(Doubt)) == (0, 0)


# Deleting


def delete(meeting: int, key: UUID) -> None:
    with writing():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        found.delete()


def test_a_deleted_answer_leaves_only_its_keys_hash(meeting: int) -> None:
    key = answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    delete(meeting, key)
    assert (rows(Answer), rows(Doubt), rows(Question), rows(SpentKey)) == (0, 0, 0, 1)


def test_a_delayed_resend_does_not_bring_a_deleted_answer_back(meeting: int) -> None:
    key = answer(meeting, doubts=[1], now=NOW)
    delete(meeting, key)
    with pytest.raises(AnswerDeleted):
        answer(meeting, doubts=[1], key=key, now=NOW)
    with pytest.raises(AnswerDeleted), reading():
        Answer.by_key(meeting, hash_of_key(key))
    assert rows(Answer) == 0


def test_a_key_deleted_in_one_meeting_is_still_good_in_another(cast: Cast, meeting: int) -> None:
    key = answer(meeting, now=NOW)
    delete(meeting, key)
    answer(a_meeting(cast, now=NOW), key=key, now=NOW)
    assert rows(Answer) == 1


def test_a_deleted_answer_can_not_be_deleted_again(meeting: int) -> None:
    key = answer(meeting, now=NOW)
    delete(meeting, key)
    with pytest.raises(AnswerDeleted):
        delete(meeting, key)


def test_an_unknown_key_has_no_answer(meeting: int) -> None:
    with reading():
        assert Answer.by_key(meeting, hash_of_key(uuid4())) is None


# What the room shows


@pytest.mark.parametrize("change", ["new", "tick", "untick", "question", "delete", "language"])
def test_every_change_of_an_answer_raises_the_rooms_revision_once(meeting: int, change: str) -> None:
    key = answer(meeting, doubts=[1], now=NOW)
    with reading():
        before = session().get_one(Meeting, meeting)
        revision, page = before.revision, before.page_revision
    match change:
        case "new":
            answer(meeting, now=NOW)
        case "tick":
            answer(meeting, doubts=[1, 2], key=key, now=NOW)
        case "untick":
            answer(meeting, key=key, now=NOW)
        case "question":
            answer(meeting, doubts=[1], questions={1: "Hvad?"}, key=key, now=NOW)
        case "language":
            answer(meeting, doubts=[1], key=key, language="en", now=NOW)
        case "delete":
            delete(meeting, key)
    with reading():
        after = session().get_one(Meeting, meeting)
        assert (after.revision, after.page_revision) == (revision + 1, page)


# An individual talk


def test_an_individual_talk_stores_no_questions(cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, now=NOW)
    key = answer(talk, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    answer(talk, doubts=[1], questions={1: "Hvorfor?", 2: "Hvad?"}, key=key, now=NOW)
    assert rows(Question) == 0
    assert len(stored(talk, key).unclear) == 1
