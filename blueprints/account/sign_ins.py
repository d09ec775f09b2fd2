"""Sign-ins: from the cookie to the person, by way of a database row that signing out deletes."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, g, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, login_user
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import IN_COOKIE, StaffUser, lasting, now
from blueprints.fragments import asked_by_htmx
from models.base import reading, writing
from models.loan import take_back
from models.person import Person, SignIn, signed_in

manager = LoginManager()
# A phone changes its network while one walks: the address must not end a sign-in.
manager.session_protection = None


def init_app(app: Flask) -> None:
    # Without its `init_app`: that looks for a cookie that remembers people, in every answer, and there is none.
    app.login_manager = manager  # type: ignore[attr-defined]


@manager.user_loader
def load(token: str) -> StaffUser | None:
    """The person behind a token, while the sign-in lasts. While it is lent there is nobody: the lock of the shared
    tablet is here, so that no view for staff can forget it."""
    found = lasting(token)
    return None if found is None or found.lent_meeting_id is not None else StaffUser(found, token)


def begin(person: Person) -> None:
    """Sign this device in with a new token. The one before, lent or not, is worth nothing from then on."""
    token, before = secrets.token_urlsafe(32), session.get(IN_COOKIE)
    with writing() as database:
        SignIn.forget_expired(now())
        if before:
            take_back(before, person.id, now())
            SignIn.end(before)
        database.merge(person, load=False).sign_in(token, now())
    with reading():
        found = signed_in(token)
    if found is None:
        abort(503)
    session.clear()
    login_user(StaffUser(found, token))


@manager.unauthorized_handler
def ask_to_sign_in() -> Response | BaseResponse:
    """A page leads to the sign-in and back. A fragment is 401 with nothing to swap and nowhere to go: what stands on
    the screen, a QR code or a half-written text, must stay. Citizens with a tablet are told whom to give it to."""
    if asked_by_htmx():
        return make_response("", 401)
    if g.get("is_for_citizens"):
        return make_response(render_template("shared/signed_out.html"), 401)
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
