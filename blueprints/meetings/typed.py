"""What stands in the fields of the writing page: parsed by hand, since there are as many fields as points.

A field that is not sent is left as it was, so that nothing can be lost by a page that shows only a part. A field that
is wrong is not taken over; the others are. The truth of it all is the model's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, TypeVar

from flask_babel import gettext

from models.base import Texts
from models.clock import end_of, local, moment_of
from models.lack import Reason, text_lack
from models.meeting import Meeting, State
from models.translation import TITLE, texts_of
from models.wording import DANISH, Influence, Step, WordedPoint, Wording

#: The most characters of each field; of those with a key, by the name before it.
LONGEST = {
    "title": 80, "room": 80, "contact": 80, "phone": 30, "purpose": 400, "decider": 400,
    "text": 80, "how": 400, "why": 400, "who": 80, "step": 200,
}  # fmt: skip
#: Facts, which citizens read as they stand here; in the agreement freezing takes the line ends away.
ONE_LINE = frozenset({"title", "room", "contact", "phone"})
#: The ticks of a point, by what they switch on. One that is shown sends its name even when it is not ticked.
TICKS = {"asks_guess": "guess", "asks_hands": "hands"}
TICKED = "1"
#: Before a field's name: the Danish that stood beside it.
BESIDE = "beside-"
YEARS = range(2000, 2101)
_KEY = re.compile(r"-\d+")
_ENDS_A_LINE = re.compile(r"\r\n?|[\n\v\u2028\u2029]")
#: Places where a line may break or not, and the mark that a file begins.
_WITHOUT_WIDTH = "\u200b\u2060\ufeff"

Value = TypeVar("Value")
Old = TypeVar("Old", str, None)


@dataclass
class Typed:
    """The texts in one language and the facts, as the fields say it; ``errors`` are sentences by the field's name,
    ``beside`` is the Danish that a translation was typed beside."""

    wording: Wording
    facts: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)


def read(fields: Mapping[str, str], meeting: Meeting, language: str, now: datetime) -> Typed:
    """What the fields say about this meeting."""
    return _Reader(fields, meeting, language, now).read()


def beside(fields: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The Danish that stood beside these fields, as the page carries it."""
    found = ((name, clean(fields[BESIDE + name], name)) for name in names if BESIDE + name in fields)
    return {name: danish for name, danish in found if len(danish) <= longest(name)}


def shown(meeting: Meeting, language: str) -> dict[str, str]:
    """What stands in the fields before anybody types: a translation whose Danish has changed, too."""
    wording = meeting.draft.wording
    values = {
        "room": meeting.place,
        "date": meeting.held_on.isoformat() if meeting.held_on else "",
        "time": meeting.held_at.strftime("%H:%M") if meeting.held_at else "",
        "closes": local(meeting.closes_at).strftime("%Y-%m-%dT%H:%M") if meeting.closes_at else "",
        "contact": meeting.contact_name,
        "phone": meeting.contact_phone,
    }
    for name, texts in {TITLE: meeting.title, **texts_of(wording)}.items():
        former = meeting.draft.former(name, language)
        values[name] = former["text"] if former else texts.get(language, "")
    for point in wording.points:
        values[f"influence-{point.key}"] = point.influence.value if point.influence else ""
        for asks, name in TICKS.items():
            values[f"{name}-{point.key}"] = TICKED if getattr(point, asks) else ""
    for step in wording.steps:
        values[f"step-{step.key}-date"] = step.on.isoformat() if step.on else ""
    return values


class _Reader:
    def __init__(self, fields: Mapping[str, str], meeting: Meeting, language: str, now: datetime) -> None:
        self.fields = fields
        self.meeting = meeting
        self.language = language
        self.now = now
        self.errors: dict[str, str] = {}
        self.is_open = meeting.state(now) is not State.DRAFT

    def read(self) -> Typed:
        old = self.meeting.draft.wording
        wording = replace(
            old,
            purpose=self.texts("purpose", old.purpose),
            decider=self.texts("decider", old.decider),
            points=tuple(self.point(point) for point in old.points),
            steps=tuple(self.step(step) for step in old.steps),
        )
        return Typed(wording, self.facts(), self.errors, beside(self.fields, [TITLE, *texts_of(old)]))

    def point(self, point: WordedPoint) -> WordedPoint:
        chosen = self.fields.get(f"influence-{point.key}", "")
        return replace(
            point,
            influence=Influence[chosen] if chosen in Influence.__members__ else point.influence,
            title=self.texts(f"text-{point.key}", point.title),
            how=self.texts(f"how-{point.key}", point.how),
            why=self.texts(f"why-{point.key}", point.why),
            decided_by=self.texts(f"who-{point.key}", point.decided_by),
            asks_guess=self.tick(f"guess-{point.key}", point.asks_guess),
            asks_hands=self.tick(f"hands-{point.key}", point.asks_hands),
        )

    def step(self, step: Step) -> Step:
        name = f"step-{step.key}"
        return replace(step, text=self.texts(name, step.text), on=self.day(f"{name}-date", step.on))

    def facts(self) -> dict[str, Any]:
        meeting = self.meeting
        held_on = self.day("date", meeting.held_on)
        facts = {
            "title": self.texts("title", meeting.title),
            "place": self.text("room", meeting.place),
            "held_on": held_on,
            "held_at": self.hour("time", meeting.held_at),
            "contact_name": self.text("contact", meeting.contact_name),
            "contact_phone": self.text("phone", meeting.contact_phone),
            "closes_at": self.closing(held_on),
        }
        if self.is_open:
            self.keep_needed(facts)
        return facts

    def keep_needed(self, facts: dict[str, Any]) -> None:
        """Citizens read the facts of an open meeting: what it can't do without stays as it was."""
        danish, typed = (facts["title"].get(language, "") for language in (DANISH, self.language))
        lacks = {"title": text_lack(danish) or (text_lack(typed) if typed else None), "room": text_lack(facts["place"])}
        for name, fact in (("title", "title"), ("room", "place")):
            lack = lacks[name]
            if lack and name not in self.errors:
                self.errors[name] = _needed() if lack is Reason.MISSING else gettext("Fill in what stands in { }.")
            if name in self.errors:
                facts[fact] = getattr(self.meeting, fact)
        if facts["held_on"] is None:
            self.errors["date"] = _needed()
            facts["held_on"] = self.meeting.held_on

    def closing(self, held_on: date | None) -> datetime | None:
        """The moment it closes by itself. Left at the end of the meeting's day, it follows the day."""
        old = self.meeting.closes_at
        text = self.fields.get("closes")
        moment = old if text is None else self.moment("closes", text, old)
        if not self.is_open:
            return moment
        day = held_on or self.meeting.held_on
        by_default = moment is None or (moment == old and self.meeting.held_on and old == end_of(self.meeting.held_on))
        if day and by_default:
            moment = end_of(day)
        if moment is not None and moment != old and moment <= self.now:
            name = "date" if by_default else "closes"
            self.errors[name] = gettext("The end must lie ahead. To close the meeting, use “Close the meeting”.")
            return old
        return moment

    # One field each

    def texts(self, name: str, old: Texts) -> Texts:
        """What is wrong or not sent is not named; an emptied translation is named as empty."""
        text = self.text(name, None)
        if text is None or (self.language == DANISH and not text and not old.get(DANISH)):
            return old
        return {**old, self.language: text}

    def text(self, name: str, old: Old) -> str | Old:
        if name not in self.fields:
            return old
        text = clean(self.fields[name], name)
        most = longest(name)
        if len(text) > most:
            self.errors[name] = gettext("At most %(number)d characters, please. Shorten it a little.", number=most)
            return old
        return text

    def tick(self, name: str, old: bool) -> bool:
        return self.fields[name] == TICKED if name in self.fields else old

    def day(self, name: str, old: date | None) -> date | None:
        return self.parsed(name, old, _day, gettext("Write a date such as %(example)s.", example="2026-12-24"))

    def hour(self, name: str, old: time | None) -> time | None:
        return self.parsed(name, old, _hour, gettext("Write a time such as %(example)s.", example="19:00"))

    def parsed(self, name: str, old: Value | None, parse: Callable[[str], Value], wrong: str) -> Value | None:
        text = self.fields.get(name)
        if text is None:
            return old
        if not text.strip():
            return None
        try:
            return parse(text.strip())
        except ValueError:
            self.errors[name] = wrong
            return old

    def moment(self, name: str, text: str, old: datetime | None) -> datetime | None:
        try:
            return parse_moment(text)
        except ValueError:
            self.errors[name] = wrong_moment()
            return old


def parse_moment(text: str) -> datetime | None:
    """The moment of a Danish day and hour as a field says it; None when it is empty. Raises ``ValueError``."""
    if not text.strip():
        return None
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is not None or moment.year not in YEARS:
        raise ValueError(text)
    return moment_of(moment.date(), moment.time().replace(second=0, microsecond=0))


def wrong_moment() -> str:
    return str(gettext("Write a date and a time such as %(example)s.", example="2026-12-24 21:00"))


def longest(name: str) -> int:
    """The most characters that a field takes."""
    return LONGEST[_KEY.sub("", name)]


def clean(text: str, name: str = "") -> str:
    """Line ends as browsers count them, where the field has lines, and nothing invisible that comes along from a page
    or a document; what parts words there, such as a tab, is a space. A letter and its ring are one: some documents
    write ``å`` as two, and a point would not be the same any more."""
    lines = _ENDS_A_LINE.sub(" " if name in ONE_LINE else "\n", unicodedata.normalize("NFC", text))
    return "".join(_visible(each) for each in lines).strip()


def _visible(character: str) -> str:
    if character == "\n":
        return character
    if character in _WITHOUT_WIDTH or unicodedata.category(character) in {"Cc", "Cs"}:
        return " " if character.isspace() else ""
    return character


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(text)
    return day


def _hour(text: str) -> time:
    return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)


def _needed() -> str:
    return str(gettext("Missing"))
