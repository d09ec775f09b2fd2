"""Lack: one thing that is missing before a meeting can open (rule 2)."""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from models.base import Texts
from models.meeting import Meeting
from models.wording import DANISH, WordedPoint, Wording

MOST_POINTS_TO_INFLUENCE = 6
#: Points of one expectation check.
MOST_GUESSED_POINTS = 4

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class Reason(enum.Enum):
    MISSING = "MISSING"
    PLACEHOLDER = "PLACEHOLDER"
    TWICE = "TWICE"
    TOO_MANY = "TOO_MANY"
    TOO_MANY_GUESSES = "TOO_MANY_GUESSES"
    NOTHING_TO_INFLUENCE = "NOTHING_TO_INFLUENCE"
    NOTHING_FIXED = "NOTHING_FIXED"
    NO_DATED_STEP = "NO_DATED_STEP"
    IN_THE_PAST = "IN_THE_PAST"


@dataclass(frozen=True)
class Lack:
    """Which part, of which point or step (its key), in which language."""

    part: str
    reason: Reason
    key: int | None = None
    language: str = DANISH


def lacks_of(meeting: Meeting, now: datetime) -> list[Lack]:
    """What is missing before opening, in the order of the writing page."""
    return [*_lacks_of_facts(meeting, now), *lacks_in(meeting.prepared)]


def lacks_in(wording: Wording) -> list[Lack]:
    """What is missing in the texts, in the order of the page."""
    return [
        *_lacks_in_texts("purpose", wording.purpose),
        *_lacks_in_points(wording),
        *_lacks_in_texts("decider", wording.decider),
        *(lack for step in wording.steps for lack in _lacks_in_texts("step", step.text, step.key)),
        *([] if any(step.on for step in wording.steps) else [Lack("steps", Reason.NO_DATED_STEP)]),
    ]


def text_lack(text: str) -> Reason | None:
    """Why a needed text is not ready: empty, or with an unfilled ``{…}``."""
    if not text.strip():
        return Reason.MISSING
    return Reason.PLACEHOLDER if _PLACEHOLDER.search(text) else None


def _lacks_of_facts(meeting: Meeting, now: datetime) -> Iterator[Lack]:
    yield from _lacks_in_texts(
        "title", {each: meeting.title[each] for each in meeting.title if each in meeting.languages}
    )
    if reason := text_lack(meeting.place):
        yield Lack("place", reason)
    if meeting.held_on is None:
        yield Lack("date", Reason.MISSING)
    elif meeting.end and meeting.end <= now:
        yield Lack("date" if meeting.closes_at is None else "closes", Reason.IN_THE_PAST)


def _lacks_in_points(wording: Wording) -> Iterator[Lack]:
    if not wording.can:
        yield Lack("points", Reason.NOTHING_TO_INFLUENCE)
    if len(wording.can) > MOST_POINTS_TO_INFLUENCE:
        yield Lack("points", Reason.TOO_MANY)
    if not wording.fixed:
        yield Lack("points", Reason.NOTHING_FIXED)
    for point in wording.guessed[MOST_GUESSED_POINTS:]:
        yield Lack("guess", Reason.TOO_MANY_GUESSES, point.key)
    seen: Counter[str] = Counter()
    for point in wording.points:
        yield from _lacks_in_point(point)
        if point.title.get(DANISH, "").strip():
            seen[point.identity] += 1
            if seen[point.identity] > 1:
                yield Lack("title", Reason.TWICE, point.key)


def _lacks_in_point(point: WordedPoint) -> Iterator[Lack]:
    if point.influence is None:
        yield Lack("influence", Reason.MISSING, point.key)
    for part, texts in point.parts.items():
        yield from _lacks_in_texts(part, texts, point.key)


def _lacks_in_texts(part: str, texts: Texts, key: int | None = None) -> Iterator[Lack]:
    if danish := text_lack(texts.get(DANISH, "")):
        # Once it is filled in, a translation of what stood there waits for its own next wording anyway.
        yield Lack(part, danish, key)
        return
    for language, text in texts.items():
        if language != DANISH and _PLACEHOLDER.search(text):
            yield Lack(part, Reason.PLACEHOLDER, key, language)
