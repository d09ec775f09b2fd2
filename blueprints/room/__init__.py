"""The tablet: QR, live summary, questions, and the sheet to hang up."""

from flask import Blueprint

room = Blueprint("room", __name__)

from blueprints.room import questions, talks, views  # noqa: E402, F401
