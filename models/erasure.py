"""Erasure: what was deleted leaves the bytes of the database's files as well.

On SQLite ``secure_delete`` overwrites it in the database file, but only when the log is written back into it, which on
a quiet server may take weeks; and until it is overwritten by chance, the log holds it too. PostgreSQL has VACUUM.
"""

from __future__ import annotations

import sqlite3

from models.base import BUSY_TIMEOUT_SECONDS, engine

#: Nobody waits longer than this for somebody who still reads from the log.
PATIENCE_MS = 200


def erase() -> bool:
    """Write SQLite's log back and empty it, after the ``writing()`` that deleted, never inside one. False where it
    can't be done now, while a file is downloaded perhaps: then the next time does it."""
    if engine().dialect.name != "sqlite":
        return True
    connection = engine().raw_connection()
    try:
        connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy
    except sqlite3.OperationalError:
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
        connection.close()
