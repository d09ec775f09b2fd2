from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

import migrations
from models import base
from models.base import Base, database_address, reading
from models.municipality import Municipality
from tests import exported, factories
from tests.databases import Database, SQLiteFiles, know_every_table

FIRST = "20261123_the_main_job"
EARLIER = (FIRST, "20261123_talked_about", "20261123_the_live_room")
MADE_BY_ALEMBIC = "alembic_version"


def test_migrated_up_the_database_has_no_drift_from_the_models(database_without_tables: Database) -> None:
    know_every_table()
    migrations.upgrade(database_without_tables.url)
    with connected(database_without_tables.url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_index_and_trigger_is_the_models(tmp_path: Path, sqlite_files: SQLiteFiles) -> None:
    migrations.upgrade(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")
    by_models = sqlite_files.new(tmp_path / "by_models.sqlite3")
    with connected(f"sqlite:///{tmp_path / 'migrated.sqlite3'}") as migrated, connected(by_models.url) as made:
        assert statements(migrated) == statements(made)


def test_migrated_down_nothing_is_left_and_up_again_works(database_without_tables: Database) -> None:
    migrations.upgrade(database_without_tables.url)
    migrations.downgrade(database_without_tables.url, "base")
    with connected(database_without_tables.url) as connection:
        assert set(inspect(connection).get_table_names()) <= {MADE_BY_ALEMBIC}
    migrations.upgrade(database_without_tables.url)


def test_a_migrated_database_is_left_alone_by_the_next_upgrade(database_without_tables: Database) -> None:
    migrations.upgrade(database_without_tables.url, FIRST)
    with connected(database_without_tables.url) as connection:
        connection.execute(
            text(
                "INSERT INTO municipality (name, palette, privacy_contact, retention_days, question_days, room_limit,"
                " insight_limit, is_demo) VALUES ('Eksempelby', 'fjord', '', 180, 30, 3, 5, false)"
            )
        )
        connection.commit()
    migrations.upgrade(database_without_tables.url)
    base.connect(database_without_tables.url)
    with reading():
        [kept] = Municipality.every()
        assert (kept.name, kept.languages) == ("Eksempelby", ("da", "en"))


@pytest.mark.slow
@pytest.mark.parametrize("revision", EARLIER)
def test_down_to_any_revision_and_up_again_nothing_is_lost_that_it_holds(
    database_without_tables: Database, revision: str
) -> None:
    url = database_without_tables.url
    migrations.upgrade(url)
    base.connect(url)
    exported.the_meeting(factories.a_cast())
    base.engine().dispose()
    newest = rows(url)
    migrations.downgrade(url, revision)
    older = rows(url)
    assert len(older["answer"][1]) == 8
    assert shared(newest, older) == shared(older, newest)
    migrations.upgrade(url)
    assert shared(rows(url), older) == shared(older, newest)


@pytest.mark.parametrize("table", ["agreement", "agreement_point", "point"])
def test_a_migrated_database_refuses_to_change_what_is_published(database_without_tables: Database, table: str) -> None:
    migrations.upgrade(database_without_tables.url)
    base.connect(database_without_tables.url)
    factories.a_meeting(factories.a_cast())
    column = {"agreement": "content_hash", "agreement_point": "position", "point": "identity"}[table]
    with connected(database_without_tables.url) as connection, pytest.raises(DBAPIError, match=f"{table} is frozen"):
        connection.execute(text(f"UPDATE {table} SET {column} = {column}"))  # noqa: S608  (names from this file)


Table = tuple[set[str], list[dict[str, object]]]


def rows(url: str) -> dict[str, Table]:
    """Everything in the database: by table its columns and its rows."""
    known = MetaData()
    with connected(url) as connection:
        known.reflect(connection)
        return {
            name: (set(table.c.keys()), [dict(row) for row in connection.execute(table.select()).mappings()])
            for name, table in known.tables.items()
            if name != MADE_BY_ALEMBIC
        }


def shared(one: dict[str, Table], other: dict[str, Table]) -> dict[str, list[str]]:
    """What the tables hold in the columns that both have, in no order."""
    found = {}
    for table in one.keys() & other.keys():
        columns = sorted(one[table][0] & other[table][0])
        found[table] = sorted(str([row[column] for column in columns]) for row in one[table][1])
    return found


def connected(url: str) -> Connection:
    return create_engine(database_address(url)).connect()


def statements(connection: Connection) -> dict[str, list[str]]:
    """What made each table, index and trigger of a SQLite file, part by part: their order says nothing, nor whether a
    column came later with its constraint beside it."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {name: sorted(parts(" ".join(sql.split()))) for name, sql in rows if name != MADE_BY_ALEMBIC}


def parts(statement: str) -> list[str]:
    """The parts between the outermost brackets, and what stands around them."""
    head, _, body = statement.partition("(")
    found, depth = [""], 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0 or (letter == "," and not depth):
            found.append("")
        else:
            found[-1] += letter
    split = [part for each in found for part in re.split(r" (?=CONSTRAINT )", each.strip())]
    return [head.strip(), *(part.strip() for part in split if part.strip())]
