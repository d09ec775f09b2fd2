"""A code that no meeting has: a page with the field to try again, and a throttle against guessing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template

from blueprints.access import now
from blueprints.addresses import hashed_address
from blueprints.headers import settings
from models.base import writing
from models.throttle import Kind, take


def unknown_meeting(code: str, typed: Sequence[str] = ()) -> Response:
    """404 with the code, and whatever else was ``typed``, kept. Raises ``Throttled`` for an address that has guessed
    too often. Opens its own ``writing()``."""
    with writing():
        take(Kind.WRONG_CODE, hashed_address(), settings().wrong_codes, now())
    return make_response(render_template("site/not_found_meeting.html", code=code, typed=typed), 404)
