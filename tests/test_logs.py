"""No log holds what a citizen wrote, even where the database says what it could not store."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.factories import Cast, a_meeting, code_of, points_of

CANARY = "Kanariefuglen synger. "


def test_a_database_s_complaint_is_logged_without_the_row(
    client: FlaskClient, cast: Cast, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form lets through what the database's own rule then refuses."""
    monkeypatch.setattr("blueprints.answer_form.LONGEST_QUESTION", 300)
    meeting = a_meeting(cast)
    code, point = code_of(meeting), points_of(meeting)[0]
    fields = {"key": str(uuid4()), "agreement": "1", "lang": "da", f"question-{point}": (CANARY * 20)[:290]}
    assert client.post(f"/m/{code}/answers", data=fields).status_code == 500
    assert "text_is_short" in caplog.text
    assert CANARY not in caplog.text
    assert fields["key"] not in caplog.text
