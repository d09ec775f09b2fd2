"""What can't be done with a meeting now, as a page that says why."""

from __future__ import annotations

from flask import Response, make_response, render_template
from flask_babel import gettext

from blueprints.fragments import fragment_at, htmx
from models.meeting import Meeting


def refused(meeting: Meeting, heading: str, text: str) -> Response:
    """409, in plain words, with the way back to the meeting's page; in a page that asked by htmx in place of its
    content."""
    if htmx:
        return fragment_at("room/_refused.html", "#main", 409, meeting=meeting, heading=heading, text=text)
    return make_response(render_template("room/refused.html", meeting=meeting, heading=heading, text=text), 409)


def not_opened(meeting: Meeting) -> Response:
    """There is no published text yet, and no answer to it."""
    return refused(meeting, gettext("Not opened yet"), gettext("Open the meeting first: only then its text stands."))
