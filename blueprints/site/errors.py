"""Errors, each a page in plain words; for htmx a short line that replaces nothing half-written."""

from __future__ import annotations

import sys
import traceback

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from models.base import DatabaseGone
from models.throttle import Throttled

#: A database says in these what it could not store, with the words that somebody wrote.
BROKEN_RULE, UNFIT_VALUE = "IntegrityError", "DataError"
LEFT_OUT = "(left out)"


def init_app(app: Flask) -> None:
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(SecurityError, _untrusted_host)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Throttled, _throttled)
    app.register_error_handler(DatabaseGone, _not_stored)
    app.register_error_handler(Exception, _broken)


def told(error: BaseException) -> str:
    """The traceback as it may be logged: without what a database quotes of its rows. Which rule was broken stands in
    the first line. That the database is gone takes one line, since every request then says so."""
    if isinstance(error, DatabaseGone):
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    text = "".join(traceback.format_exception(error))
    each: BaseException | None = error
    while each is not None:
        kinds = {kind.__name__ for kind in type(each).__mro__}
        if kinds & {BROKEN_RULE, UNFIT_VALUE}:
            text = text.replace(str(each), LEFT_OUT if UNFIT_VALUE in kinds else str(each).partition("\n")[0])
        each = each.__cause__ or each.__context__
    return text


def _refused(error: HTTPException) -> Response:
    # Under /m/ what is not built yet is not found, even where a neighbouring address takes another method.
    status = 404 if error.code == 405 and request.path.startswith("/m/") else error.code or 500
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    title, text = _words(status)
    return _with_what_was_sent(status) or _page(status, title, text)


def _with_what_was_sent(status: int) -> Response | None:
    """A view may say itself what is refused before it is asked, and give back what was typed."""
    refused_before = getattr(current_app.view_functions.get(request.endpoint or ""), "refused_before", None)
    return refused_before(status) if refused_before else None


def _untrusted_host(_error: SecurityError) -> Response:
    """Without a host that is ours no address can be built, so the answer is bare."""
    return make_response("400: unknown host\n", 400, {"Content-Type": "text/plain; charset=utf-8"})


def _stale(_error: CSRFError) -> Response:
    return _page(
        400,
        gettext("The page was too old"),
        gettext("Go back, load the page again, and try once more."),
    )


def _throttled(error: Throttled) -> Response:
    response = _page(
        429, gettext("Too many at once"), gettext("Wait a minute, then try again. Nothing that you wrote was sent.")
    )
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _not_stored(_error: DatabaseGone) -> Response:
    current_app.log_exception(sys.exc_info())
    response = _page(
        503,
        gettext("We couldn't store it"),
        gettext("The server has a problem right now. Nothing was stored. Try again soon."),
    )
    response.headers["Retry-After"] = "5"
    return response


def _broken(_error: Exception) -> Response:
    current_app.log_exception(sys.exc_info())
    return _page(
        500, gettext("Something went wrong"), gettext("The fault is ours. Try again, or come back in a little while.")
    )


def _words(status: int) -> tuple[str, str]:
    known = {
        400: (gettext("We didn't understand that"), gettext("Go back and try again.")),
        403: (
            gettext("We can't take that from another site"),
            gettext("Open the page from its own address, and try again."),
        ),
        404: (gettext("We can't find the page"), gettext("Perhaps the address is wrong, or the page is gone.")),
        405: (gettext("We can't find the page"), gettext("Perhaps the address is wrong, or the page is gone.")),
        413: (gettext("That was too much"), gettext("What you sent is too long. Shorten it and try again.")),
    }
    return known.get(status, (gettext("Something went wrong"), gettext("Go back and try again.")))


def _page(status: int, title: str, text: str) -> Response:
    retry = (
        request.path
        if request.method == "GET" and status in {429, 503} and not request.path.startswith("/m/")
        else None
    )
    page = render_template("errors/error.html", status=status, title=title, text=text, retry_url=retry)
    response = make_response(page, status)
    # A whole page must not land inside the page that asked: what stands there stays, its script says what happened.
    response.headers["HX-Reswap"] = "none"
    return response
