"""Voiding in the browser's words: the span, what it would void, doing it and undoing it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.base import reading, writing
from models.clock import local
from models.meeting import Meeting
from models.summary import count
from models.voiding import Voiding
from tests.exported import table
from tests.factories import Cast, a_meeting, answer, csrf_token
from tests.factories import sign_in as sign_in_as
from tests.valid_html import assert_valid_html

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
OPENED = NOW - timedelta(hours=3)
MINUTE = timedelta(minutes=1)
BURST = NOW - timedelta(hours=1)


@pytest.fixture
def meeting(cast: Cast) -> int:
    """Six answers over an hour, then eight within one minute."""
    meeting = a_meeting(cast, now=OPENED)
    for minutes in range(0, 60, 10):
        answer(meeting, now=OPENED + minutes * MINUTE)
    for _ in range(8):
        answer(meeting, [1], now=BURST)
    return meeting


def field(moment: datetime) -> str:
    return local(moment).strftime("%Y-%m-%dT%H:%M")


def look(client: FlaskClient, meeting: int, **span: str) -> TestResponse:
    return client.get(f"/meetings/{meeting}/voiding", query_string={"lang": "en", **span})


def post(client: FlaskClient, meeting: int, part: str = "voiding", **fields: object) -> TestResponse:
    data = {"csrf_token": csrf_token(client), **fields}
    return client.post(f"/meetings/{meeting}/{part}?lang=en", data=data)


def counted(meeting: int) -> tuple[int, int]:
    with reading() as database:
        figures = count(database.get_one(Meeting, meeting))
        return figures.answers, figures.voided


def standing(meeting: int) -> list[Voiding]:
    with reading() as database:
        return Voiding.standing_in(database.get_one(Meeting, meeting))


def test_a_burst_is_seen_and_voided_and_undone(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    page = look(mette, meeting).text
    assert f'value="{field(OPENED)}"' in page, "from the first answer"
    assert '<td class="num">8</td>' in page
    assert "Void 14" not in page, "nothing is void before a span was chosen"
    span = {"from": field(BURST), "to": field(BURST)}
    page = look(mette, meeting, **span).text
    assert "8 answers will be void" in page
    assert counted(meeting) == (14, 0)

    reply = post(mette, meeting, **span)
    assert reply.status_code == 303
    page = mette.get(reply.headers["Location"] + "?lang=en").text
    assert "8 answers are void." in page
    assert "Can be undone until" in page
    assert counted(meeting) == (6, 8)
    client = mette.application.test_client()
    sign_in_as(client, cast.leif)
    headers, row = table(client, "meetings.csv")
    assert (row[headers.index("answers")], row[headers.index("voided")]) == ("6", "8")
    assert len(table(client, "answers.csv")) == 7

    (voiding,) = standing(meeting)
    assert post(mette, meeting, "voiding/undoing", voiding=voiding.id).status_code == 303
    assert counted(meeting) == (14, 0)
    assert standing(meeting) == []


@pytest.mark.parametrize(
    ("span", "wrong", "says"),
    [
        ({"from": field(BURST), "to": field(BURST - MINUTE)}, "to", "before the beginning"),
        ({"from": field(BURST), "to": field(NOW + timedelta(hours=1))}, "to", "must not lie ahead"),
        ({"from": "yesterday", "to": field(BURST)}, "from", "Write a date and a time"),
        ({"from": "", "to": ""}, "from", "Write a date and a time"),
        ({"from": field(BURST + MINUTE), "to": field(BURST + 9 * MINUTE)}, "from", "no answers"),
    ],
    ids=["backwards", "future", "no date", "empty", "no answers"],
)
def test_a_wrong_span_is_said_at_its_field(
    mette: FlaskClient, meeting: int, span: dict[str, str], wrong: str, says: str
) -> None:
    for reply in (look(mette, meeting, **span), post(mette, meeting, **span)):
        assert reply.status_code == 422
        assert f'id="{wrong}-lacks"' in reply.text
        assert says in reply.text
        assert f'value="{span["to"]}"' in reply.text
    assert counted(meeting) == (14, 0)


def test_after_24_hours_it_stays(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW - timedelta(days=2), held_on=NOW.date() + timedelta(days=1))
    elsewhere = a_meeting(cast)
    answer(meeting, now=NOW - timedelta(days=2))
    with writing() as database:
        then = NOW - timedelta(hours=25)
        voiding = Voiding.void(database.get_one(Meeting, meeting), NOW - timedelta(days=2), then, cast.mette, then).id
    page = look(mette, meeting).text
    assert "Can not be undone any more." in page
    assert "voiding/undoing" not in page
    assert_valid_html({"voiding": page})
    assert post(mette, meeting, "voiding/undoing", voiding=voiding).status_code == 303
    assert counted(meeting) == (0, 1)
    assert post(mette, elsewhere, "voiding/undoing", voiding=voiding).status_code == 404
    assert post(mette, meeting, "voiding/undoing", voiding="one").status_code == 400


def test_a_draft_has_nothing_to_void(mette: FlaskClient, cast: Cast) -> None:
    draft = a_meeting(cast, state="draft")
    assert look(mette, draft).status_code == 409
    assert post(mette, draft, **{"from": field(BURST), "to": field(BURST)}).status_code == 409
