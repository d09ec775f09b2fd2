"""The manager: which meetings there were, and the figures of them to take away."""

from flask import Blueprint

insight = Blueprint("insight", __name__)

from blueprints.insight import views  # noqa: E402, F401
