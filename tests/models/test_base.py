"""The two ways to use the database: looking and changing."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select

from models import base
from models.base import DatabaseGone, connect, driver_connection, glancing, reading, session, writing, writing_prepared
from models.municipality import Municipality
from models.readiness import Heartbeat, beat
from tests.databases import Database

NOW = datetime(2026, 11, 24, 16, 0, 0, 123456, tzinfo=UTC)


def names() -> list[str]:
    with reading() as database:
        return list(database.scalars(select(Municipality.name)))


def test_writing_keeps_everything_at_its_end(database: Database) -> None:
    with writing() as inside:
        inside.add(Municipality(name="Eksempelby Kommune"))
    assert names() == ["Eksempelby Kommune"]


def test_an_error_inside_writing_keeps_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with writing() as inside:
            inside.add(Municipality(name="Eksempelby Kommune"))
            inside.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert names() == []


def rename(name: str) -> None:
    """By the driver's own connection, as prepared statements do."""
    driver_connection().execute(f"UPDATE municipality SET name = '{name}'")  # noqa: S608  (names from this file)


def test_prepared_writing_keeps_everything_at_its_end_and_nothing_after_an_error(database: Database) -> None:
    with writing() as inside:
        inside.add(Municipality(name="Eksempelby Kommune"))
    with writing_prepared():
        rename("Nabokøbing Kommune")
    assert names() == ["Nabokøbing Kommune"]

    def rename_and_fail() -> None:
        with writing_prepared():
            rename("Eksempelby Kommune")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rename_and_fail()
    assert names() == ["Nabokøbing Kommune"]


def test_writing_stands_alone(database: Database) -> None:
    for outer in (reading, writing):
        for inner in (writing, writing_prepared):
            with outer(), pytest.raises(RuntimeError), inner():
                pass


def test_reading_inside_writing_sees_what_was_written(database: Database) -> None:
    with writing() as outer:
        outer.add(Municipality(name="Eksempelby Kommune"))
        outer.flush()
        with reading() as inner:
            assert inner is outer is session()
            assert inner.scalars(select(Municipality.name)).all() == ["Eksempelby Kommune"]


def test_there_is_no_session_outside(database: Database) -> None:
    with pytest.raises(RuntimeError):
        session()


def test_a_moment_comes_back_as_it_was_in_utc(database: Database) -> None:
    danish = timezone(timedelta(hours=1))
    with writing():
        beat(NOW.astimezone(danish))
    with reading() as inside:
        kept = inside.get_one(Heartbeat, 1).at
        assert (kept, kept.tzinfo) == (NOW, UTC)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="naive"), writing():
        beat(NOW.replace(tzinfo=None))


def test_a_database_that_can_not_be_reached_is_gone(tmp_path: object) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder/x.sqlite3", "postgresql://127.0.0.1:1/none"):
        engine = connect(url)
        with pytest.raises(DatabaseGone), reading() as inside:
            inside.execute(select(Municipality))
        for way in (glancing, writing_prepared):
            with pytest.raises(DatabaseGone), way():
                pass
        engine.dispose()


def test_a_database_that_another_program_holds_is_gone_for_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "BUSY_TIMEOUT_SECONDS", 0.1)
    base.connect(f"sqlite:///{tmp_path / 'held.sqlite3'}")
    with base.writing() as database:
        database.connection()
    holder = sqlite3.connect(tmp_path / "held.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    for way in (base.writing, base.writing_prepared):
        with pytest.raises(base.DatabaseGone), way():
            pass
    holder.close()
    with base.writing():
        pass


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_waits_for_ever_behind_a_writer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "BUSY_TIMEOUT_SECONDS", 0.1)
    writes, may_end = threading.Event(), threading.Event()

    def write_long() -> None:
        with writing():
            writes.set()
            may_end.wait(10)

    writer = threading.Thread(target=write_long)
    writer.start()
    writes.wait(10)
    for way in (writing, writing_prepared):
        with pytest.raises(DatabaseGone), way():
            pass
    may_end.set()
    writer.join()
    with writing():
        pass
