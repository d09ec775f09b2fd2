"""Read the agreement, and the meeting's QR code."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, make_response, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import now, public
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import closed_page, first_page, not_open_page
from blueprints.citizen.rendered import KEY_PLACE, Kept, RenderedPages
from blueprints.fragments import render_whole_pages
from blueprints.headers import settings
from blueprints.qr import qr_png, qr_svg
from blueprints.wrong_codes import unknown_meeting
from models.base import reading
from models.meeting import Meeting, State

rendered = RenderedPages()


@citizen.get("")
@citizen.get("/<lang>")
@public
def agreement(code: str, lang: str | None = None) -> Response | BaseResponse:
    """The agreement, in the language of the path or else the phone's."""
    kept = rendered.kept(code, now())
    if kept is None:
        return unknown_meeting(code)
    offered = [language for language in kept.languages if language in settings().languages]
    if lang is None:
        language = languages.asked_for(offered)
    elif lang in offered:
        language = lang
    elif lang in settings().languages:
        return redirect(url_for("citizen.agreement", code=code, lang=offered[0]), 303)
    else:
        abort(404)
    response = Response(
        rendered.page(kept, language, lambda: _render(code, language, kept)), content_type="text/html; charset=utf-8"
    )
    response.headers.extend([("Cache-Control", "private, no-cache"), ("Content-Language", language)])
    if lang is None:
        response.headers["Vary"] = "Accept-Language"
    return response


@citizen.get("/qr.svg", endpoint="qr_svg")
@public
def qr_svg_file(code: str) -> Response | BaseResponse:
    return _picture(code, "image/svg+xml", lambda url: qr_svg(url, gettext("QR code of the meeting")))


@citizen.get("/qr.png", endpoint="qr_png")
@public
def qr_png_file(code: str) -> Response | BaseResponse:
    return _picture(code, "image/png", qr_png)


def public_address(meeting: Meeting) -> str:
    """Where citizens read the agreement. Always of the configured public address, never of the request's Host."""
    return f"{settings().public_url}/m/{meeting.code}"


def _picture(code: str, kind: str, draw: Callable[[str], str | bytes]) -> Response | BaseResponse:
    with reading():
        meeting = Meeting.by_code(code)
    if meeting is None:
        return unknown_meeting(code)
    return make_response(
        draw(public_address(meeting)), 200, {"Content-Type": kind, "Cache-Control": "private, max-age=300"}
    )


def _render(code: str, language: str, kept: Kept) -> str:
    languages.use(language)
    render_whole_pages()
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is None:
            abort(404)
        if kept.pulse.state is State.DRAFT:
            return not_open_page(meeting)
        return first_page(meeting, KEY_PLACE) if kept.pulse.state is State.OPEN else closed_page(meeting)
