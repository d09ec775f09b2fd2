"""Who may: loading a thing for a person is the check (rule 7). What is not yours is not found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, current_app, g, make_response, redirect, session, url_for
from flask_login import UserMixin, current_user

from models.base import glancing, reading, writing
from models.meeting import Meeting
from models.municipality import Municipality
from models.person import IDLE_FOR, SignedIn, SignIn, Viewer, signed_in
from models.question import Question
from models.scope import meeting_deputised_by, meeting_run_by, meeting_seen_by, one_is_open_for

View = TypeVar("View", bound=Callable[..., Any])
Thing = TypeVar("Thing")

#: Where Flask-Login keeps the token in the cookie.
IN_COOKIE = "_user_id"


class StaffUser(UserMixin):
    """Flask-Login's view of a signed-in person: the id it keeps in the cookie is the random token of a database row."""

    def __init__(self, signed_in: SignedIn, token: str) -> None:
        self.viewer = signed_in.viewer
        self.signed_in = signed_in
        self.token = token

    def get_id(self) -> str:
        return self.token


@dataclass(frozen=True)
class Loan:
    """What the device at hand is lent for, and the sign-in of its lender. The ``token`` opens nothing else."""

    meeting_id: int
    signed_in: SignedIn
    token: str


def now() -> datetime:
    return datetime.now(UTC)


def viewer() -> Viewer:
    """Who asks. Only inside a view for staff."""
    return current_user.viewer  # type: ignore[no-any-return]


def lasting(token: str) -> SignedIn | None:
    """What a token opens, while the sign-in lasts. It may be lent."""
    with glancing():
        found = signed_in(token)
    if found is None or found.lasts(now(), meeting_is_open=False):
        return found
    with reading():
        meeting_is_open = one_is_open_for(found.viewer, now(), found.active_at + IDLE_FOR)
    return found if found.lasts(now(), meeting_is_open) else None


def loan() -> Loan | None:
    """What the device at hand is lent for, while that sign-in lasts."""
    token = session.get(IN_COOKIE) if session else None
    found = lasting(token) if token else None
    if token is None or found is None or found.lent_meeting_id is None:
        return None
    return Loan(found.lent_meeting_id, found, token)


def public(view: View) -> View:
    """A view that anybody may open."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def staff(view: View) -> View:
    """A view for signed-in people."""
    return cast("View", _guarded(view, counts_as_activity=True))


def poll(view: View) -> View:
    """A view that a page asks for by itself: it does not keep an idle sign-in alive. Who asks, and whether what they
    ask for has changed, are seen at a glance, since tablets poll all the time."""
    guarded = _guarded(view, counts_as_activity=False)

    @wraps(guarded)
    def at_a_glance(*args: Any, **kwargs: Any) -> Any:
        with glancing():
            return guarded(*args, **kwargs)

    return cast("View", at_a_glance)


def lent(view: View) -> View:
    """A view of the shared page, for the citizens of the one meeting that the tablet is lent to, which it gets by
    ``lent_meeting()``. Whoever is signed in and runs the meeting is led to the room; everybody else is signed out."""

    @wraps(view)
    def guarded(meeting_id: int, **arguments: Any) -> Any:
        if current_user.is_authenticated:
            with reading():
                meeting_to_run(meeting_id)
            return redirect(url_for("room.room", meeting_id=meeting_id), 303)
        g.is_for_citizens = True
        g.loan = loan()
        if g.loan is None or g.loan.meeting_id != meeting_id:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        _note_activity(g.loan.signed_in, g.loan.token)
        return view(**arguments)

    guarded.is_for_staff = guarded.is_for_lent_tablet = True  # type: ignore[attr-defined]
    return cast("View", guarded)


def lender() -> Viewer:
    """Who lent the tablet. Only inside a ``lent`` view."""
    return g.loan.signed_in.viewer  # type: ignore[no-any-return]


def lent_meeting() -> Meeting:
    """The meeting that the tablet is lent to. Only inside a ``lent`` view. A lender who does not run it any more has
    nothing to lend."""
    found = meeting_run_by(lender(), g.loan.meeting_id)
    if found is None:
        abort(make_response(current_app.login_manager.unauthorized()))  # type: ignore[attr-defined]
    return found


def managers_only(view: View) -> View:
    """A view for those who may export: managers and administrators. For others it does not exist."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not viewer().exports:
            abort(404)
        return view(*args, **kwargs)

    return staff(checked)  # type: ignore[return-value]


def administrators_only(view: View) -> View:
    """A view for the administrators of a municipality. For others it does not exist."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not viewer().administrator_of:
            abort(404)
        return view(*args, **kwargs)

    return staff(checked)  # type: ignore[return-value]


def _guarded(view: Callable[..., Any], *, counts_as_activity: bool) -> Any:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        if counts_as_activity:
            _note_activity(current_user.signed_in, current_user.token)
        g.is_staff_page = True
        return view(*args, **kwargs)

    # A whole-app test proves that each view is either guarded here or marked public.
    guarded.is_for_staff = True  # type: ignore[attr-defined]
    return guarded


def _note_activity(found: SignedIn, token: str) -> None:
    if found.activity_is_due(now()):
        with writing():
            SignIn.note_activity(token, now())


def meeting(meeting_id: int) -> Meeting:
    """The meeting to read, else 404."""
    return _found(meeting_seen_by(viewer(), meeting_id))


def municipality(municipality_id: int | None) -> Municipality:
    """The municipality whose administrator the viewer is: the one with this id, or with none the first; else 404."""
    own = Municipality.administered_by(viewer())
    return _found(next((each for each in own if municipality_id in {None, each.id}), None))


def meeting_to_run(meeting_id: int) -> Meeting:
    """The meeting to act on, for its owner and deputies, else 404."""
    return _found(meeting_run_by(viewer(), meeting_id))


def meeting_to_deputise(meeting_id: int) -> Meeting:
    """The meeting whose deputies the viewer may name, else 404."""
    return _found(meeting_deputised_by(viewer(), meeting_id))


def question_to_run(meeting_id: int, question_id: int) -> Question:
    """A question of a meeting that the viewer runs, else 404."""
    return _found(Question.in_meeting(meeting_to_run(meeting_id), question_id))


def _found(thing: Thing | None) -> Thing:
    if thing is None:
        abort(404)
    return thing
