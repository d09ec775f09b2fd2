"""Sign in and out."""

from flask import Blueprint

account = Blueprint("account", __name__)

from blueprints.account import views  # noqa: E402, F401
