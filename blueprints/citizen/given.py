"""Given: what a citizen has ticked, typed and guessed so far, for a page to carry on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blueprints.answer_form import AnswerForm
from models.answer import Answer, Difficulty
from models.guess import Expectation
from models.wording import Wording


@dataclass(frozen=True)
class Given:
    """By id of the point. ``ticked``: what is unclear; ``whys``: what is hard about it; ``typed``: what is asked;
    ``offered``: where help is offered; ``guesses``: what was expected before reading. ``helped``: a relative or helper
    helped with the answer."""

    ticked: frozenset[int] = frozenset()
    typed: Mapping[int, str] = field(default_factory=dict)
    whys: Mapping[int, Difficulty] = field(default_factory=dict)
    offered: frozenset[int] = frozenset()
    guesses: Mapping[int, Expectation] = field(default_factory=dict)
    helped: bool = False

    @classmethod
    def in_form(cls, form: AnswerForm) -> Given:
        return cls(form.unclear, form.questions, form.difficulties, form.offers, form.guesses, form.helped)

    @classmethod
    def in_answer(cls, answer: Answer) -> Given:
        """Without its guesses, which a change never changes."""
        return cls(answer.unclear, answer.asked, answer.difficulties, answer.offered, helped=answer.helped)

    def guesses_on(self, wording: Wording) -> dict[int, Expectation]:
        """The guesses that this wording asks for; what a newer version no longer asks for falls away."""
        asked = {point.id for point in wording.guessed}
        return {point: expected for point, expected in self.guesses.items() if point in asked}
