"""Local time: moments are stored in UTC, days and hours of a meeting are Danish."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
END_OF_DAY = time(23, 59)


def local(moment: datetime) -> datetime:
    return moment.astimezone(COPENHAGEN)


def moment_of(day: date, clock: time) -> datetime:
    """The moment of a Danish day and hour, in UTC."""
    return datetime.combine(day, clock, COPENHAGEN).astimezone(UTC)


def moments_of(day: date, clock: time) -> tuple[datetime, datetime]:
    """The earliest and the latest moment that a Danish day and hour may mean. On two nights of the year they differ:
    when the clocks go back an hour comes twice, when they go forward one is left out."""
    folds = (datetime.combine(day, clock.replace(fold=fold), COPENHAGEN).astimezone(UTC) for fold in (0, 1))
    earliest, latest = sorted(folds)
    return earliest, latest


def end_of(day: date) -> datetime:
    """When a meeting of that day closes unless its writer says otherwise."""
    return moment_of(day, END_OF_DAY)


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970: with an answer no finer time is stored."""
    return int(moment.timestamp()) // 60


def moment_at(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
