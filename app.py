"""The composition root: settings, database, languages, headers and blueprints become one application."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from blueprints import headers, languages, screen
from blueprints.account import account, sign_ins
from blueprints.assets import Assets
from blueprints.citizen import citizen
from blueprints.citizen.spelling import Code, spelling
from blueprints.cli import commands
from blueprints.fragments import htmx
from blueprints.insight import insight
from blueprints.meetings import meetings
from blueprints.municipality import municipality
from blueprints.room import room
from blueprints.site import errors, site
from config import ROOT, Config
from models import base

LARGEST_REQUEST = 256 * 1024
LARGEST_ID = 2**31 - 1

# Whatever the server creates is for its own user alone.
os.umask(0o077)


class IdConverter(IntegerConverter):
    """An id in an address. No database holds a larger one, so there is nothing to ask about it."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


class Afstemt(Flask):
    """Flask whose logs hold no key and nothing that somebody wrote."""

    def log_exception(self, exc_info: Any) -> None:
        """An address may hold a citizen's key, so the log names the rule that matched instead."""
        self.logger.error("Exception on %s\n%s", headers.rule_asked_for(), errors.told(exc_info[1]))

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view is a coroutine, and to ask five times a request costs what a header does."""
        return func


def create_app(config: Config | None = None) -> Flask:
    config = config or Config.from_environment()
    app = Afstemt("afstemt", root_path=str(ROOT), static_folder=None)
    app.config.from_mapping(
        SETTINGS=config,
        SECRET_KEY=config.secret_key,
        TRUSTED_HOSTS=list(config.trusted_hosts),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="__Host-afstemt" if config.secure else "afstemt",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        # Checked in `headers`, after a request of another site was refused, and not for each page that is only read.
        WTF_CSRF_CHECK_DEFAULT=False,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE="Europe/Copenhagen",
        BABEL_TRANSLATION_DIRECTORIES=";".join(config.translations),
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    app.url_map.converters |= {"int": IdConverter, "code": Code}
    base.connect(config.database_url)
    app.extensions["assets"] = Assets(ROOT)
    htmx.init_app(app)
    headers.init_app(app)
    languages.init_app(app)
    screen.init_app(app)
    sign_ins.init_app(app)
    errors.init_app(app)
    for blueprint in (site, account, citizen, spelling, meetings, room, insight, municipality):
        app.register_blueprint(blueprint)
    commands.init_app(app)
    return app
