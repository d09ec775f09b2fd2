"""Screen words and pieces that every template may use: labels of enumerations, addresses of assets."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, g
from flask_babel import gettext, lazy_pgettext, ngettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from models.answer import Difficulty
from models.base import reading
from models.guess import Expectation
from models.institution import Institution
from models.meeting import MeetingForm, Method, State
from models.wording import Influence

DEFAULT_PALETTE = "fjord"

YOU_ALONE_DECIDE = lazy_pgettext("to one person", "You decide")
INFLUENCES = {
    Influence.YOU_DECIDE: _("You decide"),
    Influence.TOGETHER: _("We do it together"),
    Influence.WE_LISTEN: _("We listen, and then we decide"),
    Influence.FIXED: _("This is fixed"),
}
FORMS = {
    MeetingForm.PARENTS_MEETING: _("Parents' meeting"),
    MeetingForm.BOARD: _("Board"),
    MeetingForm.RELATIVES_COUNCIL: _("Relatives' council"),
    MeetingForm.HEARING: _("Hearing"),
    MeetingForm.COMMITTEE_17_4: _("Section 17(4) committee"),
    MeetingForm.PROJECT: _("Project"),
    MeetingForm.INDIVIDUAL_TALK: _("Individual talk"),
}
METHODS = {
    Method.CO_CREATION: _("Co-creation"),
    Method.STRENGTHENED_CONTACT: _("Strengthened citizen contact"),
    Method.HEARING: _("Hearing"),
    Method.OTHER: _("Other"),
}
DIFFICULTIES = {
    Difficulty.WORDS: _("The words are hard"),
    Difficulty.REASON: _("I don't know why"),
    Difficulty.DECIDER: _("I don't know who decides"),
    Difficulty.OTHER: _("Something else"),
}
EXPECTATIONS = {Expectation.YES: _("Yes"), Expectation.NO: _("No"), Expectation.UNSURE: _("Don't know")}
STATES = {State.DRAFT: _("Draft"), State.OPEN: _("Open"), State.CLOSED: _("Closed")}


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        asset=app.extensions["assets"].path,
        build=app.extensions["assets"].build,
        difficulty_labels=DIFFICULTIES,
        expectation_labels=EXPECTATIONS,
        influence_label=influence_label,
        form_label=form_label,
        method_label=method_label,
        state_label=state_label,
    )
    app.context_processor(_frame)


def influence_label(influence: Influence | str, talk: bool = False) -> str:
    """How much citizens decide, in their words; an individual talk says "you" to one person."""
    found = Influence(influence)
    return str(YOU_ALONE_DECIDE if talk and found is Influence.YOU_DECIDE else INFLUENCES[found])


def form_label(form: MeetingForm) -> str:
    return str(FORMS[form])


def method_label(method: Method) -> str:
    return str(METHODS[method])


def state_label(state: State) -> str:
    return str(STATES[state])


def button_labels(points: int) -> str:
    """The words of the button that sends an answer for 0, 1, 2 … ticked points, as JSON: every language counts in its
    own way."""
    ticked = [
        ngettext("Send – %(num)d point unclear to me", "Send – %(num)d points unclear to me", number)
        for number in range(1, points + 1)
    ]
    return json.dumps([gettext("I have understood"), *ticked], ensure_ascii=False)


def use_palette(palette: str) -> None:
    """Show this page in a municipality's colours."""
    g.palette = palette


def _frame() -> dict[str, Any]:
    """What layouts need. Citizens' pages never ask who is signed in."""
    frame: dict[str, Any] = {"palette": g.get("palette", DEFAULT_PALETTE)}
    if g.get("is_staff_page"):
        frame["viewer"] = current_user.viewer
        with reading():
            home = Institution.written_for(current_user.viewer) or Institution.followed_by(current_user.viewer)
        if home:
            frame["viewer_place"] = home[0].name
            frame["palette"] = home[0].municipality.palette
            frame["viewer_is_demo"] = home[0].municipality.is_demo
    return frame
