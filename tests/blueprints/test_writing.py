"""The writing page: saved as one writes, in one language at a time, and nothing typed is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from werkzeug.test import TestResponse

from blueprints.screen import influence_label
from models.agreement import Agreement
from models.audit import Act, AuditEntry
from models.base import reading, session
from models.meeting import Meeting, MeetingForm
from models.person import Viewer
from models.wording import Influence, Wording
from tests.factories import Cast, a_meeting, a_wording, csrf_token

SigningIn = Callable[..., None]

HTMX = {"HX-Request": "true"}


def fields_of(client: FlaskClient, meeting_id: int, language: str = "da") -> dict[str, str]:
    """The hidden fields as the page carries them."""
    page = client.get(f"/meetings/{meeting_id}/agreement?lang={language}").text
    found = re.findall(r'<input type="hidden"[^>]*?name="(lang|page|revision)" value="([^"]*)"', page)
    return {**dict(found), "csrf_token": csrf_token(client)}


def save(
    client: FlaskClient,
    meeting_id: int,
    hidden: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> TestResponse:
    hidden = hidden or fields_of(client, meeting_id)
    typed = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.post(f"/meetings/{meeting_id}/agreement", data={**hidden, **typed}, headers=headers)


def found_in(page: str, pattern: str) -> str:
    """What stands in the pattern's brackets."""
    found = re.search(pattern, page)
    assert found is not None, pattern
    return found[1]


def newest_of(meeting_id: int) -> Agreement:
    newest = session().get_one(Meeting, meeting_id).newest
    assert newest is not None
    return newest


def stored(meeting_id: int, viewer: Viewer) -> tuple[Meeting, Wording]:
    with reading():
        meeting = session().get_one(Meeting, meeting_id)
        return meeting, meeting.draft.wording


@pytest.fixture
def draft(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> int:
    meeting_id = a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    return meeting_id


def test_what_is_typed_is_saved(client: FlaskClient, cast: Cast, draft: int) -> None:
    answered = save(
        client, draft, title="Ny titel", date="2031-02-03", time="18:30", room="Aulaen", closes="2031-02-03T21:00",
        contact="Mette", phone="11 22 33 44", purpose="Et formål", text_1="Et punkt", influence_1="TOGETHER",
        how_1="Sig det", decider="Rådet", step_4="Vi skriver", step_4_date="2031-03-01",
    )  # fmt: skip
    assert answered.status_code == 303
    meeting, wording = stored(draft, cast.mette)
    assert meeting.title["da"] == "Ny titel"
    assert (str(meeting.held_on), str(meeting.held_at)) == ("2031-02-03", "18:30:00")
    assert str(meeting.closes_at) == "2031-02-03 20:00:00+00:00"
    assert (meeting.contact_name, meeting.contact_phone) == ("Mette", "11 22 33 44")
    point = wording.point(1)
    assert (point.title["da"], point.influence, point.how["da"]) == ("Et punkt", Influence.TOGETHER, "Sig det")
    assert str(wording.step(4).on) == "2031-03-01"
    assert meeting.draft.former("text-1", "en"), "the other language waits for a new translation"


@pytest.mark.parametrize(
    ("field", "pasted", "kept"),
    [
        ("title", "Fra\tregneark\u200b\nto linjer\ufeff", "Fra regneark to linjer"),
        ("title", "Sma\u030a børn", "Små børn"),
        ("purpose", "En\vto\u2028tre\r\nfire\x00", "En\nto\ntre\nfire"),
        ("purpose", "\u05d0\u200f 👩\u200d🏫 می\u200cخ", "\u05d0\u200f 👩\u200d🏫 می\u200cخ"),
    ],
)
def test_pasted_text_keeps_its_words_apart_and_nothing_invisible(
    client: FlaskClient, cast: Cast, draft: int, field: str, pasted: str, kept: str
) -> None:
    fields: dict[str, Any] = {field: pasted}
    save(client, draft, **fields)
    meeting, wording = stored(draft, cast.mette)
    assert (meeting.title if field == "title" else wording.purpose)["da"] == kept


def test_a_field_that_is_not_sent_stays_as_it_was(client: FlaskClient, cast: Cast, draft: int) -> None:
    _, before = stored(draft, cast.mette)
    save(client, draft, purpose="Kun formålet")
    meeting, after = stored(draft, cast.mette)
    assert after.points == before.points
    assert meeting.place
    assert meeting.held_on


def test_ticks_of_a_point_are_saved_and_taken_away(client: FlaskClient, cast: Cast, draft: int) -> None:
    save(client, draft, guess_1=["1", ""], guess_3=["1", ""], hands_1=["1", ""])
    _, wording = stored(draft, cast.mette)
    assert [point.key for point in wording.guessed] == [1, 3]
    assert wording.point(1).asks_hands
    save(client, draft, guess_1="", hands_1="")
    _, wording = stored(draft, cast.mette)
    assert [point.key for point in wording.guessed] == [3], "what is not sent stays"
    assert not wording.point(1).asks_hands


@pytest.mark.parametrize("picked", [(1, 2), (3,)])
def test_only_open_or_only_fixed_points_to_guess_are_hinted_at(
    client: FlaskClient, draft: int, picked: tuple[int, ...]
) -> None:
    hint = r'id="check-hint"[^>]*>(.*?)</div>'
    ticks: dict[str, Any] = {f"guess_{key}": "1" for key in picked}
    assert "attention" in found_in(save(client, draft, headers=HTMX, **ticks).text, hint)
    assert not found_in(save(client, draft, headers=HTMX, guess_1="1", guess_3="1").text, hint)


def test_a_fifth_point_to_guess_is_said_at_its_tick_and_kept(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast, state="draft", wording=a_wording(can=4, fixed=2))
    sign_in(client, cast.mette)
    ticks: dict[str, Any] = {f"guess_{key}": "1" for key in range(1, 6)}
    answered = save(client, meeting_id, headers=HTMX, **ticks)
    assert re.findall(r'missing" id="guess-(\d)-lacks"', answered.text) == ["5"]
    assert "attention" not in found_in(answered.text, r'(?s)id="name-5"(.*?)id="'), "the point itself lacks nothing"
    refused = client.post(f"/meetings/{meeting_id}/opening", data=fields_of(client, meeting_id))
    assert refused.status_code == 422
    assert '<li><a href="#guess-5">' in refused.text
    assert len(re.findall(r'id="guess-\d" [^>]*checked', refused.text)) == 5
    assert len(stored(meeting_id, cast.mette)[1].guessed) == 5
    save(client, meeting_id, guess_2="")
    assert client.post(f"/meetings/{meeting_id}/opening", data=fields_of(client, meeting_id)).status_code == 303


def test_an_individual_talk_checks_no_expectations(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft", form=MeetingForm.INDIVIDUAL_TALK)
    sign_in(client, cast.mette)
    save(client, meeting_id, guess_1="1", hands_1="1")
    page = client.get(f"/meetings/{meeting_id}/agreement").text
    assert 'id="hands-1"' in page
    assert "guess" not in page
    assert "guess" not in save(client, meeting_id, headers=HTMX, hands_1="1").text
    assert 'name="offer"' in client.get(f"/meetings/{meeting_id}/preview?guess=1").text


def test_the_preview_shows_the_guesses_and_the_offer(client: FlaskClient, draft: int) -> None:
    save(client, draft, guess_1="1", guess_3="1", hands_1="1", hands_3="1")
    agreement = client.get(f"/meetings/{draft}/preview").text
    assert agreement.count('name="offer"') == 1, "a fixed point asks for no hands"
    assert "guess=1" in agreement
    guesses = client.get(f"/meetings/{draft}/preview?guess=1").text
    assert set(re.findall(r'name="guess-(\d)"', guesses)) == {"1", "3"}
    assert "<form" not in guesses


def test_saving_as_one_writes_swaps_the_status_and_no_field(client: FlaskClient, draft: int) -> None:
    answered = save(client, draft, headers=HTMX, text_1="", room="")
    assert answered.status_code == 200
    assert answered.headers["HX-Reswap"] == "none"
    for name in ("text-1", "room", "purpose", "influence-1", "step-4"):
        assert f'name="{name}"' not in answered.text
    assert set(re.findall(r'name="([^"]+)"', answered.text)) <= {"revision", "show", "undo"}
    assert 'id="text-1-lacks" data-hx-swap-oob="true"' in answered.text
    assert len(re.findall(r'class="says attention missing"', answered.text)) == 2


def test_another_language_is_edited_beside_the_danish(client: FlaskClient, cast: Cast, draft: int) -> None:
    page = client.get(f"/meetings/{draft}/agreement?lang=en").text
    _, before = stored(draft, cast.mette)
    assert f'lang="da" dir="ltr">{before.purpose["da"]}' in unescape(page)
    assert 'name="room"' not in page
    save(client, draft, fields_of(client, draft, "en"), purpose="Our purpose", text_1="A point")
    _, after = stored(draft, cast.mette)
    assert after.purpose == {"da": before.purpose["da"], "en": "Our purpose"}
    assert after.point(1).title["da"] == before.point(1).title["da"]
    assert after.point(1).influence is before.point(1).influence


def test_languages_are_switched_on_and_off_and_danish_stays(client: FlaskClient, cast: Cast, draft: int) -> None:
    save(client, draft, languages_shown="1")
    assert stored(draft, cast.mette)[0].languages == ["da"]
    save(client, draft, languages_shown="1", languages=["en", "xx"])
    meeting, wording = stored(draft, cast.mette)
    assert meeting.languages == ["da", "en"]
    assert wording.purpose["en"], "a language that was switched off keeps its texts"


@pytest.mark.parametrize("headers", [None, HTMX])
def test_a_wrong_field_says_so_and_the_others_are_saved(
    client: FlaskClient, cast: Cast, draft: int, headers: dict[str, str] | None
) -> None:
    answered = save(
        client, draft, headers=headers, date="i morgen", title="x" * 81, purpose="Gemmes", step_4_date="0002-01-01"
    )
    assert answered.status_code == (200 if headers else 422)
    for name in ("date", "title", "step-4-date"):
        assert re.search(rf'class="says attention missing" id="{name}-lacks"', answered.text)
    meeting, wording = stored(draft, cast.mette)
    assert wording.purpose["da"] == "Gemmes"
    assert meeting.title["da"] != "x" * 81
    if not headers:
        assert 'value="i morgen"' in answered.text
        assert "x" * 81 in answered.text


def test_points_are_added_moved_removed_and_brought_back_without_javascript(
    client: FlaskClient, cast: Cast, draft: int
) -> None:
    added = save(client, draft, add="point", purpose="Med det samme")
    assert added.location.endswith("?open=5#point-5")
    assert save(client, draft, text_5="Det femte", up="5").location.endswith("#point-5")
    keys = [point.key for point in stored(draft, cast.mette)[1].points]
    assert keys == [1, 2, 5, 3]
    assert save(client, draft, remove="5").location.endswith("#h-points")
    assert [point.key for point in stored(draft, cast.mette)[1].points] == [1, 2, 3]
    assert "Det femte" in client.get(f"/meetings/{draft}/agreement").text
    save(client, draft, undo="points")
    wording = stored(draft, cast.mette)[1]
    assert [point.key for point in wording.points] == [1, 2, 5, 3]
    assert wording.point(5).title["da"] == "Det femte"
    assert wording.purpose["da"] == "Med det samme"


def test_an_act_of_htmx_brings_its_list_and_says_where_to_go(client: FlaskClient, draft: int) -> None:
    answered = save(client, draft, headers=HTMX, add="point", text_1="Skrevet samtidig")
    assert answered.headers["HX-Retarget"] == "#points"
    assert answered.headers["HX-Reswap"] == "outerHTML"
    assert json.loads(answered.headers["HX-Trigger-After-Settle"]) == {"goTo": {"id": "text-5"}}
    assert 'name="text-5"' in answered.text
    assert "Skrevet samtidig" in answered.text
    assert 'name="step-4"' not in answered.text
    moved = save(client, draft, headers=HTMX, down="1")
    assert json.loads(moved.headers["HX-Trigger-After-Settle"]) == {"goTo": {"id": "down-1"}}
    removed = save(client, draft, headers=HTMX, remove="4")
    assert removed.headers["HX-Retarget"] == "#steps"
    assert json.loads(removed.headers["HX-Trigger-After-Settle"]) == {"goTo": {"id": "undo"}}


@pytest.mark.parametrize("act", [{"remove": "1"}, {"down": "1"}, {"add": "point"}])
def test_a_list_changed_alone_is_audited(client: FlaskClient, cast: Cast, draft: int, act: dict[str, Any]) -> None:
    save(client, draft, **act)
    with reading() as database:
        noted = database.query(AuditEntry).filter_by(meeting_id=draft, act=Act.DRAFT_WRITTEN).one()
    assert noted.by_id == cast.mette.id


def test_an_end_before_the_beginning_is_hinted_at(client: FlaskClient, draft: int) -> None:
    told = re.compile(r'class="says attention" id="closes-lacks"')
    save(client, draft, date="2031-02-03", time="19:00", closes="2031-02-03T19:01")
    assert not told.search(client.get(f"/meetings/{draft}/agreement").text)
    save(client, draft, closes="2031-02-03T00:00")
    assert told.search(client.get(f"/meetings/{draft}/agreement").text)


def test_pressing_remove_twice_removes_once(client: FlaskClient, cast: Cast, draft: int) -> None:
    hidden = fields_of(client, draft)
    assert save(client, draft, hidden, remove="2").status_code == 303
    assert save(client, draft, hidden, remove="2").status_code == 303
    assert [point.key for point in stored(draft, cast.mette)[1].points] == [1, 3]


def test_a_template_suggests_its_further_points(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    sign_in(client, cast.mette)
    made = client.post("/meetings/new", data={"csrf_token": csrf_token(client), "template": "T1", "form": "BOARD"})
    meeting_id = int(found_in(made.location, r"/meetings/(\d+)/"))
    page = client.get(made.location).text
    number = found_in(page, r'value="(suggestion-\d+)"')
    save(client, meeting_id, add=number)
    added = stored(meeting_id, cast.mette)[1].points[-1]
    assert added.title["da"]
    assert added.title["en"]
    assert f'value="{number}"' not in client.get(made.location).text
    assert save(client, meeting_id, add="suggestion-99").status_code == 400


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    client: FlaskClient, app: Flask, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast, state="draft", deputies=[cast.karen])
    sign_in(client, cast.mette)
    mine = fields_of(client, meeting_id)
    other = app.test_client()
    sign_in(other, cast.karen)
    save(other, meeting_id, decider="Karens ord")

    answered = save(client, meeting_id, mine, headers=HTMX, decider="Mettes ord")
    assert answered.status_code == 409
    assert "Karen Lund" in answered.text
    assert answered.headers["HX-Reswap"] == "none"
    page = save(client, meeting_id, mine, decider="Mettes ord")
    assert page.status_code == 409
    assert "Mettes ord" in page.text
    assert stored(meeting_id, cast.mette)[1].decider["da"] == "Karens ord"

    told = found_in(page.text, r'name="keep" value="(\d+)"')
    assert save(client, meeting_id, mine, keep=told, decider="Mettes ord").status_code == 303
    assert stored(meeting_id, cast.mette)[1].decider["da"] == "Mettes ord"


def test_a_page_whose_answer_got_lost_may_save_again(client: FlaskClient, cast: Cast, draft: int) -> None:
    hidden = fields_of(client, draft)
    assert save(client, draft, hidden, purpose="Første").status_code == 303
    assert save(client, draft, hidden, purpose="Anden").status_code == 303
    assert stored(draft, cast.mette)[1].purpose["da"] == "Anden"


def test_a_fact_saved_elsewhere_is_not_overwritten_either(client: FlaskClient, cast: Cast, draft: int) -> None:
    mine = fields_of(client, draft)
    save(client, draft, room="Gymnastiksalen")
    assert save(client, draft, mine, room="Aulaen").status_code == 409


def test_signed_out_is_told_without_leading_the_page_away(client: FlaskClient, draft: int) -> None:
    hidden = fields_of(client, draft)
    with client.session_transaction() as cookie:
        del cookie["_user_id"]
    answered = save(client, draft, hidden, headers=HTMX, purpose="Skrevet")
    assert (answered.status_code, answered.text) == (401, "")


def test_what_is_missing_stands_at_its_field_in_words(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft", wording=Wording(), place="", held_on=None)
    sign_in(client, cast.mette)
    page = client.get(f"/meetings/{meeting_id}/agreement").text
    for name in ("room", "date", "purpose", "points", "decider", "steps"):
        assert re.search(rf'class="says attention missing" id="{name}-lacks"', page), name


def test_from_seven_points_the_editor_warns(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    sign_in(client, cast.mette)
    few = a_meeting(cast, state="draft", wording=a_wording(4, 2))
    many = a_meeting(cast, state="draft", wording=a_wording(4, 3))
    warning = re.compile(r'id="count">.{0,250}says attention', re.DOTALL)
    assert not warning.search(client.get(f"/meetings/{few}/agreement").text)
    assert warning.search(client.get(f"/meetings/{many}/agreement").text)


def test_hard_words_lead_to_their_field(client: FlaskClient, cast: Cast, draft: int) -> None:
    save(client, draft, text_2="Kort", how_2="Overvej personoplysningernes behandlingsgrundlag")
    assert re.search(r'href="#how-2">personoplysningernes<', client.get(f"/meetings/{draft}/agreement").text)


def test_an_individual_talk_says_you_to_one_person(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="draft", form=MeetingForm.INDIVIDUAL_TALK)
    sign_in(client, cast.mette)
    page = client.get(f"/meetings/{meeting_id}/agreement").text
    with client.application.test_request_context(), force_locale("da"):
        assert influence_label(Influence.YOU_DECIDE, talk=True) in page


def test_the_preview_shows_the_saved_draft_and_sends_nothing(client: FlaskClient, cast: Cast, draft: int) -> None:
    save(client, draft, purpose="Vores nye formål")
    answered = client.get(f"/meetings/{draft}/preview")
    assert "Vores nye formål" in answered.text
    assert "<form" not in answered.text
    assert "frame-ancestors 'self'" in answered.headers["Content-Security-Policy"]
    _, wording = stored(draft, cast.mette)
    assert wording.point(1).title["en"] in unescape(client.get(f"/meetings/{draft}/preview?lang=en").text)


def test_a_fact_of_an_open_meeting_changes_at_once_and_is_audited(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    save(client, meeting_id, room="Et andet lokale", purpose="Et andet formål")
    with reading():
        meeting = session().get_one(Meeting, meeting_id)
        assert meeting.place == "Et andet lokale"
        assert newest_of(meeting_id).purpose["da"] != "Et andet formål"
        acts = [(entry.act, entry.details) for entry in session().query(AuditEntry).all()]
    assert (Act.FACTS_CHANGED, {"facts": ["place"]}) in acts


@pytest.mark.parametrize(
    ("name", "value"), [("title", ""), ("room", "{lokale}"), ("date", ""), ("closes", "2020-01-01T10:00")]
)
def test_an_open_meeting_keeps_the_facts_it_needs(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, name: str, value: str
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    before, _ = stored(meeting_id, cast.mette)
    answered = save(client, meeting_id, {**fields_of(client, meeting_id), name: value})
    assert answered.status_code == 422
    assert re.search(rf'missing" id="{name}-lacks"', answered.text)
    after, _ = stored(meeting_id, cast.mette)
    assert (after.title, after.place, after.held_on, after.closes_at) == (
        before.title, before.place, before.held_on, before.closes_at,
    )  # fmt: skip


def test_the_end_follows_the_day_of_an_open_meeting_unless_it_was_set(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.mette)
    save(client, meeting_id, date="2031-05-06")
    assert stored(meeting_id, cast.mette)[0].closes_at == datetime(2031, 5, 6, 21, 59, tzinfo=UTC)
    save(client, meeting_id, closes="2031-05-07T10:00")
    save(client, meeting_id, date="2031-05-05")
    assert stored(meeting_id, cast.mette)[0].closes_at == datetime(2031, 5, 7, 8, tzinfo=UTC)


def test_the_text_of_a_closed_meeting_can_not_be_changed(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, state="closed")
    sign_in(client, cast.mette)
    assert client.get(f"/meetings/{meeting_id}/agreement").status_code == 303
    hidden = {"csrf_token": csrf_token(client), "revision": "1", "page": "x", "lang": "da"}
    assert save(client, meeting_id, hidden, headers=HTMX, purpose="Nyt").status_code == 409
    assert save(client, meeting_id, hidden, purpose="Nyt").status_code == 303
    assert stored(meeting_id, cast.mette)[1].purpose["da"] != "Nyt"
