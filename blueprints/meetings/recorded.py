"""What the record of a meeting holds, for its page and its PDF. Never a citizen's key or name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from models.agreement import Agreement
from models.late import late_until
from models.meeting import Meeting
from models.question import Question
from models.summary import totals
from models.talked_about import TalkedAbout
from models.totals import PointTotals, Totals
from models.wording import WordedPoint


@dataclass(frozen=True)
class RecordPoint:
    """A point with what was answered and added to it. ``counts`` is None where too few answered it; ``is_current``:
    the newest version holds it."""

    point: WordedPoint
    is_current: bool
    counts: PointTotals | None
    talks: tuple[TalkedAbout, ...]
    questions: tuple[Question, ...]

    @property
    def explanations(self) -> list[TalkedAbout]:
        return [talk for talk in self.talks if talk.explanation]

    @property
    def has_additions(self) -> bool:
        return bool(self.explanations or self.questions)


@dataclass(frozen=True)
class Record:
    """A closed meeting at one moment, within the limit that holds outside the room (rule 6)."""

    meeting: Meeting
    agreement: Agreement
    at: datetime

    @cached_property
    def totals(self) -> Totals:
        return totals(self.meeting)

    @property
    def late_until(self) -> datetime | None:
        """Until when answers given offline may still come; None once none can."""
        return late_until(self.meeting, self.at)

    @property
    def smallest_group(self) -> int:
        return self.meeting.smallest_group

    @property
    def shows_split(self) -> bool:
        return self.totals.answers > 0 and self.totals.shows_split(self.smallest_group)

    @property
    def earlier(self) -> list[Agreement]:
        """The versions before the newest, the latest first."""
        return self.meeting.agreements[-2::-1]

    @cached_property
    def points(self) -> list[RecordPoint]:
        """The newest version's in their order, then those of earlier ones, worded as they were last."""
        current = {point.id for point in self.agreement.wording.points}
        last = {point.id: point for version in self.meeting.agreements for point in version.wording.points}
        of_newest = self.agreement.wording.points
        gone = [point for each, point in last.items() if each not in current]
        return [self._point(point, is_current=point.id in current) for point in (*of_newest, *gone)]

    @cached_property
    def talks(self) -> list[TalkedAbout]:
        return TalkedAbout.standing_in(self.meeting)

    @cached_property
    def questions(self) -> list[Question]:
        return Question.shown_to_citizens(self.meeting)[::-1]

    def _point(self, point: WordedPoint, *, is_current: bool) -> RecordPoint:
        shown = point.id is not None and self.shows_split and self.totals.shows_point(point.id, self.smallest_group)
        return RecordPoint(
            point,
            is_current,
            self.totals.point(point.id) if shown and point.id is not None else None,
            tuple(talk for talk in self.talks if talk.point_id == point.id),
            tuple(question for question in self.questions if question.point_id == point.id),
        )
