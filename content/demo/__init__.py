"""The demo: an invented municipality and a week of its meetings, read from the YAML files beside this module.

Days are counted from the day on which the demo is made. ``unclear`` is the share of answers in which a point, by its
place, is unclear at first; ``cleared`` the share of these marks that citizens take away again. ``reasons`` is the share
of these marks that name each difficulty, ``offers`` the share of answers that offer to help with a point, ``guesses``
what is expected of it, by weight, by those who have not ``skipped`` the guesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from models.base import Texts
from models.wording import Influence, Step, WordedPoint, Wording

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """``at`` is an institution's name, empty for an administrator. Only some can sign in."""

    email: str
    name: str
    phone: str
    role: str
    signs_in: bool
    at: str = ""


@dataclass(frozen=True, slots=True)
class DemoMunicipality:
    name: str
    privacy_contact: str
    address: str
    accessibility_email: str
    accessibility_phone: str
    languages: list[str]
    institutions: tuple[str, ...]
    people: tuple[DemoPerson, ...]

    @property
    def sign_ins(self) -> tuple[DemoPerson, ...]:
        """Those who can sign in."""
        return tuple(person for person in self.people if person.signs_in)


@dataclass(frozen=True, slots=True)
class DemoTalk:
    """The point, by its place, that is explained again before people come back."""

    point: int
    explanation: Texts


@dataclass(frozen=True, slots=True)
class DemoAnswers:
    """``count`` answers in the first ``minutes`` of a meeting, their ``languages`` and ``channels`` by weight,
    ``questions`` by point. The first about a point is replied to where ``replies`` holds it; the next is ``published``
    where that names it."""

    count: int
    minutes: int
    languages: Mapping[str, int]
    unclear: Mapping[int, float]
    cleared: float
    questions: Mapping[int, list[str]]
    channels: Mapping[str, int] = field(default_factory=lambda: {"own_phone": 1})
    headcount: int | None = None
    reasons: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    guesses: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    skipped: float = 0
    offers: Mapping[int, float] = field(default_factory=dict)
    talk: DemoTalk | None = None
    replies: Mapping[int, Texts] = field(default_factory=dict)
    published: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SecondVersion:
    """What is published after so many answers: new texts of points, by place. ``come_back`` is the share of those who
    had answered before and answer again."""

    after: int
    come_back: float
    points: Mapping[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DemoMeeting:
    """A meeting, held ``day`` days after today; ``state`` is DRAFT, OPEN or CLOSED."""

    code: str
    institution: str
    owner: str
    form: str
    method: str
    state: str
    day: int
    at: str
    place: str
    languages: list[str]
    title: Texts
    purpose: Texts
    points: list[dict[str, Any]]
    decider: Texts
    steps: list[dict[str, Any]]
    template: str = ""
    deputies: list[str] = field(default_factory=list)
    answers: DemoAnswers | None = None
    second_version: SecondVersion | None = None

    @property
    def held_at(self) -> time:
        return time.fromisoformat(self.at)

    def held_on(self, today: date) -> date:
        return today + timedelta(days=self.day)

    def wording(self, today: date) -> Wording:
        """What the agreement says at first."""
        points = [
            WordedPoint(key=key, **{**point, "influence": Influence(point["influence"])})
            for key, point in enumerate(self.points, start=1)
        ]
        steps = [
            Step(key=key, text=step["text"], on=today + timedelta(days=step["day"]) if "day" in step else None)
            for key, step in enumerate(self.steps, start=len(points) + 1)
        ]
        return Wording(purpose=self.purpose, decider=self.decider, points=tuple(points), steps=tuple(steps))


def municipality() -> DemoMunicipality:
    """Its places and people."""
    raw = _read(_FOLDER / "municipality.yaml")
    people = tuple(DemoPerson(**person) for person in raw.pop("people"))
    return DemoMunicipality(people=people, institutions=tuple(raw.pop("institutions")), **raw)


def meetings() -> list[DemoMeeting]:
    """Its meetings, by the names of their files."""
    return [_meeting(_read(path)) for path in sorted((_FOLDER / "meetings").glob("*.yaml"))]


def _meeting(raw: dict[str, Any]) -> DemoMeeting:
    answers, second = raw.pop("answers", None), raw.pop("second_version", None)
    return DemoMeeting(
        answers=_answers(answers) if answers else None,
        second_version=SecondVersion(**second) if second else None,
        **raw,
    )


def _answers(raw: dict[str, Any]) -> DemoAnswers:
    talk = raw.pop("talk", None)
    return DemoAnswers(talk=DemoTalk(**talk) if talk else None, **raw)


def _read(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return raw
