"""Ready-made agreements, read from the YAML files beside this module.

Citizens read every text here except `source` and `decider_source`: those name the law for staff alone, and a municipal
lawyer has to check each of them. So a citizen's text holds no §. `{…}` is for the professional to fill in. A step holds
no date: it gets one when the agreement is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import yaml

#: The languages that the files themselves hold; the others are catalogues, in the folders of their languages.
LANGUAGES_HERE = ("da", "en")
FIXED = "FIXED"
INFLUENCES = frozenset({"YOU_DECIDE", "TOGETHER", "WE_LISTEN", FIXED})
FORMS = frozenset(
    {"PARENTS_MEETING", "BOARD", "RELATIVES_COUNCIL", "HEARING", "COMMITTEE_17_4", "PROJECT", "INDIVIDUAL_TALK"}
)
METHODS = frozenset({"CO_CREATION", "STRENGTHENED_CONTACT", "HEARING", "OTHER"})

Text = Mapping[str, str]
"""One text by language: in those of `LANGUAGES_HERE`, and in every other that has translated it."""

_T = TypeVar("_T")
_D = TypeVar("_D")

_FOLDER = Path(__file__).parent / "templates"
_TRANSLATIONS = Path(__file__).parent.parent / "translations"


class ContentError(ValueError):
    """A content file is not what it must be; says the file, the place in it and what is wrong."""


class UnknownTemplate(KeyError):
    """No template has this id."""


@dataclass(frozen=True, slots=True)
class TemplatePoint:
    """One topic. What can be influenced says `how`; what is FIXED says `why` and `decided_by`; never both.
    `asks_hands`: it asks "Vil du være med?"."""

    influence: str
    title: Text
    how: Text | None
    why: Text | None
    decided_by: Text | None
    starter: bool
    asks_hands: bool
    source: str

    @property
    def fixed(self) -> bool:
        """Whether citizens cannot influence it."""
        return self.influence == FIXED


@dataclass(frozen=True, slots=True)
class TemplateStep:
    """One thing that happens next; `source` is for staff."""

    text: Text
    source: str


@dataclass(frozen=True, slots=True)
class Template:
    """A ready-made agreement for some meeting forms and one method. `note` warns staff when they choose it."""

    id: str
    forms: tuple[str, ...]
    method: str
    title: Text
    purpose: Text
    points: tuple[TemplatePoint, ...]
    decider: Text
    decider_source: str
    steps: tuple[TemplateStep, ...]
    note: Text | None

    @property
    def starters(self) -> tuple[TemplatePoint, ...]:
        """The points put into a new meeting, in order."""
        return tuple(point for point in self.points if point.starter)

    @property
    def suggestions(self) -> tuple[TemplatePoint, ...]:
        """The points offered as further suggestions, in order."""
        return tuple(point for point in self.points if not point.starter)


@cache
def templates() -> tuple[Template, ...]:
    """All templates, by id, read once. Raises `ContentError` where a file is wrong."""
    found = sorted((load(path) for path in _FOLDER.glob("*.yaml")), key=lambda each: each.id)
    ids = [each.id for each in found]
    if len(set(ids)) < len(ids):
        raise ContentError(f"{_FOLDER.name}: two templates share an id: {', '.join(ids)}")
    return tuple(found)


def template(id: str) -> Template:
    """The template with this id. Raises `UnknownTemplate`."""
    for each in templates():
        if each.id == id:
            return each
    raise UnknownTemplate(id)


def matching(form: str | None, method: str | None) -> tuple[Template, ...]:
    """The templates for a meeting form and a method; None stands for any."""
    return tuple(
        each
        for each in templates()
        if (form is None or form in each.forms) and (method is None or method == each.method)
    )


def load(path: Path) -> Template:
    """The template in one file. Raises `ContentError` on a missing, unknown or wrong field."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContentError(f"{path.name}: {error}") from error
    fields = _Fields(raw, path.name)
    return fields.done(
        Template(
            id=fields.string("id"),
            forms=tuple(_one_of(FORMS, form, where) for form, where in fields.items("forms")),
            method=_one_of(METHODS, fields.string("method"), f"{path.name}: method"),
            title=fields.text("title"),
            purpose=fields.text("purpose"),
            points=tuple(_point(point, where) for point, where in fields.items("points")),
            decider=fields.text("decider"),
            decider_source=fields.optional("decider_source", fields.string, ""),
            steps=tuple(_step(step, where) for step, where in fields.items("steps")),
            note=fields.optional("note", fields.text, None),
        )
    )


def _point(raw: object, where: str) -> TemplatePoint:
    fields = _Fields(raw, where)
    influence = _one_of(INFLUENCES, fields.string("influence"), f"{where}.influence")
    fixed = influence == FIXED
    return fields.done(
        TemplatePoint(
            influence=influence,
            title=fields.text("title"),
            how=None if fixed else fields.text("how"),
            why=fields.text("why") if fixed else None,
            decided_by=fields.text("decided_by") if fixed else None,
            starter=fields.optional("starter", fields.flag, False),
            asks_hands=False if fixed else fields.optional("asks_hands", fields.flag, False),
            source=fields.optional("source", fields.string, ""),
        )
    )


def _step(raw: object, where: str) -> TemplateStep:
    fields = _Fields(raw, where)
    return fields.done(TemplateStep(text=fields.text("text"), source=fields.optional("source", fields.string, "")))


def _translated(danish: str) -> dict[str, str]:
    """The text in the languages whose catalogues hold it."""
    found = {language: catalogue.gettext(danish) for language, catalogue in _catalogues().items()}
    return {language: text for language, text in found.items() if text != danish}


@cache
def _catalogues() -> dict[str, GNUTranslations]:
    """The compiled catalogues of the ready-made agreements, by language."""
    catalogues = {}
    for path in sorted(_TRANSLATIONS.glob("*/LC_MESSAGES/templates.mo")):
        with path.open("rb") as file:
            catalogues[path.parent.parent.name] = GNUTranslations(file)
    return catalogues


def _one_of(allowed: frozenset[str], value: object, where: str) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ContentError(f"{where}: {value!r} is none of {', '.join(sorted(allowed))}")
    return value


class _Fields:
    """The fields of one YAML mapping, each to be read once: what nobody reads is unknown."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise ContentError(f"{where}: must be a mapping")
        self._unread: dict[object, object] = dict(raw)
        self._where = where

    def string(self, name: str) -> str:
        return _string(self._take(name), f"{self._where}: {name}")

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise ContentError(f"{self._where}: {name} must be true or false")
        return value

    def text(self, name: str) -> Text:
        languages = _Fields(self._take(name), f"{self._where}: {name}")
        here = {language: languages.string(language) for language in LANGUAGES_HERE}
        return languages.done(MappingProxyType(here | _translated(here["da"])))

    def items(self, name: str) -> list[tuple[object, str]]:
        """The items of a list, at least one, each with the words that say where it stands."""
        value = self._take(name)
        if not isinstance(value, list) or not value:
            raise ContentError(f"{self._where}: {name} must be a list of at least one")
        return [(item, f"{self._where}: {name}[{number}]") for number, item in enumerate(value, start=1)]

    def optional(self, name: str, read: Callable[[str], _T], default: _D) -> _T | _D:
        return read(name) if name in self._unread else default

    def done(self, built: _T) -> _T:
        """`built`, if every field was read."""
        if self._unread:
            raise ContentError(f"{self._where}: unknown {', '.join(str(name) for name in self._unread)}")
        return built

    def _take(self, name: str) -> object:
        if name not in self._unread:
            raise ContentError(f"{self._where}: {name} is missing")
        return self._unread.pop(name)


def _string(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ContentError(f"{where} must be text")
    return value
