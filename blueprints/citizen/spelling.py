"""Other spellings of a meeting's code lead on to the right one, whatever was asked for."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as BaseResponse

from blueprints.access import public
from blueprints.headers import csrf
from blueprints.wrong_codes import unknown_meeting
from models.base import reading
from models.code import ALPHABET, LENGTH, is_code, parse_code
from models.meeting import Meeting

spelling = Blueprint("spelling", __name__, url_prefix="/m/<typed>")
# As for every address of a citizen: where it leads to looks at what was sent.
csrf.exempt(spelling)


class Code(BaseConverter):
    """A code as it is stored: all that a citizen's address takes. So reading by the right code asks nothing more."""

    regex = f"[{ALPHABET}]{{{LENGTH}}}"
    weight = 50


@spelling.route("", methods=["GET", "POST"])
@spelling.route("/", methods=["GET", "POST"], endpoint="with_slash")
@spelling.route("/<path:rest>", methods=["GET", "POST"])
@public
def another_spelling(typed: str, rest: str = "") -> Response | BaseResponse:
    """308 to the same address under the code of a meeting, without a slash at its end; what is no code is unknown at
    once."""
    if is_code(typed) and not request.path.endswith("/"):
        abort(404)
    code = parse_code(typed)
    with reading():
        known = Meeting.by_code(code) if code else None
    if known is None:
        return unknown_meeting(typed)
    address = url_for("spelling.another_spelling", typed=code, rest=rest.rstrip("/") or None)
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{address}?{query}" if query else address, 308)
