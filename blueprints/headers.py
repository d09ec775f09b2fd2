"""What goes around every request: who may send it, and the headers of its answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature, URLSafeTimedSerializer

from config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Pairs = list[tuple[str, str]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ASSETS = "/static/"
#: Under these no cookie is ever read or set.
WITHOUT_SESSION = ("/m/", ASSETS, "/manifest.webmanifest", "/sw.js", "/offline")
#: Of the build that answers: a page of another build must not take in its fragments.
BUILD_HEADER = "Afstemt-Build"

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
CSP = _CSP.format(ancestors="'none'")
#: For the preview alone, which the writing page shows in a frame.
CSP_FRAMED_BY_US = _CSP.format(ancestors="'self'")

ON_EVERY_RESPONSE = [
    ("X-Content-Type-Options", "nosniff"),
    # `no-referrer` would turn the Origin of our own forms into `null`.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]
#: A stylesheet, a script or a picture is no page: it loads nothing, and a phone on a bad net should not carry more.
ON_ASSETS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'"),
]
UNLESS_SET = [("Content-Security-Policy", CSP), ("Cache-Control", "no-store")]
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

csrf = CSRFProtect()
access_log = logging.getLogger("afstemt.access")


@lru_cache(1024)
def _verified(serializer: URLSafeTimedSerializer, cookie: str) -> tuple[dict[str, Any], datetime]:
    """What a cookie holds and when it was signed: a tablet sends the same one every few seconds. Raises
    ``BadSignature``."""
    return serializer.loads(cookie, return_timestamp=True)  # type: ignore[no-any-return]


class StaffSessions(SecureCookieSessionInterface):
    """Sessions for staff pages. Citizens' pages have none: it could set a cookie, and reading one costs time."""

    _serializer: URLSafeTimedSerializer | None = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(WITHOUT_SESSION):
            return None
        serializer, cookie = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if serializer is None or not cookie:
            return super().open_session(app, request)
        try:
            content, signed_at = _verified(serializer, cookie)
        except BadSignature:
            return self.session_class()
        is_too_old = datetime.now(UTC) - signed_at > app.permanent_session_lifetime
        return self.session_class() if is_too_old else self.session_class(deepcopy(content))

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Made once: the key that signs does not change while the server runs."""
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """What nobody changed is not sent again, and then none of the cookie's settings is asked for."""
        if session.modified or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed:
            response.vary.add("Cookie")


def init_app(app: Flask) -> None:
    config: Config = app.config["SETTINGS"]
    app.session_interface = StaffSessions()
    build = (BUILD_HEADER, app.extensions["assets"].build)
    over_https = [HTTPS_ONLY] if config.secure else []
    on_pages, on_assets = [*ON_EVERY_RESPONSE, build, *over_https], [*ON_ASSETS, *over_https]

    csrf.init_app(app)

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method in SAFE_METHODS:
            return
        if comes_from_elsewhere(request, config.public_url):
            abort(403)
        csrf.protect(apply_exemptions=True)

    app.wsgi_app = _with_headers(app.wsgi_app, on_pages, on_assets)  # type: ignore[assignment, method-assign]

    if config.access_log:
        _log_accesses(app)


def _with_headers(inner: WSGIApplication, on_pages: Pairs, on_assets: Pairs) -> WSGIApplication:
    """``inner`` with these headers on every response, and the defaults on those that have none of their own.

    They are put in on the way out, ready as they are: in Flask's own headers each would be checked for every response.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_asset = environ["PATH_INFO"].startswith(ASSETS)
        always, unless_set = (on_assets, UNLESS_SET[1:]) if is_asset else (on_pages, UNLESS_SET)

        def start(status: str, headers: Pairs, *error: Any) -> Callable[[bytes], object]:
            own = {name for name, _ in headers}
            missing = [default for default in unless_set if default[0] not in own]
            return start_response(status, [*headers, *always, *missing], *error)

        return inner(environ, start)

    return application


def comes_from_elsewhere(request: Request, public_url: str) -> bool:
    """Whether a browser says that another site sent this. Programs that say nothing are let through: they hold no
    cookie of somebody else."""
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return True
    origin = request.headers.get("Origin")
    return origin not in {None, public_url} and origin != _origin_of(request.host_url)


def rule_asked_for() -> str:
    """The method and the rule that matched: what may be logged, since an address may hold a key."""
    return f"{request.method} {request.url_rule or '(no rule)'}"


def settings() -> Config:
    """The settings of the application at hand."""
    return current_app.config["SETTINGS"]  # type: ignore[no-any-return]


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _log_accesses(app: Flask) -> None:
    """A line for each request: its rule, never its address, which may hold a citizen's key."""
    access_log.setLevel(logging.INFO)
    if not access_log.hasHandlers():
        access_log.addHandler(logging.StreamHandler())
        # The application's own log, its parent, would write each line once more.
        access_log.propagate = False

    @app.before_request
    def note_start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def log_access(response: Response) -> Response:
        took = (time.perf_counter() - g.started) * 1000 if "started" in g else 0
        access_log.info("%s %s %.0f ms", rule_asked_for(), response.status_code, took)
        return response
