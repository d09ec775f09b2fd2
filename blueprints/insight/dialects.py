"""Dialects: how a value is written in a cell, for Danish Excel and for programs."""

from __future__ import annotations

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import ClassVar, Literal

from blueprints.insight.danish import WORDS
from models.clock import local
from models.meeting import MeetingForm, Method, State
from models.wording import Influence

LINE_END = "\r\n"
#: What makes a spreadsheet take a text for a formula, in both widths, and the mark that we put before it.
RISKY = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'")


class Dialect(ABC):
    """How one kind of file is written. What is not known, or not shown, is an empty cell."""

    name: ClassVar[str]
    byte_order_mark: ClassVar[str] = ""
    delimiter: ClassVar[str] = ","
    quotes_all: ClassVar[bool] = False
    yes_no: ClassVar[tuple[str, str]] = ("no", "yes")
    decimal_mark: ClassVar[str] = "."

    def lines(self, rows: Iterable[Sequence[str]]) -> str:
        """Rows of cells as lines."""
        written = io.StringIO(newline="")
        quoting: Literal[0, 1] = csv.QUOTE_ALL if self.quotes_all else csv.QUOTE_MINIMAL
        csv.writer(written, delimiter=self.delimiter, quoting=quoting, lineterminator=LINE_END).writerows(rows)
        return written.getvalue()

    @staticmethod
    def text(text: str) -> str:
        """What somebody wrote, never a formula. Taking one ``'`` off the front gives back every such text exactly."""
        return f"'{text}" if text.startswith(RISKY) else text

    def flag(self, value: bool) -> str:
        return self.yes_no[value]

    def number(self, value: int | None) -> str:
        return "" if value is None else str(value)

    def share(self, value: float | None) -> str:
        """0–1 with four decimals."""
        return "" if value is None else f"{value:.4f}".replace(".", self.decimal_mark)

    @abstractmethod
    def header(self, columns: dict[str, str]) -> list[str]:
        """The first line, of columns by name with their Danish headers."""

    @abstractmethod
    def word(self, value: MeetingForm | Method | State | Influence) -> str: ...

    @abstractmethod
    def day(self, value: date | None) -> str: ...

    @abstractmethod
    def moment(self, value: datetime | None) -> str:
        """To the minute, in Danish time."""


class ExcelDa(Dialect):
    """What a double click opens right in Excel on a Danish Windows."""

    name = "excel-da"
    byte_order_mark = "\ufeff"
    delimiter = ";"
    quotes_all = True
    yes_no = ("nej", "ja")
    decimal_mark = ","

    def header(self, columns: dict[str, str]) -> list[str]:
        return list(columns.values())

    def word(self, value: MeetingForm | Method | State | Influence) -> str:
        return WORDS[value]

    def day(self, value: date | None) -> str:
        return "" if value is None else f"{value:%d-%m-}{value.year:04}"

    def moment(self, value: datetime | None) -> str:
        return "" if value is None else f"{self.day(local(value))} {local(value):%H.%M}"


class Plain(Dialect):
    """RFC 4180, for programs."""

    name = "plain"

    def header(self, columns: dict[str, str]) -> list[str]:
        return list(columns)

    def word(self, value: MeetingForm | Method | State | Influence) -> str:
        return value.name

    def day(self, value: date | None) -> str:
        return "" if value is None else value.isoformat()

    def moment(self, value: datetime | None) -> str:
        return "" if value is None else local(value).isoformat(timespec="minutes")


DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (ExcelDa(), Plain())}
