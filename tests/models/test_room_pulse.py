"""The pulse of a room says what the meeting itself says, to everybody, without loading it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.base import reading, writing
from models.meeting import MeetingForm
from models.municipality import Municipality
from models.room_pulse import RoomPulse, room_pulse
from models.scope import meeting_seen_by
from models.totals import PointTotals, Totals
from tests.factories import Cast, a_meeting, answer


@pytest.mark.parametrize("form", [MeetingForm.PARENTS_MEETING, MeetingForm.INDIVIDUAL_TALK])
@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_the_pulse_says_what_the_meeting_says_to_everybody(cast: Cast, form: MeetingForm, state: str) -> None:
    with writing() as database:
        database.get_one(Municipality, cast.municipality.id).room_limit = 4
    meeting_id = a_meeting(cast, form=form, state=state, deputies=[cast.karen])
    for now in (datetime.now(UTC), datetime.now(UTC) + timedelta(days=9)):
        for viewer in cast.everyone.values():
            with reading():
                meeting, pulse = meeting_seen_by(viewer, meeting_id), room_pulse(viewer, meeting_id, now)
                said = meeting and RoomPulse(
                    meeting.revision, meeting.state(now), meeting.acts(viewer), meeting.smallest_group_in_room(viewer)
                )
            assert pulse == said, viewer.name


def test_an_answer_is_felt(cast: Cast) -> None:
    meeting, now = a_meeting(cast), datetime.now(UTC)
    with reading():
        before = room_pulse(cast.mette, meeting, now)
    answer(meeting)
    with reading():
        after = room_pulse(cast.mette, meeting, now)
    assert before
    assert after
    assert after.revision > before.revision


def test_points_are_ranked_by_doubts_and_protected_ones_stand_last_in_their_order() -> None:
    totals = Totals(
        answers=9,
        points={
            1: PointTotals(answers=2, unclear_first=2, unclear_now=2),
            2: PointTotals(answers=9, unclear_first=1, unclear_now=1),
            3: PointTotals(answers=9, unclear_first=4, unclear_now=1),
            4: PointTotals(answers=9, unclear_first=2, unclear_now=2),
            5: PointTotals(answers=9),
            6: PointTotals(answers=9),
        },
    )
    assert totals.ranked([1, 2, 3, 4, 6, 5], smallest_group=3) == [4, 3, 2, 6, 5, 1]
    assert totals.ranked([1, 2, 3, 4, 6, 5], smallest_group=10) == [1, 2, 3, 4, 6, 5]
