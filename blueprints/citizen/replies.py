"""What became of the meeting's questions, as every citizen's receipt shows it: replies, and what was published."""

from __future__ import annotations

from dataclasses import dataclass

from models.answer import Answer
from models.meeting import Meeting
from models.question import Question
from models.wording import WordedPoint, Wording


@dataclass(frozen=True)
class SeenQuestion:
    """What the holder of one answer sees of a question. Its words are in sight where published or ``is_own``."""

    question: Question
    is_own: bool

    @property
    def words(self) -> str | None:
        return self.question.text if self.is_own or self.question.is_published else None

    @property
    def is_reply_to_own(self) -> bool:
        """Whether the reply is to the words that its holder reads: they may have been changed since."""
        return self.is_own and self.question.text is not None and self.question.answered_at is not None


@dataclass(frozen=True)
class PointReplies:
    """A point, and the questions about it of which citizens see something, the earliest first."""

    point: WordedPoint
    questions: tuple[SeenQuestion, ...]


def replies_for(meeting: Meeting, answer: Answer, wording: Wording) -> list[PointReplies]:
    """By point, in the order of the text that was answered; then on points that it does not hold, worded as last."""
    shown: dict[int, list[SeenQuestion]] = {}
    for question in reversed(Question.shown_to_citizens(meeting, answer)):
        shown.setdefault(question.point_id, []).append(SeenQuestion(question, question.answer_id == answer.id))
    if not shown:
        return []
    points = {point.id: point for point in wording.points if point.id is not None}
    points |= {each: point for each, point in meeting.every_point.items() if each not in points}
    return [PointReplies(point, tuple(shown[each])) for each, point in points.items() if each in shown]
