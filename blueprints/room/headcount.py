"""How many are in the room, so that it can say “37 of 52”."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import meeting_to_run, now, staff, viewer
from blueprints.answer_form import parse_number
from blueprints.room import room
from models.base import reading, writing
from models.facts import count_heads
from models.meeting import LARGEST_HEADCOUNT


@room.post("/meetings/<int:meeting_id>/headcount")
@staff
def headcount(meeting_id: int) -> Response | BaseResponse:
    """``headcount`` 1–9,999, or empty for not counted; ``to=paper`` comes back to the page for answers on paper, else
    to the room."""
    typed = request.form.get("headcount", "").strip()
    number = parse_number(typed)
    to = "paper" if request.form.get("to") == "paper" else "room"
    with writing():
        meeting = meeting_to_run(meeting_id)
        is_right = not typed or (number is not None and 1 <= number <= LARGEST_HEADCOUNT)
        if is_right:
            count_heads(meeting, number, viewer(), now())
    if not is_right:
        return _wrong(meeting_id, typed, to)
    if to == "paper":
        return redirect(url_for("room.paper", meeting_id=meeting_id, _anchor="headcount"), 303)
    return redirect(url_for("room.room", meeting_id=meeting_id, view="split"), 303)


def _wrong(meeting_id: int, typed: str, to: str) -> Response:
    """The field alone, with what was typed and what is wrong with it."""
    error = gettext("Write a whole number from 1 to %(most)d, or nothing.", most=LARGEST_HEADCOUNT)
    with reading():
        meeting = meeting_to_run(meeting_id)
        page = render_template("room/headcount.html", meeting=meeting, typed=typed, error=error, to=to)
    return make_response(page, 422)
