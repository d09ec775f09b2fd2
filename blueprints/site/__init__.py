"""Front door, privacy, health, assets and error pages."""

from flask import Blueprint

site = Blueprint("site", __name__)

from blueprints.site import pwa, views  # noqa: E402, F401
