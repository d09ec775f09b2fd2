"""Failures as an operator can read them: a line, no traceback."""

from __future__ import annotations

from typing import Any

import click

from config import BadSetting
from models.base import DatabaseGone


class PlainCommand(click.Command):
    """A command that says in one line, and with exit code 1, that the database or a setting keeps it from its work."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatabaseGone as error:
            [reason, *_] = [*str(error).splitlines(), ""]
            raise click.ClickException(f"The database can't be used: {reason}") from error
        except BadSetting as error:
            raise click.ClickException(str(error)) from error
