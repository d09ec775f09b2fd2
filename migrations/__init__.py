"""The database's shape, step by step: named revisions that Alembic applies."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` up to a revision, making it where it is absent."""
    command.upgrade(_alembic(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to an earlier revision, ``base`` for none at all. What only newer ones hold is lost."""
    command.downgrade(_alembic(url), revision)


def _alembic(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config
