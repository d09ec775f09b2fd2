"""Export: which meetings a viewer may take away, and the rows of the files about meetings and points.

Opened meetings of the institutions they follow; no drafts, no individual talks. Figures that split a group below the
limit of rule 6 are None.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import selectinload

from models.agreement import Agreement, AgreementPoint, Point
from models.answer import Answer, Channel
from models.base import session
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, Method, State
from models.municipality import SMALLEST_GROUP_IN_INSIGHT, Municipality
from models.person import Viewer
from models.summary import totals
from models.talked_about import TalkedAbout
from models.totals import PointTotals
from models.wording import DANISH, Influence

#: Meetings held in memory at a time: a file may cover all of a municipality's.
MEETINGS_AT_ONCE = 100


@dataclass(frozen=True)
class Scope:
    """The viewer and their filters. ``first`` and ``last`` are days on which meetings are held, both included; ``code``
    is the canonical one."""

    viewer: Viewer
    first: date | None = None
    last: date | None = None
    institution_id: int | None = None
    code: str | None = None

    def holds_meeting(self) -> bool:
        """Whether at least one meeting is in scope."""
        return bool(session().scalar(select(exists().where(self.condition))))

    @property
    def condition(self) -> ColumnElement[bool]:
        """The scope as SQL over ``Meeting``."""
        administered = select(Institution.id).where(Institution.municipality_id.in_(self.viewer.administrator_of))
        conditions = [
            or_(Meeting.institution_id.in_(self.viewer.manager_at), Meeting.institution_id.in_(administered)),
            Meeting.form != MeetingForm.INDIVIDUAL_TALK,
            Meeting.opened_at.is_not(None),
        ]
        if self.first is not None:
            conditions.append(Meeting.held_on >= self.first)
        if self.last is not None:
            conditions.append(Meeting.held_on <= self.last)
        if self.institution_id is not None:
            conditions.append(Meeting.institution_id == self.institution_id)
        if self.code is not None:
            conditions.append(Meeting.code == self.code)
        return and_(*conditions)


@dataclass(frozen=True)
class Coming:
    """What the three files will hold: rows, and how many meetings the file with answers covers. ``limit``: how many
    answers it takes for that; where municipalities differ, the largest. ``ended_meetings``: those whose answers have
    been deleted in time."""

    meetings: int
    points: int
    answers: int
    answered_meetings: int
    limit: int
    ended_meetings: int = 0

    @property
    def small_meetings(self) -> int:
        return self.meetings - self.answered_meetings - self.ended_meetings


class Facts(NamedTuple):
    """What every row says of its meeting."""

    code: str
    held_on: date | None
    institution: str
    form: MeetingForm
    method: Method


class MeetingRow(NamedTuple):
    """A meeting. Shares are 0–1; ``channels`` counts answers."""

    facts: Facts
    title: str
    state: State
    opened_at: datetime | None
    closed_at: datetime | None
    headcount: int | None
    answers: int
    channels: dict[Channel, int] | None
    voided: int
    understood_first_share: float | None
    understood_now_share: float | None
    points_open: int
    points_fixed: int
    questions: int | None


class PointRow(NamedTuple):
    """A point's identity as the newest version that holds it words it. ``talked_about_at``: an act of staff, said aloud
    in the room, so that the limit does not hide it."""

    facts: Facts
    agreement: int
    position: int
    influence: Influence
    title: str
    totals: PointTotals | None
    talked_about_at: datetime | None
    expected_influence_share: float | None
    offers: int | None


def coming(scope: Scope) -> Coming:
    """What the files of this scope will hold."""
    counting = select(func.count()).where(Answer.meeting_id == Meeting.id, ~Answer.voided)
    answers = counting.correlate(Meeting).scalar_subquery()
    is_ended = Meeting.answers_ended_at.is_not(None).label("is_ended")
    counted = select(answers.label("answers"), is_ended, Municipality.insight_limit).join_from(Meeting, Institution)
    groups = session().execute(counted.join(Municipality).where(scope.condition)).all()
    shown = [group.answers for group in groups if group.answers >= group.insight_limit]
    points = select(func.count()).select_from(Point).join(Meeting, Meeting.id == Point.meeting_id)
    return Coming(
        meetings=len(groups),
        points=session().scalar(points.where(scope.condition)) or 0,
        answers=sum(shown),
        answered_meetings=len(shown),
        limit=max((group.insight_limit for group in groups), default=SMALLEST_GROUP_IN_INSIGHT),
        ended_meetings=sum(group.is_ended for group in groups),
    )


def meetings(scope: Scope) -> Iterator[Meeting]:
    """The meetings in scope by date, then code. Each is forgotten soon after the next is asked for."""
    order = Meeting.held_on, Meeting.code
    ids = session().scalars(select(Meeting.id).where(scope.condition).order_by(*order)).all()
    for start in range(0, len(ids), MEETINGS_AT_ONCE):
        some = select(Meeting).where(Meeting.id.in_(ids[start : start + MEETINGS_AT_ONCE])).order_by(*order)
        yield from session().scalars(some.options(selectinload(Meeting.agreements))).all()
        session().expunge_all()


def facts(meeting: Meeting) -> Facts:
    return Facts(meeting.shown_code, meeting.held_on, meeting.institution.name, meeting.form, meeting.method)


def smallest_group(meeting: Meeting) -> int:
    """From how many answers figures that split them leave the house."""
    return meeting.institution.municipality.insight_limit


def meeting_row(meeting: Meeting, now: datetime) -> MeetingRow:
    counted = totals(meeting)
    state = meeting.state(now)
    points = meeting.newest.points if meeting.newest else []
    fixed = sum(point.point.influence is Influence.FIXED for point in points)
    shown = counted.shows_split(smallest_group(meeting))
    return MeetingRow(
        facts=facts(meeting),
        title=meeting.title.get(DANISH, ""),
        state=state,
        opened_at=meeting.opened_at,
        closed_at=meeting.closing if state is State.CLOSED else None,
        headcount=meeting.headcount,
        answers=counted.answers,
        voided=counted.voided,
        channels={channel: counted.channels.get(channel.value, 0) for channel in Channel} if shown else None,
        understood_first_share=counted.share_first if shown else None,
        understood_now_share=counted.share_now if shown else None,
        points_open=len(points) - fixed,
        points_fixed=fixed,
        questions=counted.questions if shown else None,
    )


def point_rows(meeting: Meeting) -> list[PointRow]:
    """One row an identity: the newest version's in their order, then what older versions alone held."""
    counted, limit, talks = totals(meeting), smallest_group(meeting), TalkedAbout.latest(meeting)

    def row(agreement: Agreement, point: AgreementPoint) -> PointRow:
        shown = counted.point(point.point_id) if counted.shows_point(point.point_id, limit) else None
        guessed = shown if shown and counted.shows_guesses(point.point_id, limit) else None
        return PointRow(
            facts=facts(meeting),
            agreement=agreement.number,
            position=point.position,
            influence=point.point.influence,
            title=point.title.get(DANISH, ""),
            totals=shown,
            talked_about_at=talks[point.point_id].at if point.point_id in talks else None,
            expected_influence_share=guessed.expected_influence / guessed.guesses if guessed else None,
            offers=shown.offers if shown and point.asks_hands else None,
        )

    return [row(agreement, point) for agreement, point in _newest_of_each(meeting)]


def _newest_of_each(meeting: Meeting) -> Iterator[tuple[Agreement, AgreementPoint]]:
    seen: set[int] = set()
    for agreement in reversed(meeting.agreements):
        for point in agreement.points:
            if point.point_id not in seen:
                seen.add(point.point_id)
                yield agreement, point
