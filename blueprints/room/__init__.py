"""The tablet: QR, live summary, questions, the sheet to hang up, and the page that citizens share."""

from flask import Blueprint

room = Blueprint("room", __name__)

from blueprints.room import headcount, lending, paper, paper_sheets, posters, questions, shared, talks, views, voiding  # noqa: E402, F401
