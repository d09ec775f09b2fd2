"""Adding people from a terminal: the first ones, and all until there are pages for it."""

from __future__ import annotations

import re

import click
from flask.cli import with_appcontext

from blueprints.access import now
from blueprints.account.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password
from blueprints.cli.plain import PlainCommand
from blueprints.cli.serving import refuse_other_shape
from blueprints.headers import settings
from config import STAFF_LANGUAGES
from models.base import reading, session, writing
from models.institution import Institution
from models.municipality import Municipality
from models.person import Person, Role

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def an_email(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not _EMAIL.fullmatch(value.strip()):
        raise click.BadParameter(f"{value!r} is no mail address.")
    return value.strip().lower()


def some_text(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("It must not be empty.")
    return value.strip() if value else value


def a_password(value: str) -> str:
    if not SHORTEST_PASSWORD <= len(value) <= LONGEST_PASSWORD:
        raise click.BadParameter(f"It needs at least {SHORTEST_PASSWORD} characters, at most {LONGEST_PASSWORD}.")
    return value


@click.command("person-add", cls=PlainCommand)
@click.option("--email", prompt="Mail", callback=an_email, help="What they sign in with.")
@click.option("--name", prompt="Name", callback=some_text, help="What citizens and colleagues see.")
@click.option(
    "--role",
    prompt="Role",
    type=click.Choice([role.value.lower() for role in Role], case_sensitive=False),
    help="At an institution, or administrator of the municipality.",
)
@click.option("--institution", callback=some_text, help="The institution's name; made where it is new.")
@click.option("--municipality", callback=some_text, help="The municipality's name; made where it is new.")
@click.option("--language", type=click.Choice(STAFF_LANGUAGES), default="da", show_default=True, help="Of their pages.")
@with_appcontext
def person_add(
    email: str, name: str, role: str, institution: str | None, municipality: str | None, language: str
) -> None:
    """Add a person, or give one a further role. Asks for the password of a new one."""
    refuse_other_shape(settings().database_url)
    wanted = Role[role.upper()]
    if wanted is Role.ADMINISTRATOR and institution:
        raise click.UsageError("An administrator belongs to a municipality: leave --institution out.")
    if wanted is not Role.ADMINISTRATOR and not institution:
        institution = click.prompt("Institution")
    place = municipality or _the_only_municipality()
    with reading():
        known = Person.by_email(email) is not None
    password_hash = "" if known else hash_password(_ask_for_password())
    with writing():
        click.echo(_add(email, name, password_hash, language, wanted, institution, place))


def _the_only_municipality() -> str:
    with reading():
        only = Municipality.only()
    return only.name if only else click.prompt("Municipality")


def _ask_for_password() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="The same again", value_proc=a_password))


def _add(
    email: str, name: str, password_hash: str, language: str, role: Role, institution: str | None, municipality: str
) -> str:
    town = _municipality(municipality)
    house = _institution(town, institution) if institution else None
    person = Person.by_email(email) or Person.add(email, name, password_hash, locale=language)
    where = {"institution_id": house.id} if house else {"municipality_id": town.id}
    what = f"{role.value.lower()} at {house.name}" if house else f"{role.value.lower()} of {town.name}"
    if person.give_role(role, now(), **where):
        return f"{person.name} is now {what}."
    return f"{person.name} already is {what}. Nothing is changed."


def _municipality(name: str) -> Municipality:
    for municipality in Municipality.every():
        if municipality.name == name:
            return municipality
    municipality = Municipality(name=name)
    session().add(municipality)
    session().flush()
    return municipality


def _institution(municipality: Municipality, name: str) -> Institution:
    for institution in Institution.of(municipality):
        if institution.name == name:
            return institution
    institution = Institution(name=name, municipality=municipality)
    session().add(institution)
    session().flush()
    return institution
