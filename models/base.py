"""The database: one engine a process, and the only two ways to use it.

``with reading():`` looks, ``with writing():`` changes. Inside either, ``session()`` is the session at hand, so rules
and queries need not pass it about. Nothing commits but ``writing()``, at its end. For what is asked or sent all the
time there is either without a session: ``glancing()`` and ``writing_prepared()``.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, Enum, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session

#: A text by language code; Danish (``da``) is the one that counts.
Texts = dict[str, str]

#: So long one waits for the others to have written, or for the server of the database to answer.
BUSY_TIMEOUT_SECONDS = 5


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, refused when naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: For a table found by its key alone: on SQLite it is then one tree, half as much to write.
BY_KEY = {"sqlite_with_rowid": False}


def name_of(enumeration: type[Any], name: str) -> Enum:
    """A column for an enumeration, stored by its name and checked by the database."""
    return Enum(enumeration, name=name, native_enum=False, create_constraint=True, length=24)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: JSON, Texts: JSON, list[str]: JSON}


class NotConnected(RuntimeError):
    """The database was asked before ``connect()``."""


class DatabaseGone(RuntimeError):
    """The database can't be reached or written now: nothing was stored, trying again may help."""


class _Database:
    """The engine of this process and, on SQLite, the lock that lets one writer in at a time.

    SQLite's own waiting is unfair between processes: one may starve. A lock on a file beside the database, taken before
    the transaction begins, makes writers queue. Its descriptor belongs to the process that opened it, so a fork opens
    its own.
    """

    def __init__(self) -> None:
        self.engine: Engine | None = None
        #: The engine for looking. SQLite's transactions see one moment by themselves; on PostgreSQL each query would
        #: see what was written before it.
        self.reader: Engine | None = None
        self._thread_lock = threading.RLock()
        self._lock_path: str | None = None
        self._descriptor: tuple[int, int] | None = None
        self._of_thread = threading.local()

    def connect(self, url: str) -> Engine:
        self.disconnect()
        address = database_address(url)
        if address.get_backend_name() == "sqlite":
            self.engine = create_engine(
                address, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, pool_size=20
            )
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._lock_path = f"{address.database}.lock"
            self.reader = self.engine
        else:
            self.engine = create_engine(
                address, hide_parameters=True, connect_args={"connect_timeout": BUSY_TIMEOUT_SECONDS},
                pool_pre_ping=True, pool_size=20,
            )  # fmt: skip
            self.reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
        return self.engine

    def disconnect(self) -> None:
        if self.engine is not None:
            self.engine.dispose()
        if self._descriptor is not None and self._descriptor[0] == os.getpid():
            os.close(self._descriptor[1])
        self.engine = self.reader = self._lock_path = self._descriptor = None
        self._of_thread = threading.local()

    @contextmanager
    def connection_at_hand(self) -> Iterator[Any]:
        """The driver's connection for prepared statements. On SQLite each thread keeps its own: to take one out of the
        pool and put it back costs as much as the statement. A server may end one, so PostgreSQL's come from the
        pool, which looks before it gives."""
        if self._lock_path is None:
            pooled = engine().raw_connection()
            try:
                yield pooled.driver_connection
            finally:
                pooled.close()
            return
        kept = self._of_thread
        if not hasattr(kept, "connection"):
            pooled = engine().raw_connection()
            kept.connection = pooled.driver_connection
            pooled.detach()
        yield kept.connection

    @contextmanager
    def turn(self) -> Iterator[None]:
        if self._lock_path is None:
            yield
            return
        # Where another program holds the file, each writer waits in vain: those behind it must not wait for them all.
        if not self._thread_lock.acquire(timeout=BUSY_TIMEOUT_SECONDS):
            raise DatabaseGone("others are writing")
        try:
            yield
        finally:
            self._thread_lock.release()

    @contextmanager
    def one_writer(self) -> Iterator[None]:
        with self.turn():
            if self._lock_path is None:
                yield
                return
            descriptor = self._lock_descriptor(self._lock_path)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _lock_descriptor(self, path: str) -> int:
        if self._descriptor is None or self._descriptor[0] != os.getpid():
            self._descriptor = (os.getpid(), os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return self._descriptor[1]


_database = _Database()
_current: ContextVar[Session | None] = ContextVar("session", default=None)
_glance: ContextVar[Any] = ContextVar("glance", default=None)


def database_address(url: str) -> URL:
    """The address with the driver that Afstemt ships for PostgreSQL."""
    address = make_url(url)
    return address.set(drivername="postgresql+psycopg") if address.drivername in {"postgres", "postgresql"} else address


def connect(url: str) -> Engine:
    """Bind this process to the database at ``url``, replacing an earlier one."""
    return _database.connect(url)


def engine() -> Engine:
    if _database.engine is None:
        raise NotConnected
    return _database.engine


def session() -> Session:
    """The session of the ``reading()`` or ``writing()`` around the caller."""
    current = _current.get()
    if current is None:
        raise RuntimeError("no reading() or writing() around this query")
    return current


def driver_connection() -> Any:
    """The database driver's own connection: that of ``glancing()`` or ``writing_prepared()``, else the one under
    ``session()``, inside its transaction."""
    glance = _glance.get()
    if glance is not None:
        return glance
    current = session()
    if "driver_connection" not in current.info:
        current.info["driver_connection"] = current.connection().connection.driver_connection
    return current.info["driver_connection"]


@contextmanager
def glancing() -> Iterator[None]:
    """For prepared statements alone, each by itself: what is asked every few seconds needs no session and no
    transaction. A ``reading()`` or ``writing()`` inside has its own connection as ever; inside one it is that one."""
    if _glance.get() is not None or _current.get() is not None:
        yield
        return
    with _telling_when_gone(), _database.connection_at_hand() as connection:
        token = _glance.set(connection)
        try:
            yield
        finally:
            _glance.reset(token)


@contextmanager
def reading() -> Iterator[Session]:
    """Look, never lock: every query sees the same moment, however many others write meanwhile. Inside another
    ``reading()`` or ``writing()`` it is that one's session."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    with _telling_when_gone(), Session(_database.reader, expire_on_commit=False, autoflush=False) as current:
        token, glance = _current.set(current), _glance.set(None)
        try:
            yield current
        finally:
            _glance.reset(glance)
            _current.reset(token)


@contextmanager
def writing() -> Iterator[Session]:
    """Change, all or nothing: committed at the end, rolled back on any error. Opened by the view, never nested."""
    if _current.get() is not None:
        raise RuntimeError("writing() must not stand inside reading() or writing()")
    # Only what must is done while others wait: the connection is at hand before, and given back after.
    with (
        _telling_when_gone(),
        engine().connect().execution_options(writing=True) as connection,
        Session(connection, expire_on_commit=False) as current,
        _database.one_writer(),
    ):
        token, glance = _current.set(current), _glance.set(None)
        try:
            current.connection()
            yield current
            current.commit()
        except BaseException:
            current.rollback()
            raise
        finally:
            _glance.reset(glance)
            _current.reset(token)


@contextmanager
def in_turn() -> Iterator[None]:
    """Around a write that many send at once, together with what is computed for it: on SQLite one thread of a process
    after the other. Only one writes there anyway, and threads that compute at the same time take the interpreter from
    the one for whose lock all the others wait. Never around what waits for the network."""
    with _database.turn():
        yield


@contextmanager
def writing_prepared() -> Iterator[None]:
    """``writing()`` for prepared statements alone: without a session, which costs more than they do. Committed at the
    end, rolled back on any error, and never nested; only a ``glancing()`` may stand around it."""
    if _current.get() is not None:
        raise RuntimeError("writing_prepared() must not stand inside reading() or writing()")
    with glancing():
        connection = driver_connection()
        with _database.one_writer():
            if engine().dialect.name == "sqlite":
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.commit()
            except BaseException:
                connection.rollback()
                raise


@contextmanager
def _telling_when_gone() -> Iterator[None]:
    driver = engine().dialect.loaded_dbapi
    try:
        yield
    except (OperationalError, InterfaceError, TimeoutError, driver.OperationalError, driver.InterfaceError) as error:
        raise DatabaseGone(str(error)) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    # An answer changes seven or eight pages, and each goes whole into the log. Only a new file takes this.
    connection.execute("PRAGMA page_size=2048")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writing", False)
    driver_connection: Any = connection.connection.driver_connection
    driver_connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
