"""The citizen's own copy, for the holder of the key: what was agreed and answered. The key is nowhere in it."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, abort, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import now, public
from blueprints.agreement_pdf import said_in, write_additions, write_agreement, write_quote
from blueprints.citizen import citizen
from blueprints.citizen.agreement_page import speak_for
from blueprints.citizen.holder import key_of
from blueprints.headers import settings
from blueprints.languages import day_at, day_clock, is_read, long_date, partly_danish, spoken, unbroken
from blueprints.pdf import Document, pdf_response
from blueprints.pdf_style import BODY, LEAD, SMALL, STRONG
from blueprints.wrong_codes import unknown_meeting
from models.agreement import version_bit
from models.answer import Answer, AnswerDeleted, hash_of_key
from models.base import reading
from models.clock import moment_at
from models.meeting import Meeting
from models.question import Question
from models.talked_about import TalkedAbout
from models.wording import WordedPoint, Wording


@citizen.get("/answers/<key>/copy.pdf")
@public
def own_copy(code: str, key: str) -> Response | BaseResponse:
    """In ``?lang=``, else the language of the answer. An unknown key is 404, that of a deleted answer 410."""
    with reading():
        meeting = Meeting.by_code(code)
        if meeting is not None:
            return _copy(meeting, key_of(key))
    return unknown_meeting(code)


def _copy(meeting: Meeting, key: UUID) -> Response:
    try:
        answer = Answer.by_key(meeting.id, hash_of_key(key))
    except AnswerDeleted:
        speak_for(meeting, None)
        abort(410)
    if answer is None:
        speak_for(meeting, None)
        abort(404)
    speak_for(meeting, request.args.get("lang", answer.language))
    return pdf_response(_document(meeting, answer), f"afstemt-{meeting.shown_code}")


def _document(meeting: Meeting, answer: Answer) -> Document:
    wording = next(each.wording for each in meeting.agreements if each.number == answer.agreement)
    title, language = said_in(meeting.title)
    foot = f"{meeting.institution.name} · {meeting.shown_code}"
    document = Document(title, spoken(), now(), foot=foot)
    demo = "Demo · " if meeting.institution.municipality.is_demo else ""
    document.write(f"{demo}{_where(meeting)}", SMALL)
    document.heading(title, 1, language)
    document.write(gettext("Your copy of the agreement and your answer"), LEAD)
    if partly_danish([meeting.title, *wording.texts]):
        document.write(gettext("Some of the text is in Danish, because it is not translated."), SMALL)
    _write_answer(document, meeting, answer, wording)
    document.space(5)
    write_agreement(document, wording, talk=meeting.is_talk)
    shown = Question.shown_to_citizens(meeting, answer)[::-1]
    write_additions(document, wording.points, TalkedAbout.standing_in(meeting), shown)
    _write_end(document, meeting)
    return document


def _where(meeting: Meeting) -> str:
    place = ", ".join(filter(None, (meeting.institution.name, meeting.place)))
    if meeting.held_on is None:
        return place
    return f"{place}\n{day_at(long_date(meeting.held_on), meeting.held_at)}"


def _write_answer(document: Document, meeting: Meeting, answer: Answer, wording: Wording) -> None:
    document.heading(gettext("This is what you answered"))
    moment = day_clock(moment_at(answer.changed_minute or answer.first_minute))
    document.write(gettext("We got your answer %(moment)s.", moment=moment))
    unclear = [point for point in wording.points if point.id in answer.unclear]
    clear = [point for point in wording.points if point.id not in answer.unclear]
    if unclear:
        document.write(
            ngettext("%(num)d point was unclear to you", "%(num)d points were unclear to you", len(unclear)), STRONG
        )
        _write_points(document, answer, unclear)
    if clear:
        document.write(ngettext("%(num)d point was clear", "%(num)d points were clear", len(clear)), STRONG)
        _write_points(document, answer, [point for point in clear if point.id in answer.asked])
    document.write(gettext("You have not said yes to the plan. You have only said you have understood."), STRONG)
    if not meeting.current_versions & version_bit(answer.agreement):
        document.write(gettext("The text has changed since you answered. This is the text that you answered to."))


def _write_points(document: Document, answer: Answer, points: list[WordedPoint]) -> None:
    for point in points:
        title, language = said_in(point.title)
        document.write(title, BODY, language)
        if point.id in answer.asked:
            write_quote(document, gettext("You asked:"), answer.asked[point.id])


def _write_end(document: Document, meeting: Meeting) -> None:
    document.space(4)
    if meeting.contact_name and meeting.contact_phone:
        # From right to left, common spaces would turn the order of its groups of digits around.
        phone = unbroken(meeting.contact_phone)
        document.write(f"{gettext('Do you have questions? Call %(name)s on', name=meeting.contact_name)} {phone}.")
    elif meeting.contact_name:
        document.write(gettext("Do you have questions? Ask %(name)s.", name=meeting.contact_name))
    document.write(gettext("The address of the agreement, to read and share:"), SMALL)
    document.write(f"{urlsplit(settings().public_url).netloc}/m/{meeting.code}", BODY, "en")
    if not is_read(spoken()):
        document.write(
            gettext("Nobody who grew up with this language has checked the words yet. Danish is the text that counts."),
            SMALL,
        )
