"""The demo: an invented municipality with a week of meetings, made through the same rules as everything else."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import uuid4

from blueprints.account.passwords import fits, hash_password
from config import Config, kept_secret
from content import demo as told
from content.demo import DemoAnswers, DemoMeeting, SecondVersion
from models.agreement import Agreement
from models.answer import hash_of_key
from models.base import reading, session, writing
from models.clock import end_of, local, moment_of
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, Method, State
from models.municipality import Municipality
from models.person import Person, Role, Viewer
from models.submission import Submission, receive
from models.summary import keep_totals

#: The same figures in every demo.
SEED = 17
STAYS_OPEN_FOR = timedelta(days=30)
OPENS_BEFORE = timedelta(minutes=10)
WRITTEN_BEFORE = timedelta(days=2)
#: Of a meeting's minutes: until here the first citizens answer, then the second version is published, …
FIRST_UNTIL, PUBLISHED_AT, SECOND_UNTIL, RETURNS_UNTIL = 0.4, 0.45, 0.65, 0.95
#: Who thinks again may find another point unclear, this much less often than at first.
RAISED_LATER = 0.15
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
                _person(email).set_password(password_hash)
    return password


def new_password() -> str:
    """A random password of 60 bits or so."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(LETTERS_IN_A_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def _person(email: str) -> Person:
    person = Person.by_email(email)
    if person is None:
        raise LookupError(email)
    return person


# Making


def _make(now: datetime, password_hash: str) -> None:
    story = told.municipality()
    municipality = Municipality(name=story.name, privacy_contact=story.privacy_contact, is_demo=True)
    houses = {name: Institution(name=name, municipality=municipality) for name in story.institutions}
    session().add_all(houses.values())
    session().flush()
    for each in story.people:
        person = Person.add(each.email, each.name, password_hash if each.signs_in else "", phone=each.phone)
        place = {"institution_id": houses[each.at].id} if each.at else {"municipality_id": municipality.id}
        person.give_role(Role[each.role], now, **place)
    chance = random.Random(SEED)  # noqa: S311  (makes figures, no secrets)
    for meeting in told.meetings():
        _Telling(meeting, houses[meeting.institution], now, chance).tell()


@dataclass
class _Citizen:
    """Somebody with an answer: what was unclear to them, and what they asked, by place of the point."""

    key_hash: bytes
    language: str
    unclear: frozenset[int]
    questions: dict[int, str]


class _Telling:
    """One meeting of the demo, from its draft on, at the moments at which it would have happened."""

    def __init__(self, story: DemoMeeting, house: Institution, now: datetime, chance: random.Random) -> None:
        self.story = story
        self.chance = chance
        self.today = local(now).date()
        self.owner: Viewer = _person(story.owner).viewer()
        self.opens = self._opens(now)
        self.meeting = self._draft(house)

    def tell(self) -> None:
        if self.story.state == State.DRAFT.value:
            return
        self.meeting.open(self.opens, self.owner)
        if self.story.answers:
            self._answer(self.story.answers)
        if self.story.state == State.CLOSED.value:
            self.meeting.close(self._at(1), self.owner)
            session().flush()
            keep_totals(self.meeting)

    def _opens(self, now: datetime) -> datetime:
        """An open meeting's answers lie just behind us; a closed one opened before it was held."""
        if self.story.state == State.CLOSED.value:
            return moment_of(self.story.held_on(self.today), self.story.held_at) - OPENS_BEFORE
        return now - timedelta(minutes=self.story.answers.minutes if self.story.answers else 0)

    def _draft(self, house: Institution) -> Meeting:
        story = self.story
        written = self.opens - WRITTEN_BEFORE
        held_on = story.held_on(self.today)
        stays_open = story.state == State.OPEN.value
        meeting = Meeting.create(
            house,
            self.owner,
            MeetingForm(story.form),
            Method(story.method),
            story.wording(self.today),
            written,
            template=story.template,
            languages=list(story.languages),
            title=story.title,
            place=story.place,
            held_on=held_on,
            held_at=story.held_at,
            closes_at=end_of(self.today + STAYS_OPEN_FOR) if stays_open else None,
            contact_name=self.owner.name,
            contact_phone=_person(story.owner).phone,
        )
        meeting.code = story.code
        if story.deputies:
            meeting.name_deputies([_person(email) for email in story.deputies], self.owner, written)
        session().flush()
        return meeting

    def _answer(self, answers: DemoAnswers) -> None:
        second = self.story.second_version
        citizens = list(self._citizens(answers))
        early = second.after if second else ceil(len(citizens) * 0.8)
        first = self.meeting.agreements[-1]
        self._send(citizens[:early], first, 0, FIRST_UNTIL)
        if second:
            self._publish(second)
        newest = self.meeting.agreements[-1]
        self._send(citizens[early:], newest, PUBLISHED_AT, SECOND_UNTIL)
        returning = [self._thought_again(citizen, answers) for citizen in citizens if citizen.unclear]
        if second:
            clear = [citizen for citizen in citizens[:early] if not citizen.unclear]
            returning += self.chance.sample(clear, round(len(clear) * second.come_back))
        self._send(returning, newest, SECOND_UNTIL, RETURNS_UNTIL)
        session().refresh(self.meeting)

    def _publish(self, second: SecondVersion) -> None:
        session().refresh(self.meeting)
        wording = self.meeting.draft.wording
        points = tuple(replace(point, **second.points.get(point.key, {})) for point in wording.points)
        at = self._at(PUBLISHED_AT)
        self.meeting.draft.save(replace(wording, points=points), self.owner.id, at)
        self.meeting.publish(at, self.owner)

    def _citizens(self, answers: DemoAnswers) -> Iterator[_Citizen]:
        waiting = {place: list(questions) for place, questions in answers.questions.items()}
        languages, weights = list(answers.languages), list(answers.languages.values())
        for _ in range(answers.count):
            unclear = frozenset(place for place, share in answers.unclear.items() if self.chance.random() < share)
            asked = {place: waiting[place].pop(0) for place in sorted(unclear) if waiting.get(place)}
            language = self.chance.choices(languages, weights)[0]
            yield _Citizen(hash_of_key(uuid4()), language, unclear, asked)

    def _thought_again(self, citizen: _Citizen, answers: DemoAnswers) -> _Citizen:
        still = {place for place in citizen.unclear if self.chance.random() >= answers.cleared}
        new = {place for place, share in answers.unclear.items() if self.chance.random() < share * RAISED_LATER}
        return replace(citizen, unclear=frozenset(still | new))

    def _send(self, citizens: list[_Citizen], agreement: Agreement, begin: float, end: float) -> None:
        """The citizens answer one after another, at random moments between two parts of the meeting."""
        # `receive` looks past the session.
        session().flush()
        ids = {point.position: point.point_id for point in agreement.points}
        moments = sorted(self.chance.uniform(begin, end) for _ in citizens)
        for citizen, moment in zip(citizens, moments, strict=True):
            submission = Submission(
                citizen.key_hash,
                agreement.number,
                citizen.language,
                frozenset(ids[place] for place in citizen.unclear),
                {ids[place]: question for place, question in citizen.questions.items()},
            )
            receive(self.story.code, submission, self._at(moment), sender=None)

    def _at(self, part: float) -> datetime:
        minutes = self.story.answers.minutes if self.story.answers else 0
        return self.opens + timedelta(minutes=minutes * part)


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
        meeting.change_facts(owner, now, held_on=today, closes_at=end_of(today + STAYS_OPEN_FOR) if was_open else None)
        if not was_open:
            _move_steps(meeting, later, owner, now)


def _move_steps(meeting: Meeting, later: timedelta, by: Viewer, now: datetime) -> None:
    wording = meeting.draft.wording
    steps = tuple(replace(step, on=step.on + later if step.on else None) for step in wording.steps)
    meeting.draft.save(replace(wording, steps=steps), by.id, now)
