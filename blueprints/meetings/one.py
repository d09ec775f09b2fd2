"""One meeting's page: what it is, what can be done with it, who does it, and what was published."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import access
from blueprints.access import now, staff, viewer
from blueprints.headers import settings
from blueprints.meetings import meetings, words
from blueprints.meetings.listing import figures
from models.base import reading, writing
from models.clock import end_of, local
from models.facts import name_deputies
from models.institution import Institution
from models.lack import lacks_of
from models.meeting import Meeting, State
from models.paper import typed_until
from models.person import Person
from models.scope import meeting_deputised_by


@meetings.get("/<int:meeting_id>")
@staff
def meeting(meeting_id: int) -> Response:
    return meeting_page(meeting_id)


@meetings.post("/<int:meeting_id>/deputies")
@staff
def deputies(meeting_id: int) -> BaseResponse:
    chosen = request.form.getlist("deputies")
    with writing():
        deputised = access.meeting_to_deputise(meeting_id)
        named = [person for person in _possible(deputised) if str(person.id) in chosen]
        name_deputies(deputised, named, viewer(), now())
    flash(gettext("The deputies are saved."))
    return redirect(url_for("meetings.meeting", meeting_id=meeting_id, _anchor="deputies"), 303)


def meeting_page(meeting_id: int, status: int = 200, **typed: str) -> Response:
    """The page; ``closes`` and ``closes_error`` are what a reopening could not take."""
    at = now()
    with reading():
        shown = access.meeting(meeting_id)
        row = figures(shown, at)
        lacks = lacks_of(shown, at) if row.state is State.DRAFT else []
        page = render_template(
            "meetings/meeting.html",
            meeting=shown,
            row=row,
            acts=shown.acts(viewer()),
            lacks=[(words.in_list(each, shown.draft.wording), words.address_of(each, shown)) for each in lacks],
            wording=shown.newest.wording if shown.newest else shown.prepared,
            may_reopen=_reopens(shown),
            types_paper=_types_paper(shown),
            names_deputies=meeting_deputised_by(viewer(), meeting_id) is not None,
            possible_deputies=_possible(shown),
            named=frozenset(person.id for person in shown.deputies),
            public_url=f"{settings().public_url}{url_for('citizen.agreement', code=shown.code)}",
            next_closing=_next_closing(),
            **typed,
        )
    return make_response(page, status)


def _possible(shown: Meeting) -> list[Person]:
    """Whom the meeting may have as deputies."""
    institution: Institution = shown.institution
    return [person for person in institution.professionals() if person.id != shown.owner_id]


def _reopens(shown: Meeting) -> bool:
    until = shown.reopens_until()
    return until is not None and now() < until


def _types_paper(shown: Meeting) -> bool:
    """Whether answers on paper can still be typed in."""
    until = typed_until(shown)
    return until is not None and now() < until


def _next_closing() -> str:
    """When a reopened meeting closes unless another time is chosen: at the end of the day, late at night in an hour."""
    moment = max(end_of(local(now()).date()), now() + timedelta(hours=1))
    return local(moment).strftime("%Y-%m-%dT%H:%M")
