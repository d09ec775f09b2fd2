"""The record of a closed meeting, to be filed: what was agreed, what was answered and added."""

from __future__ import annotations

from flask import Response, abort, flash, make_response, redirect, render_template, url_for
from flask_babel import force_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField
from wtforms.validators import Length

from blueprints import access
from blueprints.access import now, staff, viewer
from blueprints.answer_form import clean_text
from blueprints.meetings import meetings
from blueprints.meetings.record_pdf import write_record
from blueprints.meetings.recorded import Record
from blueprints.pdf import pdf_response
from models.base import reading, writing
from models.facts import LONGEST_NUMBER, number_record
from models.meeting import Meeting, State
from models.wording import DANISH


class RecordNumbersForm(FlaskForm):
    """Under which numbers the archive keeps it; what is empty is a line to fill in by hand."""

    journal_number = StringField(
        lazy_gettext("Journal number"),
        validators=[Length(max=LONGEST_NUMBER, message=lazy_gettext("At most %(max)d characters, please."))],
        filters=[lambda text: clean_text(text or "")],
    )
    kle_number = StringField(
        lazy_gettext("KLE number"),
        validators=[Length(max=LONGEST_NUMBER, message=lazy_gettext("At most %(max)d characters, please."))],
        filters=[lambda text: clean_text(text or "")],
    )


@meetings.get("/<int:meeting_id>/record")
@staff
def record(meeting_id: int) -> Response:
    """Of an open meeting it says that the record comes after closing; a draft has none."""
    return _page(meeting_id)


@meetings.get("/<int:meeting_id>/record.pdf")
@staff
def record_pdf(meeting_id: int) -> Response | BaseResponse:
    """In Danish, which counts; after it the agreement in each of the meeting's other languages."""
    with reading():
        found = _record(meeting_id)
        if isinstance(found, Meeting):
            return redirect(url_for("meetings.record", meeting_id=meeting_id), 303)
        with force_locale(DANISH):
            return pdf_response(write_record(found), f"afstemt-{found.meeting.shown_code}-notat")


@meetings.post("/<int:meeting_id>/record-numbers")
@staff
def record_numbers(meeting_id: int) -> Response | BaseResponse:
    """``journal_number`` and ``kle_number``, at most 40 characters each."""
    form = RecordNumbersForm()
    with reading():
        _found(access.meeting_to_run(meeting_id))
    if not form.validate():
        return _page(meeting_id, form, 422)
    with writing():
        meeting = access.meeting_to_run(meeting_id)
        number_record(meeting, form.journal_number.data or "", form.kle_number.data or "", viewer(), now())
    flash(gettext("The numbers are saved."))
    return redirect(url_for("meetings.record", meeting_id=meeting_id), 303)


def _page(meeting_id: int, form: RecordNumbersForm | None = None, status: int = 200) -> Response:
    with reading():
        found = _record(meeting_id)
        if isinstance(found, Meeting):
            return make_response(render_template("meetings/record_later.html", meeting=found))
        meeting = found.meeting
        page = render_template(
            "meetings/record.html",
            record=found,
            meeting=meeting,
            acts=meeting.acts(viewer()),
            form=form or RecordNumbersForm(obj=meeting),
        )
    return make_response(page, status)


def _record(meeting_id: int) -> Record | Meeting:
    """The record, or the meeting while it is open."""
    return _found(access.meeting(meeting_id))


def _found(meeting: Meeting) -> Record | Meeting:
    if meeting.newest is None:
        abort(404)
    at = now()
    return Record(meeting, meeting.newest, at) if meeting.state(at) is State.CLOSED else meeting
