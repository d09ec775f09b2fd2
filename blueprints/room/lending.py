"""Hand the tablet to the citizens: from here on it opens the meeting's shared page and nothing else."""

from __future__ import annotations

from flask import redirect, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints.access import meeting_to_run, now, staff, viewer
from blueprints.room import room
from blueprints.room.turns import begin_turn
from models.base import writing
from models.loan import lend
from models.meeting import WrongState


@room.post("/meetings/<int:meeting_id>/lending")
@staff
def lending(meeting_id: int) -> Response:
    """A meeting that is not open has nothing to answer: its room says so."""
    try:
        with writing():
            lend(meeting_to_run(meeting_id), current_user.token, viewer(), now())
    except WrongState:
        return redirect(url_for("room.room", meeting_id=meeting_id, view="split"), 303)
    # What staff were told is not for citizens, and a changed cookie ends what the browser keeps of staff pages.
    session.pop("_flashes", None)
    begin_turn()
    return redirect(url_for("room.shared.start", meeting_id=meeting_id), 303)
