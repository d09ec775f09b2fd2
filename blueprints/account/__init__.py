"""Sign in and out, and take a lent tablet back."""

from flask import Blueprint

account = Blueprint("account", __name__)

from blueprints.account import returning, views  # noqa: E402, F401
