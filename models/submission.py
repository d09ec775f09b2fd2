"""Submission: what a citizen sends, and the rules for taking it (rule 3). The hot path: few
statements, prepared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, cast, exists, func, insert, literal_column, or_, select
from sqlalchemy.types import LargeBinary, String

from models.agreement import Agreement, AgreementPoint, version_bit
from models.answer import Answer, AnswerDeleted, Channel, Difficulty, Doubt, SpentKey, raise_revision
from models.base import engine, session
from models.clock import minute_of
from models.guess import Expectation, Guess
from models.late import takes_late
from models.meeting import Meeting, MeetingForm
from models.offer import Offer
from models.prepared import Prepared
from models.question import Question, question_digest
from models.summary import keep_final_totals
from models.talked_about import note_reply
from models.throttle import Allowance, Kind, Throttled, take
from models.voiding import Voiding
from models.wording import DANISH

RETRY_FULL_MEETING = 3600
#: After closing, answers on paper may be typed in for so long (rule 3).
PAPER_TYPED_WITHIN = timedelta(days=14)


class NoSuchMeeting(Exception):
    """No meeting has this code."""


class NotOpenYet(Exception):
    """The meeting takes no answers before it is opened."""


class MeetingClosed(Exception):
    """The meeting takes no answers after closing."""


class AgreementChanged(Exception):
    """The version answered is no longer current."""


@dataclass
class WrongField(Exception):
    """A field does not fit the meeting: ``lang``, ``unclear``, ``question``, ``why``, ``guess`` or ``offer``."""

    name: str


@dataclass(frozen=True)
class Submission:
    """One press of the button: covers all points of the version it names. ``doubts``, ``offers`` and the keys of
    ``questions``, ``difficulties`` and ``guesses`` are ids of points. A difficulty without its doubt says nothing.
    ``talk``: it replies to this talk about a point. ``seen``: in this minute the page of this version was shown, which
    is proven; it matters to an answer that comes after closing alone."""

    key_hash: bytes
    agreement: int
    language: str
    doubts: frozenset[int] = frozenset()
    questions: Mapping[int, str] = field(default_factory=dict)
    channel: Channel = Channel.OWN_PHONE
    talk: int | None = None
    difficulties: Mapping[int, Difficulty] = field(default_factory=dict)
    guesses: Mapping[int, Expectation] = field(default_factory=dict)
    offers: frozenset[int] = frozenset()
    helped: bool = False
    seen: datetime | None = None

    def reasons_for(self, point: int) -> int:
        """Why the point is unclear, as ``Doubt`` stores it."""
        return self.difficulties.get(point, Difficulty(0)).value


@dataclass(frozen=True)
class Sender:
    """Where new keys come from: the hashed address, and how many it and the meeting are allowed."""

    subject: bytes
    allowance: Allowance
    most_keys: int


def receive(code: str, submission: Submission, now: datetime, sender: Sender | None) -> None:
    """Take an answer, new or changed, inside ``writing()``; sent again unchanged it changes nothing. After closing only
    what was given offline before and arrives in time, for the version that was seen: it is marked late.

    Raises ``NoSuchMeeting``, ``AnswerDeleted``, ``NotOpenYet``, ``MeetingClosed``, ``AgreementChanged``,
    ``WrongField``, or, for new keys only, ``Throttled``.
    """
    ground = _open_ground(code, submission, now)
    _take(ground, submission, now, sender)
    if ground.is_closed:
        keep_final_totals(session().get_one(Meeting, ground.meeting_id), now)


def receive_new(code: str, submission: Submission, now: datetime, sender: Sender | None) -> bool:
    """``receive()`` of an answer under a new key, inside ``writing_prepared()``: what a hall sends all at once. False,
    and nothing is done, where the meeting knows the key: then it changes an answer; and where the answer comes late:
    then figures are kept anew. Raises as ``receive()`` does."""
    ground = _open_ground(code, submission, now)
    if ground.answer_id is not None or ground.is_closed:
        return False
    _take(ground, submission, now, sender)
    return True


def receive_on_paper(meeting: Meeting, submission: Submission, now: datetime) -> None:
    """Take an answer that somebody types in from paper, inside ``writing()``: until 14 days after closing, and to the
    version printed on the sheet, even where it is not current any more (rule 3). Sent again it changes nothing.

    Raises ``NotOpenYet``, ``MeetingClosed``, ``AnswerDeleted``, ``AgreementChanged`` for a version that never was, and
    ``WrongField``.
    """
    if meeting.opened_at is None or meeting.closing is None:
        raise NotOpenYet
    if now >= meeting.closing + PAPER_TYPED_WITHIN:
        raise MeetingClosed
    ground = _ground(meeting.code, submission, now)
    if ground.is_spent:
        raise AnswerDeleted
    _take(ground, submission, now, None)


def _take(ground: _Ground, submission: Submission, now: datetime, sender: Sender | None) -> None:
    points = ground.point_ids
    if not points:
        raise AgreementChanged
    # Nothing typed in from paper was seen on a page.
    late = ground.is_closed and submission.seen is not None
    if late and submission.language not in ground.offered:
        # It can't be asked for again: the language was switched off while the answer waited on the phone.
        submission = replace(submission, language=DANISH)
    _refuse_wrong_fields(ground, points, submission)
    if ground.is_talk:
        submission = replace(submission, questions={})
    if ground.answer_id is None:
        _take_new(ground, submission, now, sender, late=late)
    else:
        _change(ground.answer_id, points, submission, now, late=late)


def _open_ground(code: str, submission: Submission, now: datetime) -> _Ground:
    """The ground of a submission that comes while the meeting is open, to a version that is current; or late."""
    ground = _ground(code, submission, now)
    if ground.is_spent:
        raise AnswerDeleted
    if not ground.is_opened:
        raise NotOpenYet
    if ground.is_closed:
        if submission.seen is None or not takes_late(ground.meeting_id, submission.seen, now):
            raise MeetingClosed
        return ground
    if not ground.points or not ground.current_versions & version_bit(submission.agreement):
        raise AgreementChanged
    return ground


class _Ground(NamedTuple):
    """What a submission stands on, as the database says it. ``points``: ids of the version's points, commas between."""

    meeting_id: int
    is_talk: bool
    is_opened: bool
    is_closed: bool
    languages: str
    current_versions: int
    new_keys: int
    points: str | None
    answer_id: int | None
    is_spent: bool

    @property
    def offered(self) -> list[str]:
        return list(json.loads(self.languages))

    @property
    def point_ids(self) -> frozenset[int]:
        return frozenset(map(int, self.points.split(","))) if self.points else frozenset()


def _ground(code: str, submission: Submission, now: datetime) -> _Ground:
    if engine().dialect.name == "postgresql":
        _LOCK.rows(code=code)
    rows = _GROUND.rows(code=code, number=submission.agreement, key_hash=submission.key_hash, now=now)
    if not rows:
        raise NoSuchMeeting
    return _Ground(*rows[0])


def _refuse_wrong_fields(ground: _Ground, points: frozenset[int], submission: Submission) -> None:
    if submission.language not in ground.offered:
        raise WrongField("lang")
    if not submission.doubts <= points:
        raise WrongField("unclear")
    if not submission.questions.keys() <= points:
        raise WrongField("question")
    if not submission.difficulties.keys() <= points:
        raise WrongField("why")
    if submission.guesses or submission.offers:
        asks = _ASKS.rows(meeting=ground.meeting_id, number=submission.agreement)
        if not submission.guesses.keys() <= {point for point, guess, _ in asks if guess}:
            raise WrongField("guess")
        if not submission.offers <= {point for point, _, hands in asks if hands}:
            raise WrongField("offer")


def _take_new(ground: _Ground, submission: Submission, now: datetime, sender: Sender | None, *, late: bool) -> None:
    if sender is not None:
        if ground.new_keys >= sender.most_keys:
            raise Throttled(RETRY_FULL_MEETING)
        take(Kind.NEW_KEY, sender.subject, sender.allowance, now)
    [(answer_id,)] = _NEW_ANSWER.rows(
        meeting=ground.meeting_id,
        key_hash=submission.key_hash,
        number=submission.agreement,
        versions=version_bit(submission.agreement),
        understood=not submission.doubts,
        minute=minute_of(now),
        language=submission.language,
        channel=submission.channel,
        helped=submission.helped,
        late=late,
    )
    for point in submission.doubts:
        _NEW_DOUBT.rows(answer=answer_id, point=point, reasons=submission.reasons_for(point))
    for point, text in submission.questions.items():
        _NEW_QUESTION.rows(answer=answer_id, point=point, text=text)
    for point, expected in submission.guesses.items():
        _NEW_GUESS.rows(answer=answer_id, point=point, expected=expected)
    for point in submission.offers:
        _NEW_OFFER.rows(answer=answer_id, point=point)
    raise_revision(ground.meeting_id, new_keys=1)


def _change(answer_id: int, points: frozenset[int], submission: Submission, now: datetime, *, late: bool) -> None:
    answer = session().get_one(Answer, answer_id)
    first_covered, seen = points - _covered(answer), _seen_by_citizens(answer)
    changed = [
        _change_doubts(answer, points, submission, first_covered),
        _change_questions(answer, points, submission.questions),
        _change_offers(answer, points, submission.offers),
        (answer.agreement, answer.language, answer.helped)
        != (submission.agreement, submission.language, submission.helped),
    ]
    for point in submission.guesses.keys() & first_covered:
        _NEW_GUESS.rows(answer=answer.id, point=point, expected=submission.guesses[point])
    if any(changed):
        answer.agreement, answer.language = submission.agreement, submission.language
        answer.helped = submission.helped
        answer.versions |= version_bit(submission.agreement)
        answer.changed_minute = minute_of(now)
        answer.late = answer.late or late
        raise_revision(answer.meeting_id, page=seen != _seen_by_citizens(answer))
    if submission.talk is not None:
        note_reply(answer, submission.talk)


def _covered(answer: Answer) -> frozenset[int]:
    """The points of every version that the answer was given to before."""
    rows = session().execute(
        select(Agreement.number, AgreementPoint.point_id)
        .join(AgreementPoint, AgreementPoint.agreement_id == Agreement.id)
        .where(Agreement.meeting_id == answer.meeting_id)
    )
    return frozenset(point for number, point in rows if answer.versions & version_bit(number))


def _change_doubts(
    answer: Answer, points: frozenset[int], submission: Submission, first_covered: frozenset[int]
) -> bool:
    before = {doubt.point_id: doubt.reasons for doubt in answer.doubts if doubt.unclear and doubt.point_id in points}
    known = {doubt.point_id: doubt for doubt in answer.doubts}
    for point in points & known.keys():
        known[point].unclear = point in submission.doubts
        if known[point].unclear:
            known[point].reasons = submission.reasons_for(point)
    for point in submission.doubts - known.keys():
        is_first, reasons = point in first_covered, submission.reasons_for(point)
        answer.doubts.append(Doubt(point_id=point, raised_first=is_first, unclear=True, reasons=reasons))
    return before != {point: submission.reasons_for(point) for point in submission.doubts}


def _seen_by_citizens(answer: Answer) -> set[tuple[int, bool]]:
    """The questions that others see something of, and whether it is their words."""
    return {(question.id, question.is_published) for question in answer.questions if question.is_seen_by_citizens}


def _change_offers(answer: Answer, points: frozenset[int], offered: frozenset[int]) -> bool:
    before = answer.offered & points
    answer.offers = [offer for offer in answer.offers if offer.point_id not in before - offered]
    answer.offers.extend(Offer(point_id=point) for point in offered - before)
    return before != offered


def _change_questions(answer: Answer, points: frozenset[int], asked: Mapping[int, str]) -> bool:
    changed = False
    for question in [question for question in answer.questions if question.point_id in points]:
        text = asked.get(question.point_id)
        if question.text is None:
            if text and question.deleted_digest != question_digest(answer.key_hash, text):
                question.ask(text)
                changed = True
        elif text is None:
            answer.questions.remove(question)
            changed = True
        elif text != question.text:
            question.ask(text)
            changed = True
    known = {question.point_id for question in answer.questions}
    for point, text in asked.items():
        if point not in known:
            answer.questions.append(Question(point_id=point, text=text))
            changed = True
    return changed


_LOCK = Prepared(select(Meeting.id).where(Meeting.code == bindparam("code")).with_for_update())

# Written out: as a parameter it would only be known when the statement is executed.
_COMMA: Any = literal_column("','")
_KEY_HASH = bindparam("key_hash", type_=LargeBinary)
_GROUND = Prepared(
    select(
        Meeting.id,
        Meeting.form == MeetingForm.INDIVIDUAL_TALK,
        Meeting.opened_at.is_not(None),
        or_(Meeting.closed_at.is_not(None), Meeting.closes_at <= bindparam("now")),
        cast(Meeting.languages, String),
        Meeting.current_versions,
        Meeting.new_keys,
        select(func.aggregate_strings(cast(AgreementPoint.point_id, String), _COMMA))
        .join(Agreement, Agreement.id == AgreementPoint.agreement_id)
        .where(Agreement.meeting_id == Meeting.id, Agreement.number == bindparam("number"))
        .correlate(Meeting)
        .scalar_subquery(),
        select(Answer.id)
        .where(Answer.meeting_id == Meeting.id, Answer.key_hash == _KEY_HASH)
        .correlate(Meeting)
        .scalar_subquery(),
        exists().where(SpentKey.meeting_id == Meeting.id, SpentKey.key_hash == _KEY_HASH).correlate(Meeting),
    ).where(Meeting.code == bindparam("code"))
)
_NEW_ANSWER = Prepared(
    insert(Answer)
    .values(
        meeting_id=bindparam("meeting"),
        key_hash=_KEY_HASH,
        agreement=bindparam("number"),
        versions=bindparam("versions"),
        understood_first=bindparam("understood"),
        first_minute=bindparam("minute"),
        language=bindparam("language"),
        channel=bindparam("channel"),
        helped=bindparam("helped"),
        late=bindparam("late"),
        voided=exists().where(
            Voiding.meeting_id == bindparam("meeting"),
            Voiding.undone_at.is_(None),
            bindparam("minute").between(Voiding.first_minute, Voiding.last_minute),
        ),
    )
    .returning(Answer.id)
)
_NEW_DOUBT = Prepared(
    insert(Doubt).values(
        answer_id=bindparam("answer"),
        point_id=bindparam("point"),
        raised_first=True,
        unclear=True,
        reasons=bindparam("reasons"),
    )
)
_NEW_QUESTION = Prepared(
    insert(Question).values(
        answer_id=bindparam("answer"), point_id=bindparam("point"), text=bindparam("text"), hidden=False
    )
)
_NEW_GUESS = Prepared(
    insert(Guess).values(answer_id=bindparam("answer"), point_id=bindparam("point"), expected=bindparam("expected"))
)
_NEW_OFFER = Prepared(insert(Offer).values(answer_id=bindparam("answer"), point_id=bindparam("point")))
_ASKS = Prepared(
    select(AgreementPoint.point_id, AgreementPoint.asks_guess, AgreementPoint.asks_hands)
    .join(Agreement, Agreement.id == AgreementPoint.agreement_id)
    .where(Agreement.meeting_id == bindparam("meeting"), Agreement.number == bindparam("number"))
)
