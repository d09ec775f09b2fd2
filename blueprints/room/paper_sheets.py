"""The sheet to answer on: the newest version with boxes to tick, on one A4 page where the text allows."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request
from flask_babel import force_locale, gettext
from markupsafe import Markup

from blueprints import access
from blueprints.access import staff, viewer
from blueprints.headers import settings
from blueprints.languages import direction, partly_danish
from blueprints.qr import qr_svg
from blueprints.room import room
from blueprints.room.refusals import not_opened
from models.base import reading
from models.meeting import Meeting
from models.wording import DANISH

#: Characters from which the sheet is set in smaller letters, so that two pages hold it.
MUCH_TEXT = 1600


@room.get("/meetings/<int:meeting_id>/paper/sheet")
@staff
def paper_sheet(meeting_id: int) -> Response:
    """``?lang=``: in one of the meeting's languages, else in Danish; the page around it speaks the viewer's own."""
    with reading():
        meeting = access.meeting(meeting_id)
        if meeting.newest is None:
            return not_opened(meeting)
        languages = [language for language in settings().languages if language in meeting.languages]
        wanted = request.args.get("lang", DANISH)
        language = wanted if wanted in languages else DANISH
        with force_locale(language):
            sheet = render_template(
                "room/_paper_sheet.html",
                meeting=meeting,
                agreement=meeting.newest,
                partly_danish=partly_danish([meeting.title, *meeting.newest.wording.texts]),
                **_way(meeting),
            )
        with force_locale(viewer().locale):
            page = render_template(
                "room/paper_sheet.html",
                meeting=meeting,
                sheet=Markup(sheet),  # noqa: S704 (our own template)
                language=language,
                direction=direction(language),
                languages=languages,
                acts=meeting.acts(viewer()),
                is_long=sum(map(len, meeting.newest.wording.citizen_texts())) > MUCH_TEXT,
            )
    return make_response(page)


def _way(meeting: Meeting) -> dict[str, str]:
    """How to answer on a phone instead: by a configured address, never the one that this request came by."""
    public_url = settings().public_url
    code = qr_svg(f"{public_url}/m/{meeting.code}", gettext("QR code of the meeting"))
    return {"qr": Markup(code), "host": urlsplit(public_url).netloc}  # noqa: S704 (our own drawing, its label escaped)
