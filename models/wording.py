"""Wording: what an agreement says, in all its languages, before and after it is frozen.

Pure values: a draft stores one as a document, a published agreement is made from one, and every page shows one.
"""

from __future__ import annotations

import enum
import hashlib
import json
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from models.base import Texts

DANISH = "da"
#: From this many points people stop reading; the editor says so.
MANY_POINTS = 7
Item = TypeVar("Item", "WordedPoint", "Step")


class Influence(enum.Enum):
    """How much citizens can influence a point. Four own levels: one meeting mixes them."""

    YOU_DECIDE = "YOU_DECIDE"
    TOGETHER = "TOGETHER"
    WE_LISTEN = "WE_LISTEN"
    FIXED = "FIXED"


@dataclass(frozen=True)
class WordedPoint:
    """A topic. ``key`` names it within its draft; ``id`` is its identity's, once published. ``asks_guess``: it is in
    the expectation check. ``asks_hands``: it asks "Vil du være med?". Neither is part of its identity."""

    key: int
    influence: Influence | None = None
    title: Texts = field(default_factory=dict)
    how: Texts = field(default_factory=dict)
    why: Texts = field(default_factory=dict)
    decided_by: Texts = field(default_factory=dict)
    source: str = ""
    asks_guess: bool = False
    asks_hands: bool = False
    id: int | None = None

    @property
    def is_fixed(self) -> bool:
        return self.influence is Influence.FIXED

    @property
    def parts(self) -> dict[str, Texts]:
        """The texts that citizens see at this influence, by part."""
        if self.is_fixed:
            return {"title": self.title, "why": self.why, "decided_by": self.decided_by}
        return {"title": self.title, "how": self.how}

    @property
    def identity(self) -> str:
        """SHA-256 over the Danish title, how or why, decider, and the influence (rule 1): equal is the same point."""
        danish = [_plain(texts.get(DANISH, "")) for texts in self.parts.values()]
        return _digest([*danish, self.influence.value if self.influence else None])

    def frozen(self) -> WordedPoint:
        """The point as published: only what citizens see at its influence."""
        shown: dict[str, Any] = {part: _filled(texts) for part, texts in self.parts.items()}
        bare = WordedPoint(key=self.key, influence=self.influence, id=self.id, asks_guess=self.asks_guess)
        return replace(bare, asks_hands=self.asks_hands and not self.is_fixed, **shown)


@dataclass(frozen=True)
class Step:
    """What happens next, and when."""

    key: int
    text: Texts = field(default_factory=dict)
    on: date | None = None


@dataclass(frozen=True)
class Changes:
    """What somebody who has read an older wording must read again: the points (ids) that it did not hold, the purpose,
    the final decider."""

    points: frozenset[int | None]
    purpose: bool
    decider: bool


@dataclass(frozen=True)
class Wording:
    """Purpose, points, final decider and next steps."""

    purpose: Texts = field(default_factory=dict)
    decider: Texts = field(default_factory=dict)
    points: tuple[WordedPoint, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def can(self) -> tuple[WordedPoint, ...]:
        return tuple(point for point in self.points if not point.is_fixed)

    @property
    def fixed(self) -> tuple[WordedPoint, ...]:
        return tuple(point for point in self.points if point.is_fixed)

    @property
    def guessed(self) -> tuple[WordedPoint, ...]:
        """The points of the expectation check; none where it is off."""
        return tuple(point for point in self.points if point.asks_guess)

    @property
    def identities(self) -> frozenset[str]:
        return frozenset(point.identity for point in self.points)

    @property
    def next_key(self) -> int:
        keys = [*(point.key for point in self.points), *(step.key for step in self.steps)]
        return max(keys, default=0) + 1

    @property
    def content_hash(self) -> str:
        """SHA-256 over everything citizens see, in all languages."""
        document = self.frozen().to_document()
        for item in (*document["points"], *document["steps"]):
            item.pop("key")
            item.pop("source", None)
        return _digest(document)

    def point(self, key: int) -> WordedPoint:
        """The point with this key; ``KeyError`` when there is none."""
        return _with_key(self.points, key)

    def step(self, key: int) -> Step:
        """The step with this key; ``KeyError`` when there is none."""
        return _with_key(self.steps, key)

    def only(self, ids: frozenset[int | None]) -> Wording:
        """With just the points of these identities."""
        return replace(self, points=tuple(point for point in self.points if point.id in ids))

    def without(self, ids: frozenset[int | None]) -> Wording:
        """With all points but those of these identities."""
        return replace(self, points=tuple(point for point in self.points if point.id not in ids))

    def frozen(self) -> Wording:
        """The wording as published: filled texts only, nothing for staff."""
        return Wording(
            purpose=_filled(self.purpose),
            decider=_filled(self.decider),
            points=tuple(point.frozen() for point in self.points),
            steps=tuple(replace(step, text=_filled(step.text)) for step in self.steps),
        )

    def in_languages(self, languages: Collection[str]) -> Wording:
        """The wording in these languages alone: what one that is switched off says is kept, but not published."""

        def only(texts: Texts) -> Texts:
            return {language: text for language, text in texts.items() if language in languages}

        return Wording(
            purpose=only(self.purpose),
            decider=only(self.decider),
            points=tuple(
                replace(
                    point,
                    title=only(point.title),
                    how=only(point.how),
                    why=only(point.why),
                    decided_by=only(point.decided_by),
                )
                for point in self.points
            ),
            steps=tuple(replace(step, text=only(step.text)) for step in self.steps),
        )

    def changes_since(self, older: Wording) -> Changes:
        """What is new in this published wording to readers of an older one."""
        known = {point.id for point in older.points}
        return Changes(
            points=frozenset(point.id for point in self.points if point.id not in known),
            purpose=older.purpose != self.purpose,
            decider=older.decider != self.decider,
        )

    def read_again(self, changes: Changes | None = None) -> Wording:
        """What somebody who knows the agreement has before them: not the purpose; and where the text has changed, its
        points, but of purpose and decider only what is new."""
        if changes is None:
            return replace(self, purpose={})
        purpose, decider = self.purpose if changes.purpose else {}, self.decider if changes.decider else {}
        return replace(self, purpose=purpose, decider=decider, steps=())

    def without_guesses(self) -> Wording:
        """With the expectation check off."""
        return replace(self, points=tuple(replace(point, asks_guess=False) for point in self.points))

    def includes(self, newer: Wording) -> bool:
        """Whether an answer to this wording still stands for the newer one (rule 1): same purpose, same final decider,
        and every point of the newer one. Steps, order, removed points and translations never outdate."""
        return (
            _plain(self.purpose.get(DANISH, "")) == _plain(newer.purpose.get(DANISH, ""))
            and _plain(self.decider.get(DANISH, "")) == _plain(newer.decider.get(DANISH, ""))
            and self.identities >= newer.identities
        )

    @property
    def texts(self) -> tuple[Texts, ...]:
        """Every text that citizens read, in the order of the page."""
        points = (texts for point in self.points for texts in point.parts.values())
        return (self.purpose, *points, self.decider, *(step.text for step in self.steps))

    def is_whole_in(self, language: str) -> bool:
        """Whether every text is translated, so that nothing is shown in Danish instead."""
        return all(translated(texts, language) for texts in self.texts)

    def citizen_texts(self, language: str = DANISH) -> list[str]:
        """Every text of the page in one language, for readability."""
        return [texts[language] for texts in self.texts if texts.get(language)]

    def to_document(self) -> dict[str, Any]:
        """As JSON values; ``from_document`` is its inverse."""
        return {
            "purpose": self.purpose,
            "decider": self.decider,
            "points": [
                {
                    "key": point.key,
                    "influence": point.influence.value if point.influence else None,
                    "title": point.title,
                    "how": point.how,
                    "why": point.why,
                    "decided_by": point.decided_by,
                    "source": point.source,
                    # Named only where asked: what was published before is still hashed as it was then.
                    **{name: True for name in ("asks_guess", "asks_hands") if getattr(point, name)},
                }
                for point in self.points
            ],
            "steps": [
                {"key": step.key, "text": step.text, "on": step.on.isoformat() if step.on else None}
                for step in self.steps
            ],
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Wording:
        return cls(
            purpose=document["purpose"],
            decider=document["decider"],
            points=tuple(
                WordedPoint(**{**point, "influence": Influence(point["influence"]) if point["influence"] else None})
                for point in document["points"]
            ),
            steps=tuple(
                Step(key=step["key"], text=step["text"], on=date.fromisoformat(step["on"]) if step["on"] else None)
                for step in document["steps"]
            ),
        )


def translated(texts: Texts, language: str) -> bool:
    """Whether what the Danish says is said in this language too; where it says nothing there is nothing to say."""
    return bool(texts.get(language)) or not texts.get(DANISH)


def in_language(texts: Texts, language: str) -> tuple[str, str] | None:
    """A text as (language, text): in that language, else in Danish, else in another that it has; None for no text."""
    for each in (language, DANISH, *texts):
        if each in texts:
            return each, texts[each]
    return None


def _with_key(items: tuple[Item, ...], key: int) -> Item:
    for item in items:
        if item.key == key:
            return item
    raise KeyError(key)


def _filled(texts: Texts) -> Texts:
    return {language: _plain(text) for language, text in sorted(texts.items()) if _plain(text)}


def _plain(text: str) -> str:
    # Pasted from a PDF, "å" may be two signs: the same letter to every reader.
    return " ".join(unicodedata.normalize("NFC", text).split())


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
