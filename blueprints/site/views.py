"""Pages that belong to nobody's meeting."""

from __future__ import annotations

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import now, public
from blueprints.headers import settings
from blueprints.languages import own_name
from blueprints.site import site
from blueprints.wrong_codes import unknown_meeting
from models.base import reading, writing
from models.code import parse_code
from models.meeting import Meeting
from models.municipality import Municipality
from models.readiness import beat


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
    return _page("site/privacy.html")


@site.get("/static/<digest>/<name>")
@public
def asset(digest: str, name: str) -> Response:
    return current_app.extensions["assets"].serve(digest, name)  # type: ignore[no-any-return]


@site.get("/healthz")
@public
def healthz() -> Response:
    """The process is alive."""
    return _plain("ok")


@site.get("/readyz")
@public
def readyz() -> Response:
    """The database can be written; the error page's 503 says when it can't."""
    with writing():
        beat(now())
    return _plain("ready")


def _plain(word: str) -> Response:
    return make_response(word, 200, {"Content-Type": "text/plain; charset=utf-8"})


def _page(template: str) -> str:
    others = [
        (language, own_name(language), f"{request.path}?lang={language}")
        for language in settings().languages
        if language != str(get_locale())
    ]
    with reading():
        return render_template(template, municipality=Municipality.only(), other_languages=others)
