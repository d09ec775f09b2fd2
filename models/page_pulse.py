"""PagePulse: whether a rendered page of the citizen still holds, read in one light query."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select

from models.base import session
from models.meeting import Meeting, State


@dataclass(frozen=True)
class PagePulse:
    """What decides how a citizen's page looks. A rendered page holds as long as this does."""

    page_revision: int
    languages: tuple[str, ...]
    opened_at: datetime | None
    closing: datetime | None
    state: State | None = None

    def at(self, now: datetime) -> PagePulse:
        """With the state of that moment."""
        if self.opened_at is None:
            return replace(self, state=State.DRAFT)
        return replace(self, state=State.CLOSED if self.closing is not None and now >= self.closing else State.OPEN)

    def holds(self, now: datetime) -> bool:
        """Whether the clock has left the state as it was."""
        return self.state is not State.OPEN or self.closing is None or now < self.closing

    def shows_the_same(self, newer: PagePulse, now: datetime) -> bool:
        return self == newer.at(now)


def page_pulse(code: str) -> PagePulse | None:
    """The pulse of the meeting's page now; none for an unknown code."""
    row = session().execute(_PULSE, {"code": code}).one_or_none()
    if row is None:
        return None
    ends = [moment for moment in (row.closed_at, row.closes_at) if moment is not None]
    return PagePulse(row.page_revision, tuple(row.languages), row.opened_at, min(ends, default=None))


_PULSE = select(
    Meeting.page_revision, Meeting.languages, Meeting.opened_at, Meeting.closed_at, Meeting.closes_at
).where(Meeting.code == bindparam("code"))
