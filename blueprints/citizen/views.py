"""Read the agreement, and the meeting's QR code."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from flask import Response, abort, make_response, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import now, public
from blueprints.assets import assets
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import closed_page, first_page, not_open_page
from blueprints.citizen.rendered import KEY_PLACE, SEEN_PLACE, Kept, RenderedPages, Sign
from blueprints.citizen.seen import sign_seen
from blueprints.compression import BROTLI, GZIP, Spliced, taken
from blueprints.fragments import render_whole_pages
from blueprints.headers import settings
from blueprints.qr import qr_png, qr_svg
from blueprints.wrong_codes import unknown_meeting
from models.base import reading
from models.meeting import Meeting, State

HTML = "text/html; charset=utf-8"

rendered = RenderedPages()


@citizen.get("")
@citizen.get("/<lang>")
@public
def agreement(code: str, lang: str | None = None) -> Response | BaseResponse:
    """The agreement, in the language of the path or else the phone's."""
    at = now()
    kept = rendered.kept(code, at)
    if kept is None:
        return unknown_meeting(code)
    known = settings().languages
    offered = [language for language in kept.languages if language in known]
    if lang is None:
        language = languages.asked_for(offered)
    elif lang in offered:
        language = lang
    elif lang in known:
        return redirect(url_for("citizen.agreement", code=code, lang=offered[0]), 303)
    else:
        abort(404)
    page = rendered.page(kept, language, at, lambda: _render(code, language, kept))
    return _with_new_key(page, "Accept-Encoding" if lang else "Accept-Language, Accept-Encoding")


def _with_new_key(page: Spliced, vary: str) -> Response:
    key = str(uuid4()).encode()
    sheet = assets().path("citizen.css")
    # All at once: this is the page that a whole hall asks for, and each header by itself is checked again.
    headers = [
        ("Content-Type", HTML),
        ("Cache-Control", "private, no-cache"),
        ("Vary", vary),
        # A slow phone asks for the stylesheet before the page has come, and does not share its way with the scripts.
        ("Link", f"<{sheet}>; rel=preload; as=style"),
    ]
    coding = taken(BROTLI, GZIP)
    if coding is None:
        return Response(page.plain(key), headers=headers)
    if coding == BROTLI and (body := page.brotli(key)) is not None:
        return Response(body, headers=[*headers, ("Content-Encoding", BROTLI)])
    return Response(page.gzip(key), headers=[*headers, ("Content-Encoding", GZIP)])


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


def _render(code: str, language: str, kept: Kept) -> tuple[str, Sign | None]:
    """The page, and how its version is signed where it can be answered."""
    languages.use(language)
    render_whole_pages()
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is None:
            abort(404)
        if kept.pulse.state is State.DRAFT:
            return not_open_page(meeting), None
        if kept.pulse.state is State.CLOSED:
            return closed_page(meeting), None
        number = meeting.published.number
        return first_page(meeting, KEY_PLACE, SEEN_PLACE), lambda at: sign_seen(code, number, at)
