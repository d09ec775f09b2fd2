"""The receipt: what was answered, for the holder of the key, who changes or deletes the answer from it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import now, public
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import change_page, meeting_context, render_notice, speak_for
from blueprints.citizen.holder import key_of, private, receipt_url
from blueprints.citizen.invitations import invitation_context
from blueprints.citizen.seen import sign_seen
from blueprints.citizen.views import public_address
from blueprints.fragments import asked_by_htmx
from blueprints.headers import settings
from blueprints.wrong_codes import unknown_meeting
from models.answer import Answer, AnswerDeleted, hash_of_key
from models.base import Texts, reading, writing
from models.clock import moment_at
from models.erasure import erase
from models.meeting import Meeting, State
from models.summary import keep_final_totals


@citizen.get("/answers/<key>")
@public
def receipt(code: str, key: str) -> Response | BaseResponse:
    """An unknown key is 404, that of a deleted answer 410."""
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is not None:
            return _receipt(meeting, key_of(key))
    return unknown_meeting(code)


@citizen.post("/answers/<key>/deletion")
@public
def deletion(code: str, key: str) -> Response | BaseResponse:
    """Delete the answer; its receipt says so from then on."""
    with writing():
        meeting = Meeting.by_code(code)
        if meeting is not None:
            speak_for(meeting, None)
            is_deleted = _delete(meeting, key_of(key))
    if meeting is None:
        return unknown_meeting(code)
    if is_deleted:
        erase()
    return redirect(receipt_url(code, key_of(key)), 303)


def receipt_page(meeting: Meeting, answer: Answer, key: UUID) -> str:
    wording = next(each.wording for each in meeting.agreements if each.number == answer.agreement)
    address = receipt_url(meeting.code, key)
    news = invitation_context(meeting, answer, key)
    unclear = [point for point in wording.points if point.id in answer.unclear]
    clear = [point for point in wording.points if point.id not in answer.unclear]
    joined = [point for point in wording.points if point.asks_hands and point.id in answer.offered]
    named = [*unclear, *(point for point in clear if point.id in answer.asked), *joined]
    shown = [*(point.title for point in named), *(step.text for step in wording.steps), *_texts_of_news(news)]
    template = "citizen/_receipt.html" if asked_by_htmx() else "citizen/receipt.html"
    return render_template(
        template,
        **meeting_context(meeting, shown),
        **news,
        at=moment_at(answer.changed_minute or answer.first_minute),
        wording=wording,
        unclear=unclear,
        clear=clear,
        asked=answer.asked,
        whys=answer.difficulties,
        joined=joined,
        helped=answer.helped,
        seen=sign_seen(meeting.code, answer.agreement, now()) if news["is_open"] and not news["outdated"] else "",
        asks_deletion="delete" in request.args,
        receipt_url=address,
        delete_url=f"{address}&delete=1",
        deletion_url=url_for("citizen.deletion", code=meeting.code, key=str(key), lang=languages.spoken()),
        agreement_url=url_for("citizen.agreement", code=meeting.code, lang=languages.spoken()),
        public_address=public_address(meeting),
        own_address=f"{settings().public_url}{address}",
    )


def _texts_of_news(news: dict[str, Any]) -> list[Texts]:
    """What invitations and replies hold of a professional's texts."""
    shown = [texts for talk, point in news["invited"] for texts in (point.title, talk.explanation)]
    for each in news["replies"]:
        replies = (seen.question.reply for seen in each.questions if seen.question.replied_at)
        shown += [each.point.title, *(reply for reply in replies if reply)]
    return shown


def _receipt(meeting: Meeting, key: UUID) -> Response:
    try:
        answer = Answer.by_key(meeting.id, hash_of_key(key))
    except AnswerDeleted:
        speak_for(meeting, None)
        return private(_deleted_page(meeting), 410)
    if answer is None:
        speak_for(meeting, None)
        abort(404)
    speak_for(meeting, request.args.get("lang", answer.language))
    if "change" in request.args and meeting.state(now()) is State.OPEN:
        return private(change_page(meeting, answer, key))
    return private(receipt_page(meeting, answer, key))


def _delete(meeting: Meeting, key: UUID) -> bool:
    """Whether there was still something to delete."""
    try:
        answer = Answer.by_key(meeting.id, hash_of_key(key))
    except AnswerDeleted:
        return False
    if answer is None:
        abort(404)
    answer.delete()
    keep_final_totals(meeting, now())
    return True


def _deleted_page(meeting: Meeting) -> str:
    return render_notice(
        meeting,
        heading=gettext("Your answer is deleted"),
        text=gettext("It is gone from the meeting."),
        spent=True,
        next_url=url_for("citizen.agreement", code=meeting.code, lang=languages.spoken()),
        next_words=gettext("Read the agreement again"),
    )
