"""The database's shape, step by step: named revisions that Alembic applies."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from models.base import DatabaseGone, database_address


class OtherShape(RuntimeError):
    """The database has another shape than this version of Afstemt knows."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` up to a revision, making it where it is absent. Raises ``DatabaseGone`` where it
    can't be reached or written, ``OtherShape`` where a newer version made it."""
    try:
        command.upgrade(_alembic(url), revision)
    except OperationalError as error:
        raise DatabaseGone(str(error.orig)) from error
    except CommandError as error:
        raise OtherShape(f"The database was made by another version of Afstemt: {error}") from error


def must_be_up_to_date(url: str) -> None:
    """Raise ``OtherShape`` unless the database at ``url`` has the newest shape, ``DatabaseGone`` where it can't be
    reached."""
    engine = create_engine(database_address(url))
    try:
        with engine.connect() as connection:
            has = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise DatabaseGone(str(error.orig)) from error
    finally:
        engine.dispose()
    if has != ScriptDirectory.from_config(_alembic(url)).get_current_head():
        raise OtherShape("The database is not up to date. First: flask --app wsgi db-upgrade")


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier revision, ``base`` for none at all. What only newer ones hold is lost."""
    command.downgrade(_alembic(url), revision)


def _alembic(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config
