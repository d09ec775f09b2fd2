"""Questions on the tablet: answered, replied to, shown to all, hidden, deleted; and each but the last undone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField

from blueprints.access import meeting_to_run, now, question_to_run, staff, viewer
from blueprints.answer_form import clean_text
from blueprints.room import room
from blueprints.room.views import QUESTIONS, room_page
from models.base import Texts, writing
from models.erasure import erase
from models.question import LONGEST_REPLY

REPLY = "reply-"


class HidingForm(FlaskForm):
    hidden = RadioField(choices=["1", "0"])


@dataclass(frozen=True)
class RefusedReply:
    """What was typed, to be shown again, and the languages in which it is too long."""

    question: int
    typed: Texts
    too_long: list[str]


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/answer")
@staff
def question_answer(meeting_id: int, question_id: int) -> Response:
    """``reply-<language>``: optional, at most 280 characters, in the meeting's languages; sent empty, it takes an
    earlier reply back. 422 with all that was typed for a longer one."""
    with writing():
        question = question_to_run(meeting_id, question_id)
        languages = [each for each in meeting_to_run(meeting_id).languages if f"{REPLY}{each}" in request.form]
        said = {each: clean_text(request.form[f"{REPLY}{each}"]) for each in languages}
        too_long = [each for each, text in said.items() if len(text) > LONGEST_REPLY]
        if not too_long:
            question.mark_answered(viewer(), now(), said if languages else None)
    if too_long:
        return room_page(meeting_id, QUESTIONS, 422, refused=RefusedReply(question_id, said, too_long))
    return _to_the_question(meeting_id, question_id)


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/answer/withdrawal")
@staff
def question_reopening(meeting_id: int, question_id: int) -> Response:
    """Not answered after all: its reply is out of sight, kept to be mended."""
    with writing():
        question_to_run(meeting_id, question_id).reopen(viewer(), now())
    return _to_the_question(meeting_id, question_id)


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/publication")
@staff
def question_publication(meeting_id: int, question_id: int) -> Response:
    """Its words to all citizens of the meeting: the page has reminded of names. ``words`` is the stamp of those that
    were read there: changed in the same moment, they are to be read first."""
    with writing():
        question = question_to_run(meeting_id, question_id)
        if request.form.get("words") == question.words_stamp:
            question.publish(viewer(), now())
    return _to_the_question(meeting_id, question_id)


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/publication/withdrawal")
@staff
def question_withdrawal(meeting_id: int, question_id: int) -> Response:
    with writing():
        question_to_run(meeting_id, question_id).withdraw(viewer(), now())
    return _to_the_question(meeting_id, question_id)


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/hiding")
@staff
def question_hiding(meeting_id: int, question_id: int) -> Response:
    """``hidden=1`` takes the question out of sight, ``hidden=0`` brings it back."""
    form = HidingForm()
    with writing():
        question = question_to_run(meeting_id, question_id)
        if not form.validate():
            abort(400)
        question.set_hidden(form.hidden.data == "1", viewer(), now())
    return _to_the_question(meeting_id, question_id)


@room.post("/meetings/<int:meeting_id>/questions/<int:question_id>/deletion")
@staff
def question_deletion(meeting_id: int, question_id: int) -> Response:
    with writing():
        question_to_run(meeting_id, question_id).forget(viewer(), now())
    erase()
    return redirect(url_for("room.room", meeting_id=meeting_id, view=QUESTIONS), 303)


def _to_the_question(meeting_id: int, question_id: int) -> Response:
    """Back to the list: a browser opens what is folded around the named part."""
    address = url_for("room.room", meeting_id=meeting_id, view=QUESTIONS, _anchor=f"question-{question_id}")
    return redirect(address, 303)
