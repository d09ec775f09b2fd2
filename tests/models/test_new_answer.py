"""An answer is looked into before anybody waits for it: whatever happens meanwhile is noticed when it is stored."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from models.answer import Answer, hash_of_key
from models.base import glancing, reading, session, writing, writing_prepared
from models.facts import change_facts
from models.meeting import Meeting
from models.new_answer import NewAnswer, Overtaken
from models.publishing import publish_draft
from models.receiving import look_into, receive
from models.submission import Sender, Submission
from models.summary import count
from models.throttle import Allowance
from models.voiding import Voiding
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, points_of

OPENED = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
NOW = OPENED + timedelta(minutes=10)
KEY, EARLIER = UUID(int=1), UUID(int=2)
ROOM_FOR_TWO = Sender(b"of a phone", Allowance(1000, 0, timedelta(hours=1)), 2)

Act = Callable[[Meeting, Cast], object]


@pytest.fixture
def meeting(cast: Cast) -> int:
    """An open one with one answer."""
    made = a_meeting(cast, now=OPENED)
    answer(made, key=EARLIER, now=OPENED)
    return made


def looked_into(meeting: int, key: UUID, sender: Sender | None = None) -> NewAnswer:
    submission = Submission(hash_of_key(key), 1, "da", frozenset(points_of(meeting)[:1]))
    with glancing():
        found = look_into(code_of(meeting), submission, NOW, sender)
    assert found is not None
    return found


def store(new: NewAnswer) -> None:
    with writing_prepared():
        new.store()


def answers(meeting: int) -> int:
    with reading():
        found = session().get(Meeting, meeting)
        return count(found).answers if found else 0


def publish(meeting: Meeting, cast: Cast) -> None:
    meeting.draft.save(a_wording(can=3), cast.mette.id, NOW)
    publish_draft(meeting, NOW, cast.mette)


def delete_earlier(meeting: Meeting, _cast: Cast) -> None:
    found = Answer.by_key(meeting.id, hash_of_key(EARLIER))
    assert found is not None
    found.delete()


ACTS: dict[str, Act] = {
    "closed": lambda meeting, cast: meeting.close(NOW, cast.mette),
    "next version": publish,
    "language switched off": lambda meeting, cast: change_facts(meeting, cast.mette, NOW, languages=["da"]),
    "time span voided": lambda meeting, cast: Voiding.void(meeting, NOW, NOW, cast.mette, NOW),
    "another answer deleted": delete_earlier,
    "closed earlier": lambda meeting, cast: change_facts(meeting, cast.mette, NOW, closes_at=NOW),
    "deleted": lambda meeting, cast: meeting.delete(cast.mette, NOW),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_changes_the_meeting_meanwhile_is_noticed(meeting: int, cast: Cast, act: Act) -> None:
    new = looked_into(meeting, KEY)
    with writing():
        act(session().get_one(Meeting, meeting), cast)
    before = answers(meeting)
    with pytest.raises(Overtaken):
        store(new)
    assert answers(meeting) == before


def test_new_answers_of_others_are_no_change(meeting: int) -> None:
    new = [looked_into(meeting, uuid4()) for _ in range(3)]
    for each in new:
        store(each)
    assert answers(meeting) == 4


def test_the_same_key_meanwhile_is_noticed(meeting: int) -> None:
    new, again = looked_into(meeting, KEY), looked_into(meeting, KEY)
    store(new)
    with pytest.raises(Overtaken):
        store(again)
    assert answers(meeting) == 2
    with writing():
        receive(code_of(meeting), Submission(hash_of_key(KEY), 1, "da"), NOW, None)
    assert answers(meeting) == 2


def test_a_meeting_that_is_full_meanwhile_takes_no_more(meeting: int) -> None:
    new = [looked_into(meeting, uuid4(), ROOM_FOR_TWO) for _ in range(2)]
    for each in new:
        with suppress(Overtaken):
            store(each)
    assert answers(meeting) == 2
