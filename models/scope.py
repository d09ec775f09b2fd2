"""Scope: who sees a meeting and who acts on it (rule 7). Loading through here is the check."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from models.base import session
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, is_open, locked_to_write, meeting_deputy
from models.person import Viewer


def meeting_seen_by(viewer: Viewer, meeting_id: int) -> Meeting | None:
    """The meeting, where the viewer may read it (rule 7)."""
    return _one(meeting_id, may_see(viewer))


def meeting_run_by(viewer: Viewer, meeting_id: int) -> Meeting | None:
    """The meeting, where the viewer may act: owner and deputies. Locked until the end of a ``writing()``."""
    return _one(meeting_id, may_act(viewer))


def meeting_deputised_by(viewer: Viewer, meeting_id: int) -> Meeting | None:
    """The meeting, where the viewer may name deputies: its owner; for others than an individual talk its managers."""
    return _one(meeting_id, may_name_deputies(viewer))


def meetings_seen_by(viewer: Viewer) -> list[Meeting]:
    """Every meeting the viewer may read, the latest first, those without a date last."""
    found = select(Meeting).join(Institution).where(may_see(viewer)).options(selectinload(Meeting.deputies))
    return list(session().scalars(found.order_by(Meeting.held_on.desc().nulls_last(), Meeting.id.desc())))


def one_is_open_for(viewer: Viewer, now: datetime, since: datetime) -> bool:
    """Whether a meeting that the viewer runs is open, and was opened by ``since``: a sign-in that has ended by idling
    does not begin again because somebody opens a meeting."""
    return bool(session().scalar(select(exists().where(may_act(viewer), is_open(now), Meeting.opened_at <= since))))


def may_act(viewer: Viewer) -> ColumnElement[bool]:
    """Owner or deputy, and still a professional of the institution."""
    deputised = exists().where(meeting_deputy.c.meeting_id == Meeting.id, meeting_deputy.c.person_id == viewer.id)
    return and_(Meeting.institution_id.in_(viewer.professional_at), or_(Meeting.owner_id == viewer.id, deputised))


def may_see(viewer: Viewer) -> ColumnElement[bool]:
    """Those who act; for others than an individual talk also colleagues, managers and administrators in scope."""
    return or_(may_act(viewer), and_(Meeting.form != MeetingForm.INDIVIDUAL_TALK, in_scope(viewer)))


def may_name_deputies(viewer: Viewer) -> ColumnElement[bool]:
    own = and_(Meeting.owner_id == viewer.id, Meeting.institution_id.in_(viewer.professional_at))
    managed = and_(Meeting.form != MeetingForm.INDIVIDUAL_TALK, Meeting.institution_id.in_(viewer.manager_at))
    return or_(own, managed)


def in_scope(viewer: Viewer) -> ColumnElement[bool]:
    """At an institution where the viewer works or manages, or of a municipality they administer."""
    administered = select(Institution.id).where(Institution.municipality_id.in_(viewer.administrator_of))
    return or_(
        Meeting.institution_id.in_(viewer.professional_at | viewer.manager_at), Meeting.institution_id.in_(administered)
    )


def _one(meeting_id: int, condition: ColumnElement[bool]) -> Meeting | None:
    query = select(Meeting).where(Meeting.id == meeting_id, condition)
    return session().scalars(locked_to_write(query)).one_or_none()
