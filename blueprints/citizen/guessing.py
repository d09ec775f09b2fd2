"""The expectation check: from what was guessed to the agreement, with the truth beside it. Nothing is stored."""

from __future__ import annotations

from uuid import uuid4

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import now, public
from blueprints.answer_form import AnswerForm, BadKey, parse_guesses
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import closed_page, new_page, not_open_page, speak_for
from blueprints.citizen.given import Given
from blueprints.citizen.holder import private
from blueprints.headers import settings
from blueprints.wrong_codes import unknown_meeting
from models.base import reading
from models.meeting import Meeting, State


@citizen.post("/guess")
@public
def guess(code: str) -> Response | BaseResponse:
    """The page with the guesses of the newest version beside the truth; a guess that does not fit is a skipped one.
    What is ticked and typed comes along, where somebody changes the language in the middle of it."""
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is not None:
            speak_for(meeting, request.form.get("lang"))
            return private(_page(meeting))
    return unknown_meeting(code)


@citizen.get("/guess", endpoint="guess_again")
@public
def show_page(code: str) -> BaseResponse:
    """What the page above was an answer to can't be asked for: back to the beginning, in the same language."""
    asked = request.args.get("lang")
    language = asked if asked in settings().languages else None
    return redirect(url_for("citizen.agreement", code=code, lang=language), 303)


def _page(meeting: Meeting) -> str:
    match meeting.state(now()):
        case State.DRAFT:
            return not_open_page(meeting)
        case State.CLOSED:
            return closed_page(meeting)
        case _:
            return _agreement_page(meeting)


def _agreement_page(meeting: Meeting) -> str:
    try:
        form = AnswerForm.parse(request.form)
    except BadKey:
        return new_page(meeting, str(uuid4()), Given(guesses=parse_guesses(request.form, {})))
    return new_page(meeting, str(form.key), Given.in_form(form))
