"""How the texts of a PDF look."""

from __future__ import annotations

from dataclasses import dataclass

#: A typographic point in mm.
POINT = 25.4 / 72

Colour = tuple[int, int, int]
INK: Colour = (23, 33, 31)
SOFT: Colour = (66, 77, 74)
LINE: Colour = (207, 214, 211)
BLACK: Colour = (0, 0, 0)


@dataclass(frozen=True)
class Style:
    """How a text looks. ``size`` in points; ``space`` in mm after it; ``leading`` in parts of the size."""

    size: float
    bold: bool = False
    colour: Colour = INK
    space: float = 2.0
    leading: float = 1.45
    centred: bool = False

    @property
    def line(self) -> float:
        """The height of a line in mm."""
        return self.size * self.leading * POINT


BODY = Style(10.5)
STRONG = Style(10.5, bold=True, space=0.8)
LEAD = Style(12.5, space=3.0)
SMALL = Style(9, colour=SOFT)
HEADINGS = {1: Style(20, bold=True, leading=1.25), 2: Style(14, bold=True, space=2.2), 3: Style(11, bold=True)}
