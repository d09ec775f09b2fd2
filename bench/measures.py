"""The measures: each asks ours and its baseline for the same, and says what came out as rows of the table."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import median

from bench import wire
from bench.figures import Row, at_least, at_most, in_turn
from bench.load import Load, load
from bench.seeding import SeededMeeting
from bench.servers import Server, seconds_to_first_answer

KIB = 1024
MILLISECONDS = 1000
FETCHED_AT_ONCE = 1 << 16
CONNECTIONS = 32
MANY_CONNECTIONS = 256


@dataclass(frozen=True)
class Effort:
    """How long and how often. Rows of a database that ``counts`` are judged, those of another are shown."""

    database: str
    counts: bool
    rounds: int = 5
    seconds: float = 1.5

    def at_least(self, what: str, rounds: object, unit: str, wanted: float) -> Row:
        return at_least(f"{what}, {self.database}", rounds, unit, wanted, counts=self.counts)  # type: ignore[arg-type]

    def at_most(self, what: str, value: float, unit: str, wanted: float) -> Row:
        return at_most(f"{what}, {self.database}", value, unit, wanted, counts=self.counts)


def start(environment: Mapping[str, str], path: str) -> Row:
    """Import and start to the first answer."""
    seconds = [seconds_to_first_answer("wsgi:app", environment, path) for _ in range(3)]
    return at_most("import and start to the first answer", median(seconds), " s", 1.5)


def bytes_before_reading(ours: Server, path: str) -> Row:
    """The page and its stylesheet, as they come. ``python -m bench.weight`` asks a browser for the rest."""
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', ours.get(path)[2].decode())
    size = sum(len(ours.get(each, wire.COMPRESSED)[2]) for each in (path, *sheets))
    return at_most("citizen page, HTML + CSS compressed", size / KIB, " KB", 10)


def page(ours: Server, baseline: Server, path: str, effort: Effort) -> Iterator[Row]:
    """The citizen's page beside as many ready bytes."""
    for connections in (CONNECTIONS, MANY_CONNECTIONS):
        rounds = in_turn(
            effort.rounds,
            lambda: load(ours.port, wire.gets(path), 200, connections, effort.seconds).per_second,  # noqa: B023
            lambda: load(baseline.port, wire.gets(path), 200, connections, effort.seconds).per_second,  # noqa: B023
        )
        yield at_least(f"citizen page, {connections} connections", rounds, "/s", 0.6)


def answer(ours: Server, baseline: Server, meeting: SeededMeeting, effort: Effort) -> Iterator[Row]:
    """An answer with 8 points and one doubt beside one idempotent insert; and how long the slowest wait."""
    requests = wire.answers(meeting.code, meeting.points)
    loads: list[Load] = []

    def answered() -> float:
        loads.append(load(ours.port, requests, 303, CONNECTIONS, effort.seconds))
        return loads[-1].per_second

    rounds = in_turn(
        effort.rounds, answered, lambda: load(baseline.port, requests, 303, CONNECTIONS, effort.seconds).per_second
    )
    yield effort.at_least("answer, 32 connections", rounds, "/s", 0.6 if effort.counts else 0.5)
    p50, p99 = (median(each.percentile(share) for each in loads) * MILLISECONDS for share in (0.5, 0.99))
    times = median(each.percentile(0.99) / each.percentile(0.5) for each in loads)
    row = Row(f"answer, p99 beside p50, {effort.database}", f"{p99:.0f} ms", f"{p50:.0f} ms", f"{times:.2f}", "≤ 3")
    yield replace(row, holds=times <= 3 if effort.counts else None)


@dataclass(frozen=True)
class Tablet:
    """A signed-in device on the room's page of meetings with few, many and very many answers."""

    cookie: Mapping[str, str]
    few: SeededMeeting
    many: SeededMeeting
    most: SeededMeeting


def poll(ours: Server, baseline: Server, tablet: Tablet, effort: Effort) -> Iterator[Row]:
    """Unchanged beside a session lookup and an indexed read, at few answers and at very many; and changed."""

    def unchanged(server: Server, meeting: SeededMeeting) -> float:
        headers = {**tablet.cookie, "If-None-Match": etags[meeting.id], "HX-Request": "true"}
        return load(server.port, wire.gets(_summary(meeting), headers), 304, CONNECTIONS, effort.seconds).per_second

    etags = {each.id: _etag(ours, each, tablet.cookie) for each in (tablet.few, tablet.most)}
    rounds = in_turn(effort.rounds, lambda: unchanged(ours, tablet.most), lambda: unchanged(baseline, tablet.most))
    yield effort.at_least(f"tablet poll, unchanged, {tablet.most.answers:,} answers", rounds, "/s", 0.6)
    rounds = in_turn(effort.rounds, lambda: unchanged(ours, tablet.most), lambda: unchanged(ours, tablet.few))
    yield effort.at_least(f"… beside the same at {tablet.few.answers:,} answers", rounds, "/s", 0.85)
    requests = wire.gets(_summary(tablet.many), {**tablet.cookie, "HX-Request": "true"})
    changed = load(ours.port, requests, 200, 1, effort.seconds * 2)
    yield effort.at_most(
        f"tablet poll, changed, {tablet.many.answers:,} answers", changed.percentile(0.5) * MILLISECONDS, " ms", 20
    )


def csv(
    ours: Server, baseline: Server, manager: Mapping[str, str], meeting: SeededMeeting, effort: Effort
) -> Iterator[Row]:
    """1,000,000 answers beside the same SQL by raw cursor and csv.writer; first byte and memory."""
    path = f"/exports/answers.csv?meeting={meeting.code}"
    firsts: list[float] = []

    def ours_per_second() -> float:
        first, seconds = _download(ours, path, manager, meeting.answers + 1)
        firsts.append(first)
        return meeting.answers / seconds

    def baseline_per_second() -> float:
        _, seconds = _download(baseline, f"/meetings/{meeting.id}/answers.csv", manager, meeting.answers)
        return meeting.answers / seconds

    ours.get("/exports", manager)
    idle = ours.memory("VmRSS")
    ours.forget_highest_memory()
    rounds = in_turn(max(3, effort.rounds // 2), ours_per_second, baseline_per_second)
    grown = max(now - before for now, before in zip(ours.memory("VmHWM"), idle, strict=True))
    yield effort.at_least(f"CSV, {meeting.answers:,} answers, rows", rounds, "/s", 0.6)
    yield effort.at_most("CSV, first byte", median(firsts), " s", 1)
    yield effort.at_most("CSV, memory above idle", grown / KIB, " MB", 50)


def _summary(meeting: SeededMeeting) -> str:
    return f"/meetings/{meeting.id}/summary"


def _etag(ours: Server, meeting: SeededMeeting, cookie: Mapping[str, str]) -> str:
    status, headers, _ = ours.get(_summary(meeting), cookie)
    if status != 200:
        raise RuntimeError(f"{_summary(meeting)}: {status}")
    return headers["etag"]


def _download(server: Server, path: str, headers: Mapping[str, str], lines: int) -> tuple[float, float]:
    """Seconds to the first byte and to the last of a file that must have so many lines."""
    connection = server.connect()
    start, received, first = time.perf_counter(), 0, 0.0
    try:
        connection.request("GET", path, headers=dict(headers))
        reply = connection.getresponse()
        while block := reply.read1(FETCHED_AT_ONCE):
            first = first or time.perf_counter() - start
            received += block.count(b"\n")
    finally:
        connection.close()
    if received != lines:
        raise RuntimeError(f"{path}: {reply.status}, {received} lines instead of {lines}")
    return first, time.perf_counter() - start
