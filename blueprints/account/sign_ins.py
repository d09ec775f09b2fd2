"""Sign-ins: from the cookie to the person, by way of a database row that signing out deletes."""

from __future__ import annotations

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import LoginManager
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import StaffUser, now
from blueprints.fragments import asked_by_htmx
from models.base import glancing, reading
from models.person import signed_in
from models.scope import one_is_open_for

manager = LoginManager()
# A phone changes its network while one walks: the address must not end a sign-in.
manager.session_protection = None


def init_app(app: Flask) -> None:
    manager.init_app(app, add_context_processor=False)


@manager.user_loader
def load(token: str) -> StaffUser | None:
    """The person behind a token, while the sign-in lasts."""
    with glancing():
        found = signed_in(token)
    if found is None:
        return None
    if not found.lasts(now(), meeting_is_open=False):
        with reading():
            meeting_is_open = one_is_open_for(found.viewer, now())
        if not found.lasts(now(), meeting_is_open):
            return None
    return StaffUser(found, token)


@manager.unauthorized_handler
def ask_to_sign_in() -> Response | BaseResponse:
    """A page leads to the sign-in and back. A fragment is 401 with nothing to swap and nowhere to go: what stands on
    the screen, a QR code or a half-written text, must stay."""
    if asked_by_htmx():
        return make_response("", 401)
    if request.method == "GET":
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")), 303)
    page = render_template(
        "errors/error.html",
        status=401,
        title=gettext("You are signed out"),
        text=gettext("Sign in again in another tab. Then come back here, and send it again."),
        retry_url=url_for("account.sign_in"),
    )
    return make_response(page, 401)
