"""Who may: loading a thing for a person is the check (rule 7). What is not yours is not found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, current_app, g
from flask_login import UserMixin, current_user

from models.base import glancing, writing
from models.meeting import Meeting
from models.person import SignedIn, SignIn, Viewer
from models.question import Question
from models.scope import meeting_deputised_by, meeting_run_by, meeting_seen_by

View = TypeVar("View", bound=Callable[..., Any])
Thing = TypeVar("Thing")


class StaffUser(UserMixin):
    """Flask-Login's view of a signed-in person: the id it keeps in the cookie is the random token of a database row."""

    def __init__(self, signed_in: SignedIn, token: str) -> None:
        self.viewer = signed_in.viewer
        self.signed_in = signed_in
        self.token = token

    def get_id(self) -> str:
        return self.token


def now() -> datetime:
    return datetime.now(UTC)


def viewer() -> Viewer:
    """Who asks. Only inside a view for staff."""
    return current_user.viewer  # type: ignore[no-any-return]


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


def managers_only(view: View) -> View:
    """A view for those who may export: managers and administrators. For others it does not exist."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not viewer().exports:
            abort(404)
        return view(*args, **kwargs)

    return staff(checked)  # type: ignore[return-value]


def _guarded(view: Callable[..., Any], *, counts_as_activity: bool) -> Any:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        if counts_as_activity and current_user.signed_in.activity_is_due(now()):
            with writing():
                SignIn.note_activity(current_user.token, now())
        g.is_staff_page = True
        return view(*args, **kwargs)

    # A whole-app test proves that each view is either guarded here or marked public.
    guarded.is_for_staff = True  # type: ignore[attr-defined]
    return guarded


def meeting(meeting_id: int) -> Meeting:
    """The meeting to read, else 404."""
    return _found(meeting_seen_by(viewer(), meeting_id))


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
