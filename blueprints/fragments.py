"""Full page or fragment: the only place that asks whether htmx is asking."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, redirect, render_template, request
from flask_htmx import HTMX
from werkzeug.wrappers import Response as BaseResponse

htmx = HTMX()


def page_or_fragment(page: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """``fragment`` for htmx, else the ``page`` that holds it. A cache must not mix them up."""
    response = make_response(render_template(fragment if htmx else page, **context), status)
    response.vary.add("HX-Request")
    return response


def fragment_at(fragment: str, target: str, status: int, **context: Any) -> Response:
    """A fragment that replaces the inside of ``target`` instead of what the asking element named, so that a half-filled
    form around it stays untouched."""
    response = make_response(render_template(fragment, **context), status)
    response.headers["HX-Retarget"] = target
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def go(address: str) -> BaseResponse:
    """On to another page: 303, which htmx is told in its own header."""
    if htmx:
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)


def render_whole_pages() -> None:
    """For the rest of this request nothing is a fragment: what is rendered will be shown to others too."""
    g.whole_pages = True


def asked_by_htmx() -> bool:
    return bool(htmx) and "whole_pages" not in g and request.headers.get("HX-History-Restore-Request") != "true"
