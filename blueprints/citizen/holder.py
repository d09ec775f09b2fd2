"""What only the holder of an answer's key sees."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, make_response, request

from blueprints.answer_form import BadKey, parse_key
from blueprints.languages import spoken


def key_of(text: str) -> UUID:
    """The key in an address, else 404."""
    try:
        return parse_key(text)
    except BadKey:
        abort(404)


def private(page: str, status: int = 200) -> Response:
    """A page that no cache and no search engine may keep."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def receipt_url(code: str, key: UUID) -> str:
    """Where the receipt is read. Put together by hand: every answer of a hall is sent there."""
    return f"{request.script_root}/m/{code}/answers/{key}?lang={spoken()}"
