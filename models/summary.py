"""Summary: the figures of a meeting, by the counting table of the product and nothing else.

``count()`` walks a meeting's answers; ``totals()`` prefers what was kept with the meeting at the same revision.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, select

from models.agreement import Agreement, AgreementPoint, version_bit
from models.answer import Answer, Channel, Difficulty, Doubt
from models.base import session
from models.guess import Expectation, Guess
from models.late import late_answers
from models.meeting import Meeting, State
from models.offer import Offer
from models.question import Question
from models.totals import PointTotals, Totals


def totals(meeting: Meeting) -> Totals:
    """The meeting's figures: those kept with it where they are of its present revision, or its answers have been
    deleted in time; else counted."""
    is_kept = meeting.totals_revision == meeting.revision or meeting.answers_ended_at is not None
    if meeting.totals is not None and is_kept:
        return Totals.from_document(meeting.totals)
    counted = count(meeting)
    # A late answer had the figures kept: before that there is none to look for among a million others.
    return counted if meeting.totals is None else replace(counted, late=late_answers(meeting))


def keep_totals(meeting: Meeting) -> None:
    """Store the figures with the meeting, so that they are ready for insight and outlive the answers."""
    if meeting.answers_ended_at is not None:
        return
    meeting.totals = replace(count(meeting), late=late_answers(meeting)).to_document()
    meeting.totals_revision = meeting.revision


def keep_final_totals(meeting: Meeting, now: datetime) -> None:
    """After a write to a meeting's answers: store its figures again, once it is closed."""
    if meeting.state(now) is State.CLOSED:
        session().refresh(meeting)
        keep_totals(meeting)


def answers_to(meeting: Meeting, versions: Collection[int]) -> int:
    """How many answers were latest given to one of these versions (numbers)."""
    given = select(func.count()).where(Answer.meeting_id == meeting.id, Answer.agreement.in_(versions), ~Answer.voided)
    return session().scalar(given) or 0


def count(meeting: Meeting) -> Totals:
    """The meeting's figures from its answers, but for how many came late."""
    held = _points_by_version(meeting.id)
    points_of = {number: frozenset(point for point, *_ in points) for number, points in held.items()}
    every = session().execute(_GROUPS.where(Answer.meeting_id == meeting.id)).all()
    groups = [group for group in every if not group.voided]
    voided = sum(group.answers for group in every if group.voided)
    answers = sum(group.answers for group in groups)
    current = sum(group.answers for group in groups if meeting.current_versions & version_bit(group.agreement))
    channels = {channel.value: sum(g.answers for g in groups if g.channel is channel) for channel in Channel}
    newest = points_of[max(points_of)] if points_of else frozenset()
    return Totals(
        answers=answers,
        understood_first=sum(group.answers for group in groups if group.understood_first),
        understood_now=current - _unclear_answers(meeting, newest, voided),
        outdated=answers - current,
        questions=_questions(meeting),
        voided=voided,
        channels=channels,
        points=_point_totals(held, groups, voided),
    )


#: Of each point in a version: its id, and whether it asks for a guess and for hands.
_Held = dict[int, frozenset[tuple[int, bool, bool]]]


def _points_by_version(meeting_id: int) -> _Held:
    rows = session().execute(
        select(Agreement.number, AgreementPoint.point_id, AgreementPoint.asks_guess, AgreementPoint.asks_hands)
        .join(AgreementPoint, AgreementPoint.agreement_id == Agreement.id)
        .where(Agreement.meeting_id == meeting_id)
    )
    points: dict[int, set[tuple[int, bool, bool]]] = {}
    for number, point, guess, hands in rows:
        points.setdefault(number, set()).add((point, guess, hands))
    return {number: frozenset(of_version) for number, of_version in points.items()}


def _unclear_answers(meeting: Meeting, newest: frozenset[int], voided: int) -> int:
    """Answers of a current version with at least one of the newest agreement's points ticked."""
    current = [each.number for each in meeting.agreements if meeting.current_versions & version_bit(each.number)]
    unclear = select(func.count(Doubt.answer_id.distinct())).where(Doubt.point_id.in_(newest), Doubt.unclear)
    if len(current) < len(meeting.agreements) or voided:
        unclear = unclear.join(Answer, Answer.id == Doubt.answer_id)
        unclear = unclear.where(Answer.agreement.in_(current), ~Answer.voided)
    return session().scalar(unclear) or 0


def _point_totals(held: _Held, groups: Iterable[Any], voided: int) -> dict[int, PointTotals]:
    every = frozenset().union(*held.values())
    covering = _covering(held)
    doubts = _by_point(_DOUBTS, Doubt, covering, voided)
    guesses = _by_point(_GUESSES, Guess, {point for point, guess, _ in every if guess}, voided)
    offers = _by_point(_OFFERS, Offer, {point for point, _, hands in every if hands}, voided)
    counted = {}
    for point in sorted(covering):
        row, guess, offer = doubts.get(point), guesses.get(point), offers.get(point)
        raised, first, now = (row.raised, row.first, row.now) if row else (0, 0, 0)
        counted[point] = PointTotals(
            answers=sum(group.answers for group in groups if group.versions & covering[point]),
            unclear_first=first,
            unclear_now=now,
            cleared=raised - now,
            raised_later=raised - first,
            guesses=guess.guesses if guess else 0,
            expected_influence=guess.yes if guess else 0,
            expected_none=guess.no if guess else 0,
            offers=offer.offers if offer else 0,
            difficulties=_difficulties(row) if row else {},
        )
    return counted


def _difficulties(row: Any) -> dict[str, int]:
    """What was said at least once."""
    said = {each.name: getattr(row, each.name) for each in Difficulty if each.name}
    return {name: answers for name, answers in said.items() if answers}


def _covering(held: _Held) -> dict[int, int]:
    """The versions (bits) that hold each point."""
    covering: dict[int, int] = {}
    for number, points in held.items():
        for point, *_ in points:
            covering[point] = covering.get(point, 0) | version_bit(number)
    return covering


def _by_point(query: Any, noun: type[Doubt | Guess | Offer], points: Collection[int], voided: int) -> dict[int, Any]:
    """One row for each of these points. Answers are only looked at where some of them are voided."""
    if not points:
        return {}
    of_points = query.where(noun.point_id.in_(points)).group_by(noun.point_id)
    if voided:
        of_points = of_points.join(Answer, Answer.id == noun.answer_id).where(~Answer.voided)
    return {row.point_id: row for row in session().execute(of_points)}


def _questions(meeting: Meeting) -> int:
    """How many were asked that staff did not delete; once their words have ended in time, by what is left of them."""
    asked = select(func.count()).select_from(Question).join(Answer)
    asked = asked.where(Answer.meeting_id == meeting.id, ~Answer.voided)
    if meeting.questions_ended_at is None:
        asked = asked.where(Question.text.is_not(None))
    return session().scalar(asked) or 0


_KINDS = (Answer.versions, Answer.agreement, Answer.understood_first, Answer.channel, Answer.voided)
_GROUPS = select(*_KINDS, func.count().label("answers")).group_by(*_KINDS)

_DOUBTS = select(
    Doubt.point_id,
    func.count().label("raised"),
    func.sum(cast(Doubt.raised_first, Integer)).label("first"),
    func.sum(cast(Doubt.unclear, Integer)).label("now"),
    *(
        func.sum(case((and_(Doubt.unclear, Doubt.reasons.bitwise_and(each.value) != 0), 1), else_=0)).label(each.name)
        for each in Difficulty
    ),
)
_GUESSES = select(
    Guess.point_id,
    func.count().label("guesses"),
    func.sum(cast(Guess.expected == Expectation.YES, Integer)).label("yes"),
    func.sum(cast(Guess.expected == Expectation.NO, Integer)).label("no"),
)
_OFFERS = select(Offer.point_id, func.count().label("offers"))
