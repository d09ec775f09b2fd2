"""What citizens and staff delete is nowhere in the bytes of SQLite's files, the log included."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from models.base import reading
from models.erasure import erase
from models.question import Question
from tests.databases import Database
from tests.factories import Cast, a_meeting, answer, code_of, csrf_token

CANARY = "Kanariefuglen synger"


def hold_it(database: Database) -> list[str]:
    """The names of the files that hold the canary."""
    path = Path(make_url(database.url).database or "")
    return [file.name for file in path.parent.glob(f"{path.name}*") if CANARY.encode() in file.read_bytes()]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("deleted", ["answer", "question", "meeting"])
def test_what_is_deleted_leaves_the_files(mette: FlaskClient, cast: Cast, database: Database, deleted: str) -> None:
    meeting = a_meeting(cast)
    key = answer(meeting, doubts=(1,), questions={1: CANARY})
    # It stands in the database file, too, not in the log alone.
    assert erase()
    assert hold_it(database)
    with reading() as session:
        question = session.query(Question.id).scalar()
    address = {
        "answer": f"/m/{code_of(meeting)}/answers/{key}/deletion",
        "question": f"/meetings/{meeting}/questions/{question}/deletion",
        "meeting": f"/meetings/{meeting}/deletion",
    }[deleted]
    assert mette.post(address, data={"csrf_token": csrf_token(mette)}).status_code == 303
    assert hold_it(database) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_reader_under_way_does_not_hold_a_deletion_up(database: Database, cast: Cast) -> None:
    reader = sqlite3.connect(make_url(database.url).database or "", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM meeting").fetchone()
    a_meeting(cast)
    assert not erase()
    reader.close()
    assert erase()
