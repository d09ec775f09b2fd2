"""The citizen's pages as an app: its manifest, its worker, and the page for where there is no network."""

from __future__ import annotations

from flask import Response, jsonify, render_template, url_for
from flask_babel import gettext

from blueprints.access import public
from blueprints.assets import assets
from blueprints.languages import direction, spoken
from blueprints.site import site

#: As in static/tokens.css: brand, and the ground that pages stand on.
BRAND, GROUND = "#0b4a6f", "#f4f5f3"
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)
A_DAY = "public, max-age=86400"


@site.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to put the app among its own. One app in every language, and the shortcuts are for staff."""
    path = assets().path
    response = jsonify(
        id="/",
        scope="/",
        start_url="/",
        name="Afstemt",
        short_name="Afstemt",
        description=gettext("Here you can see what you can influence, and what is fixed."),
        lang=spoken(),
        dir=direction(spoken()),
        display="standalone",
        theme_color=BRAND,
        background_color=GROUND,
        icons=[
            {"src": path(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        shortcuts=[
            {"name": gettext("For staff: meetings"), "url": url_for("meetings.index")},
            {"name": gettext("For staff: new meeting"), "url": url_for("meetings.new")},
        ],
    )
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = A_DAY
    response.headers["Vary"] = "Accept-Language"
    return response


@site.get("/apple-touch-icon.png")
@public
def apple_touch_icon() -> Response:
    """Where iPhones look by themselves, so that no page has to carry its address."""
    return assets().serve("", "icon-apple-180.png")


@site.get("/sw.js")
@public
def worker() -> Response:
    """The worker, which a browser asks for again at every visit: 304 until there is a new build."""
    return assets().worker()


@site.get("/offline")
@public
def offline() -> Response:
    """What the worker shows where a page can't be reached. The phone keeps it."""
    response = Response(render_template("site/offline.html"), content_type="text/html; charset=utf-8")
    response.headers.extend([("Cache-Control", "no-cache"), ("Vary", "Accept-Language")])
    return response
