"""Screen words and pieces that every template may use: labels of enumerations, addresses of assets, htmx's settings."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, g
from flask_babel import gettext, pgettext
from flask_login import current_user

from models.base import reading
from models.institution import Institution
from models.meeting import MeetingForm, Method, State
from models.wording import Influence

HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "includeIndicatorStyles": False,
        "allowScriptTags": False,
        "historyCacheSize": 0,
        "refreshOnHistoryMiss": True,
        "responseHandling": [
            {"code": "(204|304)", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "(400|403|404|409|410|413|422|429|503)", "swap": True, "error": True},
            {"code": "...", "swap": False, "error": True},
        ],
    }
)
DEFAULT_PALETTE = "fjord"


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        asset=app.extensions["assets"].path,
        htmx_config=HTMX_CONFIG,
        influence_label=influence_label,
        form_label=form_label,
        method_label=method_label,
        state_label=state_label,
    )
    app.context_processor(_frame)


def influence_label(influence: Influence | str, talk: bool = False) -> str:
    """How much citizens decide, in their words; an individual talk says "you" to one person."""
    if influence in {Influence.YOU_DECIDE, "YOU_DECIDE"} and talk:
        return pgettext("to one person", "You decide")
    name = influence.name if isinstance(influence, Influence) else influence
    return {
        "YOU_DECIDE": gettext("You decide"),
        "TOGETHER": gettext("We do it together"),
        "WE_LISTEN": gettext("We listen, and then we decide"),
        "FIXED": gettext("This is fixed"),
    }[name]


def form_label(form: MeetingForm) -> str:
    return {
        MeetingForm.PARENTS_MEETING: gettext("Parents' meeting"),
        MeetingForm.BOARD: gettext("Board"),
        MeetingForm.RELATIVES_COUNCIL: gettext("Relatives' council"),
        MeetingForm.HEARING: gettext("Hearing"),
        MeetingForm.COMMITTEE_17_4: gettext("Section 17(4) committee"),
        MeetingForm.PROJECT: gettext("Project"),
        MeetingForm.INDIVIDUAL_TALK: gettext("Individual talk"),
    }[form]


def method_label(method: Method) -> str:
    return {
        Method.CO_CREATION: gettext("Co-creation"),
        Method.STRENGTHENED_CONTACT: gettext("Strengthened citizen contact"),
        Method.HEARING: gettext("Hearing"),
        Method.OTHER: gettext("Other"),
    }[method]


def state_label(state: State) -> str:
    return {State.DRAFT: gettext("Draft"), State.OPEN: gettext("Open"), State.CLOSED: gettext("Closed")}[state]


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
    return frame
