"""One meeting of the demo as it would have happened: written, opened, answered, talked about, closed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import uuid4

from content.demo import DemoAnswers, DemoMeeting, DemoTalk, SecondVersion
from models.agreement import Agreement
from models.answer import Channel, Difficulty, hash_of_key
from models.base import session
from models.clock import end_of, local, moment_of
from models.drafting import draft_meeting
from models.facts import count_heads, name_deputies
from models.guess import Expectation
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, Method, State
from models.person import Person, Viewer
from models.publishing import open_meeting, publish_draft
from models.question import Question
from models.receiving import receive
from models.submission import Submission
from models.summary import keep_totals
from models.talked_about import TalkedAbout

STAYS_OPEN_FOR = timedelta(days=30)
OPENS_BEFORE = timedelta(minutes=10)
WRITTEN_BEFORE = timedelta(days=2)
#: Of a meeting's minutes: until here the first citizens answer, then the second version is published, …
FIRST_UNTIL, PUBLISHED_AT, SECOND_UNTIL, RETURNS_UNTIL = 0.4, 0.45, 0.65, 0.95
#: Who thinks again may find another point unclear, this much less often than at first.
RAISED_LATER = 0.15


def person_of(email: str) -> Person:
    """The person with this e-mail address. Raises ``LookupError``."""
    person = Person.by_email(email)
    if person is None:
        raise LookupError(email)
    return person


@dataclass(frozen=True)
class _Citizen:
    """Somebody with an answer: what was unclear to them and why, what they asked, guessed and offered, by place of the
    point. ``talk``: they reply to this talk."""

    key_hash: bytes
    language: str
    channel: Channel
    unclear: Mapping[int, Difficulty]
    questions: Mapping[int, str]
    guesses: Mapping[int, Expectation]
    offers: frozenset[int]
    talk: int | None = None

    @property
    def comes_back(self) -> bool:
        """Only on a phone of one's own the answer can be changed."""
        return self.channel is Channel.OWN_PHONE


class Telling:
    """From the draft on, at the moments at which it would have happened."""

    def __init__(self, story: DemoMeeting, house: Institution, now: datetime, chance: random.Random) -> None:
        self.story = story
        self.chance = chance
        self.today = local(now).date()
        self.owner: Viewer = person_of(story.owner).viewer()
        self.opens = self._opens(now)
        self.meeting = self._draft(house)

    def tell(self) -> None:
        if self.story.state == State.DRAFT.value:
            return
        open_meeting(self.meeting, self.opens, self.owner)
        if self.story.answers:
            count_heads(self.meeting, self.story.answers.headcount, self.owner, self.opens)
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
        meeting = draft_meeting(
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
            contact_phone=person_of(story.owner).phone,
        )
        meeting.code = story.code
        if story.deputies:
            name_deputies(meeting, [person_of(email) for email in story.deputies], self.owner, written)
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
        # An earlier version may word the point differently: who answered it is not asked after the talk.
        talked_to = citizens[early if second else 0 :]
        if answers.talk:
            citizens = self._talk(answers.talk, newest, talked_to, citizens)
        returning = [self._thought_again(each, answers) for each in citizens if each.unclear and each.comes_back]
        if second:
            clear = [each for each in citizens[:early] if not each.unclear and each.comes_back]
            returning += self.chance.sample(clear, round(len(clear) * second.come_back))
        self._send([replace(each, guesses={}) for each in returning], newest, SECOND_UNTIL, RETURNS_UNTIL)
        self._reply(answers, newest)
        session().refresh(self.meeting)

    def _publish(self, second: SecondVersion) -> None:
        session().refresh(self.meeting)
        wording = self.meeting.draft.wording
        points = tuple(replace(point, **second.points.get(point.key, {})) for point in wording.points)
        at = self._at(PUBLISHED_AT)
        self.meeting.draft.save(replace(wording, points=points), self.owner.id, at)
        publish_draft(self.meeting, at, self.owner)

    def _talk(
        self, story: DemoTalk, agreement: Agreement, talked_to: list[_Citizen], citizens: Iterable[_Citizen]
    ) -> list[_Citizen]:
        """Explain a point again. Returns the citizens, with the talk those who are asked whether it is clear now."""
        at = self._at(SECOND_UNTIL)
        talk = TalkedAbout.mark(self.meeting, _ids(agreement)[story.point], self.owner, at, story.explanation)
        asked = {each.key_hash for each in talked_to if story.point in each.unclear}
        return [replace(each, talk=talk.id) if each.key_hash in asked else each for each in citizens]

    def _reply(self, answers: DemoAnswers, agreement: Agreement) -> None:
        """Reply to the first question about a point, and let everybody read the next one."""
        at, ids = self._at(RETURNS_UNTIL), _ids(agreement)
        asked = sorted(Question.of_meeting(self.meeting), key=lambda question: question.id)
        for place, reply in answers.replies.items():
            next(each for each in asked if each.point_id == ids[place]).mark_answered(self.owner, at, reply)
        for place in answers.published:
            waiting = (each for each in asked if each.point_id == ids[place] and each.answered_at is None)
            next(waiting).publish(self.owner, at)

    def _citizens(self, answers: DemoAnswers) -> Iterator[_Citizen]:
        waiting = {place: list(questions) for place, questions in answers.questions.items()}
        for _ in range(answers.count):
            channel = Channel(self._one_of(answers.channels))
            unclear = {place: self._why(place, answers) for place, share in answers.unclear.items() if self._is(share)}
            asked = {place: waiting[place].pop(0) for place in sorted(unclear) if waiting.get(place)}
            # The sheet of paper asks for no guess.
            guesses = channel is not Channel.PAPER and not self._is(answers.skipped)
            yield _Citizen(
                hash_of_key(uuid4()),
                self._one_of(answers.languages),
                channel,
                unclear,
                asked,
                {place: Expectation(self._one_of(by)) for place, by in answers.guesses.items()} if guesses else {},
                frozenset(place for place, share in answers.offers.items() if self._is(share)),
            )

    def _thought_again(self, citizen: _Citizen, answers: DemoAnswers) -> _Citizen:
        still = {place: why for place, why in citizen.unclear.items() if not self._is(answers.cleared)}
        new = {
            place: self._why(place, answers)
            for place, share in answers.unclear.items()
            if self._is(share * RAISED_LATER)
        }
        return replace(citizen, unclear={**new, **still})

    def _why(self, place: int, answers: DemoAnswers) -> Difficulty:
        named = Difficulty(0)
        for name, share in answers.reasons.get(place, {}).items():
            if self._is(share):
                named |= Difficulty[name.upper()]
        return named

    def _is(self, share: float) -> bool:
        return self.chance.random() < share

    def _one_of(self, weights: Mapping[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def _send(self, citizens: list[_Citizen], agreement: Agreement, begin: float, end: float) -> None:
        """The citizens answer one after another, at random moments between two parts of the meeting."""
        # `receive` looks past the session.
        session().flush()
        ids = _ids(agreement)
        moments = sorted(self.chance.uniform(begin, end) for _ in citizens)
        for citizen, moment in zip(citizens, moments, strict=True):
            submission = Submission(
                citizen.key_hash,
                agreement.number,
                citizen.language,
                frozenset(ids[place] for place in citizen.unclear),
                {ids[place]: question for place, question in citizen.questions.items()},
                citizen.channel,
                citizen.talk,
                {ids[place]: why for place, why in citizen.unclear.items() if why},
                {ids[place]: expected for place, expected in citizen.guesses.items()},
                frozenset(ids[place] for place in citizen.offers),
            )
            receive(self.story.code, submission, self._at(moment), sender=None)

    def _at(self, part: float) -> datetime:
        minutes = self.story.answers.minutes if self.story.answers else 0
        return self.opens + timedelta(minutes=minutes * part)


def _ids(agreement: Agreement) -> dict[int, int]:
    """The ids of an agreement's points by their place."""
    return {point.position: point.point_id for point in agreement.points}
