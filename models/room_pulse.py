"""RoomPulse: what decides whether a room's screen has changed, read in one light query and without counting.

Tablets ask for it every few seconds, so it is prepared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select

from models.institution import Institution
from models.meeting import Meeting, MeetingForm, State, meeting_deputy
from models.municipality import Municipality
from models.person import Viewer
from models.prepared import Prepared


@dataclass(frozen=True)
class RoomPulse:
    """``acts``: whether the viewer runs the meeting. ``smallest_group``: from how many answers they see shares."""

    revision: int
    state: State
    acts: bool
    smallest_group: int


class _Row(NamedTuple):
    revision: int
    form: MeetingForm
    opened_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    owner_id: int
    institution_id: int
    municipality_id: int
    room_limit: int
    insight_limit: int
    deputy_id: int | None


def room_pulse(viewer: Viewer, meeting_id: int, now: datetime) -> RoomPulse | None:
    """The pulse of a meeting that the viewer may read, else None. It says what ``may_see``, ``Meeting.state``,
    ``Meeting.acts`` and ``Meeting.smallest_group_in_room`` say, without loading the meeting."""
    rows = _PULSE.rows(meeting=meeting_id, viewer=viewer.id)
    if not rows:
        return None
    row = _Row(*rows[0])
    is_talk = row.form is MeetingForm.INDIVIDUAL_TALK
    acts = row.institution_id in viewer.professional_at and viewer.id in {row.owner_id, row.deputy_id}
    if not acts and (is_talk or not _in_scope(row, viewer)):
        return None
    limit = row.room_limit if acts else row.insight_limit
    return RoomPulse(row.revision, _state(row, now), acts, 1 if is_talk else limit)


def _in_scope(row: _Row, viewer: Viewer) -> bool:
    at_the_place = row.institution_id in viewer.professional_at or row.institution_id in viewer.manager_at
    return at_the_place or row.municipality_id in viewer.administrator_of


def _state(row: _Row, now: datetime) -> State:
    if row.opened_at is None:
        return State.DRAFT
    ends = (row.closed_at, row.closes_at)
    return State.CLOSED if any(end is not None and now >= end for end in ends) else State.OPEN


_meeting, _institution, _municipality = Meeting.__table__.c, Institution.__table__.c, Municipality.__table__.c
_PULSE = Prepared(
    select(
        _meeting.revision,
        _meeting.form,
        _meeting.opened_at,
        _meeting.closes_at,
        _meeting.closed_at,
        _meeting.owner_id,
        _meeting.institution_id,
        _institution.municipality_id,
        _municipality.room_limit,
        _municipality.insight_limit,
        meeting_deputy.c.person_id.label("deputy_id"),
    )
    .join_from(Meeting.__table__, Institution.__table__, _institution.id == _meeting.institution_id)
    .join(Municipality.__table__, _municipality.id == _institution.municipality_id)
    .outerjoin(
        meeting_deputy,
        and_(meeting_deputy.c.meeting_id == _meeting.id, meeting_deputy.c.person_id == bindparam("viewer")),
    )
    .where(_meeting.id == bindparam("meeting"))
)
