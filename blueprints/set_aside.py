"""What a form says to a point that the newest text does not hold: shown beside the form, so that it is not lost."""

from __future__ import annotations

from dataclasses import dataclass

from blueprints.answer_form import AnswerForm
from models.answer import Difficulty
from models.meeting import Meeting
from models.wording import WordedPoint


@dataclass(frozen=True)
class SetAside:
    """What was ticked and typed at one such point. ``point``: as it was last worded, None where no version holds it."""

    point: WordedPoint | None
    is_unclear: bool
    hard: Difficulty
    offers: bool
    question: str


def set_aside(form: AnswerForm, meeting: Meeting) -> list[SetAside]:
    """In the order in which the points came to be. A tick at a point that the meeting never had says nothing."""
    every_point = meeting.every_point
    asked = {point for point, text in form.questions.items() if text}
    said = asked | ((form.unclear | form.offers) & every_point.keys())
    held = {point.id for point in meeting.published.wording.points}
    return [
        SetAside(
            point=every_point.get(each),
            is_unclear=each in form.unclear,
            hard=form.difficulties.get(each, Difficulty(0)) if each in form.unclear else Difficulty(0),
            offers=each in form.offers,
            question=form.questions.get(each, ""),
        )
        for each in sorted(said - held)
    ]
