"""The professional's meetings: list, choose a template, one meeting, write, open, close."""

from flask import Blueprint

meetings = Blueprint("meetings", __name__, url_prefix="/meetings")

from blueprints.meetings import acts, choosing, listing, one, record, translation, writing  # noqa: E402, F401
