"""Loan: a tablet that is handed to the citizens of an open meeting. Its sign-in is locked to that meeting's shared page
until somebody proves with their password that they may have it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from models.audit import Act, record
from models.base import session
from models.meeting import Meeting, State, WrongState
from models.person import SignIn, Viewer, hash_of


def lend(meeting: Meeting, token: str, by: Viewer, now: datetime) -> None:
    """Lock the sign-in of this token to the meeting's shared page. Raises ``WrongState`` unless the meeting is open."""
    if meeting.state(now) is not State.OPEN:
        raise WrongState
    SignIn.lend(token, meeting.id)
    record(Act.TABLET_LENT, by.id, now, meeting.id)


def take_back(token: str, by_id: int, now: datetime) -> None:
    """End a lent sign-in, so that a new one may begin; one that is not lent is left alone."""
    mine = delete(SignIn).where(SignIn.token_hash == hash_of(token), SignIn.lent_meeting_id.is_not(None))
    meeting_id = session().scalar(mine.returning(SignIn.lent_meeting_id))
    if meeting_id is not None:
        record(Act.TABLET_RETURNED, by_id, now, meeting_id)
