"""A translation as a spreadsheet: given to a translator, and taken back."""

from __future__ import annotations

from typing import cast

from flask import Response, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from blueprints import access, languages
from blueprints.access import now, staff, viewer
from blueprints.headers import settings
from blueprints.meetings import meetings
from blueprints.meetings.translation_rows import NotASpreadsheet, OtherSpreadsheet, Taking, rows, taking
from blueprints.meetings.writing import closed_meanwhile
from models.base import reading, writing
from models.keeping import keep_translations
from models.meeting import Meeting, State, WrongState
from models.wording import DANISH

#: Of the rows that were passed over.
MOST_SAID = 5

Answer = str | Response | BaseResponse


class _Wrong(Exception):
    """Rows that keep all of a spreadsheet from being taken."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines


@meetings.get("/<int:meeting_id>/translation")
@staff
def translation(meeting_id: int) -> Answer:
    return _page(meeting_id)


@meetings.get("/<int:meeting_id>/translation.xlsx")
@staff
def translation_file(meeting_id: int) -> Response:
    # Spreadsheets cost a start of the application a twelfth of a second, and are rarely asked for.
    from blueprints.meetings import translation_sheet  # noqa: PLC0415

    with reading():
        meeting = access.meeting_to_run(meeting_id)
        language = request.args.get("lang", "")
        if language not in _others(meeting):
            abort(404)
        languages.use(viewer().locale)
        content = translation_sheet.written(rows(meeting, language), language)
        name = f"afstemt-{meeting.code}-{language}.xlsx"
    response = make_response(content)
    response.headers["Content-Type"] = translation_sheet.MIMETYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@meetings.post("/<int:meeting_id>/translation")
@staff
def take_translation(meeting_id: int) -> Answer:
    """Take what a translator sends: all of it, or nothing where a row is wrong."""
    from blueprints.meetings.translation_sheet import read  # noqa: PLC0415

    language = request.form.get("lang", "")
    languages.use(viewer().locale)
    try:
        sent = read(_sent())
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            if meeting.state(now()) is State.CLOSED:
                raise WrongState
            if language not in _others(meeting):
                abort(400)
            found = taking(sent, meeting, language)
            if found.wrong:
                raise _Wrong(found.wrong)
            if found.translations:
                keep_translations(meeting, language, found.translations, viewer(), now())
    except WrongState:
        return closed_meanwhile(meeting_id)
    except (NotASpreadsheet, OtherSpreadsheet) as error:
        return _page(meeting_id, 422, str(error))
    except _Wrong as wrong:
        sentence = gettext("Nothing was taken. Put these rows right, and send the file again:")
        return _page(meeting_id, 422, sentence, wrong.lines)
    flash(_said(found), "attention" if found.older else "message")
    if found.passed_over:
        flash(_passed_over(found.passed_over), "attention")
    return redirect(url_for("meetings.write", meeting_id=meeting_id, lang=language), 303)


@meetings.errorhandler(RequestEntityTooLarge)
def _too_large(error: RequestEntityTooLarge) -> Answer:
    """A spreadsheet that is too large is said at its field; anything else by the error page that every address has."""
    if request.endpoint != "meetings.take_translation":
        return cast("Answer", current_app.error_handler_spec[None][None][HTTPException](error))
    return _said_too_large(**(request.view_args or {}))


@staff
def _said_too_large(meeting_id: int) -> Answer:
    return _page(meeting_id, 413, gettext("The spreadsheet is too large. Send the one that you got here."))


def _sent() -> bytes:
    file = request.files.get("file")
    content = file.read() if file else b""
    if not content:
        raise NotASpreadsheet(gettext("Choose the spreadsheet first."))
    return content


def _said(found: Taking) -> str:
    """What came of it, in one sentence."""
    parts = [ngettext("%(num)d text taken", "%(num)d texts taken", found.taken)]
    if found.unchanged:
        parts.append(ngettext("%(num)d unchanged", "%(num)d unchanged", found.unchanged))
    if found.empty:
        parts.append(ngettext("%(num)d not translated yet", "%(num)d not translated yet", found.empty))
    if found.older:
        parts.append(ngettext("%(num)d is older than the Danish", "%(num)d are older than the Danish", found.older))
    return ", ".join(parts) + "."


def _passed_over(sentences: list[str]) -> str:
    """The first of them, and how many more: what is said after the way to the next page must fit into a cookie."""
    more = len(sentences) - MOST_SAID
    rest = [ngettext("and %(num)d more", "and %(num)d more", more)] if more > 0 else []
    return " ".join([*sentences[:MOST_SAID], *rest])


def _page(meeting_id: int, status: int = 200, error: str = "", lines: list[str] | None = None) -> Answer:
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is State.CLOSED:
            return closed_meanwhile(meeting_id)
        others = _others(meeting)
        if not others:
            flash(gettext("Switch on another language first."), "attention")
            return redirect(url_for("meetings.write", meeting_id=meeting_id), 303)
        asked = request.args.get("lang", "") if status == RequestEntityTooLarge.code else request.values.get("lang", "")
        language = asked if asked in others else others[0]
        languages.use(viewer().locale)
        progress = next(each for each in meeting.translations if each.language == language)
        page = render_template(
            "meetings/translation.html", meeting=meeting, language=language, progress=progress, error=error, lines=lines
        )
        return make_response(page, status)


def _others(meeting: Meeting) -> list[str]:
    return [each for each in settings().languages if each != DANISH and each in meeting.languages]
