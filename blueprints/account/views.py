"""The sign-in page."""

from __future__ import annotations

from math import ceil

from flask import redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import EmailField
from wtforms.validators import DataRequired, Length

from blueprints.access import IN_COOKIE, loan, public
from blueprints.account import account
from blueprints.account.sign_ins import begin
from blueprints.account.tries import PasswordForm, who_proves_it
from models.base import reading, writing
from models.municipality import Municipality
from models.person import SignIn
from models.throttle import Throttled


class SignInForm(PasswordForm):
    email = EmailField(_("Mail"), [DataRequired(_("Write your mail.")), Length(max=254)])


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
        person = who_proves_it(email, password)
    except Throttled as throttled:
        page = _page(form, wait_minutes=ceil(throttled.retry_after / 60))
        return page, 429, {"Retry-After": str(throttled.retry_after)}
    if person is None:
        return _page(form, failed=True), 422
    begin(person)
    return redirect(_afterwards(), 303)


@account.post("/sign-out")
@public
def sign_out() -> Response:
    # Whoever holds a lent tablet can't sign out its lender: it stays what it is.
    if loan() is None:
        # Also where it has ended by idling: its row is there still.
        if token := session.get(IN_COOKIE):
            with writing():
                SignIn.end(token)
        session.clear()
    return redirect(url_for("account.sign_in"), 303)


def _afterwards() -> str:
    """Back to where the person wanted to go; only ever a path of ours."""
    wanted = request.args.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else url_for("meetings.index")


def _page(form: SignInForm, *, failed: bool = False, wait_minutes: int | None = None) -> str:
    lent = loan()
    with reading():
        return render_template(
            "account/sign_in.html",
            form=form,
            failed=failed,
            wait_minutes=wait_minutes,
            municipality=Municipality.only(),
            lent=lent,
        )
