"""The command that ends what has been kept long enough. Something outside runs it every day."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from blueprints.access import now
from blueprints.cli.plain import PlainCommand
from blueprints.cli.serving import refuse_other_shape
from blueprints.headers import settings
from models.base import reading, writing
from models.erasure import erase
from models.person import SignIn
from models.retention import Due, all_due, end
from models.throttle import forget


@click.command(cls=PlainCommand)
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@with_appcontext
def purge(dry_run: bool) -> None:
    """Delete answers, questions and spent keys whose time has come; the figures stay. Hashed addresses and sign-ins
    that are over go, too.

    Each meeting is a step of its own: broken off, the next run goes on. Once more it deletes nothing."""
    refuse_other_shape(settings().database_url)
    with reading():
        due = all_due(now())
    if not dry_run:
        with writing():
            forget(now())
            SignIn.forget_expired(now())
    ended = due if dry_run else [each for meeting in due if (each := _end(meeting)) is not None]
    for each in ended:
        click.echo(f"{each.code}  {_numbers([each])}")
    if not dry_run and not erase():
        click.echo("The database's log was being read and still holds what was deleted. The next run empties it.")
    click.echo(f"{'Due' if dry_run else 'Deleted'} in {len(ended)} of all meetings: {_numbers(ended)}")


def _end(due: Due) -> Due | None:
    with writing():
        return end(due.meeting_id, now())


def _numbers(every: list[Due]) -> str:
    names = {"answers": "answers", "questions": "questions", "spent_keys": "spent keys"}
    return ", ".join(f"{words} {sum(getattr(due, name) for due in every)}" for name, words in names.items())
