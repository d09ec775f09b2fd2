"""The command that ends what has been kept long enough. Something outside runs it every day."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from blueprints.access import now
from models.base import reading, writing
from models.retention import Due, all_due, end


@click.command
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@with_appcontext
def purge(dry_run: bool) -> None:
    """Delete answers, questions and spent keys whose time has come; the figures stay.

    Each meeting is a step of its own: broken off, the next run goes on. Once more it deletes nothing."""
    with reading():
        due = all_due(now())
    ended = due if dry_run else [each for meeting in due if (each := _end(meeting)) is not None]
    for each in ended:
        click.echo(f"{each.code}  {_numbers([each])}")
    click.echo(f"{'Due' if dry_run else 'Deleted'} in {len(ended)} of all meetings: {_numbers(ended)}")


def _end(due: Due) -> Due | None:
    with writing():
        return end(due.meeting_id, now())


def _numbers(every: list[Due]) -> str:
    names = {"answers": "answers", "questions": "questions", "spent_keys": "spent keys"}
    return ", ".join(f"{words} {sum(getattr(due, name) for due in every)}" for name, words in names.items())
