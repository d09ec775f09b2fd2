"""Your meetings: what is open now, what is being written, what has been."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template, request
from flask_babel import format_date, gettext

from blueprints.access import now, staff, viewer
from blueprints.languages import day_and_month
from blueprints.meetings import meetings, words
from models.base import reading
from models.clock import local
from models.lack import lacks_of
from models.late import late_until
from models.meeting import Meeting, State
from models.scope import meetings_seen_by
from models.summary import totals
from models.totals import Totals

SHOWN_AT_FIRST = 10
LACKS_SHOWN = 2


@dataclass(frozen=True)
class Row:
    """A meeting at one moment, with the figures that this viewer may see."""

    meeting: Meeting
    at: datetime
    state: State
    totals: Totals
    smallest_group: int

    @property
    def shows_split(self) -> bool:
        return self.totals.shows_split(self.smallest_group)

    @property
    def late_until(self) -> datetime | None:
        """Until when answers given offline may still come; None once none can."""
        return late_until(self.meeting, self.at)

    @property
    def unclear_points(self) -> int:
        """How many of the newest version's points are unclear to somebody, where that may be shown."""
        if self.meeting.newest is None:
            return 0
        return sum(
            self.totals.shows_point(point.id, self.smallest_group) and self.totals.point(point.id).unclear_now > 0
            for point in self.meeting.newest.wording.points
            if point.id is not None
        )


@dataclass(frozen=True)
class DraftRow:
    """A draft with the first things it lacks, in words, and how many there are."""

    meeting: Meeting
    lacks: list[str]
    lacking: int


@meetings.get("")
@staff
def index() -> str:
    at = now()
    with reading():
        found = meetings_seen_by(viewer())
        mine = [meeting for meeting in found if meeting.acts(viewer())]
        others = [meeting for meeting in found if not meeting.acts(viewer())]
        open_now = _soonest(meeting for meeting in mine if meeting.state(at) is State.OPEN)
        past = [meeting for meeting in mine if meeting.state(at) is State.CLOSED]
        drafts = [meeting for meeting in mine if meeting.state(at) is State.DRAFT]
        everything = "all" in request.args
        some = slice(None) if everything else slice(SHOWN_AT_FIRST)
        return render_template(
            "meetings/index.html",
            open_now=[_row(meeting, at) for meeting in open_now],
            all_today=all(meeting.held_on == local(at).date() for meeting in open_now),
            today=_today(at),
            drafts=[_draft_row(meeting, at) for meeting in _soonest(drafts)],
            past=[_row(meeting, at) for meeting in past[some]],
            number_past=len(past),
            others=[_row(meeting, at) for meeting in others[some]],
            number_others=len(others),
            places=len({meeting.institution_id for meeting in found}),
        )


def figures(meeting: Meeting, at: datetime) -> Row:
    """The meeting with its figures. Outside the room a split needs the larger group, whoever looks."""
    return Row(meeting, at, meeting.state(at), totals(meeting), meeting.smallest_group)


def _row(meeting: Meeting, at: datetime) -> Row:
    return figures(meeting, at)


def _draft_row(meeting: Meeting, at: datetime) -> DraftRow:
    lacks = lacks_of(meeting, at)
    wording = meeting.draft.wording
    return DraftRow(meeting, [words.in_list(lack, wording) for lack in lacks[:LACKS_SHOWN]], len(lacks))


def _soonest(found: Iterable[Meeting]) -> list[Meeting]:
    """The next one first; those without a date last."""
    return sorted(found, key=lambda meeting: (meeting.held_on or date.max, meeting.id))


def _today(at: datetime) -> str:
    day = local(at).date()
    return str(gettext("Today, %(weekday)s %(day)s", weekday=format_date(day, "EEEE"), day=day_and_month(day)))
