"""Which words differ between two texts, so that a changed text shows what is new in it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

#: Some text, and whether it stands in this one of the two alone.
Piece = tuple[str, bool]


def pieces(text: str, beside: str | None) -> list[Piece]:
    """A text in pieces of whole words, those marked that the other text does not hold; put together they are the text.
    Without another text nothing is marked."""
    if not text:
        return []
    if beside is None:
        return [(text, False)]
    words, others = _words(text), _words(beside)
    found = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    cut = (("".join(words[start:end]), kind != "equal") for kind, start, end, _, _ in found)
    return [piece for piece in cut if piece[0]]


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)
