"""Totals: the figures of a meeting as values, and which of them a group is large enough to show (rule 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from models.wording import Influence


@dataclass(frozen=True)
class PointTotals:
    """Counts of answers for one point's identity; ``unclear_first + raised_later = unclear_now + cleared`` always.
    ``expected_influence`` and ``expected_none``: of its ``guesses``, yes and no; the others were unsure.
    ``difficulties``: what makes it unclear now, by name."""

    answers: int = 0
    unclear_first: int = 0
    unclear_now: int = 0
    cleared: int = 0
    raised_later: int = 0
    guesses: int = 0
    expected_influence: int = 0
    expected_none: int = 0
    offers: int = 0
    difficulties: dict[str, int] = field(default_factory=dict)

    def without_guesses(self) -> PointTotals:
        return replace(self, guesses=0, expected_influence=0, expected_none=0)

    def expectation_gap(self, influence: Influence) -> float | None:
        """The share of the guesses that were wrong: influence expected on a fixed point, none on an open one."""
        wrong = self.expected_influence if influence is Influence.FIXED else self.expected_none
        return wrong / self.guesses if self.guesses else None


@dataclass(frozen=True)
class Totals:
    """Counts of answers, never of persons. ``points`` holds every identity the meeting ever had, by id. ``voided`` ones
    are in no other figure. ``late``: given or changed offline, come after closing. ``is_bare``: what splits the answers
    was deleted with them."""

    answers: int = 0
    understood_first: int = 0
    understood_now: int = 0
    outdated: int = 0
    questions: int = 0
    voided: int = 0
    late: int = 0
    channels: dict[str, int] = field(default_factory=dict)
    points: dict[int, PointTotals] = field(default_factory=dict)
    is_bare: bool = False

    def shows_split(self, smallest_group: int) -> bool:
        """Whether figures that split the answers may be shown (rule 6)."""
        return self.answers >= smallest_group and not self.is_bare

    def shows_point(self, point_id: int, smallest_group: int) -> bool:
        """A point below the limit is protected even where the meeting is above it."""
        return self.shows_split(smallest_group) and self.point(point_id).answers >= smallest_group

    def shows_guesses(self, point_id: int, smallest_group: int) -> bool:
        """The same for those who guessed, who may be fewer."""
        return self.shows_point(point_id, smallest_group) and self.point(point_id).guesses >= smallest_group

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

    def bare(self) -> Totals:
        """How many answers there were, and nothing that splits them."""
        return Totals(answers=self.answers, questions=self.questions, voided=self.voided, is_bare=True)

    def of_groups(self, smallest_group: int) -> Totals:
        """Without every figure that splits a group below the limit: what may be kept when the answers go."""
        if not self.shows_split(smallest_group):
            return self.bare()
        points = {
            point: counts if self.shows_guesses(point, smallest_group) else counts.without_guesses()
            for point, counts in self.points.items()
            if self.shows_point(point, smallest_group)
        }
        return replace(self, points=points)

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
