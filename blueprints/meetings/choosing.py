"""A new meeting: from a template, from an earlier meeting, or from an empty page."""

from __future__ import annotations

from typing import TypeVar

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from blueprints import access
from blueprints.access import now, staff, viewer
from blueprints.headers import settings
from blueprints.meetings import meetings
from blueprints.meetings.keeping import worded_point
from content import Template, UnknownTemplate, matching, template
from models.base import reading, writing
from models.drafting import copy_meeting, draft_meeting
from models.institution import Institution
from models.meeting import MeetingForm, Method
from models.scope import meetings_seen_by
from models.wording import Step, Wording

Choice = TypeVar("Choice", MeetingForm, Method)

COPIES_OFFERED = 3
#: As the page asks: the most frequent first.
FORMS = (
    MeetingForm.PARENTS_MEETING, MeetingForm.HEARING, MeetingForm.BOARD, MeetingForm.PROJECT,
    MeetingForm.RELATIVES_COUNCIL, MeetingForm.INDIVIDUAL_TALK, MeetingForm.COMMITTEE_17_4,
)  # fmt: skip


@meetings.route("/new", methods=["GET", "POST"])
@staff
def new() -> str | Response:
    if not viewer().writes:
        abort(404)
    if request.method == "POST":
        return _create()
    form, method = _named(MeetingForm, request.args.get("form")), _named(Method, request.args.get("method"))
    found = matching(form.value if form else None, method.value if method else None)
    with reading():
        own = [meeting for meeting in meetings_seen_by(viewer()) if meeting.acts(viewer())]
        return render_template(
            "meetings/new.html",
            form=form,
            method=method,
            forms=FORMS,
            methods=list(Method),
            templates=[(each, _form_for(each, form)) for each in found],
            institutions=Institution.written_for(viewer()),
            copies=[meeting for meeting in own if meeting.opened_at][:COPIES_OFFERED],
        )


@meetings.post("/<int:meeting_id>/copy")
@staff
def copy(meeting_id: int) -> Response:
    with writing():
        copied = copy_meeting(access.meeting_to_run(meeting_id), viewer(), now())
        new_id = copied.id
    flash(gettext("This is a copy with the texts and languages. Give it a date."))
    return redirect(url_for("meetings.write", meeting_id=new_id), 303)


def _create() -> Response:
    chosen = _template(request.form.get("template", ""))
    form = _named(MeetingForm, request.form.get("form"))
    method = Method[chosen.method] if chosen else _named(Method, request.form.get("method")) or Method.OTHER
    if form is None or (chosen and form.value not in chosen.forms):
        abort(400)
    with writing():
        institution = _institution()
        meeting = draft_meeting(
            institution,
            viewer(),
            form,
            method,
            _worded(chosen) if chosen else Wording(),
            now(),
            template=chosen.id if chosen else "",
            title=dict(chosen.title) if chosen else {},
            languages=[each for each in settings().languages if each in institution.municipality.languages],
            contact_name=viewer().name,
        )
        new_id = meeting.id
    return redirect(url_for("meetings.write", meeting_id=new_id), 303)


def _institution() -> Institution:
    """The chosen place among those where the viewer is a professional; the only one needs no choice."""
    own = {str(each.id): each for each in Institution.written_for(viewer())}
    chosen = own.get(request.form.get("institution", "")) or (next(iter(own.values())) if len(own) == 1 else None)
    if chosen is None:
        abort(404)
    return chosen


def _worded(chosen: Template) -> Wording:
    """What the template puts into a new meeting: its first points in all its languages, its steps without dates."""
    points = tuple(worded_point(key, point) for key, point in enumerate(chosen.starters, start=1))
    steps = (Step(key=key, text=dict(step.text)) for key, step in enumerate(chosen.steps, start=len(points) + 1))
    return Wording(purpose=dict(chosen.purpose), decider=dict(chosen.decider), points=points, steps=tuple(steps))


def _template(name: str) -> Template | None:
    if not name:
        return None
    try:
        return template(name)
    except UnknownTemplate:
        abort(400)


def _form_for(chosen: Template, form: MeetingForm | None) -> MeetingForm:
    return form if form and form.value in chosen.forms else MeetingForm[chosen.forms[0]]


def _named(among: type[Choice], name: str | None) -> Choice | None:
    return among[name] if name and name in among.__members__ else None
