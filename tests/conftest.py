"""What every test may ask for: a database of each kind, the application on it, the cast. `factories` makes the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import pytest

from config import Config
from models import base
from tests import factories
from tests.applications import application
from tests.databases import Database, PostgreSQL, SQLiteFiles, hurry, keep_engines

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

HERE = Path(__file__).parent
#: What these modules ask of a database, each kind does in its own way: taking answers in, rows that flow into a file,
#: prepared statements, making a database. The other pages ask the models, whose own tests run on both.
PAGES_ON_BOTH = {"test_answering.py", "test_export_files.py", "test_exports.py", "test_room_summary.py"}

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages are looked at on SQLite in `make test`, and in `make test-all` on PostgreSQL too."""
    for item in items:
        is_page = item.path.parent == HERE / "blueprints" and item.path.name not in PAGES_ON_BOTH
        if is_page and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SQLiteFiles:
    """SQLite files with the schema."""
    return SQLiteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(testrun_uid: str) -> Iterator[PostgreSQL]:
    """The PostgreSQL server that the processes of this test run share. It stands outside of pytest's own folder, which
    every other run of pytest closes to the user that the server runs as."""
    server = PostgreSQL(Path(gettempdir()) / f"afstemt-postgresql-{testrun_uid}")
    yield server
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def kept_engines() -> Iterator[None]:
    """Each address has one engine as long as this process lives."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        keep_engines(monkeypatch)
        yield


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with the schema, once of each kind, connected to this process."""
    if request.param == "sqlite":
        files: SQLiteFiles = request.getfixturevalue("sqlite_files")
        fresh = files.cleared()
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        fresh = server.cleared()
    engine = base.connect(fresh.url)
    hurry(engine)
    yield fresh
    engine.dispose()


@pytest.fixture(params=KINDS)
def database_without_tables(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of each kind in which nothing is."""
    if request.param == "sqlite":
        return Database("sqlite", f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.empty()


@pytest.fixture
def cast(database: Database) -> factories.Cast:
    """The people and places of every test."""
    return factories.a_cast()


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """``sign_in(client, viewer)``."""
    return factories.sign_in


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Config:
    """The settings of the application under test; with ``dataclasses.replace`` a test makes its own."""
    return Config(
        instance_dir=tmp_path / "instance",
        secret_key="a secret that opens nothing but these tests",
        database_url=database.url,
        public_url="http://localhost",
        trusted_hosts=("localhost", "127.0.0.1"),
    )


@pytest.fixture
def app(settings: Config) -> Iterator[Flask]:
    """The whole application."""
    yield application(settings)
    base.engine().dispose()


@pytest.fixture
def mette(client: FlaskClient, cast: factories.Cast) -> FlaskClient:
    """The client, signed in as Mette, who owns the meetings."""
    factories.sign_in(client, cast.mette)
    return client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that is nobody yet and says nothing of itself."""
    return app.test_client()
