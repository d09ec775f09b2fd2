"""The exports page and its three files."""

from __future__ import annotations

import hmac

from flask import Response, request

from blueprints.access import managers_only, now, viewer
from blueprints.fragments import page_or_fragment
from blueprints.headers import settings
from blueprints.insight import files, insight
from blueprints.insight.dialects import DIALECTS
from blueprints.insight.filters import Filters
from models.base import reading
from models.clock import local
from models.export import coming


@insight.get("/exports")
@managers_only
def exports() -> Response:
    with reading():
        return _page(Filters.read(viewer(), request.args))


@insight.get("/exports/answers.csv")
@managers_only
def answers_csv() -> Response:
    return _download(files.ANSWERS)


@insight.get("/exports/points.csv")
@managers_only
def points_csv() -> Response:
    return _download(files.POINTS)


@insight.get("/exports/meetings.csv")
@managers_only
def meetings_csv() -> Response:
    return _download(files.MEETINGS)


def _page(filters: Filters) -> Response:
    """What will come, before it is downloaded. Inside ``reading()``."""
    return page_or_fragment(
        "insight/exports.html",
        "insight/_changed.html",
        status=filters.status,
        filters=filters,
        dialects=list(DIALECTS),
        coming=None if filters.errors else coming(filters.scope),
    )


def _download(file: files.File) -> Response:
    """The file; with wrong filters the page that says what is wrong at its field."""
    with reading():
        filters = Filters.read(viewer(), request.args)
        if filters.errors:
            return _page(filters)
    order = files.Order(filters.scope, filters.dialect, now(), _reference_key())
    response = Response(files.stream(file, order), content_type="text/csv; charset=utf-8")
    name = file.name(order, local(order.now).date().isoformat())
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _reference_key() -> bytes:
    return hmac.digest(settings().secret_key.encode(), b"answer_ref", "sha256")
