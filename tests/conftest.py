"""What every test may ask for: a database of each kind, the application on it, the cast. `factories` makes the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import pytest

from app import create_app
from config import Config
from models import base
from tests import arabic, factories
from tests.databases import Database, PostgreSQL, SQLiteFiles, hurry

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


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


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the schema, once of each kind, connected to this process."""
    if request.param == "sqlite":
        files: SQLiteFiles = request.getfixturevalue("sqlite_files")
        fresh = files.new(tmp_path / "afstemt.sqlite3")
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
    """The whole application, in Danish and English."""
    yield from _running(settings)


@pytest.fixture(scope="session")
def arabic_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of translations with the test-only Arabic."""
    folder = tmp_path_factory.mktemp("translations")
    arabic.write_catalogue(folder)
    return folder


@pytest.fixture
def rtl_settings(settings: Config, arabic_catalogue: Path) -> Config:
    """The settings with the test-only Arabic beside Danish and English."""
    return replace(
        settings,
        languages=(*settings.languages, "ar"),
        translations=(*settings.translations, str(arabic_catalogue)),
    )


@pytest.fixture
def rtl_app(rtl_settings: Config) -> Iterator[Flask]:
    """The application that also speaks the test-only Arabic; its meetings need ``languages=["da", "en", "ar"]``."""
    yield from _running(rtl_settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that is nobody yet and says nothing of itself."""
    return app.test_client()


def _running(settings: Config) -> Iterator[Flask]:
    settings.instance_dir.mkdir(exist_ok=True)
    app = create_app(settings)
    app.testing = True
    hurry(base.engine())
    yield app
    base.engine().dispose()
