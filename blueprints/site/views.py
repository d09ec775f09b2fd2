"""Pages that belong to nobody's meeting."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import now, public
from blueprints.assets import assets
from blueprints.site import site
from blueprints.wrong_codes import unknown_meeting
from models.base import reading, writing
from models.code import parse_code
from models.meeting import Meeting
from models.municipality import Municipality
from models.readiness import beat
from models.throttle import forget

#: When the pages were last gone through by docs/accessibility.md. The law wants it done at least once a year.
CHECKED_ON = date(2026, 11, 23)
#: Where the Agency for Digital Government takes complaints about inaccessible pages.
COMPLAINTS_URL = "https://digst.dk/digital-inklusion/webtilgaengelighed/oplever-du-ikke-tilgaengeligt-indhold/"


@site.get("/")
@public
def front() -> str:
    return _page("site/front.html")


@site.get("/join")
@public
def join() -> str | BaseResponse:
    """From a code in any spelling to its meeting."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return redirect(url_for("site.front"), 303)
    code = parse_code(typed)
    with reading():
        found = Meeting.by_code(code) if code else None
    if found is None:
        return unknown_meeting(typed)
    return redirect(url_for("citizen.agreement", code=found.code), 303)


@site.get("/privacy")
@public
def privacy() -> str:
    """What is kept about citizens, and why: the notice of article 13."""
    return _page("site/privacy.html")


@site.get("/was")
@public
def was() -> str:
    """The accessibility statement, at the address that the law gives it."""
    return _page("site/was.html", checked_on=CHECKED_ON, complaints_url=COMPLAINTS_URL)


@site.get("/static/<digest>/<name>")
@public
def asset(digest: str, name: str) -> Response:
    return assets().serve(digest, name)


@site.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return _plain("ok")


@site.get("/readyz")
@public
def readyz() -> Response:
    """The database can be written; the error page's 503 says when it can't. What asks does so all the time, so that
    hashed addresses go within their hour though nobody comes who would take the next token."""
    with writing():
        beat(now())
        forget(now())
    return _plain("ready")


def _plain(word: str) -> Response:
    return make_response(word, 200, {"Content-Type": "text/plain; charset=utf-8"})


def _page(template: str, **more: Any) -> str:
    with reading():
        return render_template(template, municipalities=Municipality.every(), **more)
