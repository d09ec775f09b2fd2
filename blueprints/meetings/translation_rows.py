"""A meeting's texts as rows for a translator, and what comes back in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import gettext

from blueprints.meetings.typed import clean, longest
from models.keeping import leaves_title_unfilled
from models.meeting import Meeting
from models.translation import TITLE, is_same, shown_texts
from models.wording import DANISH

ENGLISH = "en"
#: Hexadecimal digits that tell two texts of one field apart.
DIGITS = 16
#: What a row's key begins with: an answer to "is this one of ours?".
MARK = "afstemt"

#: The first cells of a row, in this order: its key, its place in words, the Danish and the translation.
Cells = tuple[str, str, str, str]


@dataclass(frozen=True)
class Row:
    """One text to translate. ``former`` is a translation whose Danish, ``former_danish``, has changed since."""

    key: str
    place: str
    danish: str
    translation: str
    english: str
    former: str
    former_danish: str
    most: int


@dataclass
class Taking:
    """What a spreadsheet brings: translations by field, each with the Danish that it was made from. ``wrong`` and
    ``passed_over`` name rows; one that is wrong keeps all from being taken."""

    translations: dict[str, tuple[str, str]] = field(default_factory=dict)
    older: int = 0
    unchanged: int = 0
    empty: int = 0
    wrong: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many are of the Danish as it is now."""
        return len(self.translations) - self.older


class NotASpreadsheet(ValueError):
    """What was sent can't be read as one; says in a sentence what it is or what to do."""


class OtherSpreadsheet(ValueError):
    """The rows are not of this meeting or this language; says so in a sentence."""


def rows(meeting: Meeting, language: str) -> list[Row]:
    """Every text that has a Danish, in the order of the page."""
    return [
        _row(meeting, language, name, texts)
        for name, texts in shown_texts(meeting.title, meeting.draft.wording).items()
        if texts.get(DANISH, "").strip()
    ]


def taking(found: Iterable[tuple[int, Cells]], meeting: Meeting, language: str) -> Taking:
    """What rows that came back, by their numbers, bring for this meeting as it is now. Raises ``OtherSpreadsheet``."""
    result, known = Taking(), 0
    texts = shown_texts(meeting.title, meeting.draft.wording)
    begins = f"{MARK}/{meeting.code}/{language}/"
    for number, cells in found:
        key = cells[0].strip()
        if key.startswith(f"{MARK}/") and not key.startswith(begins):
            raise OtherSpreadsheet(_other(key, meeting))
        name, of_danish, of_translation = (*key.removeprefix(begins).split("/"), "", "")[:3]
        known += key.startswith(begins)
        if not key.startswith(begins) or name not in texts:
            if any(cells):
                result.passed_over.append(gettext("Row %(number)d is not one of the texts.", number=number))
            continue
        _take(result, number, cells, name, (of_danish, of_translation), meeting, language)
    if not known:
        raise OtherSpreadsheet(
            gettext("None of these rows comes from this page. Send the spreadsheet that you got here.")
        )
    return result


def _row(meeting: Meeting, language: str, name: str, texts: dict[str, str]) -> Row:
    former = meeting.draft.former(name, language)
    danish, translation = texts[DANISH], texts.get(language, "")
    return Row(
        key=f"{MARK}/{meeting.code}/{language}/{name}/{_digest(danish)}/{_digest(translation)}",
        place=_place(meeting, name),
        danish=danish,
        translation=translation,
        english=texts.get(ENGLISH, "") if language != ENGLISH else "",
        former=former["text"] if former else "",
        former_danish=former["danish"] if former else "",
        most=longest(name),
    )


def _take(
    result: Taking, number: int, cells: Cells, name: str, digests: tuple[str, str], meeting: Meeting, language: str
) -> None:
    """One row that is ours. What the translator left as it came never changes what stands here meanwhile."""
    texts = shown_texts(meeting.title, meeting.draft.wording)[name]
    danish, text = clean(cells[2], name), clean(cells[3], name)
    former = meeting.draft.former(name, language)
    is_of_now = digests[0] == _digest(texts.get(DANISH, ""))
    if not text:
        result.empty += 1
    elif _digest(text) == digests[1] or is_same(text, texts.get(language, "")):
        result.unchanged += 1
    elif len(text) > longest(name):
        sentence = gettext(
            "Row %(number)d (%(place)s): at most %(most)d characters, not %(length)d.",
            number=number, place=_place(meeting, name), most=longest(name), length=len(text),
        )  # fmt: skip
        result.wrong.append(sentence)
    elif name == TITLE and leaves_title_unfilled(meeting, text):
        # Citizens see it at once: no readiness stands between.
        sentence = gettext(
            "Row %(number)d (%(place)s): fill in what stands in { }.", number=number, place=_place(meeting, name)
        )
        result.wrong.append(sentence)
    elif _digest(danish) != digests[0]:
        sentence = gettext(
            "Row %(number)d (%(place)s): the Danish in the spreadsheet is another one. Get a new spreadsheet.",
            number=number, place=_place(meeting, name),
        )  # fmt: skip
        result.wrong.append(sentence)
    elif is_of_now:
        result.translations[name] = (text, texts[DANISH])
    elif language in texts:
        sentence = gettext(
            "Row %(number)d (%(place)s) is older than the Danish, and a newer translation stands here.",
            number=number, place=_place(meeting, name),
        )  # fmt: skip
        result.passed_over.append(sentence)
    elif former and is_same(former["text"], text):
        result.unchanged += 1
    else:
        result.translations[name] = (text, danish)
        result.older += 1


def _other(key: str, meeting: Meeting) -> str:
    if key.split("/")[1] != meeting.code:
        return str(gettext("This spreadsheet is of another meeting."))
    return str(gettext("This spreadsheet is in another language. Choose that language first."))


def _place(meeting: Meeting, name: str) -> str:
    """Where a field stands, in words."""
    kind, _, key = name.partition("-")
    wording = meeting.draft.wording
    if kind == "step":
        number = [str(step.key) for step in wording.steps].index(key) + 1
        return str(gettext("%(number)d. What happens?", number=number))
    if not key:
        known = {
            TITLE: gettext("Title"),
            "purpose": gettext("Why we meet"),
            "decider": gettext("Who decides in the end?"),
        }
        return str(known[kind])
    number = [str(point.key) for point in wording.points].index(key) + 1
    point = gettext("Point %(number)d", number=number)
    known = {
        "how": gettext("How the person does it") if meeting.is_talk else gettext("How they do it"),
        "why": gettext("Why is it fixed?"),
        "who": gettext("Who has decided it?"),
    }
    return f"{point}: {known[kind]}" if kind in known else str(point)


def _digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:DIGITS]
