"""Questions on the tablet: hide one, show it again, delete it."""

from __future__ import annotations

from flask import abort, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField

from blueprints.access import now, question_to_run, staff, viewer
from blueprints.room import room
from models.base import writing


class HidingForm(FlaskForm):
    hidden = RadioField(choices=["1", "0"])


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/hiding")
@staff
def question_hiding(meeting_id: int, question_id: int) -> Response:
    """``hidden=1`` takes the question out of sight, ``hidden=0`` brings it back."""
    form = HidingForm()
    with writing():
        question = question_to_run(meeting_id, question_id)
        if not form.validate():
            abort(400)
        question.set_hidden(form.hidden.data == "1", viewer(), now())
        point_id = question.point_id
    return _to_the_questions(meeting_id, point_id)


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/deletion")
@staff
def question_deletion(meeting_id: int, question_id: int) -> Response:
    with writing():
        question = question_to_run(meeting_id, question_id)
        question.forget(viewer(), now())
        point_id = question.point_id
    return _to_the_questions(meeting_id, point_id)


def _to_the_questions(meeting_id: int, point_id: int) -> Response:
    """Back to the list: a browser opens what is folded around the named part."""
    address = url_for("room.room", meeting_id=meeting_id, view="split", _anchor=f"questions-{point_id}")
    return redirect(address, 303)
