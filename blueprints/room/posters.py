"""The poster as a PDF: QR, code and call on one A4 or A3 page, to hang up."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from flask import Response, abort, request
from flask_babel import force_locale, gettext

from blueprints import access
from blueprints.access import now, staff
from blueprints.headers import settings
from blueprints.languages import day_and_month, day_at
from blueprints.pdf import Document, pdf_response
from blueprints.pdf_style import SOFT, Style
from blueprints.room import room
from models.base import reading
from models.meeting import Meeting
from models.wording import DANISH

#: How large each paper is beside A4.
PAPERS = {"a4": 1.0, "a3": 2**0.5}
MARGIN = 18.0

PLACE = Style(15, colour=SOFT, space=3, centred=True)
TITLE = Style(36, bold=True, space=7, leading=1.2, centred=True)
#: The largest on one line, else on two, else small on as many as it takes.
LARGE_TITLES, SMALL_TITLE = (36, 30), 23
CALL = Style(24, bold=True, space=2.5, leading=1.3, centred=True)
OTHER_CALL = Style(16, space=1, centred=True)
ADDRESS = Style(17, space=1, centred=True)
CODE = Style(52, bold=True, space=6, leading=1.2, centred=True)
FOOT = Style(11, colour=SOFT, space=0, centred=True)
LARGEST_QR, SMALLEST_QR = 138.0, 70.0

Line = tuple[str, Style, str]


@room.get("/meetings/<int:meeting_id>/poster.pdf")
@staff
def poster_pdf(meeting_id: int) -> Response:
    """``?size=a3`` for the larger paper; another one is 404."""
    paper = request.args.get("size", "a4")
    if paper not in PAPERS:
        abort(404)
    with reading():
        meeting = access.meeting(meeting_id)
        with force_locale(DANISH):
            return pdf_response(_poster(meeting, paper), f"afstemt-{meeting.shown_code}-{paper}")


def _poster(meeting: Meeting, paper: str) -> Document:
    scale = PAPERS[paper]
    title = meeting.title.get(DANISH, "")
    document = Document(title or gettext("Poster"), DANISH, now(), paper=paper, margin=MARGIN * scale)
    above = [_scaled(line, scale) for line in _above(document, meeting, title, scale)]
    below = [_scaled(line, scale) for line in _below(meeting)]

    room_left = document.height - sum(_height(document, line) for line in (*above, *below))
    size = min(max(room_left - 6 * scale, SMALLEST_QR * scale), LARGEST_QR * scale)
    document.space(max(room_left - size, 0) / 2)
    for text, style, language in above:
        document.write(text, style, language)
    document.qr(f"{settings().public_url}/m/{meeting.code}", size)
    for text, style, language in below:
        document.write(text, style, language)
    return document


def _above(document: Document, meeting: Meeting, title: str, scale: float) -> list[Line]:
    others = [language for language in settings().languages if language in meeting.languages and language != DANISH]
    large = [replace(TITLE, size=size) for size in LARGE_TITLES]
    fits = ((lines, style) for lines in (1, 2) for style in large)
    fitting = next(
        (style for most, style in fits if _lines(document, title, replace(style, size=style.size * scale)) <= most),
        replace(TITLE, size=SMALL_TITLE),
    )
    demo = "Demo · " if meeting.institution.municipality.is_demo else ""
    return [
        (f"{demo}{_where(meeting)}", PLACE, DANISH),
        *([(title, fitting, DANISH)] if title else []),
        (gettext("Scan and see what you can influence"), CALL, DANISH),
        *((_call(language), OTHER_CALL, language) for language in others),
    ]


def _below(meeting: Meeting) -> list[Line]:
    host = urlsplit(settings().public_url).netloc
    return [
        (gettext("Or go to %(address)s and type the code", address=host), ADDRESS, DANISH),
        (meeting.shown_code, CODE, DANISH),
        (meeting.institution.municipality.name, FOOT, DANISH),
    ]


def _where(meeting: Meeting) -> str:
    place = ", ".join(part for part in (meeting.institution.name, meeting.place) if part)
    if meeting.held_on is None:
        return place
    return f"{place}\n{day_at(day_and_month(meeting.held_on), meeting.held_at)}"


def _call(language: str) -> str:
    with force_locale(language):
        return str(gettext("Scan and see what you can influence"))


def _lines(document: Document, text: str, style: Style) -> int:
    return round(document.height_of(text, style) / style.line)


def _height(document: Document, line: Line) -> float:
    text, style, language = line
    return document.height_of(text, style, language=language) + style.space


def _scaled(line: Line, scale: float) -> Line:
    text, style, language = line
    return text, replace(style, size=style.size * scale, space=style.space * scale), language
