"""What the tablet polls, and summary.json."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from models import base
from models.base import reading, writing
from models.facts import change_facts, count_heads
from models.meeting import Meeting, MeetingForm
from models.person import Person, SignIn
from models.voiding import Voiding
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, csrf_token, points_of
from tests.factories import sign_in as signed_in

HTMX = {"HX-Request": "true"}


def etag(client: FlaskClient, meeting_id: int, **query: str) -> str:
    response = client.get(f"/meetings/{meeting_id}/summary", query_string=query, headers=HTMX)
    assert response.status_code == 200
    return response.headers["ETag"]


def status(client: FlaskClient, meeting_id: int, seen: str, **query: str) -> int:
    headers = {**HTMX, "If-None-Match": seen}
    return client.get(f"/meetings/{meeting_id}/summary", query_string=query, headers=headers).status_code


def test_nothing_new_is_304_before_any_counting(
    mette: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = a_meeting(cast)
    answer(meeting)
    seen = etag(mette, meeting)
    begun: list[object] = []
    event.listen(base.engine(), "begin", note := begun.append)
    monkeypatch.setattr("blueprints.room.views.figures_of", lambda *_: pytest.fail("counted"))
    response = mette.get(f"/meetings/{meeting}/summary", headers={**HTMX, "If-None-Match": seen})
    assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", seen)
    event.remove(base.engine(), "begin", note)
    assert begun == [], "no transaction for a glance"


def test_the_fragment_carries_the_etag_for_the_next_poll(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    response = mette.get(f"/meetings/{meeting}/summary", headers=HTMX)
    inside = response.headers["ETag"].strip('"')
    assert f'data-hx-headers=\'{{"If-None-Match": "\\"{inside}\\""}}\'' in response.text
    assert f'\\"{inside}\\"' in mette.get(f"/meetings/{meeting}/room").text, "the page is of the same state"
    assert "no-store" in response.headers["Cache-Control"]


def test_whatever_the_screen_shows_makes_the_poll_new(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    answer(meeting, [1], {1: "Hvornår?"})
    question = summary(mette, meeting)["points"][0]["questions"][0]["id"]

    def hide() -> None:
        data = {"hidden": "1", "csrf_token": csrf_token(mette)}
        assert mette.post(f"/meetings/{meeting}/questions/{question}/hiding", data=data).status_code == 303

    def raise_limit() -> None:
        with writing() as database:
            database.merge(cast.municipality, load=True).room_limit = 7

    def speak_english() -> None:
        with writing() as database:
            database.get_one(Person, cast.mette.id).locale = "en"

    def change_place() -> None:
        with writing() as database:
            change_facts(database.get_one(Meeting, meeting), cast.mette, datetime.now(UTC), place="Biblioteket")

    def set_headcount() -> None:
        with writing() as database:
            count_heads(database.get_one(Meeting, meeting), 52, cast.mette, datetime.now(UTC))

    def void() -> None:
        now = datetime.now(UTC)
        with writing() as database:
            Voiding.void(database.get_one(Meeting, meeting), now - timedelta(minutes=5), now, cast.mette, now)

    def close() -> None:
        with writing() as database:
            database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)

    for act in (lambda: answer(meeting), set_headcount, hide, void, raise_limit, speak_english, change_place, close):
        seen = etag(mette, meeting)
        assert status(mette, meeting, seen) == 304
        act()
        assert status(mette, meeting, seen) == 200, act


def test_each_view_and_viewer_has_its_own_etag(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    karen = mette.application.test_client()
    signed_in(karen, cast.karen)
    assert len({etag(mette, meeting), etag(mette, meeting, view="split"), etag(karen, meeting)}) == 3


def test_an_expired_sign_in_is_401_that_leads_nowhere(client: FlaskClient, cast: Cast) -> None:
    response = client.get(f"/meetings/{a_meeting(cast)}/summary", headers=HTMX)
    assert (response.status_code, response.data) == (401, b"")
    assert "HX-Redirect" not in response.headers


@pytest.mark.parametrize("view", ["facing", "split"])
def test_polling_stops_when_the_meeting_closes(mette: FlaskClient, cast: Cast, view: str) -> None:
    meeting = a_meeting(cast)
    assert "every 3s" in mette.get(f"/meetings/{meeting}/summary?view={view}", headers=HTMX).text
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    response = mette.get(f"/meetings/{meeting}/summary?view={view}&lang=en", headers=HTMX)
    assert response.headers["HX-Retarget"] == "#stage"
    assert "The meeting is over." in response.text
    assert "every 3s" not in response.text
    assert 'class="qr"' not in response.text


def test_the_clock_alone_makes_the_poll_new(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    seen = etag(mette, meeting)
    with writing() as database:
        database.get_one(Meeting, meeting).closes_at = datetime.now(UTC)
    assert status(mette, meeting, seen) == 200


def test_a_poll_is_no_activity(client: FlaskClient, cast: Cast) -> None:
    meeting, earlier = a_meeting(cast), datetime.now(UTC) - timedelta(minutes=20)
    signed_in(client, cast.mette, earlier)
    for path, is_activity in (("summary", False), ("room", True)):
        assert client.get(f"/meetings/{meeting}/{path}").status_code == 200
        with reading() as database:
            assert (database.scalars(select(SignIn.active_at)).one() > earlier) is is_activity


def summary(client: FlaskClient, meeting_id: int) -> dict[str, Any]:
    response = client.get(f"/meetings/{meeting_id}/summary.json")
    assert response.status_code == 200
    figures: dict[str, Any] = response.get_json()
    return figures


def test_summary_json_says_all_that_is_promised(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, wording=a_wording(can=1))
    key = answer(meeting, [1], {1: "Hvornår?"})
    answer(meeting, [], {1: "Hvornår?"}, key=key)
    answer(meeting, [2])
    answer(meeting)
    code, points = code_of(meeting), points_of(meeting)
    figures = summary(mette, meeting)
    question = figures["points"][0]["questions"][0]["id"]
    not_asked = {"talked_about_at": None, "offers": None, "expected_influence": None, "guesses": None}
    first = {
        "id": points[0], "position": 1, "influence": "WE_LISTEN", "text": "Punkt 1: skærme i frikvarteret",
        "answers": 3, "unclear_first": 1, "unclear_now": 0, "cleared": 1, "raised_later": 0, **not_asked,
        "questions": [{"id": question, "text": "Hvornår?"}],
    }  # fmt: skip
    fixed: dict[str, Any] = {
        "id": points[1], "position": 2, "influence": "FIXED", "text": "Ramme 1: skoletiden",
        "answers": 3, "unclear_first": 1, "unclear_now": 1, "cleared": 0, "raised_later": 0, **not_asked,
        "questions": [],
    }  # fmt: skip
    assert figures == {
        "meeting": f"{code[:4]}-{code[4:]}", "state": "OPEN", "agreement": 1, "answers": 3, "outdated": 0,
        "understood_first": 1, "understood_now": 2, "protected": False, "points": [first, fixed],
    }  # fmt: skip


def test_a_protected_summary_has_null_for_every_split(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    answer(meeting, [1], {1: "Hvornår?"})
    figures = summary(mette, meeting)
    assert figures["protected"] is True
    assert figures["answers"] == 1
    assert [figures[name] for name in ("outdated", "understood_first", "understood_now")] == [None] * 3
    counts = ("answers", "unclear_first", "unclear_now", "cleared", "raised_later")
    assert [point[name] for point in figures["points"] for name in counts] == [None] * 15
    assert figures["points"][0]["questions"], "questions are messages to the leader"


def test_an_individual_talk_is_never_protected(mette: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    assert summary(mette, talk)["protected"] is False
    answer(talk, [1])
    figures = summary(mette, talk)
    assert (figures["protected"], figures["points"][0]["unclear_now"]) == (False, 1)


def test_readers_get_no_questions(client: FlaskClient, cast: Cast, sign_in: Callable[..., None]) -> None:
    meeting = a_meeting(cast)
    for _ in range(5):
        answer(meeting, [1], {1: "Hvornår?"})
    for viewer in (cast.karen, cast.leif, cast.anna):
        sign_in(client, viewer)
        assert [point["questions"] for point in summary(client, meeting)["points"]] == [[], [], []]


def test_a_draft_has_no_figures_yet(mette: FlaskClient, cast: Cast) -> None:
    figures = summary(mette, a_meeting(cast, state="draft"))
    assert (figures["state"], figures["agreement"], figures["points"]) == ("DRAFT", None, [])
