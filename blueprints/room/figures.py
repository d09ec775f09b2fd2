"""What the room shows of a meeting to one viewer: figures within the small-group limit; questions to those who act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blueprints.room.asked import Asked, asked_in
from models.base import Texts
from models.meeting import Meeting
from models.person import Viewer
from models.question import Question
from models.summary import totals
from models.talked_about import TalkedAbout
from models.totals import PointTotals, Totals
from models.wording import DANISH, Influence, WordedPoint


@dataclass(frozen=True)
class ShownPoint:
    """``counts`` is None where the point is below the limit, ``guessed`` where those who guessed are. ``first``: to be
    talked about before the others. ``talk``: the last talk about it, an act of staff that the limit does not hide.
    ``questions``: those that are not hidden."""

    id: int
    position: int
    influence: Influence | None
    title: Texts
    counts: PointTotals | None
    questions: tuple[Question, ...]
    first: bool = False
    talk: TalkedAbout | None = None
    asks_guess: bool = False
    asks_hands: bool = False
    guessed: PointTotals | None = None

    @property
    def share_clear(self) -> float | None:
        """Of the point's answers, those to whom it is clear now."""
        if self.counts is None or not self.counts.answers:
            return None
        return 1 - self.counts.unclear_now / self.counts.answers

    @property
    def share_clear_first(self) -> float | None:
        """Of the point's answers, those to whom it was clear at first."""
        if self.counts is None or not self.counts.answers:
            return None
        return 1 - self.counts.unclear_first / self.counts.answers

    @property
    def was_ever_unclear(self) -> bool:
        """Whether there is a way from first to now to be shown."""
        return self.counts is not None and bool(self.counts.unclear_first or self.counts.raised_later)

    @property
    def expectation_gap(self) -> float | None:
        """The share of its guesses that were wrong."""
        if self.guessed is None or self.influence is None:
            return None
        return self.guessed.expectation_gap(self.influence)

    @property
    def guessed_wrong(self) -> int:
        """How many expected influence on a fixed point, none on an open one."""
        if self.guessed is None:
            return 0
        return self.guessed.expected_influence if self.influence is Influence.FIXED else self.guessed.expected_none

    @property
    def guessed_right(self) -> int:
        if self.guessed is None:
            return 0
        return self.guessed.expected_none if self.influence is Influence.FIXED else self.guessed.expected_influence

    @property
    def offers(self) -> int | None:
        """How many would lend a hand, where the point asks."""
        return self.counts.offers if self.counts is not None and self.asks_hands else None


@dataclass(frozen=True)
class Figures:
    """``points`` of the newest agreement, those to talk about first at the top. ``asked``: also on points that are no
    longer in it. ``headcount``: how many are in the room, None where nobody counted."""

    totals: Totals
    acts: bool
    is_talk: bool
    smallest_group: int
    headcount: int | None
    points: tuple[ShownPoint, ...]
    asked: Asked

    @property
    def shows_split(self) -> bool:
        """An individual talk is never protected (rule 6), but its figures go with its answers."""
        if self.is_talk:
            return not self.totals.is_bare
        return self.totals.shows_split(self.smallest_group)

    @property
    def unclear_answers(self) -> int:
        """Answers to a current wording with something unclear now."""
        return self.totals.answers - self.totals.outdated - self.totals.understood_now

    @property
    def cleared(self) -> int:
        """How often a shown point was unclear in an answer and is not any more."""
        return sum(point.counts.cleared for point in self.points if point.counts)

    @property
    def something_is_unclear(self) -> bool:
        return any(point.first for point in self.points)

    @property
    def exceed_headcount(self) -> bool:
        """More answers than people: somebody may have answered for fun."""
        return self.headcount is not None and self.totals.answers > self.headcount

    @property
    def most_wrongly_expected(self) -> ShownPoint | None:
        """The point with the largest expectation gap; of equal ones the first in the agreement."""
        wrong = [point for point in self.points if point.expectation_gap]
        return max(wrong, key=lambda point: (point.expectation_gap or 0, -point.position), default=None)

    def invites_talk(self, point: ShownPoint) -> bool:
        """Whether the point may be marked as talked about: where somebody is in doubt now. A protected point always
        may, since otherwise the button would tell what the limit hides."""
        return bool(self.totals.answers) and (point.counts is None or point.counts.unclear_now > 0)


def figures_of(meeting: Meeting, viewer: Viewer) -> Figures:
    """The figures of the meeting as this viewer may see them."""
    counted = totals(meeting)
    acts, limit = meeting.acts(viewer), meeting.smallest_group_in_room(viewer)
    asked = asked_in(meeting) if acts else Asked()
    points = meeting.newest.wording.points if meeting.newest else ()
    talks = TalkedAbout.latest(meeting)

    by_id = {point.id: point for point in points if point.id is not None}
    shows_all = meeting.is_talk and not counted.is_bare
    shown_counts = {each: counted.point(each) for each in by_id if shows_all or counted.shows_point(each, limit)}
    most_unclear = max((counts.unclear_now for counts in shown_counts.values()), default=0)

    def shown(point_id: int, point: WordedPoint) -> ShownPoint:
        counts = shown_counts.get(point_id)
        first = counts is not None and counts.unclear_now == most_unclear > 0
        return ShownPoint(
            id=point_id,
            position=point.key,
            influence=point.influence,
            title=point.title,
            counts=counts,
            questions=asked.about(point_id),
            first=first,
            talk=talks.get(point_id),
            asks_guess=point.asks_guess,
            asks_hands=point.asks_hands,
            guessed=counts if counted.shows_guesses(point_id, limit) else None,
        )

    return Figures(
        totals=counted,
        acts=acts,
        is_talk=meeting.is_talk,
        smallest_group=limit,
        headcount=meeting.headcount,
        points=tuple(shown(each, by_id[each]) for each in counted.ranked(by_id, limit)),
        asked=asked,
    )


def as_document(meeting: Meeting, state: str, figures: Figures) -> dict[str, Any]:
    """``summary.json``: null for what the limit hides, for what was deleted and for what a point does not ask."""
    counted, shown = figures.totals, figures.shows_split
    return {
        "meeting": meeting.shown_code,
        "state": state,
        "agreement": meeting.newest.number if meeting.newest else None,
        "answers": counted.answers,
        "outdated": counted.outdated if shown else None,
        "understood_first": counted.understood_first if shown else None,
        "understood_now": counted.understood_now if shown else None,
        "protected": not shown and not figures.is_talk,
        "points": [_point_document(point) for point in sorted(figures.points, key=lambda point: point.position)],
    }


def _point_document(point: ShownPoint) -> dict[str, Any]:
    counts = point.counts
    return {
        "id": point.id,
        "position": point.position,
        "influence": point.influence.name if point.influence else None,
        "text": point.title.get(DANISH, ""),
        "answers": counts.answers if counts else None,
        "unclear_first": counts.unclear_first if counts else None,
        "unclear_now": counts.unclear_now if counts else None,
        "cleared": counts.cleared if counts else None,
        "raised_later": counts.raised_later if counts else None,
        "talked_about_at": point.talk.at.isoformat(timespec="seconds") if point.talk else None,
        "offers": point.offers,
        "expected_influence": point.guessed.expected_influence if point.guessed else None,
        "guesses": point.guessed.guesses if point.guessed else None,
        "questions": [{"id": question.id, "text": question.text} for question in point.questions],
    }
