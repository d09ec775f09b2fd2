"""Translation: a text in another language belongs to the Danish that it was made from, and is published only while that
Danish stands.

When the Danish says something else, what was translated from it is kept aside as stale, together with that Danish:
until somebody translates anew or says that it still fits, or the Danish comes back. White space changes nothing. A
field goes by the name that it has on the writing page.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from models.base import Texts
from models.wording import DANISH, Wording

#: A stale translation: its ``text``, and the ``danish`` that it was made from.
Former = dict[str, str]
#: Stale translations by field and language.
Stale = dict[str, dict[str, Former]]

TITLE = "title"
#: The fields of a point, by the part of the wording that they hold.
FIELDS_OF_PARTS = {"title": "text", "how": "how", "why": "why", "decided_by": "who"}


class Standing(enum.Enum):
    """How a text stands in another language."""

    TRANSLATED = "TRANSLATED"
    STALE = "STALE"
    MISSING = "MISSING"


@dataclass(frozen=True)
class Progress:
    """How many of the texts that citizens see stand how in one language."""

    language: str
    translated: int
    stale: int
    missing: int

    @property
    def every(self) -> int:
        return self.translated + self.stale + self.missing

    @property
    def is_done(self) -> bool:
        return self.translated == self.every


def is_same(one: str, other: str) -> bool:
    """Whether two texts say the same: white space is no difference, as in a point's identity."""
    return one.split() == other.split()


def texts_of(wording: Wording) -> dict[str, Texts]:
    """Every text of a wording by its field, those too that citizens do not see at a point's influence."""
    return dict(_texts_of(wording, shown_only=False))


def shown_texts(title: Texts, wording: Wording) -> dict[str, Texts]:
    """The texts that citizens see, by field, in the order of the page."""
    return {TITLE: title, **dict(_texts_of(wording, shown_only=True))}


def with_texts(wording: Wording, texts: Mapping[str, Texts]) -> Wording:
    """The wording with these texts in their fields; a field that is not named stays."""
    return replace(
        wording,
        purpose=texts.get("purpose", wording.purpose),
        decider=texts.get("decider", wording.decider),
        points=tuple(
            replace(
                point,
                **{
                    part: texts.get(f"{name}-{point.key}", getattr(point, part))
                    for part, name in FIELDS_OF_PARTS.items()
                },
            )
            for point in wording.points
        ),
        steps=tuple(replace(step, text=texts.get(f"step-{step.key}", step.text)) for step in wording.steps),
    )


def settled(before: Wording, after: Wording, stale: Stale, beside: Mapping[str, str]) -> tuple[Wording, Stale]:
    """What a save makes of a wording and of what is stale; see ``settled_texts``. The title's stays: it is no part of
    the wording."""
    old, texts = texts_of(before), {}
    kept = {field: aside for field, aside in stale.items() if field == TITLE}
    for field, new in texts_of(after).items():
        texts[field], aside = settled_texts(old.get(field, {}), new, stale.get(field, {}), beside.get(field))
        if aside:
            kept[field] = aside
    return with_texts(after, texts), kept


def settled_texts(
    before: Texts, after: Texts, aside: dict[str, Former], beside: str | None = None
) -> tuple[Texts, dict[str, Former]]:
    """What a save makes of one text and of its stale translations. In ``after`` a language that is not named is left as
    it was, an empty one is emptied, and a stale text that comes unchanged stays stale. ``beside``: the Danish that a
    new translation was typed beside; where somebody changed it meanwhile, the translation is stale from the start."""
    danish = after.get(DANISH, "")
    texts, kept = {}, {}
    for language, text in after.items():
        if language == DANISH:
            texts[language] = text
        elif text.strip():
            of = _danish_of(text, before, language, aside.get(language), danish if beside is None else beside)
            if is_same(of, danish):
                texts[language] = text
            else:
                kept[language] = {"text": text, "danish": of}
    for language, former in aside.items():
        if language in after:
            continue
        if is_same(former["danish"], danish):
            texts[language] = former["text"]
        else:
            kept[language] = former
    return texts, kept


def still_aside(draft: Wording, published: Wording, stale: Stale) -> Stale:
    """What of a draft's stale translations stays when the published wording takes its place: those of texts that both
    hold, but for what was made from the very Danish that is published."""
    points = {point.identity: point.key for point in draft.points}
    steps = {" ".join(step.text.get(DANISH, "").split()): step.key for step in draft.steps}
    fields = {"purpose": "purpose", "decider": "decider"}
    for point in published.points:
        for part in point.parts:
            fields[f"{FIELDS_OF_PARTS[part]}-{point.key}"] = f"{FIELDS_OF_PARTS[part]}-{points.get(point.identity)}"
    for step in published.steps:
        fields[f"step-{step.key}"] = f"step-{steps.get(step.text.get(DANISH, ''))}"
    kept = {}
    for field, texts in texts_of(published).items():
        aside = stale.get(fields.get(field, ""), {})
        kept[field] = {
            language: former
            for language, former in aside.items()
            if language not in texts and not is_same(former["danish"], texts.get(DANISH, ""))
        }
    return kept


def given(
    texts: Texts, aside: dict[str, Former], language: str, text: str, danish: str
) -> tuple[Texts, dict[str, Former]]:
    """One text and its stale translations once somebody gives a translation that was made from ``danish``. One of an
    older Danish is stale from the start, and never takes the place of one that stands."""
    others = {each: former for each, former in aside.items() if each != language}
    if is_same(danish, texts.get(DANISH, "")):
        return {**texts, language: text}, others
    if language in texts:
        return texts, aside
    return texts, {**others, language: {"text": text, "danish": danish}}


def standing(texts: Texts, aside: Mapping[str, Former], language: str) -> Standing | None:
    """How a text stands in a language; None where there is no Danish to translate."""
    if not texts.get(DANISH, "").strip():
        return None
    if texts.get(language, "").strip():
        return Standing.TRANSLATED
    return Standing.STALE if language in aside else Standing.MISSING


def progress(texts: Mapping[str, Texts], stale: Stale, language: str) -> Progress:
    """How far these texts are translated into a language."""
    found = Counter(standing(text, stale.get(field, {}), language) for field, text in texts.items())
    return Progress(language, found[Standing.TRANSLATED], found[Standing.STALE], found[Standing.MISSING])


def _danish_of(text: str, before: Texts, language: str, former: Former | None, beside: str) -> str:
    """The Danish that a translation is of: as before where it is what stood there, else what it was typed beside."""
    if former is not None and is_same(text, former["text"]):
        return former["danish"]
    return before.get(DANISH, "") if is_same(text, before.get(language, "")) else beside


def _texts_of(wording: Wording, *, shown_only: bool) -> Iterator[tuple[str, Texts]]:
    yield "purpose", wording.purpose
    for point in wording.points:
        parts = point.parts if shown_only else {part: getattr(point, part) for part in FIELDS_OF_PARTS}
        yield from ((f"{FIELDS_OF_PARTS[part]}-{point.key}", texts) for part, texts in parts.items())
    yield "decider", wording.decider
    yield from ((f"step-{step.key}", step.text) for step in wording.steps)
