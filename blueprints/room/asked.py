"""What citizens asked in a meeting, as the room lists it to those who act: the newest first."""

from __future__ import annotations

from dataclasses import dataclass

from models.meeting import Meeting
from models.question import Question
from models.wording import WordedPoint


@dataclass(frozen=True)
class AskedQuestion:
    """A question and its point, worded as it was last: a later version may not hold it any more."""

    question: Question
    point: WordedPoint

    @property
    def stamp(self) -> str:
        """Differs whenever what was written in reply to it does."""
        moments = (self.question.answered_at, self.question.replied_at)
        return "-".join([str(self.question.id), *(f"{moment:%H%M%S%f}" if moment else "0" for moment in moments)])


@dataclass(frozen=True)
class Asked:
    """The meeting's questions; one that is ``hidden`` is in no other part."""

    everything: tuple[AskedQuestion, ...] = ()

    @property
    def visible(self) -> list[AskedQuestion]:
        return [each for each in self.everything if not each.question.hidden]

    @property
    def unanswered(self) -> list[AskedQuestion]:
        return [each for each in self.visible if each.question.answered_at is None]

    @property
    def answered(self) -> list[AskedQuestion]:
        return [each for each in self.visible if each.question.answered_at is not None]

    @property
    def hidden(self) -> list[AskedQuestion]:
        return [each for each in self.everything if each.question.hidden]

    def about(self, point_id: int) -> tuple[Question, ...]:
        """The visible ones on this point."""
        return tuple(each.question for each in self.visible if each.question.point_id == point_id)


def asked_in(meeting: Meeting) -> Asked:
    """Every question of the meeting that has words."""
    points = meeting.every_point
    return Asked(tuple(AskedQuestion(each, points[each.point_id]) for each in Question.of_meeting(meeting)))
