"""Figures: percentiles, rounds side by side, and the table that they end in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

HEADINGS = ("what", "ours", "baseline", "ratio", "wanted", "")


@dataclass(frozen=True)
class Row:
    """A line of the table. ``holds`` is None where a figure is only shown."""

    what: str
    ours: str
    baseline: str = ""
    ratio: str = ""
    wanted: str = ""
    holds: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = {True: "ok", False: "missed", None: ""}[self.holds]
        return (self.what, self.ours, self.baseline, self.ratio, self.wanted, verdict)


@dataclass(frozen=True)
class Rounds:
    """Ours and the baseline, measured in turn: noise that lasts longer than a round meets both."""

    ours: Sequence[float]
    baseline: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(ours / baseline for ours, baseline in zip(self.ours, self.baseline, strict=True))


def in_turn(rounds: int, ours: Callable[[], float], baseline: Callable[[], float]) -> Rounds:
    """Measure both so often, each going first every other time."""
    measured: tuple[list[float], list[float]] = [], []
    for number in range(rounds):
        both = [(measured[0], ours), (measured[1], baseline)]
        for figures, measure in both if number % 2 else reversed(both):
            figures.append(measure())
    return Rounds(*measured)


def at_least(what: str, rounds: Rounds, unit: str, wanted: float, *, counts: bool = True) -> Row:
    """A row for rates, of which more is better. One that does not ``count`` is shown with its wish and no verdict."""
    return Row(
        what,
        f"{median(rounds.ours):,.0f}{unit}",
        f"{median(rounds.baseline):,.0f}{unit}",
        f"{rounds.ratio:.2f}",
        f"≥ {wanted}",
        rounds.ratio >= wanted if counts else None,
    )


def at_most(what: str, value: float, unit: str, wanted: float, *, counts: bool = True) -> Row:
    """A row for a figure of which less is better."""
    return Row(what, f"{value:,.3g}{unit}", wanted=f"≤ {wanted:g}{unit}", holds=value <= wanted if counts else None)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0–1) of all are not above."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def table(rows: Sequence[Row]) -> str:
    """The rows under their headings, in columns."""
    return in_columns(HEADINGS, [row.cells for row in rows])


def in_columns(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Lines of cells under their headings, the first column to the left."""
    lines = [tuple(headings), *(tuple(line) for line in cells)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    lines.insert(1, tuple("─" * width for width in widths))
    return "\n".join(_aligned(line, widths) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
    return "  ".join([first.strip().ljust(widths[0]), *others]).rstrip()
