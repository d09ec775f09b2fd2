"""A code that no meeting has: a page with the field to try again, and a throttle against guessing."""

from __future__ import annotations

from flask import Response, make_response, render_template

from blueprints.access import now
from blueprints.addresses import hashed_address
from blueprints.headers import settings
from models.base import writing
from models.throttle import Kind, take


def unknown_meeting(typed: str) -> Response:
    """404 with what was typed kept. Raises ``Throttled`` for an address that has guessed too often."""
    with writing():
        take(Kind.WRONG_CODE, hashed_address(), settings().wrong_codes, now())
    return make_response(render_template("site/not_found_meeting.html", code=typed), 404)
