"""The filters of an export, as they were typed and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from flask_babel import gettext

from blueprints.answer_form import parse_number
from blueprints.insight.dialects import DIALECTS, Dialect, ExcelDa
from models.code import parse_code
from models.export import Scope
from models.institution import Institution
from models.person import Viewer

FIELDS = ("from", "to", "institution", "meeting", "dialect")


@dataclass
class Filters:
    """``typed`` by field, empty where nothing was. ``errors`` by field in plain words; ``status`` is 404 for a place or
    a meeting that is not the viewer's, 422 for what can't be read."""

    typed: dict[str, str]
    institutions: list[Institution]
    scope: Scope
    dialect: Dialect = DIALECTS[ExcelDa.name]
    errors: dict[str, str] = field(default_factory=dict)
    status: int = 200

    @classmethod
    def read(cls, viewer: Viewer, arguments: Mapping[str, str]) -> Filters:
        """Inside ``reading()``."""
        typed = {name: arguments.get(name, "").strip() for name in FIELDS}
        filters = cls(typed, Institution.followed_by(viewer), Scope(viewer))
        filters._read_dialect()
        filters._read_days()
        filters._read_institution()
        filters._read_meeting()
        return filters

    @property
    def used(self) -> dict[str, str]:
        """The arguments of an address that asks for the same."""
        return {name: text for name, text in self.typed.items() if text}

    def _refuse(self, name: str, words: str, status: int = 422) -> None:
        self.errors[name] = words
        self.status = status if self.status == 200 else self.status

    def _read_dialect(self) -> None:
        name = self.typed["dialect"] or ExcelDa.name
        if name in DIALECTS:
            self.dialect = DIALECTS[name]
        else:
            self._refuse("dialect", gettext("Choose one of the two."))

    def _read_days(self) -> None:
        first, last = self._day("from"), self._day("to")
        if first and last and last < first:
            self._refuse("to", gettext("This day is before the first one."))
        self.scope = replace(self.scope, first=first, last=last)

    def _day(self, name: str) -> date | None:
        text = self.typed[name]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._refuse(name, gettext("Write a date, such as 2026-11-24."))
            return None

    def _read_institution(self) -> None:
        text = self.typed["institution"]
        if not text:
            return
        wanted = parse_number(text)
        if wanted in {institution.id for institution in self.institutions}:
            self.scope = replace(self.scope, institution_id=wanted)
        else:
            self._refuse("institution", gettext("We can't find this place."), 404)

    def _read_meeting(self) -> None:
        text = self.typed["meeting"]
        if not text:
            return
        code = parse_code(text)
        if code and Scope(self.scope.viewer, code=code).holds_meeting():
            self.scope = replace(self.scope, code=code)
        else:
            self._refuse("meeting", gettext("We can't find a meeting with this code."), 404)
