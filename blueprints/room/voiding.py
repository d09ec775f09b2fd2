"""Voiding a span of time: choose it, see how many answers it holds, do it; undo it within 24 hours (rule 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import access
from blueprints.access import now, staff, viewer
from blueprints.answer_form import parse_number
from blueprints.languages import day_clock, long_date
from blueprints.room import room
from blueprints.room.refusals import not_opened, refused
from models.base import reading, writing
from models.clock import local, moments_of
from models.meeting import Meeting, State, WrongState
from models.voiding import Voiding

#: As a field of a page says a day and hour.
FIELD = "%Y-%m-%dT%H:%M"
YEARS = range(2000, 2101)
MINUTE = timedelta(minutes=1)
#: Rows of the table: with more, its steps are longer. The steps are parts of an hour, or of a day.
MOST_ROWS = 40
STEPS = (1, 5, 15, 60, 360, 1440)


@dataclass
class Span:
    """What stands in the two fields, the moments they mean, and what is wrong with them, by the field's name."""

    typed: dict[str, str]
    first: datetime | None = None
    last: datetime | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """So many answers from ``first`` to ``last``, both minutes included."""

    first: datetime
    last: datetime
    answers: int


@room.get("/meetings/<int:meeting_id>/voiding")
@staff
def voiding(meeting_id: int) -> Response:
    """``?from=`` and ``?to=``, Danish days and hours, show what this span would void."""
    is_chosen = "from" in request.args or "to" in request.args
    return _page(meeting_id, _read(request.args) if is_chosen else None)


@room.post("/meetings/<int:meeting_id>/voiding")
@staff
def void(meeting_id: int) -> Response | BaseResponse:
    """``from`` and ``to`` as above; a span without answers is refused."""
    span, number = _read(request.form), 0
    try:
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            if span.first and span.last:
                number = Voiding.answers_between(meeting, span.first, span.last)
            if span.first and span.last and number:
                Voiding.void(meeting, span.first, span.last, viewer(), now())
    except WrongState:
        return _page(meeting_id, None)
    if not number:
        return _page(meeting_id, span)
    flash(ngettext("%(num)d answer is void.", "%(num)d answers are void.", number))
    return _to_the_list(meeting_id)


@room.post("/meetings/<int:meeting_id>/voiding/undoing")
@staff
def voiding_undoing(meeting_id: int) -> BaseResponse:
    """``voiding`` names the one that is undone."""
    named = parse_number(request.form.get("voiding", ""))
    try:
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            if named is None:
                abort(400)
            found = Voiding.in_meeting(meeting, named)
            if found is None:
                abort(404)
            found.undo(viewer(), now())
    except WrongState:
        flash(gettext("It can not be undone any more: 24 hours have passed."), "attention")
    else:
        flash(gettext("Undone. The answers count again."))
    return _to_the_list(meeting_id)


def _to_the_list(meeting_id: int) -> BaseResponse:
    return redirect(url_for("room.voiding", meeting_id=meeting_id), 303)


def _read(fields: Mapping[str, str]) -> Span:
    """The span as it was typed. Where an hour comes twice, it holds both."""
    span = Span({name: fields.get(name, "") for name in ("from", "to")})
    first, last = (_moments(span, name) for name in ("from", "to"))
    if first is None or last is None:
        return span
    span.first = first[0]
    span.last = max((moment for moment in last if moment <= now()), default=last[0])
    if span.last < span.first:
        span.errors["to"] = gettext("The end must not lie before the beginning.")
    elif span.last > now():
        span.errors["to"] = gettext("The end must not lie ahead: it is %(moment)s now.", moment=day_clock(now()))
    if span.errors:
        span.first = span.last = None
    return span


def _moments(span: Span, name: str) -> tuple[datetime, datetime] | None:
    try:
        typed = datetime.fromisoformat(span.typed[name].strip())
        if typed.tzinfo is not None or typed.year not in YEARS:
            raise ValueError(name)
    except ValueError:
        example = local(now()).strftime("%Y-%m-%d %H:%M")
        span.errors[name] = gettext("Write a date and a time such as %(example)s.", example=example)
        return None
    return moments_of(typed.date(), typed.time().replace(second=0, microsecond=0))


def _page(meeting_id: int, span: Span | None) -> Response:
    """The page; with a span, what it would void."""
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is State.DRAFT or meeting.opened_at is None:
            return not_opened(meeting)
        if meeting.answers_ended_at is not None:
            said = gettext("The answers were deleted on %(date)s.", date=long_date(meeting.answers_ended_at))
            return refused(meeting, gettext("The answers are deleted"), said)
        counted = Voiding.answers_by_minute(meeting)
        if span and span.first and span.last:
            counted = {minute: number for minute, number in counted.items() if span.first <= minute <= span.last}
            if not counted:
                span.errors["from"] = gettext("There are no answers in this span that count.")
        page = render_template(
            "room/voiding.html",
            meeting=meeting,
            span=span or _everything(meeting, counted),
            is_chosen=bool(span and not span.errors),
            rows=_rows(counted) if not (span and span.errors) else [],
            number=sum(counted.values()),
            standing=Voiding.standing_in(meeting),
            now=now(),
            field=FIELD,
            local=local,
        )
    return make_response(page, 422 if span and span.errors else 200)


def _everything(meeting: Meeting, counted: Mapping[datetime, int]) -> Span:
    """From the first answer until now, to begin with."""
    first = min(counted, default=meeting.opened_at or now())
    return Span({"from": local(first).strftime(FIELD), "to": local(now()).strftime(FIELD)})


def _rows(counted: Mapping[datetime, int]) -> list[Row]:
    """The answers in steps short enough to show a burst and long enough for one table; those without any are left
    out."""
    for minutes in STEPS:
        step = timedelta(minutes=minutes)
        rows: dict[datetime, int] = {}
        for minute, number in counted.items():
            start = _start(minute, minutes)
            rows[start] = rows.get(start, 0) + number
        if len(rows) <= MOST_ROWS:
            break
    return [Row(start, min(start + step - MINUTE, now()), number) for start, number in rows.items()]


def _start(minute: datetime, minutes: int) -> datetime:
    """When the step begins that holds the minute, by the Danish clock."""
    wall = local(minute)
    past = (wall.hour * 60 + wall.minute) % minutes
    return minute - timedelta(minutes=past)
