"""The spreadsheet of a translation: one sheet in one language, all of it text."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from math import ceil
from typing import Any

from flask_babel import gettext
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from blueprints import languages
from blueprints.meetings.translation_rows import Cells, NotASpreadsheet, Row
from models.wording import DANISH

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A whole agreement has some hundred rows. What comes back may have more, within reason.
MOST_ROWS = 1000
#: Unpacked, in bytes, and how many parts.
LARGEST = 8 * 1024 * 1024
MOST_PARTS = 200
COLUMNS_READ = 4
#: A cell that holds an error, as Excel marks it.
ERROR = "e"

#: XML knows no such characters, though a text may hold them.
_NOT_IN_XML = dict.fromkeys([0xFFFE, 0xFFFF])
#: In how many ways a file that only looks like a spreadsheet can break its reader.
_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, lzma.LZMAError, struct.error, zipfile.BadZipFile, zipfile.LargeZipFile,
    zlib.error,
)  # fmt: skip

_NOTICE, _HEAD = 1, 2
_TRANSLATION_COLUMN = 4
_INK, _PAPER, _EDGE, _SOFT = "FF0B4A6F", "FFE6F0F7", "FFCFD6D3", "FF424D4A"
_TYPE = "Calibri"
#: Characters on a line of the Danish and the translation, and points: a language may need more room than the Danish.
_LINE_LENGTH, _LINE_HEIGHT, _MORE_ROOM = 48, 15.5, 1.3
_LINE = Border(bottom=Side("thin", color=_EDGE))
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT = 1, 2


def written(rows: list[Row], language: str) -> bytes:
    """The workbook's bytes. Only the translation can be written in; the key of each row is hidden beside it."""
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment]
    sheet.title = languages.own_name(language)
    book.properties.creator = "Afstemt"
    columns = _columns(rows, language)
    _heads(sheet, [head for head, _, _ in columns], language)
    for number, row in enumerate(rows, _HEAD + 1):
        for column, (_, name, spoken) in enumerate(columns, 1):
            _write(sheet, number, column, getattr(row, name), spoken)
    _shape(sheet, rows, language)
    bytes_ = BytesIO()
    book.save(bytes_)
    return bytes_.getvalue()


def read(content: bytes) -> Iterator[tuple[int, Cells]]:
    """The rows of the first sheet from the top, with their numbers. Nothing of the file is calculated or followed.
    Raises ``NotASpreadsheet``."""
    try:
        _check(content)
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        found = [
            (number, _cells(row))
            for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS, max_col=COLUMNS_READ), 1)
        ]
    except NotASpreadsheet:
        raise
    except _BROKEN as broken:
        raise NotASpreadsheet(_unreadable()) from broken
    return iter(found[_HEAD:])


def _check(content: bytes) -> None:
    """That it is a spreadsheet of ordinary size, before anything of it is unpacked."""
    if not zipfile.is_zipfile(BytesIO(content)):
        raise NotASpreadsheet(_unreadable())
    with zipfile.ZipFile(BytesIO(content)) as packed:
        parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        raise NotASpreadsheet(gettext("The spreadsheet is too large. Send the one that you got here."))
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise NotASpreadsheet(gettext("The spreadsheet holds macros. Save it as an ordinary Excel file (.xlsx)."))


def _unreadable() -> str:
    return str(gettext("We can't read that file. It must be a spreadsheet in the format .xlsx."))


def _cells(row: tuple[Any, ...]) -> Cells:
    key, place, danish, translation = ([*map(_text, row), "", "", "", ""])[:COLUMNS_READ]
    return key, place, danish, translation


def _text(cell: Any) -> str:
    if cell.value is None or cell.data_type == ERROR:
        return ""
    return f"{cell.value:g}" if isinstance(cell.value, float) else str(cell.value)


def _columns(rows: list[Row], language: str) -> list[tuple[str, str, str]]:
    """Head, what of a row stands there, and its language; helps only where there is something in them."""
    columns = [
        (gettext("Key"), "key", "en"),
        (gettext("Where"), "place", languages.spoken()),
        (languages.own_name(DANISH), "danish", DANISH),
        (languages.own_name(language), "translation", language),
    ]
    helps = [
        (languages.own_name("en"), "english", "en"),
        (gettext("Earlier translation"), "former", language),
        (gettext("The Danish then"), "former_danish", DANISH),
    ]
    return columns + [column for column in helps if any(getattr(row, column[1]) for row in rows)]


def _heads(sheet: Worksheet, heads: list[str], language: str) -> None:
    notice = gettext(
        "Write the translation in the column “%(column)s” and send the file back. Only that column can be written in."
        " Leave words in { } as they are. Where there is an earlier translation, the Danish has changed: write what"
        " fits now, or copy the earlier one if it still fits.",
        column=languages.own_name(language),
    )
    _write(sheet, _NOTICE, 2, notice, languages.spoken())
    sheet.merge_cells(start_row=_NOTICE, end_row=_NOTICE, start_column=2, end_column=_TRANSLATION_COLUMN)
    sheet.row_dimensions[_NOTICE].height = 6 * _LINE_HEIGHT
    sheet.row_dimensions[_HEAD].height = 1.5 * _LINE_HEIGHT
    for column, head in enumerate(heads, 1):
        cell = _write(sheet, _HEAD, column, head, languages.spoken())
        cell.font = Font(_TYPE, 12, bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor=_INK)


def _write(sheet: Worksheet, row: int, column: int, text: str, language: str) -> Any:
    """A cell that holds text and nothing else: what begins like a formula stays as it was written."""
    cell: Any = sheet.cell(row, column)
    cell.value = text.translate(_NOT_IN_XML) or None
    if cell.value is not None:
        cell.data_type = "s"
    cell.font = Font(_TYPE, 12)
    cell.quotePrefix = True
    cell.number_format = "@"
    order = _RIGHT_TO_LEFT if languages.direction(language) == "rtl" else _LEFT_TO_RIGHT
    cell.alignment = Alignment(
        "right" if order == _RIGHT_TO_LEFT else "left", "top", wrap_text=True, indent=1, readingOrder=order
    )
    return cell


def _shape(sheet: Worksheet, rows: list[Row], language: str) -> None:
    for letter, width in zip("ABCDEFG", (12, 28, 52, 52, 44, 44, 44), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["A"].hidden = True
    for number, row in enumerate(rows, _HEAD + 1):
        cell: Any = sheet.cell(number, _TRANSLATION_COLUMN)
        cell.fill = PatternFill("solid", fgColor=_PAPER)
        cell.protection = Protection(locked=False)
        sheet.cell(number, 2).font = Font(_TYPE, 12, color=_SOFT)
        sheet.row_dimensions[number].height = _height(row)
        for column in range(2, sheet.max_column + 1):
            sheet.cell(number, column).border = _LINE
        _limit(sheet, f"D{number}", row.most)
    sheet.freeze_panes = f"C{_HEAD + 1}"
    sheet.sheet_view.rightToLeft = languages.direction(language) == "rtl"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"


def _height(row: Row) -> float:
    """Programs do not all find the height of wrapped text by themselves."""
    texts = (row.danish, row.translation, row.english, row.former, row.former_danish)
    longest = max(sum(ceil(max(len(line), 1) / _LINE_LENGTH) for line in text.split("\n")) for text in texts)
    return (ceil(longest * _MORE_ROOM) + 0.5) * _LINE_HEIGHT


def _limit(sheet: Worksheet, cell: str, most: int) -> None:
    """The spreadsheet itself says when a text is too long."""
    error = gettext("At most %(number)d characters, please. Shorten it a little.", number=most)
    rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(most), error=error)
    rule.allow_blank = rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cell)
