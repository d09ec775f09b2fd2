"""What the room shows beside the doubts: wrong expectations, what is hard, offered hands, the headcount. And all of it
on the projector, where everybody reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient

from blueprints.languages import percent
from models.answer import Difficulty, hash_of_key
from models.base import writing
from models.facts import count_heads
from models.guess import Expectation
from models.meeting import Meeting, MeetingForm
from models.receiving import receive
from models.submission import Submission
from models.wording import Wording
from tests.factories import Cast, a_meeting, a_wording, answer, points_of

YES, NO, UNSURE = Expectation.YES, Expectation.NO, Expectation.UNSURE
TOO_MANY = "There are more answers than people present."


def test_a_share_is_all_or_none_only_where_it_is(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        shown = [percent(share) for share in (1.0, 0.9995, 0.812, 0.0005, 0.0, None)]
    assert shown == ["100%", "99%", "81%", "1%", "0%", "–"]


def asking(can: int = 1) -> Wording:
    """A wording whose every point asks for a guess and, where it is open, for hands; the last one is fixed."""
    wording = a_wording(can=can)
    points = (replace(point, asks_guess=True, asks_hands=not point.is_fixed) for point in wording.points)
    return replace(wording, points=tuple(points))


def said(
    meeting_id: int,
    guesses: Mapping[int, Expectation] | None = None,
    why: Mapping[int, Difficulty] | None = None,
    offers: Iterable[int] = (),
    key: UUID | None = None,
) -> UUID:
    """An answer with guesses, doubts for a reason, and offers, by the position of the point."""
    points, key = points_of(meeting_id), key or uuid4()
    with writing() as database:
        submission = Submission(
            key_hash=hash_of_key(key),
            agreement=1,
            language="da",
            doubts=frozenset(points[each - 1] for each in why or ()),
            difficulties={points[each - 1]: difficulty for each, difficulty in (why or {}).items()},
            guesses={points[each - 1]: expected for each, expected in (guesses or {}).items()},
            offers=frozenset(points[each - 1] for each in offers),
        )
        receive(database.get_one(Meeting, meeting_id).code, submission, datetime.now(UTC), sender=None)
    return key


def heads(meeting_id: int, cast: Cast, number: int | None) -> None:
    with writing() as database:
        count_heads(database.get_one(Meeting, meeting_id), number, cast.mette, datetime.now(UTC))


def room(client: FlaskClient, meeting_id: int, view: str = "split") -> str:
    response = client.get(f"/meetings/{meeting_id}/room", query_string={"lang": "en", "view": view})
    assert response.status_code == 200
    return response.text.replace("\xa0", " ")


def points(client: FlaskClient, meeting_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/meetings/{meeting_id}/summary.json").get_json()["points"]
    return found


def test_the_gap_is_right_for_forty_guesses_and_no_changed_answer_moves_it(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, wording=asking())
    of_the_open = [NO] * 6 + [YES] * 12 + [UNSURE] * 2
    of_the_fixed = [YES] * 7 + [NO] * 10 + [UNSURE] * 3
    keys = [said(meeting, {1: one, 2: other}) for one, other in zip(of_the_open, of_the_fixed, strict=True)]
    keys += [said(meeting) for _ in range(4)]
    for key in keys[::2] + keys[-4:]:
        said(meeting, {1: NO, 2: YES}, key=key)

    page = room(mette, meeting)
    opened, fixed = page.split("<article")[1:]
    assert "6 of 20 thought that they could not influence it (30%)" in opened
    assert 'aria-label="Guesses: right 12, wrong 6, unsure 2"' in opened
    assert "7 of 20 thought that they could influence it (35%)" in fixed
    assert "Talk about the expectation here" in fixed
    assert "Talk about the expectation here" not in opened
    assert f'href="#point-{points_of(meeting)[1]}">Limit 1' in page.split("<article")[0], "the largest gap is named"
    assert [(each["guesses"], each["expected_influence"]) for each in points(mette, meeting)] == [(20, 12), (20, 7)]


def test_guesses_below_the_limit_are_protected_even_where_the_answers_are_not(
    mette: FlaskClient, cast: Cast, sign_in: Callable[..., None]
) -> None:
    meeting = a_meeting(cast, wording=asking())
    for guesses in ({1: NO, 2: YES}, {1: NO, 2: YES}, {2: YES}, {2: YES}, {}, {}):
        said(meeting, guesses)
    opened, fixed = room(mette, meeting).split("<article")[1:]
    assert "too few guesses" in opened
    assert "4 of 4 thought" in fixed
    assert [(each["guesses"], each["expected_influence"]) for each in points(mette, meeting)] == [(None, None), (4, 4)]
    sign_in(mette, cast.karen)
    assert [each["guesses"] for each in points(mette, meeting)] == [None, None], "a colleague has the limit of insight"
    assert "thought" not in room(mette, meeting)


def test_nothing_is_said_of_guesses_where_nobody_is_asked(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting)
    talk = a_meeting(cast, wording=asking(), form=MeetingForm.INDIVIDUAL_TALK)
    said(talk)
    for each in (meeting, talk):
        assert "uesses" not in room(mette, each)
        assert [point["guesses"] for point in points(mette, each)] == [None] * len(points_of(each))


def test_why_a_point_is_unclear_and_who_lends_a_hand_are_counted(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, wording=asking(can=2))
    said(meeting, why={3: Difficulty.WORDS | Difficulty.REASON}, offers=[1])
    said(meeting, why={3: Difficulty.WORDS}, offers=[1])
    page = room(mette, meeting)
    assert "take part" not in page
    assert "The words are hard" not in page
    assert [each["offers"] for each in points(mette, meeting)] == [None, None, None]

    said(meeting, why={3: Difficulty.WORDS}, offers=[1])
    fixed, first, second = room(mette, meeting).split("<article")[1:]
    assert re.findall(r"<li>(.*?) <b>(\d)</b>", fixed) == [("The words are hard", "3"), ("I don't know why", "1")]
    assert "3 would like to take part" in first
    assert "take part" not in second
    assert [each["offers"] for each in points(mette, meeting)] == [3, 0, None], "a fixed point never asks"


def test_the_headcount_stands_beside_the_answers_and_warns_those_who_act(
    mette: FlaskClient, cast: Cast, sign_in: Callable[..., None]
) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting)
    heads(meeting, cast, 3)
    for view in ("facing", "split", "projector", "projector-split"):
        page = room(mette, meeting, view)
        assert '<strong class="count">3 <small>of 3</small></strong>' in page, view
        assert TOO_MANY not in page
    heads(meeting, cast, 2)
    assert f'href="/meetings/{meeting}/voiding"' in room(mette, meeting).split(TOO_MANY)[1]
    assert all(TOO_MANY not in room(mette, meeting, view) for view in ("facing", "projector", "projector-split"))
    sign_in(mette, cast.karen)
    assert TOO_MANY not in room(mette, meeting)
    heads(meeting, cast, None)
    assert "<small>" not in room(mette, meeting)


def test_the_projector_shows_the_split_only_when_it_is_asked_to_and_never_what_is_for_staff(
    mette: FlaskClient, cast: Cast
) -> None:
    meeting = a_meeting(cast, wording=asking())
    for _ in range(3):
        answer(meeting, [1], {1: "Hvad med vuggestuen?"})
    hidden, shown = (room(mette, meeting, view) for view in ("projector", "projector-split"))
    assert "<article" not in hidden
    assert "%" not in re.sub(r"<svg.*?</svg>", "", hidden, flags=re.DOTALL)
    assert "Unclear: first 3 → now 3" in shown
    for page in (hidden, shown):
        for staffs in ("<form", "<details", "vuggestuen", "talked about", "guesses"):
            assert staffs not in page, staffs
        assert 'class="qr"' in page
    polled = mette.get(f"/meetings/{meeting}/summary?view=projector-split&lang=en").text
    assert "summary?view=projector-split" in polled, "the next poll asks for the same view"
    assert "Unclear: first 3 → now 3" in polled
    assert "<details" not in polled
