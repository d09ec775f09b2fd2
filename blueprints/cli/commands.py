"""The commands, by name."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from blueprints.access import now
from blueprints.cli.demo import prepare
from blueprints.cli.people import person_add
from blueprints.cli.plain import PlainCommand
from blueprints.cli.retention import purge
from blueprints.cli.serving import greeting, refuse_taken_port, serve_for_ever, upgrade_database
from blueprints.headers import settings
from content.demo import municipality
from models.base import reading
from models.municipality import Municipality


def init_app(app: Flask) -> None:
    for command in (serve, db_upgrade, demo, person_add, purge):
        app.cli.add_command(command)


@click.command(cls=PlainCommand)
@with_appcontext
def serve() -> None:
    """Bring the database up to date and serve.

    Outside production the demo is made in an empty database, and its sign-ins are printed."""
    config = settings()
    refuse_taken_port(config.host, config.port)
    upgrade_database(config.database_url)
    with reading():
        places = Municipality.every()
    shows_demo = not config.production and (not places or any(place.is_demo for place in places))
    password = prepare(config, now()) if shows_demo else None
    click.echo(greeting(config, municipality().sign_ins if password else (), password))
    serve_for_ever(config)


@click.command("db-upgrade", cls=PlainCommand)
@with_appcontext
def db_upgrade() -> None:
    """Make the database or bring it up to date."""
    upgrade_database(settings().database_url)
    click.echo("The database is up to date.")


@click.command(cls=PlainCommand)
@with_appcontext
def demo() -> None:
    """Make the demo, or move it to today where it has expired."""
    config = settings()
    if config.production:
        raise click.ClickException("The demo's sign-ins are known to everybody: it is not made in production.")
    upgrade_database(config.database_url)
    password = prepare(config, now())
    click.echo(greeting(config, municipality().sign_ins, password))
