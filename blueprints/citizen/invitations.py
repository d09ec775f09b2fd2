"""What is new in the meeting for a receipt that stays open, which asks for it by itself: a changed text, replies,
published questions, and after a talk about a point whether it is clear now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from blueprints import languages
from blueprints.access import now, public
from blueprints.assets import assets
from blueprints.citizen import citizen
from blueprints.citizen.holder import key_of, private, receipt_url
from blueprints.citizen.replies import replies_for
from blueprints.headers import settings
from blueprints.wrong_codes import unknown_meeting
from models.agreement import version_bit
from models.answer import Answer, AnswerDeleted, hash_of_key
from models.base import glancing, reading
from models.invitation import Invitations, invitations
from models.meeting import Meeting, State
from models.talked_about import TalkedAbout


@citizen.get("/answers/<key>/invitations", endpoint="invitations")
@public
def show_invitations(code: str, key: str) -> Response | BaseResponse:
    """What the receipt asks and shows now. 304 where nothing changed; once nothing can come, without a next poll."""
    languages.use(languages.asked_for(settings().languages))
    held = key_of(key)
    with glancing():
        asked = invitations(code, hash_of_key(held), now())
    if asked is None:
        return _nobodys(code, held)
    etag = _etag(asked)
    if request.if_none_match.contains(etag):
        return Response(status=304, headers={"ETag": f'"{etag}"'})
    with reading():
        meeting = Meeting.by_code(code)
        answer = Answer.by_key(meeting.id, hash_of_key(held)) if meeting else None
        if meeting is None or answer is None:
            abort(404)
        response = private(
            render_template("citizen/_news.html", meeting=meeting, **_context(meeting, answer, held, asked))
        )
    response.set_etag(etag)
    return response


def invitation_context(meeting: Meeting, answer: Answer, key: UUID) -> dict[str, Any]:
    """What a receipt needs to ask and to show of the meeting's questions, inside ``reading()``."""
    asked = invitations(meeting.code, hash_of_key(key), now())
    return _context(meeting, answer, key, asked or Invitations((), False, ""))


def _context(meeting: Meeting, answer: Answer, key: UUID, asked: Invitations) -> dict[str, Any]:
    wording = next(each.wording for each in meeting.agreements if each.number == answer.agreement)
    points = {point.id: point for point in wording.points}
    return {
        "key": key,
        "answer": answer,
        "invited": [
            (talk, points[talk.point_id]) for talk in TalkedAbout.those(asked.talks) if talk.point_id in points
        ],
        "may_come": asked.may_come,
        "is_open": meeting.state(now()) is State.OPEN,
        "outdated": not meeting.current_versions & version_bit(answer.agreement),
        "change_url": f"{receipt_url(meeting.code, key)}&change=1",
        "unclear_ids": sorted(answer.unclear & points.keys()),
        "questions": {point: text for point, text in answer.asked.items() if point in points},
        "difficulties": {point: why for point, why in answer.difficulties.items() if point in points},
        "offers": sorted(point for point in answer.offered & points.keys() if points[point].asks_hands),
        "replies": replies_for(meeting, answer, wording),
        "invitations_url": url_for("citizen.invitations", code=meeting.code, key=str(key), lang=languages.spoken()),
        "etag": f'"{_etag(asked)}"',
    }


def _etag(asked: Invitations) -> str:
    return f"{asked.state}-{languages.spoken()}-{assets().build}"


def _nobodys(code: str, key: UUID) -> Response:
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is not None:
            try:
                Answer.by_key(meeting.id, hash_of_key(key))
            except AnswerDeleted:
                abort(410)
            abort(404)
    return unknown_meeting(code)
