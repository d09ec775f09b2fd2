"""PDF: a document of paragraphs, facts and tables in any of the languages, Arabic shaped and right-to-left.

Its fonts are Noto Sans and Vazirmatn, cut down to the scripts that agreements are written in (`fonts/OFL.txt`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Response

from blueprints.languages import NO_BREAK, direction
from blueprints.pdf_style import BODY, HEADINGS, LINE, SMALL, SOFT, Style
from blueprints.qr import qr_runs

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
RTL = "rtl"
LATIN, ARABIC = "NotoSans", "Vazirmatn"
#: Of a text in nobody knows which language: its first letter says where it begins.
ANY_LANGUAGE = ""

MARGIN = 20.0
FOOT = 20.0
GAP = 4.0
#: A heading stands with at least so much of what it heads.
KEPT_WITH_HEADING = 24.0
ABOVE_HEADINGS = {1: 1.5, 2: 5.0, 3: 2.0}
#: More than a line to write on by hand.
ABOVE_BLANK = 2.5
#: The line under a row.
KEPT_WITH_ROW = 2.0
#: Between the parts of a Ukrainian date; the fonts do not have it.
NARROW_NO_BREAK = "\u202f"
UNKNOWN_LETTER = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Cell:
    """A text in a row. ``width`` in parts of the page's; ``ends``: at the end of its column, as figures stand."""

    text: str
    width: float
    style: Style = BODY
    language: str | None = None
    ends: bool = False


class Document:
    """A document that is written from top to bottom, in mm. ``made_at`` is all that differs between two of the same.

    ``language`` is the one that it speaks at the moment: texts stand at the side where that one begins. A text in
    another is only written in its own direction; foreign words want a paragraph to themselves, or their order suffers.
    """

    def __init__(
        self, title: str, language: str, made_at: datetime, *, paper: str = "a4", margin: float = MARGIN, foot: str = ""
    ) -> None:
        # It costs a third of a second, which a start of the application should not.
        from fpdf import FPDF  # noqa: PLC0415
        from fpdf.prefs import ViewerPreferences  # noqa: PLC0415

        self.language = language
        self._foot = foot
        self._pdf = pdf = FPDF(format=paper)
        pdf.set_title(title)
        pdf.set_lang(language)
        pdf.set_creator("Afstemt")
        pdf.set_creation_date(made_at)
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        for family in (LATIN, ARABIC):
            pdf.add_font(family, "", FONTS / f"{family}-Regular.ttf")
            pdf.add_font(family, "B", FONTS / f"{family}-Bold.ttf")
        pdf.set_fallback_fonts([LATIN, ARABIC], exact_match=False)
        pdf.set_margin(margin)
        pdf.set_auto_page_break(bool(foot), FOOT)
        pdf.c_margin = 0
        pdf.add_page()

    @property
    def width(self) -> float:
        return self._pdf.epw

    @property
    def height(self) -> float:
        return self._pdf.eph

    @property
    def top(self) -> float:
        """Where the next thing is written."""
        return self._pdf.y

    def to_bytes(self) -> bytes:
        if self._foot:
            self._number_pages()
        return bytes(self._pdf.output())

    # Writing

    @contextmanager
    def speaking(self, language: str) -> Iterator[None]:
        """Speak another language for a while."""
        before, self.language = self.language, language
        yield
        self.language = before

    def heading(self, text: str, level: int = 2, language: str | None = None) -> None:
        """A heading of this level, 1–3, which the document's outline lists too."""
        style = HEADINGS[level]
        if self._pdf.y > self._pdf.t_margin:
            self.space(ABOVE_HEADINGS[level])
        self.keep(self.height_of(text, style, language=language) + KEPT_WITH_HEADING)
        self._pdf.start_section(self._known(text), level - 1, strict=False)
        self.write(text, style, language)

    def write(self, text: str, style: Style = BODY, language: str | None = None) -> None:
        """A paragraph for each of its lines, in the document's language unless another is named."""
        self._put(text, style, language, self._pdf.l_margin, self.width)
        self.space(style.space)

    def facts(self, pairs: Iterable[tuple[str, str]], label: float = 0.28) -> None:
        """A label and its value in each row. A value that is empty becomes a line to fill in by hand."""
        for name, value in pairs:
            self.space(0 if value else ABOVE_BLANK)
            self.row([Cell(name, label, replace(BODY, colour=SOFT)), Cell(value, 1 - label)])
            if not value:
                self._blank(label)
            self.space(0.8)
        self.space(2)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
        """Rows of texts; the first column is words, the others are figures. ``widths`` in parts of the page's."""
        head = replace(SMALL, bold=True)

        def cells(texts: Sequence[str], style: Style) -> list[Cell]:
            return [
                Cell(text, width, style, ends=bool(column))
                for column, (text, width) in enumerate(zip(texts, widths, strict=True))
            ]

        self.row(cells(headings, head))
        for texts in rows:
            self._rule()
            texts_of_row = cells(texts, BODY)
            if self.keep(self._tall(texts_of_row) + KEPT_WITH_ROW):
                self.row(cells(headings, head))
                self._rule()
            self.row(texts_of_row)
        self._rule()
        self.space(3)

    def row(self, cells: Sequence[Cell]) -> None:
        """Texts beside each other, never torn between two pages."""
        pdf, rtl = self._pdf, self._is_rtl
        tall = self._tall(cells)
        self.keep(tall)
        top, x = pdf.y, (pdf.w - pdf.r_margin if rtl else pdf.l_margin)
        for cell in cells:
            wide = cell.width * self.width
            gap = 0 if cell is cells[-1] else GAP
            x -= wide if rtl else 0
            pdf.set_y(top)
            self._put(cell.text, cell.style, cell.language, x + (gap if rtl else 0), wide - gap, ends=cell.ends)
            x += 0 if rtl else wide
        pdf.set_y(top + tall)

    def height_of(self, text: str, style: Style, width: float = 1, language: str | None = None) -> float:
        """What a paragraph needs, in mm; ``width`` in parts of the page's."""
        wide = width * self.width - (GAP if width < 1 else 0)
        return self._put(text, style, language, self._pdf.l_margin, wide, dry=True)

    def space(self, height: float) -> None:
        self._pdf.set_y(self._pdf.y + height)

    def keep(self, height: float) -> bool:
        """Begin a new page unless so much fits on this one; whether it did."""
        if not self._pdf.will_page_break(height):
            return False
        self.new_page()
        return True

    def new_page(self) -> None:
        self._pdf.add_page()

    def qr(self, url: str, size: float) -> None:
        """The code of an address, in the middle, ``size`` mm wide with its white border: one path, without seams."""
        pdf = self._pdf
        runs, modules = qr_runs(url)
        left, top, unit = (pdf.w - size) / 2, pdf.y, size / modules
        with pdf.new_path() as path:
            path.style.fill_color = "#000000"
            path.style.stroke_color = None
            for x, y, length in runs:
                path.rectangle(left + x * unit, top + y * unit, length * unit, unit)
        pdf.set_y(top + size)

    # How

    def _put(
        self, text: str, style: Style, language: str | None, x: float, width: float,
        *, dry: bool = False, ends: bool = False,
    ) -> float:  # fmt: skip
        """The lines of a text between ``x`` and ``x + width``; their height in mm."""
        pdf = self._pdf
        return sum(
            self._paragraph(pdf, self._known(line), style, language, (x, width), dry=dry, ends=ends)
            for line in text.split("\n")
        )

    def _paragraph(
        self, pdf: FPDF, text: str, style: Style, language: str | None, place: tuple[float, float],
        *, dry: bool, ends: bool,
    ) -> float:  # fmt: skip
        language = self.language if language is None else language
        rtl = _begins_at_the_right(text) if language == ANY_LANGUAGE else direction(language) == RTL
        pdf.set_font(ARABIC if rtl else LATIN, "B" if style.bold else "", style.size)
        pdf.set_text_color(*style.colour)
        pdf.set_text_shaping(True, direction="rtl" if rtl else "ltr", language=language or None)
        x, width = place
        pdf.set_x(x)
        align = "C" if style.centred else "R" if self._is_rtl != ends else "L"
        height = pdf.multi_cell(
            width, style.line, text, align=align, new_x="LMARGIN", new_y="NEXT", dry_run=dry, output="HEIGHT"
        )
        return cast("float", height)

    def _tall(self, cells: Sequence[Cell]) -> float:
        return max(self.height_of(each.text, each.style, each.width, each.language) for each in cells)

    def _known(self, text: str) -> str:
        """The text, with a mark for each letter that no font has: the PDF's maker would log what may be a citizen's."""
        known = text.replace(NARROW_NO_BREAK, NO_BREAK)
        return "".join(letter if self._has(letter) else UNKNOWN_LETTER for letter in known)

    def _has(self, letter: str) -> bool:
        fonts = (self._pdf.fonts[LATIN.lower()], self._pdf.fonts[ARABIC.lower()])
        return letter == "\n" or any(ord(letter) in font.cmap for font in fonts)  # type: ignore[union-attr]

    @property
    def _is_rtl(self) -> bool:
        return direction(self.language) == RTL

    def _rule(self) -> None:
        pdf = self._pdf
        pdf.set_draw_color(*LINE)
        pdf.set_line_width(0.2)
        self.space(0.9)
        pdf.line(pdf.l_margin, pdf.y, pdf.w - pdf.r_margin, pdf.y)
        self.space(0.9)

    def _blank(self, label: float) -> None:
        pdf, taken = self._pdf, label * self.width
        pdf.set_draw_color(*SOFT)
        pdf.set_line_width(0.2)
        start, end = (0.0, taken) if self._is_rtl else (taken, 0.0)
        pdf.line(pdf.l_margin + start, pdf.y, pdf.w - pdf.r_margin - end, pdf.y)

    def _number_pages(self) -> None:
        pdf, small = self._pdf, replace(SMALL, size=8.5)
        pdf.set_auto_page_break(False)
        for number in range(1, pdf.pages_count + 1):
            pdf.page = number
            # It names a font only where it changes, and does not know which one this page ended with.
            pdf.set_font(LATIN, "B", 1)
            for text, ends in ((self._foot, False), (f"{number}/{pdf.pages_count}", True)):
                pdf.set_y(6 - FOOT)
                self._put(text, small, None, pdf.l_margin, self.width, ends=ends)


def pdf_response(document: Document, name: str) -> Response:
    """The document, to be looked at in the browser and saved under this name (plain letters)."""
    response = Response(document.to_bytes(), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _begins_at_the_right(text: str) -> bool:
    from fpdf.bidi import auto_detect_base_direction  # noqa: PLC0415
    from fpdf.enums import TextDirection  # noqa: PLC0415

    return bool(auto_detect_base_direction(text) is TextDirection.RTL)
