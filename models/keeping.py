"""Keeping: what the writers of a meeting type is saved as they type, its wording in the draft and its facts at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.audit import Act, record_spell
from models.facts import change_facts, changed_facts
from models.lack import Reason, text_lack
from models.meeting import Meeting
from models.person import Viewer
from models.translation import TITLE
from models.wording import DANISH, Wording


def keep_typed(
    meeting: Meeting,
    wording: Wording,
    facts: dict[str, Any],
    by: Viewer,
    now: datetime,
    page: str,
    seen_revision: int,
    beside: Mapping[str, str] | None = None,
) -> None:
    """Keep what was typed on an open page; ``beside`` is the Danish that each translation was typed beside, by field.
    Audited as a spell; once citizens see the facts of an open meeting, each of their changes is. Raises
    ``DraftChanged``."""
    draft, before = meeting.draft, meeting.draft.revision
    draft.save_from(page, seen_revision, wording, by.id, now, beside)
    if "title" in facts:
        facts = {**facts, "title": draft.settle_title(meeting.title, facts["title"], (beside or {}).get(TITLE))}
    _keep_facts(meeting, facts, before, by, now)


def keep_translations(
    meeting: Meeting,
    language: str,
    translations: Mapping[str, tuple[str, str]],
    by: Viewer,
    now: datetime,
    page: str = "",
) -> None:
    """Keep translations by field, each with the Danish that it was made from, as ``Draft.translate`` does. Every open
    page but the one named here learns that the text has changed. Audited as a spell."""
    draft, before = meeting.draft, meeting.draft.revision
    title = draft.translate(meeting.title, language, translations, by.id, now)
    draft.saved_from = page
    _keep_facts(meeting, {"title": title}, before, by, now)


def languages_to_pick(meeting: Meeting) -> frozenset[str]:
    """What its writer may pick beside Danish: what the municipality has switched on, and what the meeting has."""
    return frozenset({*meeting.institution.municipality.languages, *meeting.languages}) - {DANISH}


def leaves_title_unfilled(meeting: Meeting, text: str) -> bool:
    """Whether a title would show citizens an unfilled ``{…}``: once opened it needs no publishing to be read."""
    return meeting.opened_at is not None and text_lack(text) is Reason.PLACEHOLDER


def record_writing(meeting: Meeting, before: int, by: Viewer, now: datetime) -> None:
    """Audit, as a spell, that the draft is no longer the one of the revision ``before``."""
    if meeting.draft.revision != before:
        record_spell(Act.DRAFT_WRITTEN, by.id, now, meeting.id)


def _keep_facts(meeting: Meeting, facts: dict[str, Any], before: int, by: Viewer, now: datetime) -> None:
    """``before`` is the draft's revision when the keeping began."""
    changed = changed_facts(meeting, facts)
    if changed:
        meeting.draft.revision += 1
    record_writing(meeting, before, by, now)
    if meeting.opened_at is not None:
        change_facts(meeting, by, now, **changed)
        return
    for name, value in changed.items():
        setattr(meeting, name, value)
