"""Facts of a meeting: title, place, time, contact, languages, who acts. They change without a new version (rule 1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models.audit import Act, record
from models.meeting import Meeting
from models.person import Person, Viewer

LONGEST_NUMBER = 40


def changed_facts(meeting: Meeting, facts: dict[str, Any]) -> dict[str, Any]:
    """Those of the facts that are not so already."""
    return {name: value for name, value in facts.items() if getattr(meeting, name) != value}


def change_facts(meeting: Meeting, by: Viewer, now: datetime, **facts: Any) -> None:
    """Give facts that citizens see their new values. Audited by name; what is so already is no change."""
    changed = changed_facts(meeting, facts)
    for name, value in changed.items():
        setattr(meeting, name, value)
    if changed:
        meeting.touch(page=True)
        record(Act.FACTS_CHANGED, by.id, now, meeting.id, facts=sorted(changed))


def count_heads(meeting: Meeting, headcount: int | None, by: Viewer, now: datetime) -> None:
    """How many are in the room, 1–9,999; None for not counted. Audited."""
    if headcount == meeting.headcount:
        return
    meeting.headcount = headcount
    meeting.touch()
    record(Act.HEADCOUNT_SET, by.id, now, meeting.id, headcount=headcount)


def number_record(meeting: Meeting, journal_number: str, kle_number: str, by: Viewer, now: datetime) -> None:
    """Under which numbers the municipality's archive keeps the record, at most 40 characters each. Audited."""
    if (journal_number, kle_number) == (meeting.journal_number, meeting.kle_number):
        return
    meeting.journal_number, meeting.kle_number = journal_number, kle_number
    record(Act.RECORD_NUMBERED, by.id, now, meeting.id, journal_number=journal_number, kle_number=kle_number)


def name_deputies(meeting: Meeting, deputies: Iterable[Person], by: Viewer, now: datetime) -> None:
    """Deputies are professionals of the meeting's institution, the owner not among them; others are left out.
    Audited."""
    allowed = {person.id for person in meeting.institution.professionals()} - {meeting.owner_id}
    meeting.deputies = [person for person in deputies if person.id in allowed]
    record(Act.DEPUTIES_NAMED, by.id, now, meeting.id, deputies=[person.id for person in meeting.deputies])
