"""Take an answer, new or changed. What is refused comes back with everything typed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from uuid import uuid4

from flask import Response, abort, current_app, make_response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import now, public
from blueprints.addresses import hashed_address
from blueprints.answer_form import AnswerForm, BadKey, known
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import (
    again_page,
    changed_page,
    closed_page,
    not_open_page,
    speak_for,
    wrong_page,
)
from blueprints.citizen.holder import private, receipt_url
from blueprints.citizen.receipts import receipt_page
from blueprints.citizen.seen import proven_minute
from blueprints.fragments import asked_by_htmx, fragment_at
from blueprints.headers import settings
from blueprints.wrong_codes import unknown_meeting
from models.answer import Answer, AnswerDeleted, Channel, hash_of_key
from models.base import DatabaseGone, glancing, in_turn, reading, writing, writing_prepared
from models.meeting import Meeting, State
from models.new_answer import Overtaken
from models.receiving import look_into, receive
from models.submission import (
    AgreementChanged,
    MeetingClosed,
    NoSuchMeeting,
    NotOpenYet,
    Sender,
    WrongField,
)
from models.throttle import Throttled

REFUSALS = (AnswerDeleted, NotOpenYet, MeetingClosed, AgreementChanged)
RETRY_SECONDS = 5
#: Bytes of a form that is too long to be taken, and is given back to be shortened.
LARGEST_GIVEN_BACK = 1024 * 1024
#: Far more than the form of the longest agreement has: a page of many thousands would keep the server busy.
MOST_FIELDS = 500

Render = Callable[[Meeting], str]


@citizen.post("/answers")
@public
def answers(code: str) -> Response | BaseResponse:
    """Success is shown only after the commit. What comes back speaks ``?lang=``, which changes only the view, else the
    language of the answer."""
    wanted = _wanted()
    if wanted in settings().languages:
        languages.use(wanted)
    # Read before the turn: a phone that sends slowly must not keep the others waiting.
    fields = request.form
    try:
        with in_turn():
            form = AnswerForm.parse(fields)
            if not form.errors:
                _take(code, form)
    except BadKey:
        return _not_taken(
            code, 400, gettext("We didn't understand that"), gettext("Try again. What you wrote is still here.")
        )
    except NoSuchMeeting:
        return unknown_meeting(code, typed=form.texts)
    except WrongField as wrong:
        errors = {wrong.name: "meeting"}
        return _with_meeting(code, form, lambda meeting: _wrong(meeting, form, errors))
    except REFUSALS as refusal:
        status, page = _refused(refusal, form)
        return _with_meeting(code, form, lambda meeting: (status, page(meeting)))
    except Throttled as throttled:
        title = gettext("Many are answering right now.")
        text = gettext("Wait a minute, then try again. What you wrote is still here.")
        return _not_taken(code, 429, title, text, throttled.retry_after)
    except DatabaseGone:
        current_app.log_exception(sys.exc_info())
        title = gettext("We couldn't send your answer.")
        text = gettext("Try again soon. What you wrote is still here.")
        return _not_taken(code, 503, title, text, RETRY_SECONDS)
    if form.errors:
        return _with_meeting(code, form, lambda meeting: _wrong(meeting, form, form.errors))
    return _accepted(code, form)


def _refused_before(status: int) -> Response | None:
    """What is refused before it is looked at, come from another site (403) or too long (413), is given back with
    everything typed, unless it is too long even for that."""
    if status not in {403, 413}:
        return None
    request.max_content_length = request.max_form_memory_size = LARGEST_GIVEN_BACK
    try:
        wanted = _wanted()
    except RequestEntityTooLarge:
        return None
    if wanted in settings().languages:
        languages.use(wanted)
    text = gettext("Try again. What you wrote is still here.")
    if status == 413:
        text = gettext("What you sent is too long. Shorten it and try again.")
    return _not_taken((request.view_args or {})["code"], status, gettext("We couldn't send your answer."), text)


answers.refused_before = _refused_before  # type: ignore[attr-defined]


def _refused(refusal: Exception, form: AnswerForm) -> tuple[int, Render]:
    """The status of a refusal and the page that says it, with everything typed."""
    match refusal:
        case AnswerDeleted():
            return 410, lambda meeting: again_page(meeting, form)
        case NotOpenYet():
            return 409, lambda meeting: not_open_page(meeting, form)
        case MeetingClosed():
            return 409, lambda meeting: closed_page(meeting, form)
        case _:
            return 409, lambda meeting: changed_page(meeting, form)


def _wrong(meeting: Meeting, form: AnswerForm, errors: Mapping[str, str]) -> tuple[int, str]:
    """A field is wrong; where no answer would be taken anyway, that is said instead."""
    try:
        Answer.by_key(meeting.id, hash_of_key(form.key))
    except AnswerDeleted:
        return 410, again_page(meeting, form)
    match meeting.state(now()):
        case State.DRAFT:
            return 409, not_open_page(meeting, form)
        case State.CLOSED:
            return 409, closed_page(meeting, form)
        case _:
            return 422, wrong_page(meeting, form, errors)


def _with_meeting(code: str, form: AnswerForm, say: Callable[[Meeting], tuple[int, str]]) -> Response:
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is not None:
            speak_for(meeting, _wanted())
            status, page = say(meeting)
            return private(page, status)
    return unknown_meeting(code, typed=form.texts)


def _accepted(code: str, form: AnswerForm) -> Response | BaseResponse:
    address = receipt_url(code, form.key)
    if not asked_by_htmx():
        # By hand: every answer of a hall goes this way, and nobody reads the page that comes with a redirect.
        return Response(status=303, headers={"Location": address})
    with reading():
        meeting = Meeting.by_code(code)
        answer = Answer.by_key(meeting.id, hash_of_key(form.key)) if meeting else None
        if meeting is None or answer is None:
            abort(404)
        response = private(receipt_page(meeting, answer, form.key))
    response.headers["HX-Push-Url"] = address
    return response


def _not_taken(code: str, status: int, title: str, text: str, retry_after: int | None = None) -> Response:
    """Nothing was stored. With htmx the half-filled form stays as it is; without, the page carries all of it."""
    if asked_by_htmx():
        response = fragment_at("citizen/_state.html", "#state", status, title=title, text=text)
    else:
        fields = [
            (name, value) for name, values in request.form.lists() for value in values if name != "key" and known(name)
        ][:MOST_FIELDS]
        key = str(uuid4()) if status == 400 else request.form.get("key", "")
        page = render_template(
            "citizen/not_stored.html", code=code, fields=[("key", key), *fields], title=title, text=text
        )
        response = make_response(page, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _take(code: str, form: AnswerForm) -> None:
    submission, sender = form.submission(Channel.OWN_PHONE, proven_minute(code, form, now())), _sender()
    with glancing(), suppress(Overtaken):
        new = look_into(code, submission, now(), sender)
        if new is not None:
            with writing_prepared():
                new.store()
            return
    with writing():
        receive(code, submission, now(), sender)


def _wanted() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in settings().languages else request.form.get("lang", "")


def _sender() -> Sender:
    return Sender(hashed_address(), settings().new_keys, settings().keys_per_meeting)
