"""Submission: what a citizen sends, who sends it, and why it may not be taken (rule 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.answer import Channel, Difficulty
from models.guess import Expectation
from models.throttle import Allowance


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
