"""Keeping what is typed on the writing page, and the acts on its lists that come along with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask import abort, request
from flask_babel import gettext

from blueprints import access
from blueprints.access import now, viewer
from blueprints.answer_form import parse_number
from blueprints.headers import settings
from blueprints.meetings import typed
from content import TemplatePoint, UnknownTemplate, template
from models.base import writing
from models.draft import Draft, DraftFull
from models.keeping import keep_translations, keep_typed, languages_to_pick, leaves_title_unfilled, record_writing
from models.meeting import Meeting, State, WrongState
from models.person import Viewer
from models.translation import TITLE, shown_texts
from models.wording import DANISH, Influence, WordedPoint

ACTS = ("add", "remove", "up", "down", "undo")
#: The button that says of a field: its translation still fits.
FITS = "fits"
LONGEST_TOKEN = 40


@dataclass
class Kept:
    """What came of it: ``errors`` by field, which list an act changed, and the point or step to go to; or the field
    whose translation still fits."""

    errors: dict[str, str] = field(default_factory=dict)
    act: str = ""
    kind: str = "points"
    key: int | None = None
    fitting: str = ""


def keep(meeting_id: int) -> Kept:
    """Save the form that was sent, then do the act that its button names; all of it but for fields that are wrong.
    Raises ``DraftChanged``, and ``WrongState`` once the meeting is closed."""
    with writing():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is State.CLOSED:
            raise WrongState
        return keep_in(meeting)


def keep_in(meeting: Meeting) -> Kept:
    """The same inside the caller's ``writing()``."""
    read = typed.read(request.form, meeting, language_typed(), now())
    if "languages-shown" in request.form:
        chosen = request.form.getlist("languages")
        read.facts["languages"] = [
            DANISH,
            *(each for each in settings().languages if each in languages_to_pick(meeting) and each in chosen),
        ]
    seen = _number(request.form.get("keep") or request.form.get("revision", ""))
    page = typed.clean(request.form.get("page", ""))[:LONGEST_TOKEN]
    keep_typed(meeting, read.wording, read.facts, viewer(), now(), page, seen, read.beside)
    kept = Kept(read.errors)
    if not kept.errors:
        _confirm(meeting, page, kept)
        _act(meeting, kept)
    return kept


def _confirm(meeting: Meeting, page: str, kept: Kept) -> None:
    """Take the translation of the field that the button names as one of the Danish as it is now. Nothing is left to do
    where it was typed anew meanwhile."""
    field, language = request.form.get(FITS, ""), language_typed()
    former = meeting.draft.former(field, language)
    if former is not None and field == TITLE and leaves_title_unfilled(meeting, former["text"]):
        kept.errors[field] = gettext("Fill in what stands in { }.")
    elif former is not None:
        danish = shown_texts(meeting.title, meeting.draft.wording).get(field, {}).get(DANISH, "")
        keep_translations(meeting, language, {field: (former["text"], danish)}, viewer(), now(), page)
    kept.fitting = field if field in typed.shown(meeting, language) else ""


def language_typed() -> str:
    """The language that the form's texts are in: never taken for another, though it is switched off meanwhile."""
    language = request.form.get("lang", DANISH)
    if language not in settings().languages:
        abort(400)
    return language


def _act(meeting: Meeting, kept: Kept) -> None:
    kept.act = next((act for act in ACTS if act in request.form), "")
    if not kept.act:
        return
    draft, value = meeting.draft, request.form[kept.act]
    before = draft.revision
    kept.kind = "steps" if value == "step" or _is_step(draft, value) else "points"
    try:
        kept.key = _DOING[kept.act](meeting, value, viewer(), now())
    except DraftFull:
        kept.errors["points" if value != "step" else "steps"] = gettext("There is no room for more. Remove one first.")
    except KeyError:
        # It was removed by an earlier press whose answer got lost: what was wanted is done.
        kept.key = None
    record_writing(meeting, before, viewer(), now())
    if kept.act == "undo" and kept.key is not None:
        kept.kind = "steps" if _is_step(draft, str(kept.key)) else "points"


def _add(meeting: Meeting, value: str, by: Viewer, at: datetime) -> int:
    if value == "step":
        return meeting.draft.add_step(by.id, at)
    return meeting.draft.add_point(by.id, at, _suggested(meeting, value))


def _remove(meeting: Meeting, value: str, by: Viewer, at: datetime) -> None:
    meeting.draft.remove(_number(value), by.id, at)


def _up(meeting: Meeting, value: str, by: Viewer, at: datetime) -> int:
    meeting.draft.move_point(_number(value), -1, by.id, at)
    return int(value)


def _down(meeting: Meeting, value: str, by: Viewer, at: datetime) -> int:
    meeting.draft.move_point(_number(value), 1, by.id, at)
    return int(value)


def _undo(meeting: Meeting, _value: str, by: Viewer, at: datetime) -> int | None:
    return meeting.draft.undo_removal(by.id, at)


_DOING: dict[str, Callable[[Meeting, str, Viewer, datetime], int | None]] = {
    "add": _add, "remove": _remove, "up": _up, "down": _down, "undo": _undo,
}  # fmt: skip


def _suggested(meeting: Meeting, value: str) -> WordedPoint | None:
    """The template's point that ``suggestion-<number>`` names."""
    _, found, number = value.partition("suggestion-")
    if not found:
        return None
    try:
        return worded_point(0, template(meeting.template).points[_number(number)])
    except (UnknownTemplate, IndexError):
        abort(400)


def worded_point(key: int, point: TemplatePoint) -> WordedPoint:
    """A template's point as a draft holds it."""
    return WordedPoint(
        key=key,
        influence=Influence[point.influence],
        source=point.source,
        title=dict(point.title),
        how=dict(point.how or {}),
        why=dict(point.why or {}),
        decided_by=dict(point.decided_by or {}),
        asks_hands=point.asks_hands,
    )


def _is_step(draft: Draft, value: str) -> bool:
    return any(str(step.key) == value for step in draft.wording.steps)


def _number(value: str) -> int:
    number = parse_number(value)
    if number is None:
        abort(400)
    return number
