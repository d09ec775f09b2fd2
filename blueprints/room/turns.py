"""Turns: one person after the other at the shared tablet. The cookie knows whose turn it is by a random word, so that
what a former person sent or saw can't be sent, and so shown, again. It never holds anything of an answer."""

from __future__ import annotations

import secrets

from flask import request, session

TURN = "turn"
SPOKEN = "spoken"


def begin_turn() -> None:
    """The next person: pages of the one before are worth nothing from now on."""
    session[TURN] = secrets.token_hex(8)
    session.pop(SPOKEN, None)


def turn() -> str:
    """The word of this turn, for the field ``turn`` of its forms."""
    return str(session.get(TURN, ""))


def is_of_this_turn() -> bool:
    """Whether what was sent belongs to the person whose turn it is."""
    return bool(turn()) and request.form.get("turn") == turn()


def end_turn(language: str) -> None:
    """The answer is stored: only the language to thank in is remembered until the next turn."""
    session.pop(TURN, None)
    session[SPOKEN] = language


def spoken_last() -> str:
    """The language to thank in."""
    return str(session.get(SPOKEN, ""))
