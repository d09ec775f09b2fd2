"""Receiving: the rules for taking a submission (rule 3). The hot path: few statements, prepared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, cast, exists, func, literal_column, or_, select
from sqlalchemy.types import LargeBinary, String

from models.agreement import Agreement, AgreementPoint, version_bit
from models.answer import Answer, AnswerDeleted, Doubt, SpentKey, raise_revision
from models.base import engine, session
from models.clock import minute_of
from models.guess import note_guess
from models.late import takes_late
from models.meeting import Meeting, MeetingForm
from models.new_answer import NewAnswer
from models.offer import Offer
from models.prepared import Prepared
from models.question import Question, question_digest
from models.submission import AgreementChanged, MeetingClosed, NoSuchMeeting, NotOpenYet, Sender, Submission, WrongField
from models.summary import keep_final_totals
from models.talked_about import note_reply
from models.voiding import Voiding
from models.wording import DANISH

#: After closing, answers on paper may be typed in for so long (rule 3).
PAPER_TYPED_WITHIN = timedelta(days=14)


def receive(code: str, submission: Submission, now: datetime, sender: Sender | None) -> None:
    """Take an answer, new or changed, inside ``writing()``; sent again unchanged it changes nothing. After closing only
    what was given offline before and arrives in time, for the version that was seen: it is marked late.

    Raises ``NoSuchMeeting``, ``AnswerDeleted``, ``NotOpenYet``, ``MeetingClosed``, ``AgreementChanged``,
    ``WrongField``, or, for new keys only, ``Throttled``.
    """
    if engine().dialect.name == "postgresql":
        _LOCK.rows(code=code)
    ground = _open_ground(code, submission, now)
    _take(ground, submission, now, sender)
    if ground.is_closed:
        keep_final_totals(session().get_one(Meeting, ground.meeting_id), now)


def look_into(code: str, submission: Submission, now: datetime, sender: Sender | None) -> NewAnswer | None:
    """``receive()`` of an answer under a new key as far as it goes before anybody must wait, inside ``glancing()``: to
    be stored inside ``writing_prepared()``. None where the meeting knows the key: then it changes an answer; and where
    the answer comes late: then figures are kept anew. Raises as ``receive()`` does."""
    ground = _open_ground(code, submission, now)
    if ground.answer_id is not None or ground.is_closed:
        return None
    return _new(ground, _checked(ground, submission), now, sender)


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
    if engine().dialect.name == "postgresql":
        _LOCK.rows(code=meeting.code)
    ground = _ground(meeting.code, submission, now)
    if ground.is_spent:
        raise AnswerDeleted
    _take(ground, submission, now, None)


def _take(ground: _Ground, submission: Submission, now: datetime, sender: Sender | None) -> None:
    submission = _checked(ground, submission)
    if ground.answer_id is None:
        _new(ground, submission, now, sender).store()
    else:
        _change(ground.answer_id, ground.point_ids, submission, now, late=_is_late(ground, submission))


def _new(ground: _Ground, submission: Submission, now: datetime, sender: Sender | None) -> NewAnswer:
    late = _is_late(ground, submission)
    return NewAnswer(
        ground.meeting_id, ground.other_changes, ground.new_keys, submission, now, sender, late=late,
        voided=bool(ground.is_voided),
    )  # fmt: skip


def _is_late(ground: _Ground, submission: Submission) -> bool:
    # Nothing typed in from paper was seen on a page.
    return ground.is_closed and submission.seen is not None


def _checked(ground: _Ground, submission: Submission) -> Submission:
    """The submission as far as the meeting takes it. Raises ``AgreementChanged`` or ``WrongField``."""
    points = ground.point_ids
    if not points:
        raise AgreementChanged
    if submission.language not in ground.offered and _is_late(ground, submission):
        # It can't be asked for again: the language was switched off while the answer waited on the phone.
        submission = replace(submission, language=DANISH)
    _refuse_wrong_fields(ground, points, submission)
    return replace(submission, questions={}) if ground.is_talk and submission.questions else submission


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
    """What a submission stands on, as the database says it. ``points``: ids of the version's points, commas between.
    ``other_changes``: how often the meeting has changed, but for new answers. ``is_voided``: what comes in this minute
    counts nowhere."""

    meeting_id: int
    is_talk: bool
    is_opened: bool
    is_closed: bool
    languages: str
    current_versions: int
    new_keys: int
    other_changes: int
    points: str | None
    answer_id: int | None
    is_spent: bool
    is_voided: bool

    @property
    def offered(self) -> list[str]:
        return list(json.loads(self.languages))

    @property
    def point_ids(self) -> frozenset[int]:
        return frozenset(map(int, self.points.split(","))) if self.points else frozenset()


def _ground(code: str, submission: Submission, now: datetime) -> _Ground:
    rows = _GROUND.rows(
        code=code, number=submission.agreement, key_hash=submission.key_hash, now=now, minute=minute_of(now)
    )
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
        note_guess(answer.id, point, submission.guesses[point])
    if any(changed):
        answer.agreement, answer.language = submission.agreement, submission.language
        answer.helped = submission.helped
        answer.versions |= version_bit(submission.agreement)
        # Clocks of two servers differ a little, and one may be put back.
        answer.changed_minute = max(minute_of(now), answer.first_minute)
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
        Meeting.revision - Meeting.new_keys,
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
        exists()
        .where(
            Voiding.meeting_id == Meeting.id,
            Voiding.undone_at.is_(None),
            bindparam("minute", type_=Integer).between(Voiding.first_minute, Voiding.last_minute),
        )
        .correlate(Meeting),
    ).where(Meeting.code == bindparam("code"))
)
_ASKS = Prepared(
    select(AgreementPoint.point_id, AgreementPoint.asks_guess, AgreementPoint.asks_hands)
    .join(Agreement, Agreement.id == AgreementPoint.agreement_id)
    .where(Agreement.meeting_id == bindparam("meeting"), Agreement.number == bindparam("number"))
)
