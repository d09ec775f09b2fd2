"""Invitation: after a talk about a point, a citizen with a doubt on it is asked whether it is clear now.

Receipts ask for it again and again, and in the same glance for all else that may be new to them, so it is prepared and
needs no session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.types import LargeBinary

from models.agreement import version_bit
from models.answer import Answer, Doubt
from models.meeting import Meeting, MeetingForm
from models.prepared import Prepared
from models.talked_about import TalkedAbout, TalkReply


@dataclass(frozen=True)
class Invitations:
    """What a receipt asks its citizen. ``talks``: ids of the talks, the earliest first. ``may_come``: something new may
    still come, while the meeting is open: replies to all; in an individual talk, which stores no questions, only to an
    answer to a current wording with a point unclear in it. ``state`` differs whenever the same page would have to be
    shown differently."""

    talks: tuple[int, ...]
    may_come: bool
    state: str


class _Row(NamedTuple):
    answer_id: int
    agreement: int
    changed_minute: int | None
    current_versions: int
    page_revision: int
    is_talk: bool
    opened_at: datetime | None
    closed_at: datetime | None
    closes_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        ends = [end for end in (self.closed_at, self.closes_at) if end is not None]
        return self.opened_at is not None and all(now < end for end in ends)

    @property
    def is_current(self) -> bool:
        return bool(self.current_versions & version_bit(self.agreement))


def invitations(code: str, key_hash: bytes, now: datetime) -> Invitations | None:
    """What the holder of this key is asked now; None for an unknown meeting or key. The latest talk about a point
    counts, until the citizen has replied to it."""
    rows = _ANSWER.rows(code=code, key_hash=key_hash)
    if not rows:
        return None
    row = _Row(*rows[0])
    if not row.is_open(now):
        return Invitations((), False, f"ended-{row.page_revision}")
    doubts = _DOUBTS.rows(answer=row.answer_id) if row.is_current else []
    talks = sorted(talk for _, talk, replied in doubts if talk is not None and not replied)
    points = ".".join(str(point) for point, _, _ in doubts)
    asked = ".".join(map(str, talks))
    state = f"{row.agreement}-{row.changed_minute}-{points}-{asked}-{row.page_revision}"
    return Invitations(tuple(talks), bool(doubts) or not row.is_talk, state)


_ANSWER = Prepared(
    select(
        Answer.id,
        Answer.agreement,
        Answer.changed_minute,
        Meeting.current_versions,
        Meeting.page_revision,
        Meeting.form == MeetingForm.INDIVIDUAL_TALK,
        Meeting.opened_at,
        Meeting.closed_at,
        Meeting.closes_at,
    )
    .join(Meeting, Meeting.id == Answer.meeting_id)
    .where(Meeting.code == bindparam("code"), Answer.key_hash == bindparam("key_hash", type_=LargeBinary))
)
_latest = (
    select(func.max(TalkedAbout.id))
    .where(TalkedAbout.point_id == Doubt.point_id, TalkedAbout.withdrawn_at.is_(None))
    .correlate(Doubt)
    .scalar_subquery()
)
_unclear = (
    select(Doubt.answer_id, Doubt.point_id, _latest.label("talk_id"))
    .where(Doubt.answer_id == bindparam("answer"), Doubt.unclear)
    .subquery()
)
_DOUBTS = Prepared(
    select(
        _unclear.c.point_id,
        _unclear.c.talk_id,
        exists().where(TalkReply.talked_about_id == _unclear.c.talk_id, TalkReply.answer_id == _unclear.c.answer_id),
    ).order_by(_unclear.c.point_id)
)
