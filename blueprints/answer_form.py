"""The answer's form: its shape, parsed by hand because it is the hot path. The truth of it is the model's."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from werkzeug.datastructures import MultiDict

from models.answer import Channel, Difficulty, hash_of_key
from models.guess import Expectation
from models.question import LONGEST_QUESTION
from models.submission import Submission

QUESTION = "question-"
GUESS = "guess-"
HELPED = "yes"

#: The values of the fields, as `interface.md` spells them.
DIFFICULTIES = {str(each.name).lower(): each for each in Difficulty}
EXPECTATIONS = {each.value: each for each in Expectation}

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")


class BadKey(ValueError):
    """The key is not a UUID."""


@dataclass
class AnswerForm:
    """What was typed and ticked, kept as it came; ``errors`` names the fields that are wrong, by the field's name.
    ``difficulties``: why a point is unclear. ``helped``: a relative or helper helped. ``talk``: the reply to an
    invitation. ``seen``: what says when the page was shown, still to be proven."""

    key: UUID
    agreement: int | None
    language: str
    unclear: frozenset[int] = frozenset()
    questions: dict[int, str] = field(default_factory=dict)
    difficulties: dict[int, Difficulty] = field(default_factory=dict)
    guesses: dict[int, Expectation] = field(default_factory=dict)
    offers: frozenset[int] = frozenset()
    helped: bool = False
    talk: int | None = None
    seen: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, fields: MultiDict[str, str]) -> AnswerForm:
        """Read the fields of ``interface.md``; unknown ones are ignored. Raises ``BadKey``."""
        errors: dict[str, str] = {}
        first = fields.to_dict()
        agreement = parse_number(first.get("agreement", ""))
        if agreement is None:
            errors["agreement"] = "number"
        language = first.get("lang", "")
        if not language:
            errors["lang"] = "missing"
        form = cls(
            key=parse_key(first.get("key", "")),
            agreement=agreement,
            language=language,
            unclear=_points(fields, "unclear", errors),
            offers=_points(fields, "offer", errors),
            helped=first.get("helped") == HELPED,
            talk=parse_number(first.get("talk", "")),
            seen=first.get("seen", ""),
            errors=errors,
        )
        for name, values in fields.lists():
            kind, dash, number = name.partition("-")
            if dash and kind in _OF_POINTS:
                _OF_POINTS[kind](form, parse_number(number), values)
        return form

    @property
    def texts(self) -> list[str]:
        """Every question that was typed."""
        return [text for text in self.questions.values() if text]

    def submission(self, channel: Channel, seen: datetime | None = None) -> Submission:
        """The submission, once there are no ``errors``. ``seen``: the proven minute in which the page was shown."""
        if self.agreement is None:
            raise ValueError("an agreement is needed")
        asked = {point: text for point, text in self.questions.items() if text}
        return Submission(
            hash_of_key(self.key),
            self.agreement,
            self.language,
            self.unclear,
            asked,
            channel,
            self.talk,
            {point: why for point, why in self.difficulties.items() if point in self.unclear},
            self.guesses,
            self.offers,
            self.helped,
            seen,
        )


def known(name: str) -> bool:
    """Whether it is the name of a field of an answer."""
    kind, dash, _ = name.partition("-")
    return kind in _OF_POINTS if dash else name in _OF_ANSWER


def parse_key(text: str) -> UUID:
    """The key in its usual spelling. Raises ``BadKey``."""
    if not _UUID.fullmatch(text):
        raise BadKey
    return UUID(text)


def parse_number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and text.isascii() else None


def parse_guesses(fields: MultiDict[str, str], errors: dict[str, str]) -> dict[int, Expectation]:
    """What was guessed, by point; what is wrong with it is added to ``errors``."""
    guesses: dict[int, Expectation] = {}
    for name, value in fields.items():
        if name.startswith(GUESS):
            _take_guess(guesses, parse_number(name.removeprefix(GUESS)), value, errors)
    return guesses


def _points(fields: MultiDict[str, str], name: str, errors: dict[str, str]) -> frozenset[int]:
    ticked = {parse_number(value) for value in fields.getlist(name)}
    if None in ticked:
        errors[name] = "point"
    return frozenset(point for point in ticked if point is not None)


def _take_question(form: AnswerForm, point: int | None, values: list[str]) -> None:
    text = clean_text(values[0]) if values[0] else ""
    if point is not None:
        form.questions[point] = text
        if len(text) > LONGEST_QUESTION:
            form.errors[f"{QUESTION}{point}"] = "long"
    elif text:
        form.errors["question"] = "point"


def _take_difficulties(form: AnswerForm, point: int | None, values: list[str]) -> None:
    if point is None or not DIFFICULTIES.keys() >= set(values):
        form.errors["why"] = "choice"
        return
    form.difficulties[point] = Difficulty(0)
    for value in values:
        form.difficulties[point] |= DIFFICULTIES[value]


def _take_guess(guesses: dict[int, Expectation], point: int | None, value: str, errors: dict[str, str]) -> None:
    expected = EXPECTATIONS.get(value)
    if point is None or expected is None:
        errors["guess"] = "choice"
    else:
        guesses[point] = expected


def _take_guess_of(form: AnswerForm, point: int | None, values: list[str]) -> None:
    _take_guess(form.guesses, point, values[0], form.errors)


_OF_ANSWER = frozenset({"key", "agreement", "lang", "unclear", "offer", "helped", "talk", "seen"})
#: The fields that each point has its own of, by what stands before its id.
_OF_POINTS = {"question": _take_question, "why": _take_difficulties, "guess": _take_guess_of}


def clean_text(text: str) -> str:
    """Line ends as browsers count them, and no invisible control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}).strip()
