"""Take a lent tablet back: with the password of the person who lent it, since citizens hold it."""

from __future__ import annotations

from math import ceil

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from blueprints.access import lender, lent, lent_meeting
from blueprints.account import account
from blueprints.account.sign_ins import begin
from blueprints.account.tries import PasswordForm, who_proves_it
from blueprints.languages import use
from blueprints.screen import use_palette
from models.base import reading
from models.throttle import Throttled


@account.route("/meetings/<int:meeting_id>/shared/return", methods=["GET", "POST"])
@lent
def tablet_return() -> str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """A new sign-in begins in place of the lent one, whose token is worth nothing then."""
    form = PasswordForm()
    use(lender().locale)
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    try:
        person = who_proves_it(lender().email, form.password.data or "")
    except Throttled as throttled:
        page = _page(form, wait_minutes=ceil(throttled.retry_after / 60))
        return page, 429, {"Retry-After": str(throttled.retry_after)}
    if person is None:
        return _page(form, failed=True), 422
    begin(person)
    return redirect(url_for("room.room", **(request.view_args or {})), 303)


def _page(form: PasswordForm, *, failed: bool = False, wait_minutes: int | None = None) -> str:
    with reading():
        meeting = lent_meeting()
        use_palette(meeting.institution.municipality.palette)
        return render_template(
            "shared/return.html", form=form, meeting_id=meeting.id, failed=failed, wait_minutes=wait_minutes
        )
