"""RoomPulse: what decides whether a room's screen has changed, read in one light query and without counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from models.base import session
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, State, may_act, may_see
from models.municipality import Municipality
from models.person import Viewer


@dataclass(frozen=True)
class RoomPulse:
    """``acts``: whether the viewer runs the meeting. ``smallest_group``: from how many answers they see shares."""

    revision: int
    state: State
    acts: bool
    smallest_group: int


def room_pulse(viewer: Viewer, meeting_id: int, now: datetime) -> RoomPulse | None:
    """The pulse of a meeting that the viewer may read, else None. It says what ``Meeting.state``, ``Meeting.acts`` and
    ``Meeting.smallest_group`` say, without loading the meeting."""
    asked = {
        "meeting_id": meeting_id,
        "viewer_id": viewer.id,
        "professional_at": list(viewer.professional_at),
        "manager_at": list(viewer.manager_at),
        "administrator_of": list(viewer.administrator_of),
    }
    row = session().execute(_PULSE, asked).one_or_none()
    if row is None:
        return None
    acts = bool(row.acts)
    limit = row.room_limit if acts else row.insight_limit
    return RoomPulse(
        row.revision,
        _state(row.opened_at, [row.closed_at, row.closes_at], now),
        acts,
        1 if row.form is MeetingForm.INDIVIDUAL_TALK else limit,
    )


def _state(opened_at: datetime | None, ends: list[datetime | None], now: datetime) -> State:
    if opened_at is None:
        return State.DRAFT
    return State.CLOSED if any(end is not None and now >= end for end in ends) else State.OPEN


class _AnyViewer:
    """Stands for the viewer in the one statement that all polls share: building it anew costs more than running it."""

    id: BindParameter[int] = bindparam("viewer_id")
    professional_at: BindParameter[Any] = bindparam("professional_at", expanding=True)
    manager_at: BindParameter[Any] = bindparam("manager_at", expanding=True)
    administrator_of: BindParameter[Any] = bindparam("administrator_of", expanding=True)


_ANY_VIEWER: Any = _AnyViewer()
_PULSE = (
    select(
        Meeting.revision,
        Meeting.form,
        Meeting.opened_at,
        Meeting.closes_at,
        Meeting.closed_at,
        may_act(_ANY_VIEWER).label("acts"),
        Municipality.room_limit,
        Municipality.insight_limit,
    )
    .join_from(Meeting, Institution, Institution.id == Meeting.institution_id)
    .join(Municipality, Municipality.id == Institution.municipality_id)
    .where(Meeting.id == bindparam("meeting_id"), may_see(_ANY_VIEWER))
)
