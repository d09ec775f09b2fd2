"""Typing in answers from paper, one after the other.

A post answers with the page for the next one instead of a redirect: the key of the last one, needed to undo it, then
stands in no address. Sent again, by a reload or a second press, it is the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from babel.lists import format_list
from flask import Response, abort, request
from flask_babel import gettext, ngettext

from blueprints import access
from blueprints.access import now, staff, viewer
from blueprints.answer_form import QUESTION, AnswerForm, BadKey, parse_key, parse_number
from blueprints.fragments import page_or_fragment
from blueprints.headers import settings
from blueprints.languages import day_clock, spoken
from blueprints.room import room
from blueprints.room.refusals import not_opened, refused
from models.agreement import Agreement
from models.answer import AnswerDeleted, Channel, hash_of_key
from models.base import reading, writing
from models.meeting import Meeting
from models.paper import refuse_out_of_time, take_back, type_in, typed_in, typed_until
from models.submission import AgreementChanged, MeetingClosed, NotOpenYet, WrongField
from models.wording import DANISH

#: What to press for each point, by its position; on a longer sheet the rest is ticked with Tab and the space bar.
KEYS = (*"1234567890", *"abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class Entry:
    """One answer as it stands in the fields, and the ``key`` it will have."""

    agreement: int | None = None
    language: str = DANISH
    unclear: frozenset[int] = frozenset()
    offers: frozenset[int] = frozenset()
    questions: Mapping[int, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    helped: bool = False
    key: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Told:
    """What became of the one before: ``words``, ``kind`` as in a notice, and its key while it can be undone."""

    words: str = ""
    kind: str = "ok"
    last: AnswerForm | None = None


@room.get("/meetings/<int:meeting_id>/paper")
@staff
def paper(meeting_id: int) -> Response:
    """``?agreement=`` is the version printed on the sheet, else the newest; ``?sheet=`` the language it is in."""
    wanted = Entry(parse_number(request.args.get("agreement", "")), request.args.get("sheet", DANISH))
    return _in_time(meeting_id, lambda meeting: _page(meeting, wanted, Told()))


@room.post("/meetings/<int:meeting_id>/paper")
@staff
def paper_typing(meeting_id: int) -> Response:
    """The fields of an answer."""
    form: AnswerForm | None = None
    told, status = Told(), 200
    try:
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            form = _typed()
            if not form.errors:
                type_in(meeting, form.submission(Channel.PAPER), viewer(), now())
    except (NotOpenYet, MeetingClosed):
        return _in_time(meeting_id, lambda meeting: _page(meeting, Entry(), Told()))
    except AnswerDeleted:
        told, status = Told(gettext("That answer was undone. Save again to keep it after all."), "attention"), 410
    except (AgreementChanged, WrongField):
        told, status = Told(gettext("Not saved: the page did not fit the meeting. Tick again."), "attention"), 422
    if form is None:
        abort(400)
    if form.errors:
        told, status = Told(gettext("Not saved yet: a field needs your attention."), "attention"), 422
    if status == 200:
        entry, told = Entry(form.agreement, form.language), Told(gettext("Saved."), last=form)
    else:
        entry = _kept(form, uuid4() if status == 410 else form.key)
    return _in_time(meeting_id, lambda meeting: _page(meeting, entry, told, status))


@room.post("/meetings/<int:meeting_id>/paper/undoing")
@staff
def paper_undoing(meeting_id: int) -> Response:
    """``key`` is that of the answer; undone twice it changes nothing."""
    try:
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            take_back(meeting, hash_of_key(_key(request.form.get("key", ""))), viewer(), now())
    except (NotOpenYet, MeetingClosed):
        return _in_time(meeting_id, lambda meeting: _page(meeting, Entry(), Told()))
    entry = Entry(parse_number(request.form.get("agreement", "")), request.form.get("lang", DANISH))
    return _in_time(meeting_id, lambda meeting: _page(meeting, entry, Told(gettext("Undone."))))


def _in_time(meeting_id: int, page: Callable[[Meeting], Response]) -> Response:
    """The page, or why nothing can be typed in before opening and 14 days after closing."""
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        try:
            refuse_out_of_time(meeting, now())
        except NotOpenYet:
            return not_opened(meeting)
        except MeetingClosed:
            until = typed_until(meeting)
            if until is None:
                raise
            said = gettext("Answers on paper could be typed in until %(moment)s.", moment=day_clock(until))
            return refused(meeting, gettext("It is too late to type in answers"), said)
        return page(meeting)


def _typed() -> AnswerForm:
    """What was sent. A question goes with its tick: without one there is no place for it on the page."""
    try:
        form = AnswerForm.parse(request.form)
    except BadKey:
        abort(400)
    form.questions = {point: text for point, text in form.questions.items() if point in form.unclear}
    form.errors = {name: why for name, why in form.errors.items() if not _is_left_out(name, form)}
    return form


def _is_left_out(field_name: str, form: AnswerForm) -> bool:
    point = parse_number(field_name.removeprefix(QUESTION))
    return point is not None and point not in form.unclear


def _key(text: str) -> UUID:
    try:
        return parse_key(text)
    except BadKey:
        abort(400)


def _kept(form: AnswerForm, key: UUID) -> Entry:
    return Entry(
        form.agreement, form.language, form.unclear, form.offers, form.questions, form.errors, form.helped, key
    )


def _page(meeting: Meeting, entry: Entry, told: Told, status: int = 200) -> Response:
    sheet = _sheet(meeting, entry.agreement)
    languages = [language for language in settings().languages if language in meeting.languages]
    number = typed_in(meeting)
    counted = ngettext("%(num)d answer on paper typed in.", "%(num)d answers on paper typed in.", number)
    return page_or_fragment(
        "room/paper.html",
        "room/_paper.html",
        status,
        meeting=meeting,
        entry=entry,
        sheet=sheet,
        keys=dict(enumerate(KEYS, start=1)),
        languages=languages,
        language=entry.language if entry.language in languages else DANISH,
        told=told,
        long_question=any(name.startswith(QUESTION) for name in entry.errors),
        counted=counted,
        last_words=_in_words(meeting, told.last) if told.last else "",
        posted=request.method == "POST",
        until=typed_until(meeting),
    )


def _sheet(meeting: Meeting, number: int | None) -> Agreement:
    """The version with this number, else the newest."""
    found = next((each for each in meeting.agreements if each.number == number), meeting.newest)
    if found is None:
        raise LookupError("an opened meeting has a version")
    return found


def _in_words(meeting: Meeting, form: AnswerForm) -> str:
    """What was typed in last, to be held against the sheet: “unclear 2 and 4”."""
    positions = {point.point_id: point.position for point in _sheet(meeting, form.agreement).points}

    def listed(points: frozenset[int]) -> str:
        numbers = sorted(positions[point] for point in points)
        return str(format_list([str(number) for number in numbers], locale=spoken()))

    said = [gettext("unclear %(points)s", points=listed(form.unclear)) if form.unclear else gettext("all is clear")]
    if form.offers:
        said.append(gettext("joins in %(points)s", points=listed(form.offers)))
    if form.helped:
        said.append(gettext("with help"))
    if form.texts and not meeting.is_talk:
        said.append(ngettext("%(num)d question", "%(num)d questions", len(form.texts)))
    return str(gettext("Last: %(what)s", what=", ".join(said)))
