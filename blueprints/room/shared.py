"""The shared tablet: guess, answer, thanks, next person. The citizens' fields and rules, nothing to come back to."""

from __future__ import annotations

import sys
from uuid import uuid4

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import lent, lent_meeting, now
from blueprints.addresses import hashed_address
from blueprints.answer_form import AnswerForm, BadKey, parse_guesses, parse_key
from blueprints.headers import settings
from blueprints.room import room
from blueprints.room.shared_page import (
    changed_page,
    guess_page,
    new_page,
    over_page,
    speak_for,
    start_page,
    thanks_page,
    wrong_page,
)
from blueprints.room.turns import begin_turn, end_turn, is_of_this_turn, spoken_last
from models.answer import Answer, AnswerDeleted, Channel, hash_of_key
from models.base import DatabaseGone, reading, writing
from models.meeting import State
from models.receiving import receive
from models.submission import AgreementChanged, MeetingClosed, NoSuchMeeting, NotOpenYet, Sender, WrongField
from models.throttle import Throttled
from models.wording import DANISH

RETRY_SECONDS = 5

shared = Blueprint("shared", __name__, url_prefix="/meetings/<int:meeting_id>/shared")


@shared.get("")
@lent
def start() -> str:
    """A clean page for the next person: in Danish, unless they choose another of the meeting's languages."""
    begin_turn()
    with reading():
        meeting = lent_meeting()
        speak_for(meeting, request.args.get("lang"))
        return start_page(meeting) if meeting.state(now()) is State.OPEN else over_page(meeting)


@shared.post("/guess")
@lent
def guess() -> Response | BaseResponse:
    """Nothing is stored before the answer is sent: the guesses go along in its page."""
    if not is_of_this_turn():
        return _to("start")
    errors: dict[str, str] = {}
    guesses = parse_guesses(request.form, errors)
    with reading():
        meeting = lent_meeting()
        speak_for(meeting, request.form.get("lang"))
        if meeting.state(now()) is not State.OPEN:
            return make_response(over_page(meeting), 409)
        if errors:
            return make_response(guess_page(meeting, guesses), 422)
        return make_response(new_page(meeting, guesses))


@shared.post("/answers")
@lent
def answers() -> Response | BaseResponse:
    """Thanks only after the commit. What is refused comes back with everything typed; what belongs to a former turn is
    neither stored nor shown."""
    _speak_as_sent()
    if not is_of_this_turn():
        return _to("thanks" if _is_stored() else "start")
    try:
        form = AnswerForm.parse(request.form)
    except BadKey:
        title = gettext("We didn't understand that")
        return _not_taken(400, title, gettext("Try again. What you wrote is still here."))
    refusal = WrongField("") if form.errors else _refusal_of(form)
    if isinstance(refusal, AnswerDeleted | NoSuchMeeting):
        return _to("start")
    if refusal is not None:
        return _refused(form, refusal)
    end_turn(form.language)
    return _to("thanks")


@shared.get("/thanks")
@lent
def thanks() -> str:
    """Nothing of the answer: who comes back here learns nothing."""
    with reading():
        meeting = lent_meeting()
        speak_for(meeting, spoken_last())
        return thanks_page(meeting)


@shared.errorhandler(Throttled)
def too_many(error: Throttled) -> Response:
    title = gettext("Many are answering right now.")
    return _not_taken(
        429, title, gettext("Wait a minute, then try again. What you wrote is still here."), error.retry_after
    )


@shared.errorhandler(DatabaseGone)
def not_stored(_error: DatabaseGone) -> Response:
    current_app.log_exception(sys.exc_info())
    _speak_as_sent()
    if request.method == "POST":
        title = gettext("We couldn't send your answer.")
        text = gettext("Try again soon. What you wrote is still here.")
    else:
        title = gettext("Something went wrong")
        text = gettext("The server has a problem right now. Nothing was stored. Try again soon.")
    return _not_taken(503, title, text, RETRY_SECONDS)


def _refusal_of(form: AnswerForm) -> Exception | None:
    """Store the answer, or say why not."""
    sender = Sender(hashed_address(), settings().new_keys, settings().keys_per_meeting)
    try:
        with writing():
            receive(lent_meeting().code, form.submission(Channel.SHARED), now(), sender)
    except (AnswerDeleted, NoSuchMeeting, NotOpenYet, MeetingClosed, AgreementChanged, WrongField) as refusal:
        return refusal
    return None


def _refused(form: AnswerForm, refusal: Exception) -> Response:
    with reading():
        meeting = lent_meeting()
        speak_for(meeting, form.language)
        if meeting.state(now()) is not State.OPEN:
            return make_response(over_page(meeting, form), 409)
        if isinstance(refusal, AgreementChanged):
            return make_response(changed_page(meeting, form), 409)
        errors = form.errors or {refusal.name: "meeting"} if isinstance(refusal, WrongField) else {}
        return make_response(wrong_page(meeting, form, errors), 422)


def _is_stored() -> bool:
    with reading():
        try:
            return Answer.by_key(lent_meeting().id, hash_of_key(parse_key(request.form.get("key", "")))) is not None
        except (BadKey, AnswerDeleted):
            return False


def _not_taken(status: int, title: str, text: str, retry_after: int | None = None) -> Response:
    """Nothing was stored and nothing is known but what was sent: the page carries all of it to try again, with another
    key where the one that was sent is none."""
    sent = [(name, value) for name, values in request.form.lists() for value in values]
    fields = [(name, value) for name, value in sent if name not in {"csrf_token", "key"}]
    if sent:
        fields.append(("key", str(uuid4()) if status == 400 else request.form.get("key", "")))
    page = render_template("shared/not_stored.html", fields=fields, title=title, text=text, **(request.view_args or {}))
    return make_response(page, status, {"Retry-After": str(retry_after)} if retry_after else {})


def _speak_as_sent() -> None:
    """Without asking the database, which may be gone."""
    wanted = request.form.get("lang", "")
    languages.use(wanted if wanted in settings().languages else DANISH)


def _to(page: str) -> BaseResponse:
    return redirect(url_for(f"room.shared.{page}", **(request.view_args or {})), 303)


room.register_blueprint(shared)
