"""How Alembic reaches the database: at the address it is given, from its own command line at the application's."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, create_engine, event, pool

import models.answer
import models.audit
import models.guess
import models.offer
import models.question
import models.readiness
import models.talked_about
import models.throttle
import models.voiding  # noqa: F401  (so that every table is known)
from config import Config
from models.base import Base, UTCDateTime, database_address

#: Two servers that start at once wait for each other.
LOCK_ON_POSTGRESQL = "SELECT pg_advisory_xact_lock(hashtext('afstemt migrations'))"
WAIT_SECONDS_ON_SQLITE = 60


def migrate(url: str) -> None:
    """All steps in one transaction: a failing one leaves the database as it was."""
    address = database_address(url)
    on_sqlite = address.get_backend_name() == "sqlite"
    engine = create_engine(
        address, poolclass=pool.NullPool, connect_args={"timeout": WAIT_SECONDS_ON_SQLITE} if on_sqlite else {}
    )
    if on_sqlite:
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin_on_sqlite)
    with engine.begin() as connection:
        if not on_sqlite:
            connection.exec_driver_sql(LOCK_ON_POSTGRESQL)
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=_as_plain_type
        )
        context.run_migrations()


def _as_plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    # A revision must not change when the models do, so it never names their types.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    # Foreign keys stay off, as SQLite begins: altering a table there drops the old one, which would delete what
    # belongs to its rows.
    connection.isolation_level = None
    # The file is made here, and takes the size of its pages only now: what `models.base` asks for later comes too late.
    connection.execute("PRAGMA page_size=2048")


def _begin_on_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


migrate(context.config.attributes.get("url") or Config.from_environment().database_url)
