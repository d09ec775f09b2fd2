"""Summary: the figures of a meeting, by the counting table of the product and nothing else.

``count()`` walks a meeting's answers; ``totals()`` prefers what was kept with the meeting at the same revision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Integer, cast, func, select

from models.agreement import Agreement, AgreementPoint, version_bit
from models.answer import Answer, Channel, Doubt, Question
from models.base import session
from models.meeting import Meeting


@dataclass(frozen=True)
class PointTotals:
    """Counts of answers for one point's identity; ``unclear_first + raised_later = unclear_now + cleared`` always."""

    answers: int = 0
    unclear_first: int = 0
    unclear_now: int = 0
    cleared: int = 0
    raised_later: int = 0


@dataclass(frozen=True)
class Totals:
    """Counts of answers, never of persons. ``points`` holds every identity the meeting ever had, by id."""

    answers: int = 0
    understood_first: int = 0
    understood_now: int = 0
    outdated: int = 0
    questions: int = 0
    channels: dict[str, int] = field(default_factory=dict)
    points: dict[int, PointTotals] = field(default_factory=dict)

    def shows_split(self, smallest_group: int) -> bool:
        """Whether figures that split the answers may be shown (rule 6)."""
        return self.answers >= smallest_group

    def shows_point(self, point_id: int, smallest_group: int) -> bool:
        """A point below the limit is protected even where the meeting is above it."""
        return self.shows_split(smallest_group) and self.point(point_id).answers >= smallest_group

    def ranked(self, point_ids: Iterable[int], smallest_group: int) -> list[int]:
        """The points to talk about first: those unclear in most answers now, then at first, then in the agreement's
        order. Protected points stand last, in that order: their place tells nothing."""

        def rank(point_id: int) -> tuple[bool, int, int]:
            if not self.shows_point(point_id, smallest_group):
                return (True, 0, 0)
            counts = self.point(point_id)
            return (False, -counts.unclear_now, -counts.unclear_first)

        return sorted(point_ids, key=rank)

    def point(self, point_id: int) -> PointTotals:
        return self.points.get(point_id, PointTotals())

    @property
    def share_first(self) -> float | None:
        return self.understood_first / self.answers if self.answers else None

    @property
    def share_now(self) -> float | None:
        return self.understood_now / self.answers if self.answers else None

    def to_document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Totals:
        points = {int(point): PointTotals(**counts) for point, counts in document["points"].items()}
        return cls(**{**document, "points": points})


def totals(meeting: Meeting) -> Totals:
    """The meeting's figures: those kept with it where they are of its present revision, else counted."""
    if meeting.totals is not None and meeting.totals_revision == meeting.revision:
        return Totals.from_document(meeting.totals)
    return count(meeting)


def keep_totals(meeting: Meeting) -> None:
    """Store the figures with the meeting, so that they are ready for insight and outlive the answers."""
    meeting.totals = count(meeting).to_document()
    meeting.totals_revision = meeting.revision


def answers_to(meeting: Meeting, versions: Collection[int]) -> int:
    """How many answers were latest given to one of these versions (numbers)."""
    given = (
        select(func.count()).select_from(Answer).where(Answer.meeting_id == meeting.id, Answer.agreement.in_(versions))
    )
    return session().scalar(given) or 0


def count(meeting: Meeting) -> Totals:
    """The meeting's figures from its answers."""
    points_of = _points_by_version(meeting.id)
    groups = session().execute(_GROUPS.where(Answer.meeting_id == meeting.id)).all()
    answers = sum(group.answers for group in groups)
    current = sum(group.answers for group in groups if meeting.current_versions & version_bit(group.agreement))
    channels = {channel.value: sum(g.answers for g in groups if g.channel is channel) for channel in Channel}
    newest = points_of[max(points_of)] if points_of else frozenset()
    return Totals(
        answers=answers,
        understood_first=sum(group.answers for group in groups if group.understood_first),
        understood_now=current - _unclear_answers(meeting, newest),
        outdated=answers - current,
        questions=_questions(meeting.id),
        channels=channels,
        points=_point_totals(points_of, groups),
    )


def _points_by_version(meeting_id: int) -> dict[int, frozenset[int]]:
    rows = session().execute(
        select(Agreement.number, AgreementPoint.point_id)
        .join(AgreementPoint, AgreementPoint.agreement_id == Agreement.id)
        .where(Agreement.meeting_id == meeting_id)
    )
    points: dict[int, set[int]] = {}
    for number, point in rows:
        points.setdefault(number, set()).add(point)
    return {number: frozenset(of_version) for number, of_version in points.items()}


def _unclear_answers(meeting: Meeting, newest: frozenset[int]) -> int:
    """Answers of a current version with at least one of the newest agreement's points ticked."""
    current = [each.number for each in meeting.agreements if meeting.current_versions & version_bit(each.number)]
    unclear = select(func.count(Doubt.answer_id.distinct())).where(Doubt.point_id.in_(newest), Doubt.unclear)
    if len(current) < len(meeting.agreements):
        unclear = unclear.join(Answer, Answer.id == Doubt.answer_id).where(Answer.agreement.in_(current))
    return session().scalar(unclear) or 0


def _point_totals(points_of: dict[int, frozenset[int]], groups: Iterable[Any]) -> dict[int, PointTotals]:
    every = frozenset().union(*points_of.values())
    covering = {point: sum(version_bit(n) for n, points in points_of.items() if point in points) for point in every}
    doubts = {row.point_id: row for row in session().execute(_DOUBTS.where(Doubt.point_id.in_(every)))}
    counted = {}
    for point in sorted(every):
        row = doubts.get(point)
        raised, first, now = (row.raised, row.first, row.now) if row else (0, 0, 0)
        counted[point] = PointTotals(
            answers=sum(group.answers for group in groups if group.versions & covering[point]),
            unclear_first=first,
            unclear_now=now,
            cleared=raised - now,
            raised_later=raised - first,
        )
    return counted


def _questions(meeting_id: int) -> int:
    asked = select(func.count()).select_from(Question).join(Answer)
    return session().scalar(asked.where(Answer.meeting_id == meeting_id, Question.text.is_not(None))) or 0


_GROUPS = select(
    Answer.versions, Answer.agreement, Answer.understood_first, Answer.channel, func.count().label("answers")
).group_by(Answer.versions, Answer.agreement, Answer.understood_first, Answer.channel)

_DOUBTS = select(
    Doubt.point_id,
    func.count().label("raised"),
    func.sum(cast(Doubt.raised_first, Integer)).label("first"),
    func.sum(cast(Doubt.unclear, Integer)).label("now"),
).group_by(Doubt.point_id)
