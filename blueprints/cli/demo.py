"""The demo: an invented municipality with a week of meetings, made through the same rules as everything else."""

from __future__ import annotations

import random
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from blueprints.account.passwords import fits, hash_password
from blueprints.cli.telling import STAYS_OPEN_FOR, Telling, person_of
from config import Config, kept_secret
from content import demo as told
from models.base import reading, session, writing
from models.clock import end_of, local
from models.facts import change_facts
from models.institution import Institution
from models.meeting import Meeting
from models.municipality import Municipality
from models.person import Person, Role, Viewer

#: The same figures in every demo.
SEED = 17
#: Easy to read aloud and to type on a tablet.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LETTERS_IN_A_GROUP = 3, 4


def prepare(config: Config, now: datetime) -> str:
    """Make the demo where there is none, move it where it has expired. Returns the password of its sign-ins."""
    password = config.demo_password or kept_secret(config.instance_dir / "demo_password", new_password)
    with reading():
        known = [person for each in told.municipality().sign_ins if (person := Person.by_email(each.email))]
    stale = [person.email for person in known if not fits(password, person.password_hash)]
    password_hash = hash_password(password) if stale or not known else ""
    with writing():
        municipality = next((each for each in Municipality.every() if each.is_demo), None)
        if municipality is None:
            _make(now, password_hash)
        else:
            _move_to_today(municipality, now)
            for email in stale:
                person_of(email).set_password(password_hash)
    return password


def new_password() -> str:
    """A random password of 60 bits or so."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(LETTERS_IN_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


# Making


def _make(now: datetime, password_hash: str) -> None:
    story = told.municipality()
    municipality = Municipality(
        name=story.name,
        privacy_contact=story.privacy_contact,
        address=story.address,
        accessibility_email=story.accessibility_email,
        accessibility_phone=story.accessibility_phone,
        listed_languages=",".join(story.languages),
        is_demo=True,
    )
    houses = {name: Institution(name=name, municipality=municipality) for name in story.institutions}
    session().add_all(houses.values())
    session().flush()
    for each in story.people:
        person = Person.add(each.email, each.name, password_hash if each.signs_in else "", phone=each.phone)
        place = {"institution_id": houses[each.at].id} if each.at else {"municipality_id": municipality.id}
        person.give_role(Role[each.role], now, **place)
    chance = random.Random(SEED)  # noqa: S311  (makes figures, no secrets)
    for meeting in told.meetings():
        Telling(meeting, houses[meeting.institution], now, chance).tell()


# Moving


def _move_to_today(municipality: Municipality, now: datetime) -> None:
    """The demo's own open and draft meetings whose end has passed are held today. Those closed by hand stay as they
    were, and so does whatever somebody made beside the demo."""
    today = local(now).date()
    unfinished = {meeting.code for meeting in told.meetings() if meeting.state != "CLOSED"}
    for meeting in Meeting.every_of(municipality):
        if meeting.code not in unfinished or meeting.closed_at is not None or meeting.held_on is None:
            continue
        if now < (meeting.closes_at or end_of(meeting.held_on)):
            continue
        owner = meeting.owner.viewer()
        later = today - meeting.held_on
        was_open = meeting.opened_at is not None
        change_facts(meeting, owner, now, held_on=today, closes_at=end_of(today + STAYS_OPEN_FOR) if was_open else None)
        if not was_open:
            _move_steps(meeting, later, owner, now)


def _move_steps(meeting: Meeting, later: timedelta, by: Viewer, now: datetime) -> None:
    wording = meeting.draft.wording
    steps = tuple(replace(step, on=step.on + later if step.on else None) for step in wording.steps)
    meeting.draft.save(replace(wording, steps=steps), by.id, now)
