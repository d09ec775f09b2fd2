"""Talked about: what the room shows and takes, and what a receipt asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from html5lib import parse
from markupsafe import escape
from werkzeug.test import TestResponse

from models.answer import Answer, hash_of_key
from models.base import reading, writing
from models.clock import local
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.summary import count
from models.talked_about import TalkedAbout
from tests.exported import table
from tests.factories import Cast, a_meeting, a_wording, answer, code_of, csrf_token, points_of
from tests.valid_html import assert_valid_html

WORDS = "Pauserne ligger kl. 10 & 12."
HTMX = {"HX-Request": "true"}


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast)


def mark(
    client: FlaskClient, meeting: int, position: int = 1, said: str = "", headers: dict[str, str] | None = None
) -> TestResponse:
    address = f"/meetings/{meeting}/points/{points_of(meeting)[position - 1]}/talked-about"
    data = {"csrf_token": csrf_token(client), "explanation-da": said}
    return client.post(address, data=data, headers=headers)


def withdraw(client: FlaskClient, meeting: int, talk: int | str, position: int = 1) -> int:
    address = f"/meetings/{meeting}/points/{points_of(meeting)[position - 1]}/talked-about/withdrawal"
    return client.post(address, data={"csrf_token": csrf_token(client), "talk": str(talk)}).status_code


def latest(meeting: int, position: int = 1) -> TalkedAbout | None:
    with reading() as database:
        return TalkedAbout.latest(database.get_one(Meeting, meeting)).get(points_of(meeting)[position - 1])


def split(client: FlaskClient, meeting: int) -> str:
    return client.get(f"/meetings/{meeting}/room?view=split&lang=en").text


def receipt(client: FlaskClient, meeting: int, key: UUID, part: str = "", **headers: str) -> TestResponse:
    return client.get(f"/m/{code_of(meeting)}/answers/{key}{part}?lang=da", headers=headers)


def form_of(page: str, button: str) -> dict[str, Any]:
    """What a browser sends from the first invitation of the page when this button is pressed."""
    form = next(each for each in parse(page, namespaceHTMLElements=False).iter("form") if "data-sends" in each.attrib)
    fields = [(each.get("name"), each.get("value")) for each in form.iter("input")]
    pressed = next(each for each in form.iter("button") if "".join(each.itertext()) == button)
    fields.append((pressed.get("name"), pressed.get("value")))
    return {str(name): [value for other, value in fields if other == name] for name, _ in fields}


def stored(meeting: int, key: UUID) -> Answer:
    with reading():
        found = Answer.by_key(meeting, hash_of_key(key))
    assert found is not None
    return found


def test_the_room_marks_a_point_and_comes_back_to_it(mette: FlaskClient, meeting: int) -> None:
    for _ in range(3):
        answer(meeting, [1])
    reply = mark(mette, meeting, said=f" {WORDS}\r\nOg 14. ")
    point = points_of(meeting)[0]
    assert (reply.status_code, reply.headers["Location"]) == (
        303,
        f"/meetings/{meeting}/room?view=split#point-{point}",
    )
    talk = latest(meeting)
    assert talk
    assert talk.explanation == {"da": f"{WORDS}\nOg 14."}
    page = split(mette, meeting)
    assert f"Talked about at {local(talk.at):%H:%M}" in page
    assert "Pauserne ligger kl. 10 &amp; 12." in page
    assert "We have talked about it again" in page


def test_a_press_of_undo_takes_back_the_one_it_stands_at(mette: FlaskClient, meeting: int) -> None:
    answer(meeting, [1])
    mark(mette, meeting)
    first = latest(meeting)
    mark(mette, meeting)
    second = latest(meeting)
    assert first
    assert second
    for _ in range(2):
        assert withdraw(mette, meeting, second.id) == 303
        left = latest(meeting)
        assert left
        assert left.id == first.id
    assert withdraw(mette, meeting, first.id, position=2) == 404
    assert withdraw(mette, meeting, 999) == 404
    assert withdraw(mette, meeting, "one") == 400
    assert withdraw(mette, meeting, first.id) == 303
    assert latest(meeting) is None


def test_what_does_not_fit_is_refused(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    elsewhere = points_of(a_meeting(cast))[0]
    data = {"csrf_token": csrf_token(mette)}
    assert mette.post(f"/meetings/{meeting}/points/{elsewhere}/talked-about", data=data).status_code == 404
    assert mark(mette, meeting, said="æ" * 280).status_code == 303
    assert mark(mette, meeting, said="æ" * 281).status_code == 400
    address = f"/meetings/{meeting}/points/{points_of(meeting)[0]}/talked-about"
    assert mette.post(address).status_code == 400, "without its token"


def test_only_owner_and_deputies_act_and_the_others_see_it(
    client: FlaskClient, cast: Cast, sign_in: Callable[..., None]
) -> None:
    meeting = a_meeting(cast, deputies=[cast.karen])
    for _ in range(5):
        answer(meeting, [1])
    for viewer in (cast.leif, cast.anna, cast.omar, cast.piet):
        sign_in(client, viewer)
        assert mark(client, meeting).status_code == 404, viewer.name
    assert latest(meeting) is None
    sign_in(client, cast.karen)
    assert mark(client, meeting).status_code == 303
    talk = latest(meeting)
    assert talk
    sign_in(client, cast.leif)
    assert withdraw(client, meeting, talk.id) == 404
    page = split(client, meeting)
    assert "Talked about at" in page
    assert "We have talked about it" not in page
    assert "Undo" not in page


def test_in_a_closed_meeting_nothing_is_marked_and_the_room_says_why(mette: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        answer(meeting, [1])
    mark(mette, meeting)
    talk = latest(meeting)
    assert talk
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    assert mark(mette, meeting, said=WORDS).status_code == 303
    assert escape(WORDS) in split(mette, meeting), "what came too late is not lost"
    assert escape(WORDS) not in split(mette, meeting)
    assert withdraw(mette, meeting, talk.id) == 303
    left = latest(meeting)
    assert left
    assert left.id == talk.id
    assert mark(mette, meeting, headers=HTMX).headers["HX-Redirect"] == f"/meetings/{meeting}/room?view=split"
    page = split(mette, meeting)
    assert "The meeting is closed. Answers on paper can still be typed in until" in page
    assert "Talked about at" in page
    assert "We have talked about it" not in page
    assert "Undo" not in page


def test_first_and_now_are_shown_as_numbers_and_as_a_picture_that_is_read_aloud(
    mette: FlaskClient, meeting: int
) -> None:
    keys = [answer(meeting, [1]) for _ in range(3)]
    answer(meeting)
    answer(meeting, key=keys[0])
    page = split(mette, meeting)
    assert "Unclear: first 3 → now 2" in page
    told = page.count('role="img" aria-label="Clear: first 25%, now 50%"')
    assert told == 2, "of the meeting and of its one unclear point"
    assert page.count('<svg class="share" aria-hidden="true">') == 2, "what was never unclear has no way to show"
    for key in keys:
        answer(meeting, key=key)
    assert "Unclear: first 3 → now 0" in split(mette, meeting)


def test_the_button_stands_where_somebody_is_in_doubt_and_does_not_tell_what_the_limit_hides(
    mette: FlaskClient, meeting: int
) -> None:
    assert "We have talked about it" not in split(mette, meeting)
    for number in range(1, 4):
        answer(meeting, [1])
        page = split(mette, meeting)
        assert len(re.findall(r'id="talked-\d+"', page)) == (3 if number < 3 else 1)
        assert ("Unclear: first" in page) is (number == 3)


def test_an_individual_talk_has_the_button_from_its_one_answer(mette: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    key = answer(talk, [2])
    assert len(re.findall(r'id="talked-\d+"', split(mette, talk))) == 1
    assert mark(mette, talk, 2).status_code == 303
    assert "Er det klart nu?" in receipt(mette, talk, key).text


def test_a_talk_is_felt_by_the_poll(mette: FlaskClient, meeting: int) -> None:
    answer(meeting, [1])
    address = f"/meetings/{meeting}/summary?view=split"
    etag = mette.get(address).headers["ETag"]
    assert mette.get(address, headers={"If-None-Match": etag}).status_code == 304
    mark(mette, meeting)
    reply = mette.get(address, headers={"If-None-Match": etag})
    assert reply.status_code == 200
    assert "Talt om kl." in reply.text


def test_summary_json_says_when_in_utc(mette: FlaskClient, meeting: int) -> None:
    mark(mette, meeting, 2)
    talk = latest(meeting, 2)
    assert talk
    said = [point["talked_about_at"] for point in mette.get(f"/meetings/{meeting}/summary.json").get_json()["points"]]
    assert said == [None, talk.at.replace(microsecond=0).isoformat(), None]
    assert said[1].endswith("+00:00")


def test_points_csv_says_when_in_both_dialects(
    client: FlaskClient, cast: Cast, sign_in: Callable[..., None], meeting: int
) -> None:
    at = datetime.now(UTC) + timedelta(minutes=1)
    with writing() as database:
        TalkedAbout.mark(database.get_one(Meeting, meeting), points_of(meeting)[1], cast.mette, at)
    sign_in(client, cast.leif)
    for dialect, name, written in (
        ("plain", "talked_about_at", local(at).isoformat(timespec="minutes")),
        ("excel-da", "talt om", f"{local(at):%d-%m-%Y %H.%M}"),
    ):
        header, *rows = table(client, "points.csv", dialect)
        assert [row[header.index(name)] for row in rows] == ["", written, ""]


def test_a_receipt_asks_whoever_is_in_doubt(mette: FlaskClient, meeting: int) -> None:
    doubter, clear = answer(meeting, [1]), answer(meeting)
    assert "Er det klart nu?" not in receipt(mette, meeting, doubter).text
    mark(mette, meeting)
    page = receipt(mette, meeting, doubter).text
    assert "Mødelederen har lige talt om det her punkt." in page
    assert "Er det klart nu?" in page
    assert "Er det klart nu?" not in receipt(mette, meeting, clear).text
    mark(mette, meeting, said=WORDS)
    page = receipt(mette, meeting, doubter).text
    assert page.count("Er det klart nu?") == 1
    assert "Der er kommet en ny forklaring. Læs den her." in page
    assert "10 &amp; 12." in page
    assert_valid_html({"receipt": page, "room": split(mette, meeting)})


def test_yes_sends_the_whole_answer_again_without_this_one_tick(mette: FlaskClient, meeting: int) -> None:
    first, second, _ = points_of(meeting)
    key = answer(meeting, [1, 2], {1: "Hvad?", 2: "Hvornår?"}, language="en", helped=True)
    mark(mette, meeting)
    fields = form_of(receipt(mette, meeting, key).text, "Ja")
    assert mette.post(f"/m/{code_of(meeting)}/answers", data=fields).status_code == 303
    found = stored(meeting, key)
    assert found.unclear == {second}
    assert (found.asked, found.language, found.helped) == ({first: "Hvad?", second: "Hvornår?"}, "en", True)
    assert "Er det klart nu?" not in receipt(mette, meeting, key).text
    with reading() as database:
        counted = count(database.get_one(Meeting, meeting)).point(first)
    assert (counted.unclear_first, counted.unclear_now, counted.cleared) == (1, 0, 1)


def test_no_keeps_every_tick_and_is_not_asked_again_until_the_next_talk(mette: FlaskClient, meeting: int) -> None:
    first, second, _ = points_of(meeting)
    key = answer(meeting, [1, 2], {1: "Hvad?"})
    mark(mette, meeting)
    fields = form_of(receipt(mette, meeting, key).text, "Nej")
    reply = mette.post(f"/m/{code_of(meeting)}/answers", data=fields, headers=HTMX)
    assert reply.status_code == 200
    assert "Er det klart nu?" not in reply.text
    found = stored(meeting, key)
    assert found.unclear == {first, second}
    assert (found.asked, found.changed_minute) == ({first: "Hvad?"}, None)
    mark(mette, meeting)
    assert "Er det klart nu?" in receipt(mette, meeting, key).text


@pytest.mark.parametrize("talk", ["", "x", "-1", "999999999", "0"])
def test_a_reply_to_nothing_is_an_answer_like_any_other(client: FlaskClient, meeting: int, talk: str) -> None:
    key = answer(meeting, [1])
    fields = {"key": str(key), "agreement": "1", "lang": "da", "talk": talk}
    assert client.post(f"/m/{code_of(meeting)}/answers", data=fields).status_code == 303
    assert not stored(meeting, key).unclear


def test_the_receipt_asks_for_news_with_what_it_has_seen(mette: FlaskClient, meeting: int) -> None:
    key = answer(meeting, [1])
    etag = receipt(mette, meeting, key, "/invitations").headers["ETag"]
    assert etag.strip('"') in receipt(mette, meeting, key).text
    seen = {"If-None-Match": etag}
    answer(meeting, [1])
    reply = receipt(mette, meeting, key, "/invitations", **seen)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (304, "no-store")
    mark(mette, meeting, said=WORDS)
    reply = receipt(mette, meeting, key, "/invitations", **seen)
    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")
    assert reply.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in reply.headers
    assert "Er det klart nu?" in reply.text
    assert "<html" not in reply.text
    assert "data-hx-get" in reply.text
    fields = form_of(reply.text, "Ja")
    assert fields == form_of(receipt(mette, meeting, key).text, "Ja")


def test_a_receipt_stops_asking_for_news_when_none_can_come(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    assert "data-hx-trigger" not in receipt(mette, talk, answer(talk), "/invitations").text
    doubter = answer(meeting, [1])
    mark(mette, meeting)
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    for part in ("", "/invitations"):
        page = receipt(mette, meeting, doubter, part).text
        assert "Er det klart nu?" not in page
        assert "data-hx-trigger" not in page


def test_an_answer_to_an_outdated_text_is_not_asked(mette: FlaskClient, cast: Cast, meeting: int) -> None:
    key = answer(meeting, [1])
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(a_wording(can=3), cast.mette.id, datetime.now(UTC))
        publish_draft(found, datetime.now(UTC), cast.mette)
    mark(mette, meeting)
    page = receipt(mette, meeting, key).text
    assert "Teksten er ændret" in page
    assert "Er det klart nu?" not in page


def test_only_the_holder_of_a_key_is_asked(client: FlaskClient, meeting: int) -> None:
    key = answer(meeting, [1])
    for unknown in (str(uuid4()), "not-a-key"):
        assert client.get(f"/m/{code_of(meeting)}/answers/{unknown}/invitations").status_code == 404
    assert client.get(f"/m/K7M4QX2B/answers/{key}/invitations").status_code == 404
    client.post(f"/m/{code_of(meeting)}/answers/{key}/deletion")
    assert receipt(client, meeting, key, "/invitations").status_code == 410
