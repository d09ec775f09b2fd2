"""The room's screen, as it opens and with the answers shown. Asked for in English, so that words are the msgids."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from flask.testing import FlaskClient
from html5lib import parse

from models.base import writing
from models.meeting import MeetingForm
from models.publishing import publish_draft
from models.scope import meeting_run_by
from tests.factories import Cast, a_meeting, a_wording, answer, code_of
from tests.valid_html import assert_valid_html

SECRET_QUESTION = "Hvad med vuggestuen?"
SPLIT = {"view": "split"}


def room(client: FlaskClient, meeting_id: int, **query: str) -> str:
    response = client.get(f"/meetings/{meeting_id}/room", query_string={"lang": "en", **query})
    assert response.status_code == 200
    return response.text


def titles(page: str) -> list[str]:
    """The points' titles from the top."""
    return re.findall(r"<article[^>]*>\s*<h3[^>]*>(.*?)</h3>", page)


def order(page: str) -> str:
    """P1 is the first point that can be influenced, L1 the first limit."""
    return " ".join(title[0] + title.split(":")[0][-1] for title in titles(page))


def decoded(page: str) -> str:
    """What a camera reads: the runs of the picture's path painted as grey values."""
    svg = page[page.index('class="qr"') :]
    size = int(re.search(r'viewBox="0 0 (\d+)', svg).group(1))  # type: ignore[union-attr]
    scale = 4
    rows = [bytearray(b"\xff" * size * scale) for _ in range(size * scale)]
    black = re.search(r'fill="#000"[^>]* d="([^"]+)"', svg).group(1)  # type: ignore[union-attr]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", black):
        for line in rows[int(y) * scale : (int(y) + 1) * scale]:
            line[int(x) * scale : (int(x) + int(width)) * scale] = bytes(int(width) * scale)
    picture = memoryview(b"".join(rows)).cast("B", (len(rows), size * scale))
    return zxingcpp.read_barcodes(picture)[0].text


def test_it_opens_facing_the_citizens(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    answer(meeting)
    page = room(mette, meeting)
    assert decoded(page) == f"http://localhost/m/{code_of(meeting)}"
    code = code_of(meeting)
    for words in (f"{code[:4]}-{code[4:]}", "<strong>localhost</strong>", "Egeskolen, Aulaen", "at\xa0", "year 3",
                  "Scan and see what you can influence", '<strong class="count">1</strong> answer'):  # fmt: skip
        assert words in page


def test_the_facing_page_holds_nothing_that_only_staff_should_see(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(4):
        answer(meeting, [1], {1: SECRET_QUESTION})
    for page in (room(mette, meeting), mette.get(f"/meetings/{meeting}/summary").text):
        assert SECRET_QUESTION not in page
        assert "%" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
        assert titles(page) == []
    page = room(mette, meeting, **SPLIT)
    assert SECRET_QUESTION not in page
    assert "Read questions (4)" in page
    assert SECRET_QUESTION in room(mette, meeting, view="questions")


def test_points_are_ranked_by_doubts_now_then_at_first_then_by_position(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, wording=a_wording(can=4))
    for _ in range(2):
        answer(meeting, [3])
    answer(meeting, [4, 2])
    answer(meeting, [], key=answer(meeting, [4]))
    page = room(mette, meeting, **SPLIT)
    assert order(page) == "P3 P4 P2 P1 L1"
    assert "Unclear in 2 of 4 answers" in page
    assert "Clear in all answers" in page
    assert page.count("row hot") == 1


def test_first_and_now_are_shares_of_all_answers(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    keys = [answer(meeting, [1]) for _ in range(2)]
    for _ in range(2):
        answer(meeting)
    answer(meeting, [], key=keys[0])
    page = room(mette, meeting, **SPLIT)
    assert "<b>50% → 75%</b>" in page
    assert "<b>1</b><span>answer with something unclear</span>" in page
    assert "<b>1</b><span>time a point became clear</span>" in page


def test_two_answers_show_no_split_and_three_do(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, wording=a_wording(can=2))
    for _ in range(2):
        answer(meeting, [2], {2: SECRET_QUESTION})
    page = room(mette, meeting, **SPLIT)
    assert "Too few answers to show shares (at least 3)" in page
    assert order(page) == "P1 P2 L1"
    assert "Unclear in" not in page
    assert "tile" not in page
    assert SECRET_QUESTION in room(mette, meeting, view="questions"), "a question is a message to the leader"
    answer(meeting, [2])
    page = room(mette, meeting, **SPLIT)
    assert "Too few" not in page
    assert order(page) == "P2 P1 L1"
    assert "Unclear in 3 of 3 answers" in page


def test_a_point_below_the_limit_alone_has_no_counts(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, wording=a_wording(can=2))
    for _ in range(3):
        answer(meeting)
    with writing():
        found = meeting_run_by(cast.mette, meeting)
        assert found
        found.draft.save(a_wording(can=3), cast.mette.id, datetime.now(UTC))
        publish_draft(found, datetime.now(UTC), cast.mette)
    for _ in range(2):
        answer(meeting, [3])
    page = room(mette, meeting, **SPLIT)
    assert page.count('<span class="num">Too few answers</span>') == 1
    assert "Unclear in" not in page
    assert "3 answers are to an older text." in page


def test_a_colleague_reads_without_questions_and_with_the_limit_of_insight(
    client: FlaskClient, cast: Cast, sign_in: Callable[..., None]
) -> None:
    meeting = a_meeting(cast)
    for _ in range(4):
        answer(meeting, [1], {1: SECRET_QUESTION})
    sign_in(client, cast.karen)
    page = room(client, meeting, **SPLIT)
    assert "at least 5" in page
    assert SECRET_QUESTION not in page
    assert "csrf_token" not in page, "nothing to act with"
    answer(meeting)
    assert "Unclear in 4 of 5 answers" in room(client, meeting, **SPLIT)


@pytest.mark.parametrize("path", ["room", "summary", "summary.json", "poster"])
def test_who_may_not_see_the_meeting_finds_nothing(
    client: FlaskClient, cast: Cast, sign_in: Callable[..., None], path: str
) -> None:
    meeting, talk = a_meeting(cast), a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    strangers = {meeting: [cast.omar, cast.piet], talk: [cast.karen, cast.leif, cast.anna, cast.omar, cast.piet]}
    for meeting_id, viewers in strangers.items():
        for viewer in viewers:
            sign_in(client, viewer)
            assert client.get(f"/meetings/{meeting_id}/{path}").status_code == 404, viewer.name


def test_an_individual_talk_shows_its_one_answer_without_shares(mette: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    assert "Too few" not in room(mette, talk, **SPLIT)
    answer(talk, [2])
    page = room(mette, talk, **SPLIT)
    assert order(page) == "P2 P1 L1"
    assert '<span class="num">Unclear</span>' in page
    assert "share" not in page
    assert "tile" not in page


def test_a_draft_says_so_and_leads_to_writing(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft")
    page = room(mette, meeting)
    assert "not opened yet" in page
    assert f'href="/meetings/{meeting}/agreement"' in page
    assert "Scan and see" not in page
    assert "every 3s" not in page


def test_a_closed_meeting_says_so_and_calls_nobody(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, state="closed")
    for page in (room(mette, meeting), room(mette, meeting, **SPLIT)):
        assert "The meeting is over." in page
        assert 'class="qr"' not in page
        assert "Scan and see" not in page
        assert "every 3s" not in page


def test_the_clock_closes_the_room_too(mette: FlaskClient, cast: Cast) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=3)
    assert "The meeting is over." in room(mette, a_meeting(cast, now=yesterday))


def test_the_poster_is_danish_and_calls_in_the_other_languages(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    page = mette.get(f"/meetings/{meeting}/poster?lang=en").text
    assert decoded(page) == f"http://localhost/m/{code_of(meeting)}"
    assert "Forældremøde i 3. klasse" in page
    assert '<p class="call" lang="en" dir="ltr">Scan and see what you can influence</p>' in page


def test_every_view_of_the_room_is_valid_html(mette: FlaskClient, cast: Cast) -> None:
    draft, meeting, closed = (a_meeting(cast, state=state) for state in ("draft", "open", "closed"))
    for _ in range(3):
        answer(meeting, [1], {1: SECRET_QUESTION})
    pages = {
        f"{state} {view}": room(mette, each, view=view)
        for state, each in {"draft": draft, "open": meeting, "closed": closed}.items()
        for view in ("facing", "split", "projector", "projector-split")
    }
    pages["poster"] = mette.get(f"/meetings/{meeting}/poster").text
    for page in pages.values():
        parse(page)
    assert_valid_html(pages)
