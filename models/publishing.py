"""Publishing: a meeting's draft is frozen as its next version (rule 1). The first version opens the meeting."""

from __future__ import annotations

from datetime import datetime

from models.agreement import Agreement, version_bit
from models.audit import Act, record
from models.base import session
from models.lack import Lack, lacks_in, lacks_of
from models.meeting import Meeting, State, WrongState
from models.person import Viewer


class NotReady(Exception):
    """The meeting can't be opened or its draft published: ``lacks`` says what is missing."""

    def __init__(self, lacks: list[Lack]) -> None:
        super().__init__(f"{len(lacks)} missing")
        self.lacks = lacks


class NothingToPublish(Exception):
    """The draft says the same as the newest version."""


def open_meeting(meeting: Meeting, now: datetime, by: Viewer) -> Agreement:
    """Freeze version 1 and take answers. Raises ``WrongState`` or ``NotReady``."""
    if meeting.state(now) is not State.DRAFT:
        raise WrongState
    if missing := lacks_of(meeting, now):
        raise NotReady(missing)
    meeting.closes_at = meeting.end
    meeting.opened_at = now
    agreement = _freeze(meeting, now, by)
    record(Act.MEETING_OPENED, by.id, now, meeting.id)
    return agreement


def publish_draft(meeting: Meeting, now: datetime, by: Viewer) -> Agreement:
    """Freeze the draft as the next version of an open meeting. Raises ``WrongState``, ``NotReady`` or
    ``NothingToPublish``."""
    if meeting.state(now) is not State.OPEN:
        raise WrongState
    if missing := lacks_in(meeting.prepared):
        raise NotReady(missing)
    if not meeting.has_unpublished_changes:
        raise NothingToPublish
    agreement = _freeze(meeting, now, by)
    record(Act.AGREEMENT_PUBLISHED, by.id, now, meeting.id, number=agreement.number)
    return agreement


def outdated_by_draft(meeting: Meeting) -> frozenset[int]:
    """The versions (numbers) whose answers would be outdated if the draft were published now."""
    draft = meeting.prepared.frozen()
    return frozenset(
        agreement.number
        for agreement in meeting.agreements
        if meeting.current_versions & version_bit(agreement.number) and not agreement.wording.includes(draft)
    )


def discard_draft(meeting: Meeting, by: Viewer, now: datetime) -> None:
    """Give up the prepared next version. Raises ``WrongState`` before opening."""
    if meeting.newest is None:
        raise WrongState
    meeting.draft.discard(meeting.newest.wording, by.id, now)
    record(Act.DRAFT_DISCARDED, by.id, now, meeting.id)


def _freeze(meeting: Meeting, now: datetime, by: Viewer) -> Agreement:
    agreement = Agreement.freeze(meeting.id, len(meeting.agreements) + 1, meeting.prepared, now, by)
    meeting.agreements.append(agreement)
    session().flush()
    newest = agreement.wording
    meeting.current_versions = sum(
        version_bit(each.number) for each in meeting.agreements if each.wording.includes(newest)
    )
    meeting.touch(page=True)
    return agreement
