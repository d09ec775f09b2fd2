"""``flask purge``: says what it would delete, deletes it once, and goes on where it was broken off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy import func, select

from blueprints.cli import retention as command
from models import retention
from models.answer import Answer
from models.base import reading, session, writing
from models.meeting import Meeting, MeetingForm
from models.throttle import Bucket, Kind, take
from tests.factories import Cast, a_meeting, answer, code_of, sign_in
from tests.pdf_pages import words

LONG_AGO = datetime.now(UTC) - timedelta(days=200)
ONLY_HOW_MANY, FIGURES = "Only how many there were is kept.", "Their figures are kept."


@pytest.fixture
def ended(cast: Cast) -> list[int]:
    """Two meetings with two answers each, closed longer ago than answers are kept."""
    meetings = []
    for _ in range(2):
        meeting = a_meeting(cast, now=LONG_AGO)
        for _ in range(2):
            answer(meeting, [1], {1: "Hvad?"}, now=LONG_AGO)
        with writing():
            session().get_one(Meeting, meeting).close(LONG_AGO, cast.mette)
        meetings.append(meeting)
    return meetings


def purge(app: Flask, *arguments: str) -> str:
    result = app.test_cli_runner().invoke(args=["purge", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def answers() -> int:
    with reading():
        return session().scalar(select(func.count()).select_from(Answer)) or 0


def test_a_dry_run_says_it_and_deletes_nothing_and_the_second_run_has_nothing_left(
    app: Flask, ended: list[int]
) -> None:
    codes = [f"{code[:4]}-{code[4:]}  answers 2, questions 2, spent keys 0" for code in map(code_of, ended)]
    assert purge(app, "--dry-run").splitlines() == [
        *codes,
        "Due in 2 of all meetings: answers 4, questions 4, spent keys 0",
    ]
    assert answers() == 4
    assert purge(app).splitlines() == [*codes, "Deleted in 2 of all meetings: answers 4, questions 4, spent keys 0"]
    assert answers() == 0
    assert purge(app).splitlines() == ["Deleted in 0 of all meetings: answers 0, questions 0, spent keys 0"]


def test_broken_off_the_next_run_goes_on(app: Flask, ended: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    real = retention.end

    def breaks_off(meeting: int, now: datetime) -> object:
        due = real(meeting, now)
        if meeting == ended[1]:
            raise KeyboardInterrupt
        return due

    monkeypatch.setattr(command, "end", breaks_off)
    app.test_cli_runner().invoke(args=["purge"])
    assert answers() == 2
    monkeypatch.undo()
    purge(app)
    assert answers() == 0


@pytest.mark.parametrize("way", ["purge", "readiness"])
def test_hashed_addresses_go_though_nobody_comes_any_more(app: Flask, way: str) -> None:
    with writing():
        take(Kind.WRONG_CODE, b"hashed", app.config["SETTINGS"].wrong_codes, LONG_AGO)
    if way == "purge":
        purge(app)
    else:
        app.test_client().get("/readyz")
    with reading():
        assert session().scalars(select(Bucket)).all() == []


def test_what_is_left_is_never_shown_as_if_the_answers_were_there(app: Flask, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, now=LONG_AGO)
    small, large = a_meeting(cast, now=LONG_AGO), a_meeting(cast, now=LONG_AGO)
    for meeting, number in ((talk, 1), (small, 2), (large, 5)):
        for _ in range(number):
            answer(meeting, [1], now=LONG_AGO)
        with writing():
            session().get_one(Meeting, meeting).close(LONG_AGO, cast.mette)
    purge(app)
    client = app.test_client()
    sign_in(client, cast.mette)
    for meeting, kept in ((talk, ONLY_HOW_MANY), (small, ONLY_HOW_MANY), (large, FIGURES)):
        with app.test_request_context(), force_locale("da"):
            assert gettext(kept) in words(client.get(f"/meetings/{meeting}/record.pdf").data)
        for path in ("room?view=split", "record?", "?"):
            page = client.get(f"/meetings/{meeting}/{path}&lang=en".replace("/?", "?")).text
            assert kept in page
            for unsaid in ("Too few answers", "No answers yet", "Nobody answered", "Answers on paper", "/voiding"):
                assert unsaid not in page
        assert "These are its final figures." in client.get(f"/meetings/{meeting}/room?view=split&lang=en").text
        assert client.get(f"/meetings/{meeting}/voiding").status_code == 409
    figures = client.get(f"/meetings/{talk}/summary.json").json
    assert figures is not None
    assert (figures["answers"], figures["understood_first"], figures["protected"]) == (1, None, False)
    assert {point["unclear_now"] for point in figures["points"]} == {None}
