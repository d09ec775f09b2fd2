"""Against stuffing: so many at once, then so many a minute; known citizens are never held up (rule 11)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from models.answer import Answer, hash_of_key
from models.base import reading, session, writing
from models.meeting import Meeting
from models.receiving import receive
from models.submission import Sender, Submission
from models.throttle import Allowance, Bucket, Kind, Throttled, forget, give_back, take
from tests.databases import Database
from tests.factories import Cast, a_meeting, code_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
THREE_THEN_ONE_A_MINUTE = Allowance(burst=3, refill=1, period=timedelta(minutes=1))
ONE_ADDRESS, ANOTHER = b"one", b"another"

pytestmark = pytest.mark.usefixtures("database")


def tries(count: int, now: datetime = NOW, subject: bytes = ONE_ADDRESS, kind: Kind = Kind.NEW_KEY) -> list[int]:
    """The seconds to wait that each try was told; 0 where it was let through."""
    told = []
    for _ in range(count):
        try:
            with writing():
                take(kind, subject, THREE_THEN_ONE_A_MINUTE, now)
            told.append(0)
        except Throttled as throttled:
            told.append(throttled.retry_after)
    return told


def test_so_many_at_once_and_no_more() -> None:
    assert tries(5) == [0, 0, 0, 60, 60]


def test_then_evenly_as_time_passes() -> None:
    tries(3)
    assert tries(1, NOW + 59 * SECOND) == [1]
    assert tries(2, NOW + 60 * SECOND) == [0, 60]
    assert tries(3, NOW + 180 * SECOND) == [0, 0, 60]


def test_a_window_gives_no_more_until_it_is_over() -> None:
    window = Allowance(burst=2, refill=0, period=timedelta(minutes=15))

    def wait_at(seconds: int) -> int:
        try:
            with writing():
                take(Kind.SIGN_IN_OF_EMAIL, ONE_ADDRESS, window, NOW + seconds * SECOND)
        except Throttled as throttled:
            return throttled.retry_after
        return 0

    assert [wait_at(seconds) for seconds in (0, 600, 610, 899)] == [0, 0, 290, 1]
    assert [wait_at(seconds) for seconds in (900, 901, 902)] == [0, 0, 898]


def test_who_waits_as_told_is_let_through() -> None:
    tries(3)
    (wait,) = tries(1, NOW + 10 * SECOND)
    assert wait == 50
    assert tries(1, NOW + (10 + wait) * SECOND) == [0]


def test_waiting_never_gives_more_than_the_burst() -> None:
    tries(3)
    assert tries(4, NOW + timedelta(minutes=30)) == [0, 0, 0, 60]


def test_each_address_and_each_kind_has_its_own() -> None:
    tries(3)
    assert tries(1, subject=ANOTHER) == [0]
    assert tries(1, kind=Kind.WRONG_CODE) == [0]


def test_a_try_that_turned_out_well_is_given_back_and_no_more_than_that() -> None:
    tries(3)
    with writing():
        give_back(Kind.NEW_KEY, ONE_ADDRESS, THREE_THEN_ONE_A_MINUTE)
    assert tries(2) == [0, 60]
    with writing():
        for _ in range(9):
            give_back(Kind.NEW_KEY, ONE_ADDRESS, THREE_THEN_ONE_A_MINUTE)
    assert tries(4) == [0, 0, 0, 60]


def subjects() -> set[bytes]:
    with reading() as database:
        return set(database.scalars(select(Bucket.subject)))


def test_an_address_is_forgotten_an_hour_after_it_was_last_seen() -> None:
    tries(1, NOW)
    tries(1, NOW + timedelta(minutes=30), ANOTHER)
    with writing():
        forget(NOW + timedelta(minutes=60))
    assert subjects() == {ONE_ADDRESS, ANOTHER}
    with writing():
        forget(NOW + timedelta(minutes=60, seconds=1))
    assert subjects() == {ANOTHER}


def test_old_addresses_are_swept_out_as_others_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.throttle._forgotten_at", 0.0)
    tries(1, NOW)
    tries(1, NOW + timedelta(hours=2), ANOTHER)
    assert subjects() == {ANOTHER}


# Answers


def send(meeting: int, sender: Sender | None, key: bytes | None = None, doubts: frozenset[int] = frozenset()) -> bytes:
    key = key or hash_of_key(uuid4())
    code = code_of(meeting)
    with writing():
        receive(code, Submission(key, 1, "da", doubts), NOW, sender)
    return key


def answers() -> int:
    with reading() as database:
        return database.scalar(select(func.count()).select_from(Answer)) or 0


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOW)


def test_new_keys_of_an_address_are_throttled_and_known_ones_never(meeting: int) -> None:
    sender = Sender(ONE_ADDRESS, THREE_THEN_ONE_A_MINUTE, most_keys=2000)
    keys = [send(meeting, sender) for _ in range(3)]
    with pytest.raises(Throttled) as throttled:
        send(meeting, sender)
    assert throttled.value.retry_after == 60
    for number, key in enumerate(keys * 3):
        send(meeting, sender, key, frozenset([1]) if number % 2 else frozenset())
    assert answers() == 3


def test_a_refused_key_takes_nothing_and_stores_nothing(database: Database, meeting: int) -> None:
    sender = Sender(ONE_ADDRESS, THREE_THEN_ONE_A_MINUTE, most_keys=0)
    with pytest.raises(Throttled) as throttled:
        send(meeting, sender)
    assert throttled.value.retry_after > 0
    assert answers() == 0
    assert subjects() == set()


def test_a_meeting_takes_only_so_many_keys_and_still_every_change(cast: Cast, meeting: int) -> None:
    sender = Sender(ONE_ADDRESS, Allowance(300, 60, timedelta(minutes=1)), most_keys=2)
    keys = [send(meeting, sender) for _ in range(2)]
    with pytest.raises(Throttled):
        send(meeting, sender)
    send(meeting, sender, keys[0], frozenset([1]))
    send(a_meeting(cast, now=NOW), sender)
    assert answers() == 3


def test_a_deleted_answer_does_not_make_room_for_another_key(meeting: int) -> None:
    sender = Sender(ONE_ADDRESS, THREE_THEN_ONE_A_MINUTE, most_keys=1)
    key = send(meeting, sender)
    with writing():
        found = Answer.by_key(meeting, key)
        assert found is not None
        found.delete()
    with pytest.raises(Throttled):
        send(meeting, sender)


def test_who_sends_for_others_is_not_throttled(meeting: int) -> None:
    for _ in range(5):
        send(meeting, None)
    with reading():
        assert session().get_one(Meeting, meeting).new_keys == 5
