"""Opening, publishing, closing, reopening."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.base import reading, session
from models.clock import local
from models.meeting import Meeting, State
from models.person import Viewer
from models.summary import totals
from models.wording import Wording
from tests.blueprints.test_writing import SigningIn, fields_of, found_in, newest_of, save, stored
from tests.factories import Cast, a_meeting, answer, csrf_token


def post(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    return client.post(address, data={"csrf_token": csrf_token(client), **fields})


def state_of(meeting_id: int, viewer: Viewer) -> State:
    with reading():
        return session().get_one(Meeting, meeting_id).state(datetime.now(UTC))


def test_a_ready_draft_is_opened_from_the_list(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    assert post(client, f"/meetings/{meeting_id}/opening").status_code == 303
    assert state_of(meeting_id, cast.mette) is State.OPEN


def test_opening_saves_what_stands_on_the_page_first(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    hidden = fields_of(client, meeting_id)
    assert client.post(f"/meetings/{meeting_id}/opening", data={**hidden, "purpose": "Til sidst"}).status_code == 303
    with reading():
        assert newest_of(meeting_id).purpose["da"] == "Til sidst"


def test_pressed_too_early_the_button_leads_to_what_is_missing(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast, state="draft", wording=Wording(), place="")
    sign_in(client, cast.mette)
    hidden = fields_of(client, meeting_id)
    answered = client.post(f"/meetings/{meeting_id}/opening", data={**hidden, "purpose": "Står her endnu"})
    assert answered.status_code == 422
    for name in ("room", "points", "decider", "steps"):
        assert f'<li><a href="#{name}">' in answered.text
        assert f'id="{name}' in answered.text
    assert "Står her endnu" in answered.text
    assert stored(meeting_id, cast.mette)[1].purpose["da"] == "Står her endnu"
    assert state_of(meeting_id, cast.mette) is State.DRAFT


def test_a_wrong_field_keeps_the_meeting_from_opening(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    hidden = fields_of(client, meeting_id)
    assert client.post(f"/meetings/{meeting_id}/opening", data={**hidden, "date": "i dag"}).status_code == 422
    assert state_of(meeting_id, cast.mette) is State.DRAFT


def test_opening_twice_opens_once(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    for _ in range(2):
        assert post(client, f"/meetings/{meeting_id}/opening").status_code == 303
    with reading():
        assert len(session().get_one(Meeting, meeting_id).agreements) == 1


def test_the_confirmation_says_how_many_answers_a_new_version_outdates(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast)
    for _ in range(3):
        answer(meeting_id)
    sign_in(client, cast.mette)
    save(client, meeting_id, step_4="Et andet skridt")
    page = client.get(f"/meetings/{meeting_id}/publication").text
    assert "3 " in found_in(page, r'class="says ok">(.*?</p>)')
    save(client, meeting_id, text_1="Et helt andet punkt")
    page = client.get(f"/meetings/{meeting_id}/publication").text
    assert "Et helt andet punkt" in page
    assert re.search(r"<strong>3 \w+ 3 ", page)


def changes_of(client: FlaskClient, meeting_id: int, page: str = "publication") -> list[str]:
    """What the page before publishing or giving up names, line by line."""
    lines = found_in(client.get(f"/meetings/{meeting_id}/{page}").text, r'(?s)<ul class="lacks">(.*?)</ul>')
    return re.findall("<li>(.*?)</li>", lines)


def test_the_expectation_check_and_helping_hands_change_without_outdating_an_answer(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast)
    for _ in range(5):
        answer(meeting_id)
    sign_in(client, cast.mette)
    titles = [point.title["da"] for point in stored(meeting_id, cast.mette)[1].points]
    save(client, meeting_id, guess_1="1", guess_3="1", hands_2="1")
    check, hands = changes_of(client, meeting_id)
    assert " 2 " in check
    assert titles[1] in hands
    page = client.get(f"/meetings/{meeting_id}/publication").text
    assert "5 " in found_in(page, r'class="says ok">(.*?</p>)')
    revision = found_in(page, r'name="revision" value="(\d+)"')
    assert post(client, f"/meetings/{meeting_id}/publication", revision=revision).status_code == 303
    with reading():
        newest = newest_of(meeting_id).wording
        assert [point.asks_guess for point in newest.points] == [True, False, True]
        assert totals(session().get_one(Meeting, meeting_id)).outdated == 0
    save(client, meeting_id, guess_1="", guess_2="1", hands_2="")
    check, hands = changes_of(client, meeting_id, "withdrawal")
    assert [title in check for title in titles] == [False, True, True]
    assert titles[1] in hands
    save(client, meeting_id, guess_2="", guess_3="")
    assert len(changes_of(client, meeting_id)) == 2
    post(client, f"/meetings/{meeting_id}/withdrawal")
    draft = stored(meeting_id, cast.mette)[1]
    assert [(point.asks_guess, point.asks_hands) for point in draft.points] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_a_point_that_is_worded_anew_is_named_once(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    title = stored(meeting_id, cast.mette)[1].point(1).title["da"]
    save(client, meeting_id, how_1="Sig det på en anden måde")
    assert [title in line for line in changes_of(client, meeting_id)] == [True]


def test_the_confirmation_splits_no_small_group(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    answer(meeting_id)
    sign_in(client, cast.mette)
    save(client, meeting_id, purpose="Formål nummer to")
    page = client.get(f"/meetings/{meeting_id}/publication").text
    revision = found_in(page, r'name="revision" value="(\d+)"')
    post(client, f"/meetings/{meeting_id}/publication", revision=revision)
    answer(meeting_id)
    save(client, meeting_id, purpose="Formål nummer tre")
    assert not re.search(r"<strong>\d", client.get(f"/meetings/{meeting_id}/publication").text)


def test_a_new_version_is_published_once_after_the_confirmation(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    save(client, meeting_id, purpose="Et nyt formål")
    page = client.get(f"/meetings/{meeting_id}/publication").text
    revision = found_in(page, r'name="revision" value="(\d+)"')
    for _ in range(2):
        assert post(client, f"/meetings/{meeting_id}/publication", revision=revision).status_code == 303
    with reading():
        newest = newest_of(meeting_id)
        assert (newest.number, newest.purpose["da"]) == (2, "Et nyt formål")


def test_a_confirmation_that_is_out_of_date_publishes_nothing(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    save(client, meeting_id, purpose="Set")
    revision = found_in(client.get(f"/meetings/{meeting_id}/publication").text, r'name="revision" value="(\d+)"')
    save(client, meeting_id, purpose="Ikke set")
    answered = post(client, f"/meetings/{meeting_id}/publication", revision=revision)
    assert answered.location.endswith("/publication")
    with reading():
        assert newest_of(meeting_id).number == 1


def test_a_next_version_that_lacks_something_leads_to_it(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    save(client, meeting_id, decider="")
    page = client.get(f"/meetings/{meeting_id}/publication")
    assert page.status_code == 422
    assert '<li><a href="#decider">' in page.text


def test_a_language_that_is_switched_on_waits_for_the_next_version(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast, languages=["da"])
    sign_in(client, cast.mette)
    with reading():
        meeting = session().get_one(Meeting, meeting_id)
        assert "en" not in newest_of(meeting_id).purpose
        assert not meeting.has_unpublished_changes
    save(client, meeting_id, languages_shown="1", languages="en")
    with reading():
        assert session().get_one(Meeting, meeting_id).has_unpublished_changes


def test_all_changes_are_undone_after_asking(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    before = stored(meeting_id, cast.mette)[1]
    save(client, meeting_id, purpose="Fortrydes", remove="1")
    assert client.get(f"/meetings/{meeting_id}/withdrawal").status_code == 200
    assert post(client, f"/meetings/{meeting_id}/withdrawal").status_code == 303
    wording = stored(meeting_id, cast.mette)[1]
    assert wording.content_hash == before.content_hash
    keys = [*(point.key for point in wording.points), *(step.key for step in wording.steps)]
    assert len(set(keys)) == len(keys)


def test_closing_asks_and_can_be_undone(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    assert client.get(f"/meetings/{meeting_id}/closure").status_code == 200
    assert state_of(meeting_id, cast.mette) is State.OPEN
    assert post(client, f"/meetings/{meeting_id}/closure").status_code == 303
    assert state_of(meeting_id, cast.mette) is State.CLOSED
    closes = (local(datetime.now(UTC)) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    assert post(client, f"/meetings/{meeting_id}/reopening", closes=closes).status_code == 303
    assert state_of(meeting_id, cast.mette) is State.OPEN


@pytest.mark.parametrize("closes", ["", "snart", "2020-01-01T10:00", "9999-01-01T10:00"])
def test_reopening_needs_an_end_that_lies_ahead(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, closes: str
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    post(client, f"/meetings/{meeting_id}/closure")
    answered = post(client, f"/meetings/{meeting_id}/reopening", closes=closes)
    assert answered.status_code == 422
    assert 'id="closes-lacks"' in answered.text
    assert f'value="{closes}"' in answered.text
    assert state_of(meeting_id, cast.mette) is State.CLOSED


def test_after_24_hours_a_meeting_stays_closed(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="closed", now=datetime.now(UTC) - timedelta(days=9))
    sign_in(client, cast.mette)
    assert "/reopening" not in client.get(f"/meetings/{meeting_id}").text
    assert post(client, f"/meetings/{meeting_id}/reopening", closes="2031-01-01T10:00").status_code == 303
    assert state_of(meeting_id, cast.mette) is State.CLOSED


@pytest.mark.parametrize("act", ["closure", "publication"])
def test_an_act_that_does_not_fit_the_state_changes_nothing(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, act: str
) -> None:
    meeting_id = a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    assert client.get(f"/meetings/{meeting_id}/{act}").status_code == 303
    revision = str(stored(meeting_id, cast.mette)[0].draft.revision)
    assert post(client, f"/meetings/{meeting_id}/{act}", revision=revision).status_code == 303
    assert state_of(meeting_id, cast.mette) is State.DRAFT
