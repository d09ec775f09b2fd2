"""Answer, and the receipt that changes or deletes the answer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import now, public
from blueprints.addresses import hashed_address
from blueprints.answer_form import AnswerForm, BadKey, parse_key
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import (
    change_page,
    changed_page,
    closed_page,
    meeting_context,
    not_open_page,
    render_notice,
    wrong_page,
)
from blueprints.citizen.views import elsewhere, public_address
from blueprints.fragments import asked_by_htmx, fragment_at
from blueprints.headers import settings
from models.agreement import version_bit
from models.answer import Answer, AnswerDeleted, Channel, hash_of_key
from models.base import DatabaseGone, reading, writing
from models.clock import moment_at
from models.meeting import Meeting, State
from models.submission import (
    AgreementChanged,
    MeetingClosed,
    NoSuchMeeting,
    NotOpenYet,
    Sender,
    WrongField,
    receive,
)
from models.throttle import Throttled

REFUSALS = (AnswerDeleted, NotOpenYet, MeetingClosed, AgreementChanged, WrongField)
RETRY_SECONDS = 5

Render = Callable[[Meeting], str]


@citizen.post("/answers")
@public
def answers(code: str) -> Response | BaseResponse:
    """Take an answer, new or changed. What is refused comes back with everything typed."""
    if request.form.get("lang") in settings().languages:
        languages.use(request.form["lang"])
    try:
        form = AnswerForm.parse(request.form)
    except BadKey:
        abort(400)
    if form.errors:
        return _with_meeting(code, 422, lambda meeting: _page_of_state(meeting, form))
    submission, sender = form.submission(Channel.OWN_PHONE), _sender()
    try:
        with writing():
            receive(code, submission, now(), sender)
    except NoSuchMeeting:
        return elsewhere(code, "citizen.agreement")
    except REFUSALS as refusal:
        status, page = _refused(refusal, form)
        return _with_meeting(code, status, page)
    except Throttled as throttled:
        title = gettext("Many are answering right now.")
        text = gettext("Wait a minute, then try again. What you wrote is still here.")
        return _not_taken(code, 429, throttled.retry_after, title, text)
    except DatabaseGone:
        title = gettext("We couldn't send your answer.")
        text = gettext("Try again soon. What you wrote is still here.")
        return _not_taken(code, 503, RETRY_SECONDS, title, text)
    return _accepted(code, form)


@citizen.get("/answers/<key>")
@public
def receipt(code: str, key: str) -> Response | BaseResponse:
    """What was answered, for the holder of the key: unknown is 404, deleted 410."""
    languages.use(languages.asked_for(settings().languages))
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is None:
            return elsewhere(code, "citizen.receipt", key=key, lang=request.args.get("lang"))
        try:
            answer = Answer.by_key(meeting.id, hash_of_key(_key(key)))
        except AnswerDeleted:
            return _private(deleted_page(meeting), 410)
        if answer is None:
            abort(404)
        if "change" in request.args and meeting.state(now()) is State.OPEN:
            return _private(change_page(meeting, answer, _key(key)))
        return _private(_receipt(meeting, answer, _key(key)))


@citizen.post("/answers/<key>/deletion")
@public
def deletion(code: str, key: str) -> Response | BaseResponse:
    """Delete the answer; its receipt says so from then on."""
    languages.use(languages.asked_for(settings().languages))
    with writing():
        meeting = Meeting.by_code(code)
        if meeting is None:
            abort(404)
        try:
            answer = Answer.by_key(meeting.id, hash_of_key(_key(key)))
        except AnswerDeleted:
            answer = None
        else:
            if answer is None:
                abort(404)
            answer.delete()
    return redirect(_receipt_url(code, _key(key)), 303)


def deleted_page(meeting: Meeting) -> str:
    return render_notice(
        meeting,
        heading=gettext("Your answer is deleted"),
        text=gettext("It is gone from the meeting."),
        spent=True,
        next_url=url_for("citizen.agreement", code=meeting.code, lang=languages.spoken()),
        next_words=gettext("Read the agreement again"),
    )


def _refused(refusal: Exception, form: AnswerForm) -> tuple[int, Render]:
    """The status of a refusal and the page that says it, with everything typed."""
    match refusal:
        case AnswerDeleted():
            return 410, deleted_page
        case NotOpenYet():
            return 409, not_open_page
        case MeetingClosed():
            return 409, lambda meeting: closed_page(meeting, form)
        case WrongField(name=name):
            return 422, lambda meeting: wrong_page(meeting, form, {name: "meeting"})
        case _:
            return 409, lambda meeting: changed_page(meeting, form)


def _sender() -> Sender:
    return Sender(hashed_address(), settings().new_keys, settings().keys_per_meeting)


def _key(text: str) -> UUID:
    try:
        return parse_key(text)
    except BadKey:
        abort(404)


def _accepted(code: str, form: AnswerForm) -> Response | BaseResponse:
    """Success is shown only now, after the commit."""
    address = _receipt_url(code, form.key)
    if not asked_by_htmx():
        return redirect(address, 303)
    with reading():
        meeting = Meeting.by_code(code)
        answer = Answer.by_key(meeting.id, hash_of_key(form.key)) if meeting else None
        if meeting is None or answer is None:
            abort(404)
        response = _private(_receipt(meeting, answer, form.key))
    response.headers["HX-Push-Url"] = address
    return response


def _receipt(meeting: Meeting, answer: Answer, key: UUID) -> str:
    wording = next(each.wording for each in meeting.agreements if each.number == answer.agreement)
    address = _receipt_url(meeting.code, key)
    template = "citizen/_receipt.html" if asked_by_htmx() else "citizen/receipt.html"
    return render_template(
        template,
        **meeting_context(meeting),
        key=key,
        at=moment_at(answer.changed_minute or answer.first_minute),
        wording=wording,
        unclear=[point for point in wording.points if point.id in answer.unclear],
        clear=[point for point in wording.points if point.id not in answer.unclear],
        asked=answer.asked,
        is_open=meeting.state(now()) is State.OPEN,
        outdated=not meeting.current_versions & version_bit(answer.agreement),
        asks_deletion="delete" in request.args,
        receipt_url=address,
        change_url=f"{address}&change=1",
        delete_url=f"{address}&delete=1",
        deletion_url=url_for("citizen.deletion", code=meeting.code, key=str(key), lang=languages.spoken()),
        agreement_url=url_for("citizen.agreement", code=meeting.code, lang=languages.spoken()),
        public_address=public_address(meeting),
        own_address=f"{settings().public_url}{address}",
    )


def _receipt_url(code: str, key: UUID) -> str:
    return url_for("citizen.receipt", code=code, key=str(key), lang=languages.spoken())


def _page_of_state(meeting: Meeting, form: AnswerForm) -> str:
    state = meeting.state(now())
    if state is State.DRAFT:
        return not_open_page(meeting)
    return closed_page(meeting, form) if state is State.CLOSED else wrong_page(meeting, form, form.errors)


def _with_meeting(code: str, status: int, render: Render) -> Response | BaseResponse:
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is None:
            return elsewhere(code, "citizen.agreement")
        return _private(render(meeting), status)


def _not_taken(code: str, status: int, retry_after: int, title: str, text: str) -> Response:
    """Nothing was stored. With htmx the half-filled form stays as it is; without, the page carries all of it."""
    if asked_by_htmx():
        response = fragment_at("citizen/_state.html", "#state", status, title=title, text=text)
    else:
        fields = [(name, value) for name, values in request.form.lists() for value in values]
        page = render_template("citizen/not_stored.html", code=code, fields=fields, title=title, text=text)
        response = make_response(page, status)
    response.headers["Retry-After"] = str(retry_after)
    return response


def _private(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
