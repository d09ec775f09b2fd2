"""What the writing page shows beside its fields: what is missing or wrong, how hard to read, what could be added."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property

from blueprints import languages
from blueprints.meetings import typed, words
from blueprints.meetings.differences import Piece, pieces
from content import Template, TemplatePoint, UnknownTemplate, template
from models.base import Texts
from models.clock import moment_of
from models.lack import MOST_GUESSED_POINTS, Lack, lacks_in, lacks_of
from models.meeting import Meeting, State
from models.readability import LONG, Level, Readability, readability
from models.translation import FIELDS_OF_PARTS, Former, Standing, shown_texts, standing
from models.wording import DANISH, MANY_POINTS, Influence, WordedPoint, Wording

#: Fewer words than this are no sentence to measure.
FEWEST_WORDS = 8
_SCALE = (10, 50)


@dataclass(frozen=True)
class Said:
    """A message at a field. ``is_lack``: it keeps the meeting from opening or the field from being saved."""

    text: str
    more: str = ""
    is_lack: bool = True


@dataclass
class WritingPage:
    """One meeting's draft in one language. ``values`` stand in the fields: what is stored, or what was typed."""

    meeting: Meeting
    language: str
    now: datetime
    values: dict[str, str]
    errors: dict[str, str]
    opened: frozenset[int] = frozenset()
    token: str = ""
    #: The Danish that stood beside a field when it was typed in, where the page is shown again.
    beside: dict[str, str] = field(default_factory=dict)

    @cached_property
    def wording(self) -> Wording:
        return self.meeting.draft.wording

    @cached_property
    def points(self) -> list[WordedPoint]:
        return list(self.wording.points)

    @property
    def is_danish(self) -> bool:
        return self.language == DANISH

    @property
    def is_open(self) -> bool:
        return self.meeting.state(self.now) is State.OPEN

    @property
    def influences(self) -> list[Influence]:
        return list(Influence)

    @cached_property
    def lacks(self) -> list[Lack]:
        return lacks_in(self.meeting.prepared) if self.is_open else lacks_of(self.meeting, self.now)

    @cached_property
    def lines(self) -> list[tuple[str, str]]:
        """What is wrong and what is missing, each with the address of its field."""
        wrong = [(sentence, f"#{name}") for name, sentence in self.errors.items()]
        return wrong + [(words.in_list(lack, self.wording), self._address_of(lack)) for lack in self.lacks]

    def _address_of(self, lack: Lack) -> str:
        if lack.language == self.language:
            return f"#{words.field_of(lack, self.wording)}"
        return words.address_of(lack, self.meeting)

    @cached_property
    def messages(self) -> dict[str, Said]:
        """At most one message a field: what is wrong, else what is missing, else that it is hard to read."""
        found = {name: Said(sentence) for name, sentence in self.errors.items()}
        for lack in self.lacks:
            if lack.language == self.language:
                found.setdefault(words.field_of(lack, self.wording), Said(*words.at_field(lack)))
        if self._ends_before_it_begins:
            found.setdefault("closes", Said(words.ends_before_it_begins(), is_lack=False))
        if self.is_danish:
            for name, text in self._sentences():
                if (hard := _hard(text)) is not None:
                    found.setdefault(name, hard)
        return found

    @property
    def _ends_before_it_begins(self) -> bool:
        day, end = self.meeting.held_on, self.meeting.closes_at
        return day is not None and end is not None and end <= moment_of(day, self.meeting.held_at or time.min)

    def field_names(self, without: str = "") -> list[str]:
        """Every place on the page where a message may stand, but for those in one list (``points`` or ``steps``)."""
        points = self.wording.points
        steps = self.wording.steps
        if without:
            ends = tuple(f"-{item.key}" for item in (points if without == "points" else steps))
            names = [name for name in self.field_names() if name != without]
            return [name for name in names if not name.removesuffix("-date").endswith(ends)]
        if not self.is_danish:
            texts = [f"{FIELDS_OF_PARTS[part]}-{point.key}" for point in points for part in point.parts]
            return ["title", "purpose", *texts, "decider", *(f"step-{step.key}" for step in steps)]
        said = [name for name in self.values if name not in self._silent]
        return [*said, *(f"influence-{point.key}" for point in points), "points", *([] if steps else ["steps"])]

    @property
    def _silent(self) -> frozenset[str]:
        """Ticks of which nothing can be wrong, or that the page of an individual talk does not have."""
        kinds = ("hands", "guess") if self.meeting.is_talk else ("hands",)
        return frozenset(f"{kind}-{point.key}" for kind in kinds for point in self.points)

    def lacks_of(self, key: int) -> int:
        """How many things a point lacks in this language. Whether it is one too many in the expectation check is said
        there."""
        ends, elsewhere = f"-{key}", f"guess-{key}"
        return sum(name.endswith(ends) and said.is_lack for name, said in self.messages.items() if name != elsewhere)

    # Another language beside the Danish

    @property
    def direction(self) -> str:
        return languages.direction(self.language)

    def danish(self, name: str) -> str:
        """The Danish beside a field in another language."""
        return self._texts.get(name, {}).get(DANISH, "")

    def danish_seen(self, name: str) -> str:
        """The Danish that what stands in the field was typed beside."""
        return self.beside.get(name, self.danish(name))

    def former(self, name: str) -> Former | None:
        """The field's translation, where its Danish has changed since."""
        return self.meeting.draft.former(name, self.language)

    def is_stale(self, name: str) -> bool:
        return self._standing(name) is Standing.STALE

    def awaits(self, name: str) -> bool:
        """Whether there is something to translate, or to look at again."""
        return self._standing(name) in {Standing.STALE, Standing.MISSING}

    @cached_property
    def awaiting(self) -> list[str]:
        """The fields that wait for a translation, in the order of the page."""
        return [name for name in self._texts if self.awaits(name)]

    @property
    def has_untranslated(self) -> bool:
        """Whether any language has something left to translate."""
        return any(not each.is_done for each in self.meeting.translations)

    def danish_pieces(self, name: str) -> list[Piece]:
        """The Danish in pieces; those that came after the translation was made are marked."""
        former = self.former(name)
        return pieces(self.danish(name), beside=former["danish"] if former else None)

    def former_pieces(self, name: str) -> list[Piece]:
        """The Danish that the translation was made from in pieces; those that are gone are marked."""
        former = self.former(name)
        return pieces(former["danish"], beside=self.danish(name)) if former else []

    def _standing(self, name: str) -> Standing | None:
        former = self.former(name)
        return standing(self._texts.get(name, {}), {self.language: former} if former else {}, self.language)

    @cached_property
    def _texts(self) -> dict[str, Texts]:
        return shown_texts(self.meeting.title, self.wording)

    # The expectation check

    def is_ticked(self, name: str) -> bool:
        return self.values[name] == typed.TICKED

    @property
    def has_check(self) -> bool:
        """Whether the page lets points be picked: never in an individual talk."""
        return self.is_danish and bool(self.points) and not self.meeting.is_talk

    @property
    def most_guessed(self) -> int:
        return MOST_GUESSED_POINTS

    @property
    def guesses_one_sided(self) -> bool:
        """Whether only points that are fixed are picked, or only open ones: then the guess gives itself away."""
        return len({point.is_fixed for point in self.wording.guessed}) == 1

    # Points and steps

    @property
    def many_points(self) -> bool:
        return len(self.points) >= MANY_POINTS

    def is_opened(self, point: WordedPoint) -> bool:
        return point.key in self.opened or bool(self.lacks_of(point.key))

    @property
    def last_removed(self) -> tuple[str, str] | None:
        """The kind (``points`` or ``steps``) and the words of what was taken out last."""
        if not self.meeting.draft.removed:
            return None
        entry = self.meeting.draft.removed[-1]
        texts: Texts = entry["item"]["title" if entry["kind"] == "points" else "text"]
        return entry["kind"], texts.get(DANISH, "")

    @cached_property
    def template(self) -> Template | None:
        try:
            return template(self.meeting.template)
        except UnknownTemplate:
            return None

    @property
    def suggestions(self) -> list[tuple[int, TemplatePoint]]:
        """The template's further points that are not in the agreement, with their number there."""
        if self.template is None:
            return []
        used = [point.title.get(DANISH, "") for point in self.wording.points]
        return [
            (number, point)
            for number, point in enumerate(self.template.points)
            if not point.starter and not any(_fills(title, point.title[DANISH]) for title in used)
        ]

    # Readability

    @cached_property
    def readability(self) -> Readability:
        return readability(self.wording.citizen_texts())

    @property
    def needle(self) -> str:
        """Where the LIX stands on the scale, in per cent."""
        low, high = _SCALE
        figure = min(max(self.readability.lix or low, low), high)
        return f"{(figure - low) * 100 / (high - low):g}%"

    @property
    def hard_words(self) -> list[tuple[str, str]]:
        """The words that make it hard, each with the first field that holds it."""
        fields = [*self._sentences(), *((f"text-{p.key}", p.title.get(DANISH, "")) for p in self.points)]
        places = [
            (word, next((n for n, text in fields if word in text.lower()), "")) for word in self.readability.hard_words
        ]
        return [(word, name) for word, name in places if name]

    def _sentences(self) -> list[tuple[str, str]]:
        """The fields that hold sentences, with their Danish."""
        found = [("purpose", self.wording.purpose)]
        for point in self.points:
            found += [
                (f"{FIELDS_OF_PARTS[part]}-{point.key}", texts)
                for part, texts in point.parts.items()
                if part != "title"
            ]
        found += [("decider", self.wording.decider), *((f"step-{step.key}", step.text) for step in self.wording.steps)]
        return [(name, texts.get(DANISH, "")) for name, texts in found]


def _hard(text: str) -> Said | None:
    if len(text.split()) < FEWEST_WORDS:
        return None
    found = readability([text])
    if found.lix is None or found.level is not Level.HARD:
        return None
    long = ", ".join(word for word in found.hard_words[:3] if len(word) > LONG)
    return Said(words.hard_to_read(found.lix), words.hard_words(long), is_lack=False)


def _fills(title: str, template_title: str) -> bool:
    """Whether a title is the template's, with its ``{…}`` filled in or not."""
    pattern = ".+".join(re.escape(part) for part in re.split(r"\{[^{}]*\}", template_title))
    return re.fullmatch(pattern, title) is not None
