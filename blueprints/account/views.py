"""The sign-in page."""

from __future__ import annotations

import secrets
from math import ceil

from flask import abort, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from blueprints.access import StaffUser, now, public
from blueprints.account import account
from blueprints.account.passwords import LONGEST_PASSWORD, fits
from blueprints.addresses import hashed, hashed_address
from blueprints.headers import settings
from models.base import reading, writing
from models.municipality import Municipality
from models.person import Person, SignIn, signed_in
from models.throttle import Kind, Throttled, give_back, take


class SignInForm(FlaskForm):
    email = EmailField(_("Mail"), [DataRequired(_("Write your mail.")), Length(max=254)])
    password = PasswordField(_("Password"), [DataRequired(_("Write your password.")), Length(max=LONGEST_PASSWORD)])


@account.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    form = SignInForm()
    if current_user.is_authenticated and request.method == "GET":
        return redirect(_afterwards(), 303)
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    email, password = "".join(filter(str.isprintable, form.email.data or "")), form.password.data or ""
    try:
        person = _the_one(email, password)
    except Throttled as throttled:
        page = _page(form, wait_minutes=ceil(throttled.retry_after / 60))
        return page, 429, {"Retry-After": str(throttled.retry_after)}
    if person is None:
        return _page(form, failed=True), 422
    _begin(person)
    return redirect(_afterwards(), 303)


@account.post("/sign-out")
@public
def sign_out() -> Response:
    if current_user.is_authenticated:
        with writing():
            SignIn.end(current_user.token)
        logout_user()
    session.clear()
    return redirect(url_for("account.sign_in"), 303)


def _the_one(email: str, password: str) -> Person | None:
    """The person, when the password fits. A try is counted before it is checked and given back when it was right, so
    that many at once can't get past the throttle. Hashing stands outside every transaction."""
    config = settings()
    tries = [
        (Kind.SIGN_IN_OF_EMAIL, hashed(email.strip().lower()), config.sign_ins_per_email),
        (Kind.SIGN_IN_FROM_ADDRESS, hashed_address(), config.sign_ins_per_address),
    ]
    with writing():
        for kind, subject, allowance in tries:
            take(kind, subject, allowance, now())
        person = Person.by_email(email)
    if not fits(password, person.password_hash if person else None):
        return None
    with writing():
        for kind, subject, allowance in tries:
            give_back(kind, subject, allowance)
    return person


def _begin(person: Person) -> None:
    token = secrets.token_urlsafe(32)
    with writing() as database:
        SignIn.forget_expired(now())
        database.merge(person, load=False).sign_in(token, now())
    with reading():
        found = signed_in(token)
    if found is None:
        abort(503)
    session.clear()
    login_user(StaffUser(found, token))


def _afterwards() -> str:
    """Back to where the person wanted to go; only ever a path of ours."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else url_for("meetings.index")


def _page(form: SignInForm, *, failed: bool = False, wait_minutes: int | None = None) -> str:
    with reading():
        return render_template(
            "account/sign_in.html",
            form=form,
            failed=failed,
            wait_minutes=wait_minutes,
            municipality=Municipality.only(),
        )
