"""Days and hours are Danish, moments are UTC; a day of changed clocks has 23 or 25 hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from models.clock import end_of, local, minute_of, moment_at, moment_of

SPRING_FORWARD, FALL_BACK = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "hour"),
    [(date(2026, 1, 15), 16), (date(2026, 7, 15), 15), (SPRING_FORWARD, 15), (FALL_BACK, 16)],
    ids=["winter", "summer", "clocks go forward", "clocks go back"],
)
def test_five_in_the_afternoon_in_denmark_is_a_moment_in_utc(day: date, hour: int) -> None:
    assert moment_of(day, time(17, 0)) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(SPRING_FORWARD, 23), (FALL_BACK, 25), (date(2026, 6, 1), 24)])
def test_a_meeting_closes_at_the_end_of_the_danish_day_however_long_it_is(day: date, hours: int) -> None:
    assert end_of(day) - moment_of(day, time(0, 0)) == timedelta(hours=hours) - timedelta(minutes=1)
    assert local(end_of(day)).date() == day


def test_the_hour_that_the_clocks_skip_is_still_a_moment() -> None:
    assert moment_of(SPRING_FORWARD, time(2, 30)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_moment_is_shown_in_danish_time() -> None:
    assert local(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)).isoformat() == "2027-01-01T00:30:00+01:00"


def test_a_stored_minute_forgets_the_seconds() -> None:
    exact = datetime(2026, 11, 24, 16, 42, 59, 999999, tzinfo=UTC)
    assert moment_at(minute_of(exact)) == datetime(2026, 11, 24, 16, 42, tzinfo=UTC)
