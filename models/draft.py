"""Draft: the wording being written, before opening and again beside an open meeting's published version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Texts
from models.person import Person
from models.translation import TITLE, Former, Stale, given, settled, settled_texts, still_aside, texts_of, with_texts
from models.wording import Step, WordedPoint, Wording

MOST_POINTS = 24
MOST_STEPS = 12
#: Removals that can still be undone.
KEPT_REMOVALS = 20


@dataclass
class DraftChanged(Exception):
    """Somebody saved the draft since the writer's page was shown."""

    saved_at: datetime
    saved_by: str


class DraftFull(Exception):
    """No room for another point or step."""


class Draft(Base):
    __tablename__ = "draft"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[dict[str, Any]]
    removed: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    #: Translations whose Danish has changed since, the title's among them; None for none.
    stale: Mapped[Stale | None] = mapped_column(JSON(none_as_null=True))
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: The open page that saved last, by a random name of its own.
    saved_from: Mapped[str] = mapped_column(default="")

    saved_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @property
    def wording(self) -> Wording:
        return Wording.from_document(self.document)

    def former(self, field: str, language: str) -> Former | None:
        """The stale translation of a field, if there is one."""
        return (self.stale or {}).get(field, {}).get(language)

    def save(self, wording: Wording, by_id: int, now: datetime, beside: Mapping[str, str] | None = None) -> None:
        """Keep the wording; translations whose Danish it changes become stale, those whose Danish it brings back
        stand again. ``beside``: the Danish that what is new was typed beside, by field."""
        self._keep(*settled(self.wording, wording, self.stale or {}, beside or {}), by_id, now)

    def settle_title(self, before: Texts, after: Texts, beside: str | None) -> Texts:
        """The same for the meeting's title, which is no part of the wording; returns what is to be kept of it."""
        texts, aside = settled_texts(before, after, (self.stale or {}).get(TITLE, {}), beside)
        self._set_aside({**(self.stale or {}), TITLE: aside})
        return texts

    def translate(
        self, title: Texts, language: str, translations: Mapping[str, tuple[str, str]], by_id: int, now: datetime
    ) -> Texts:
        """Keep translations by field, each with the Danish that it was made from; those of an older Danish are stale.
        A field that is gone is passed over. Returns the meeting's title, which is kept by the meeting."""
        texts, stale = {TITLE: title, **texts_of(self.wording)}, dict(self.stale or {})
        for field, (text, danish) in translations.items():
            if field in texts:
                texts[field], stale[field] = given(texts[field], stale.get(field, {}), language, text, danish)
        self._keep(with_texts(self.wording, texts), stale, by_id, now)
        return texts[TITLE]

    def save_from(
        self,
        page: str,
        seen_revision: int,
        wording: Wording,
        by_id: int,
        now: datetime,
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what was typed on an open page. Raises ``DraftChanged`` when another page saved since this one saw
        ``seen_revision``; the page that saved last may repeat itself, since an answer may be lost on its way."""
        if seen_revision != self.revision and page != self.saved_from:
            raise DraftChanged(self.saved_at, self.saved_by.name)
        self.saved_from = page
        self.save(wording, by_id, now, beside)

    def add_point(self, by_id: int, now: datetime, point: WordedPoint | None = None) -> int:
        """A new last point, empty or as a template suggests it; returns its key."""
        wording, key = self.wording, self._new_key()
        if len(wording.points) >= MOST_POINTS:
            raise DraftFull
        added = replace(point or WordedPoint(key=key), key=key)
        self.save(replace(wording, points=(*wording.points, added)), by_id, now)
        return key

    def add_step(self, by_id: int, now: datetime) -> int:
        """A new, empty last step; returns its key."""
        wording, key = self.wording, self._new_key()
        if len(wording.steps) >= MOST_STEPS:
            raise DraftFull
        self.save(replace(wording, steps=(*wording.steps, Step(key=key))), by_id, now)
        return key

    def move_point(self, key: int, by: int, by_id: int, now: datetime) -> None:
        """One place up (``by=-1``) or down (``by=1``); at the end of the list it stays."""
        points = list(self.wording.points)
        index = points.index(self.wording.point(key))
        target = index + by
        if 0 <= target < len(points):
            points[index], points[target] = points[target], points[index]
            self.save(replace(self.wording, points=tuple(points)), by_id, now)

    def remove(self, key: int, by_id: int, now: datetime) -> None:
        """Take a point or step out; ``undo_removal`` puts the latest one back where it stood."""
        for kind in ("points", "steps"):
            items = self.document[kind]
            for index, item in enumerate(items):
                if item["key"] == key:
                    entry = {"kind": kind, "index": index, "item": item, "stale": self._stale_of(key)}
                    self.removed = [*self.removed, entry][-KEPT_REMOVALS:]
                    self._replace(kind, [*items[:index], *items[index + 1 :]], by_id, now)
                    return
        raise KeyError(key)

    def undo_removal(self, by_id: int, now: datetime) -> int | None:
        """Put the latest removed point or step back; returns its key, or None when there is nothing to undo."""
        if not self.removed:
            return None
        last = self.removed[-1]
        self.removed = self.removed[:-1]
        # What was removed before translations could be stale has none.
        self._set_aside({**(self.stale or {}), **last.get("stale", {})})
        items = self.document[last["kind"]]
        self._replace(last["kind"], [*items[: last["index"]], last["item"], *items[last["index"] :]], by_id, now)
        return int(last["item"]["key"])

    def discard(self, published: Wording, by_id: int, now: datetime) -> None:
        """Give up what was prepared and begin again from the published version. What only staff see stays with the
        points that are the same, and what was stale when it was published stays stale."""
        sources = {point.identity: point.source for point in self.wording.points}
        points = [
            replace(point, key=key, source=sources.get(point.identity, ""))
            for key, point in enumerate(published.points, 1)
        ]
        steps = [replace(step, key=key) for key, step in enumerate(published.steps, len(points) + 1)]
        self.removed = []
        self.saved_from = ""
        wording, stale = replace(published, points=tuple(points), steps=tuple(steps)), self.stale or {}
        aside = {TITLE: stale.get(TITLE, {}), **still_aside(self.wording, wording, stale)}
        self._keep(wording, aside, by_id, now)

    def _keep(self, wording: Wording, stale: Stale, by_id: int, now: datetime) -> None:
        document = wording.to_document()
        if document != self.document:
            self.document = document
            self.revision += 1
        self._set_aside(stale)
        self.saved_at = now
        self.saved_by_id = by_id

    def _set_aside(self, stale: Stale) -> None:
        stale = {field: aside for field, aside in stale.items() if aside}
        if stale != (self.stale or {}):
            self.stale = stale or None
            self.revision += 1

    def _stale_of(self, key: int) -> Stale:
        return {field: aside for field, aside in (self.stale or {}).items() if field.endswith(f"-{key}")}

    def _new_key(self) -> int:
        removed = max((entry["item"]["key"] for entry in self.removed), default=0)
        return max(self.wording.next_key, removed + 1)

    def _replace(self, kind: str, items: list[dict[str, Any]], by_id: int, now: datetime) -> None:
        self.save(Wording.from_document({**self.document, kind: items}), by_id, now)
