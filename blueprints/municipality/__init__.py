"""The administrator's pages of a municipality: what its citizens may read, and how they reach it."""

from flask import Blueprint

municipality = Blueprint("municipality", __name__, url_prefix="/municipality")

from blueprints.municipality import views  # noqa: E402, F401
