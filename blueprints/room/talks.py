"""Talked about: a point was explained again, or that was marked by mistake."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from blueprints.access import meeting_to_run, now, staff, viewer
from blueprints.answer_form import clean_text, parse_number
from blueprints.fragments import go
from blueprints.room import room
from models.base import writing
from models.meeting import WrongState
from models.talked_about import LONGEST_EXPLANATION, NotInTheText, TalkedAbout

EXPLANATION = "explanation-"
#: What was typed too late, for the room to show once.
UNSENT = "unsent"


@room.post("/meetings/<int:meeting_id>/points/<int:point_id>/talked-about")
@staff
def talked_about(meeting_id: int, point_id: int) -> Response:
    """``explanation-<language>``: optional, at most 280 characters, in the meeting's languages."""
    try:
        with writing():
            meeting = meeting_to_run(meeting_id)
            said = {each: clean_text(request.form.get(f"{EXPLANATION}{each}", "")) for each in meeting.languages}
            if any(len(text) > LONGEST_EXPLANATION for text in said.values()):
                abort(400)
            TalkedAbout.mark(meeting, point_id, viewer(), now(), said)
    except NotInTheText:
        abort(404)
    except WrongState:
        for text in filter(None, said.values()):
            flash(text, UNSENT)
        return _closed(meeting_id)
    return _to_the_point(meeting_id, point_id)


@room.post("/meetings/<int:meeting_id>/points/<int:point_id>/talked-about/withdrawal")
@staff
def talk_withdrawal(meeting_id: int, point_id: int) -> Response:
    """``talk`` names the one that is undone: pressed twice, or on two tablets, the one before it stays."""
    named = parse_number(request.form.get("talk", ""))
    try:
        with writing():
            meeting = meeting_to_run(meeting_id)
            if named is None:
                abort(400)
            talk = TalkedAbout.in_meeting(meeting, point_id, named)
            if talk is None:
                abort(404)
            talk.withdraw(viewer(), now())
    except WrongState:
        return _closed(meeting_id)
    return _to_the_point(meeting_id, point_id)


def _to_the_point(meeting_id: int, point_id: int) -> Response:
    return redirect(url_for("room.room", meeting_id=meeting_id, view="split", _anchor=f"point-{point_id}"), 303)


def _closed(meeting_id: int) -> Response:
    """The room itself says that the meeting is closed: all of it, not just the part that asked."""
    return go(url_for("room.room", meeting_id=meeting_id, view="split"))
