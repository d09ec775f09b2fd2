"""The counting table of the product, counted again from a plain log of accepted submissions.

It knows nothing of the database, of how answers are stored or of the code that counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: A point's identity, whatever it is.
Identity = object


@dataclass(frozen=True)
class Version:
    """One published version, by what decides whether an older one is still current."""

    purpose: str
    decider: str
    points: tuple[Identity, ...]

    def is_current(self, newest: Version) -> bool:
        """Its purpose, final decider and identities include all of the newest's."""
        same = self.purpose == newest.purpose and self.decider == newest.decider
        return same and set(newest.points) <= set(self.points)


@dataclass(frozen=True)
class Accepted:
    """One accepted submission: by which key, of which version (its number), in which minute, with which points ticked
    and why, guessed and offered help with."""

    key: object
    number: int
    minute: int
    ticked: frozenset[Identity]
    why: Mapping[Identity, frozenset[str]] = field(default_factory=dict)
    guessed: Mapping[Identity, str] = field(default_factory=dict)
    offered: frozenset[Identity] = frozenset()


@dataclass
class Recount:
    """What has happened in one meeting."""

    versions: list[Version] = field(default_factory=list)
    log: list[Accepted] = field(default_factory=list)
    voided: list[range] = field(default_factory=list)

    def current(self, number: int) -> bool:
        """Whether the version of this number may still be answered."""
        return 1 <= number <= len(self.versions) and self.versions[number - 1].is_current(self.versions[-1])

    def delete(self, key: object) -> None:
        """The citizen's answer leaves all counts."""
        self.log = [each for each in self.log if each.key != key]

    def figures(self) -> dict[str, int]:
        """The figures of the whole meeting."""
        answers = self._counted()
        newest = set(self.versions[-1].points)
        latest = [submissions[-1] for submissions in answers]
        return {
            "answers": len(answers),
            "understood_first": sum(not submissions[0].ticked for submissions in answers),
            "understood_now": sum(self.current(each.number) and not each.ticked & newest for each in latest),
            "outdated": sum(not self.current(each.number) for each in latest),
            "voided": len(self._by_key()) - len(answers),
        }

    def figures_of(self, point: Identity) -> dict[str, object]:
        """The figures of one point."""
        covering = [found for submissions in self._counted() if (found := self._that_cover(submissions, point))]
        covered = [[point in each.ticked for each in submissions] for submissions in covering]
        guesses = Counter(submissions[0].guessed.get(point) for submissions in covering)
        unclear = [submissions[-1].why.get(point, ()) for submissions in covering if point in submissions[-1].ticked]
        return {
            "answers": len(covered),
            "unclear_first": sum(each[0] for each in covered),
            "unclear_now": sum(each[-1] for each in covered),
            "cleared": sum(any(each) and not each[-1] for each in covered),
            "raised_later": sum(not each[0] and any(each[1:]) for each in covered),
            "guesses": guesses["yes"] + guesses["no"] + guesses["unsure"],
            "expected_influence": guesses["yes"],
            "expected_none": guesses["no"],
            "offers": sum(point in submissions[-1].offered for submissions in covering),
            "difficulties": Counter(name for names in unclear for name in names),
        }

    def identities(self) -> set[Identity]:
        """Every point that the meeting ever had."""
        return {point for version in self.versions for point in version.points}

    def _by_key(self) -> dict[object, list[Accepted]]:
        found: dict[object, list[Accepted]] = {}
        for each in self.log:
            found.setdefault(each.key, []).append(each)
        return found

    def _counted(self) -> list[list[Accepted]]:
        """The submissions of each answer that was first accepted in no voided minute."""
        return [each for each in self._by_key().values() if all(each[0].minute not in span for span in self.voided)]

    def _that_cover(self, submissions: Sequence[Accepted], point: Identity) -> list[Accepted]:
        return [each for each in submissions if point in self.versions[each.number - 1].points]
