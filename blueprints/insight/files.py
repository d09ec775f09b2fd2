"""The three files as streams of bytes, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from blueprints.insight import danish
from blueprints.insight.dialects import LINE_END, Dialect
from models.answer import Channel
from models.answer_export import Given, answer_rows
from models.base import reading
from models.clock import moment_at
from models.export import Facts, MeetingRow, PointRow, Scope, facts, meeting_row, meetings, point_rows
from models.totals import PointTotals

Cells = Sequence[str]

#: Of capabilities that are not built yet: the columns are there, so that spreadsheets made today keep working.
NOT_YET = ""
#: Cells that are remembered while rows pass.
_REMEMBERED = 4096


@dataclass(frozen=True)
class Order:
    """What was asked for, by whom, and when. ``reference_key`` is the secret behind ``answer_ref``."""

    scope: Scope
    dialect: Dialect
    now: datetime
    reference_key: bytes


@dataclass(frozen=True)
class File:
    """One of the three: its columns, its lines, many at a time, and its name in both languages."""

    columns: dict[str, str]
    lines: Callable[[Order], Iterator[str]]
    english: str
    danish: str

    def name(self, order: Order, day: str) -> str:
        return f"afstemt-{self.danish if order.dialect.name == 'excel-da' else self.english}-{day}.csv"


def stream(file: File, order: Order) -> Iterator[bytes]:
    """The file's bytes. The server asks for them after the view has returned and from wherever it likes, so they come
    with a context of their own, in which their ``reading()`` is open; closing the stream ends that."""
    context, blocks = Context(), _blocks(file, order)
    try:
        while (block := context.run(next, blocks, None)) is not None:
            yield block
    finally:
        context.run(blocks.close)


def _blocks(file: File, order: Order) -> Generator[bytes]:
    dialect = order.dialect
    yield (dialect.byte_order_mark + dialect.lines([dialect.header(file.columns)])).encode()
    with reading():
        for lines in file.lines(order):
            yield lines.encode()


def _answers(order: Order) -> Iterator[str]:
    dialect = order.dialect

    @lru_cache(_REMEMBERED)
    def moment(minute: int) -> str:
        return dialect.moment(moment_at(minute))

    for meeting in meetings(order.scope):
        around = _around(facts(meeting), dialect)
        for some in answer_rows(meeting, order.reference_key):
            yield "".join(
                f"{(pieces := around(given))[0]}{reference}{pieces[1]}{moment(minute)}{pieces[2]}"
                for reference, minute, given in some
            )


def _around(row: Facts, dialect: Dialect) -> Callable[[Given], tuple[str, str, str]]:
    """The pieces of a line before, between and after its reference and its moment, which never need escaping.
    Ready-made: most answers share theirs with others, and writing every cell anew costs as much as reading it."""
    quote = '"' if dialect.quotes_all else ""
    between = f"{quote}{dialect.delimiter}{quote}"
    facts = _facts(row, dialect)

    @lru_cache(_REMEMBERED)
    def around(given: Given) -> tuple[str, str, str]:
        before = dialect.lines([(*facts, dialect.number(given.agreement))]).removesuffix(LINE_END)
        after = dialect.lines([_given(given, dialect)])
        return f"{before}{dialect.delimiter}{quote}", between, f"{quote}{dialect.delimiter}{after}"

    return around


def _given(given: Given, dialect: Dialect) -> Cells:
    return (
        dialect.flag(given.changed),
        given.language or "",
        "" if given.helped is None else dialect.flag(given.helped),
        given.channel,
        dialect.flag(given.understood_first),
        dialect.flag(given.understood_now),
        "|".join(map(str, given.unclear_first)),
        "|".join(map(str, given.unclear_now)),
        dialect.flag(given.late),
    )


def _points(order: Order) -> Iterator[str]:
    for meeting in meetings(order.scope):
        yield order.dialect.lines(_point(row, order.dialect) for row in point_rows(meeting))


def _point(row: PointRow, dialect: Dialect) -> Cells:
    return (
        *_facts(row.facts, dialect),
        dialect.number(row.agreement),
        dialect.number(row.position),
        dialect.word(row.influence),
        dialect.text(row.title),
        *map(dialect.number, _counts(row.totals)),
        dialect.moment(row.talked_about_at),
        dialect.share(row.expected_influence_share),
        dialect.number(row.offers),
        NOT_YET,
    )


def _counts(totals: PointTotals | None) -> Sequence[int | None]:
    if totals is None:
        return [None] * 5
    return totals.answers, totals.unclear_first, totals.unclear_now, totals.cleared, totals.raised_later


def _meetings(order: Order) -> Iterator[str]:
    for meeting in meetings(order.scope):
        yield order.dialect.lines([_meeting(meeting_row(meeting, order.now), order.dialect)])


def _meeting(row: MeetingRow, dialect: Dialect) -> Cells:
    code, day, institution, *kind = _facts(row.facts, dialect)
    channels = [row.channels[channel] if row.channels else None for channel in Channel]
    return (
        code,
        day,
        institution,
        dialect.text(row.title),
        *kind,
        dialect.word(row.state),
        dialect.moment(row.opened_at),
        dialect.moment(row.closed_at),
        dialect.number(row.headcount),
        dialect.number(row.answers),
        *map(dialect.number, channels),
        dialect.number(row.voided),
        dialect.share(row.understood_first_share),
        dialect.share(row.understood_now_share),
        dialect.number(row.points_open),
        dialect.number(row.points_fixed),
        dialect.number(row.questions),
        *[NOT_YET] * 4,
    )


def _facts(row: Facts, dialect: Dialect) -> Cells:
    return (
        row.code,
        dialect.day(row.held_on),
        dialect.text(row.institution),
        dialect.word(row.form),
        dialect.word(row.method),
    )


ANSWERS = File(danish.ANSWERS, _answers, "answers", "svar")
POINTS = File(danish.POINTS, _points, "points", "punkter")
MEETINGS = File(danish.MEETINGS, _meetings, "meetings", "moeder")
