"""The room's screen, what it polls, the same as JSON, and the sheet to hang up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, jsonify, make_response, render_template, request
from flask_babel import force_locale, gettext
from markupsafe import Markup

from blueprints import access
from blueprints.access import now, poll, staff, viewer
from blueprints.assets import assets
from blueprints.fragments import fragment_at, page_or_fragment
from blueprints.headers import settings
from blueprints.languages import direction, spoken, use
from blueprints.qr import qr_svg
from blueprints.room import room
from blueprints.room.figures import as_document, figures_of
from models.base import glancing, reading
from models.clock import local
from models.meeting import Meeting, State
from models.paper import typed_until
from models.room_pulse import RoomPulse, room_pulse
from models.wording import DANISH

FACING = "facing"
SPLIT = "split"
PROJECTOR = "projector"
PROJECTOR_SPLIT = "projector-split"
QUESTIONS = "questions"
VIEWS = (FACING, SPLIT, PROJECTOR, PROJECTOR_SPLIT, QUESTIONS)


@room.get("/meetings/<int:meeting_id>/room", endpoint="room")
@staff
def show_room(meeting_id: int) -> Response:
    """Facing the citizens; ``?view=split`` shows the answers. ``projector`` and ``projector-split`` are the same in
    large type, without anything that is for staff. ``questions`` is the list of questions, for those who act."""
    return room_page(meeting_id, _view())


def room_page(meeting_id: int, view: str, status: int = 200, **more: Any) -> Response:
    """The room's screen, whole or as its fragment; ``more`` goes to its templates."""
    with reading():
        meeting = access.meeting(meeting_id)
        stage = _stage(meeting, _pulse(meeting_id), view)
        return page_or_fragment("room/room.html", "room/_stage.html", status, **stage, **more)


@room.get("/meetings/<int:meeting_id>/summary")
@poll
def summary(meeting_id: int) -> Response:
    """What changes on the screen. 304 before any counting where nothing did; once closed, the whole screen without a
    next poll."""
    if "lang" not in request.args:
        use(viewer().locale)
    view, pulse = _view(), _pulse(meeting_id)
    etag = _etag(pulse, view)
    if request.if_none_match.contains(etag):
        return Response(status=304, headers={"ETag": f'"{etag}"'})
    with reading():
        stage = _stage(access.meeting(meeting_id), pulse, view)
        if pulse.state is not State.OPEN:
            return fragment_at("room/_stage.html", "#stage", 200, **stage)
        response = make_response(render_template("room/_summary.html", **stage))
    response.set_etag(etag)
    return response


@room.get("/meetings/<int:meeting_id>/summary.json")
@poll
def summary_json(meeting_id: int) -> Response:
    """The same numbers for programs."""
    with reading():
        meeting = access.meeting(meeting_id)
        return jsonify(as_document(meeting, meeting.state(now()).name, figures_of(meeting, viewer())))


@room.get("/meetings/<int:meeting_id>/poster")
@staff
def poster(meeting_id: int) -> str:
    """QR and code on one A4 page: in Danish, its call in the meeting's other languages too."""
    with reading():
        meeting = access.meeting(meeting_id)
        others = [language for language in meeting.languages if language != DANISH]
        calls = [_call(language) for language in others]
        with force_locale(DANISH):
            sheet = render_template("room/_sheet.html", meeting=meeting, calls=calls, **_way(meeting))
        return render_template("room/poster.html", meeting=meeting, sheet=Markup(sheet))  # noqa: S704 (our own template)


def _view() -> str:
    asked = request.args.get("view")
    return asked if asked in VIEWS else FACING


def _pulse(meeting_id: int) -> RoomPulse:
    with glancing():
        pulse = room_pulse(viewer(), meeting_id, now())
    if pulse is None:
        abort(404)
    return pulse


def _etag(pulse: RoomPulse, view: str) -> str:
    """Whatever may make the same fragment look different."""
    sees = f"{'acts' if pulse.acts else 'reads'}{pulse.smallest_group}"
    build = assets().build
    return f"{pulse.revision}-{pulse.state.name}-{spoken()}-{view}-{sees}-{build}"


def _stage(meeting: Meeting, pulse: RoomPulse, view: str) -> dict[str, Any]:
    """What the screen's templates need."""
    moment = now()
    if view == QUESTIONS and (meeting.is_talk or not pulse.acts):
        view = SPLIT
    return {
        "meeting": meeting,
        "state": pulse.state.name,
        "acts": pulse.acts,
        "view": view,
        "projector": view in (PROJECTOR, PROJECTOR_SPLIT),
        "etag": f'"{_etag(pulse, view)}"',
        "figures": figures_of(meeting, viewer()),
        "now": moment,
        "paper_until": typed_until(meeting),
        "is_today": meeting.held_on == local(moment).date(),
        **_way(meeting),
    }


def _way(meeting: Meeting) -> dict[str, str]:
    """How citizens get to the meeting: by a configured address, never the one that this request came by."""
    public_url = settings().public_url
    code = qr_svg(f"{public_url}/m/{meeting.code}", gettext("QR code of the meeting"))
    return {"qr": Markup(code), "host": urlsplit(public_url).netloc}  # noqa: S704 (our own drawing, its label escaped)


def _call(language: str) -> dict[str, str]:
    with force_locale(language):
        return {"lang": language, "dir": direction(language), "words": gettext("Scan and see what you can influence")}
