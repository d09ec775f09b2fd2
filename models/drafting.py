"""Drafting: a meeting begins as a draft with a code of its own, from a template's wording or as a copy of another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from models.audit import Act, record
from models.base import session
from models.code import new_code
from models.draft import Draft
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, Method
from models.person import Viewer
from models.wording import Wording


def draft_meeting(
    institution: Institution, owner: Viewer, form: MeetingForm, method: Method, wording: Wording, now: datetime,
    **facts: Any,
) -> Meeting:  # fmt: skip
    """A new meeting of the owner's that says this. Audited."""
    meeting = Meeting(
        code=_free_code(),
        institution=institution,
        owner_id=owner.id,
        form=form,
        method=method,
        created_at=now,
        **facts,
    )
    meeting.draft = Draft(document=wording.to_document(), removed=[], saved_at=now, saved_by_id=owner.id)
    session().add(meeting)
    session().flush()
    record(Act.MEETING_CREATED, owner.id, now, meeting.id)
    return meeting


def copy_meeting(meeting: Meeting, by: Viewer, now: datetime) -> Meeting:
    """A new one of the viewer's with the texts, languages and settings only: no dates, answers or versions. Audited."""
    copied = draft_meeting(
        meeting.institution,
        by,
        meeting.form,
        meeting.method,
        _without_dates(meeting.draft.wording),
        now,
        template=meeting.template,
        languages=list(meeting.languages),
        title=dict(meeting.title),
        place=meeting.place,
        contact_name=meeting.contact_name,
        contact_phone=meeting.contact_phone,
    )
    copied.draft.stale = meeting.draft.stale
    record(Act.MEETING_COPIED, by.id, now, copied.id, copied_from=meeting.id)
    return copied


def _without_dates(wording: Wording) -> Wording:
    return replace(wording, steps=tuple(replace(step, on=None) for step in wording.steps))


def _free_code() -> str:
    while True:
        code = new_code()
        if not session().scalar(select(exists().where(Meeting.code == code))):
            return code
