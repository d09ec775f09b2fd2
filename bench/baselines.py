"""The baselines: the least that a Flask application could do for the same request, on the same server and database.

``plain`` has no session, ``with_session`` reads Flask's signed one. Both use the database through its driver alone.
Settings: ``DATABASE_URL``, ``SECRET_KEY``, and ``BENCH_PAGE_BYTES``, the size of the ready page.
"""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
from flask import Flask, Response, abort, redirect, request, session
from sqlalchemy import create_engine
from werkzeug.wrappers import Response as BaseResponse

from models import answer_export
from models.base import database_address

ROWS_AT_ONCE = 1000

plain = Flask("plain")
with_session = Flask("with_session")
with_session.secret_key = os.environ["SECRET_KEY"]
with_session.config["SESSION_COOKIE_NAME"] = "afstemt"

page = b"x" * int(os.environ["BENCH_PAGE_BYTES"])
address = database_address(os.environ["DATABASE_URL"])
is_sqlite = address.get_backend_name() == "sqlite"
of_thread = threading.local()


def connection() -> Any:
    """This thread's own, opened once and as durable as ours; every statement is a transaction."""
    if not hasattr(of_thread, "connection"):
        of_thread.connection = opened()
    return of_thread.connection


def opened() -> Any:
    if not is_sqlite:
        plainly = address.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plainly, autocommit=True)
    connection = sqlite3.connect(str(address.database), timeout=10, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def asked(statement: str) -> str:
    return statement if is_sqlite else statement.replace("?", "%s")


INSERT = asked("INSERT INTO bench_stored (key, agreement, unclear) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING")
SIGNED_IN = asked("SELECT person_id, started_at FROM sign_in WHERE token_hash = ?")
REVISION = asked("SELECT revision FROM meeting WHERE id = ?")


@plain.get("/m/<code>/<lang>")
def ready_page(code: str, lang: str) -> Response:  # noqa: ARG001 - the same addresses as ours
    """Ready bytes, as many as ours."""
    return Response(page, content_type="text/html; charset=utf-8")


@plain.post("/m/<code>/answers")
def insert(code: str) -> BaseResponse:
    """One idempotent insert."""
    key = request.form["key"]
    connection().execute(INSERT, (key, int(request.form["agreement"]), int(request.form["unclear"])))
    return redirect(f"/m/{code}/answers/{key}", 303)


@with_session.get("/meetings/<int:meeting_id>/summary")
def unchanged(meeting_id: int) -> Response:
    """One session lookup and one indexed read."""
    token_hash = sha256(session["_user_id"].encode()).digest()
    if connection().execute(SIGNED_IN, (token_hash,)).fetchone() is None:
        abort(401)
    (revision,) = connection().execute(REVISION, (meeting_id,)).fetchone()
    return Response(status=304, headers={"ETag": f'"{revision}"'})


@with_session.get("/meetings/<int:meeting_id>/answers.csv")
def answers_csv(meeting_id: int) -> Response:
    """The same SQL by raw cursor and csv.writer."""
    return Response(_blocks(meeting_id), content_type="text/csv; charset=utf-8")


def _blocks(meeting_id: int) -> Iterator[bytes]:
    query = answer_export._ANSWERS.params(meeting_id=meeting_id)
    statement = query.compile(dialect=create_engine(address).dialect, compile_kwargs={"literal_binds": True})
    own = opened()
    try:
        if is_sqlite:
            cursor = own.cursor()
        else:
            own.autocommit = False
            cursor = own.cursor("answers")
        cursor.execute(str(statement))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            written = io.StringIO(newline="")
            csv.writer(written).writerows(rows)
            yield written.getvalue().encode()
    finally:
        own.close()
