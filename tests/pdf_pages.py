"""Reading a PDF back as a person would: its pages as pictures, its words, its QR codes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pypdfium2
import zxingcpp
from PIL.Image import Image


@contextmanager
def pages_of(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document, opened and closed."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def picture(document: pypdfium2.PdfDocument, number: int = 0, scale: float = 1.5) -> Image:
    """A page as a picture in grey; at 1 a point is a pixel."""
    page = document[number]
    try:
        return page.render(scale=scale, grayscale=True).to_pil()
    finally:
        page.close()


def words(pdf: bytes, number: int | None = None) -> str:
    """Its text or that of one page, each run of white space as one space."""
    with pages_of(pdf) as document:
        wanted = range(len(document)) if number is None else [number]
        return " ".join(" ".join(_text(document[each]) for each in wanted).split())


def decoded(image: Image) -> list[str]:
    """What the codes in a picture say."""
    return [code.text for code in zxingcpp.read_barcodes(image)]


def _text(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    try:
        return str(text.get_text_bounded())
    finally:
        text.close()
        page.close()


def places(pdf: bytes, letters: Collection[str]) -> dict[str, tuple[float, float]]:
    """Where each of these letters stands first on the first page: from and to, in points from the page's left edge."""
    with pages_of(pdf) as document:
        page = document[0]
        text = page.get_textpage()
        found: dict[str, tuple[float, float]] = {}
        for index in range(text.count_chars()):
            letter = text.get_text_range(index, 1)
            if letter in letters:
                left, _, right, _ = text.get_charbox(index)
                found.setdefault(letter, (left, right))
        text.close()
        page.close()
    return found
