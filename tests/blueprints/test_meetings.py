"""Your meetings: the list, choosing a template, and one meeting's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext, ngettext
from werkzeug.test import TestResponse

from content import template
from models.base import reading, session, writing
from models.meeting import Meeting, MeetingForm
from models.person import Membership, Person, Role, Viewer, signed_in
from models.scope import meeting_seen_by, meetings_seen_by
from models.wording import Influence, Wording
from tests.blueprints.test_writing import newest_of
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, csrf_token, switch_languages

SigningIn = Callable[..., None]

TEMPLATES = {"T1", "T2", "T3", "T4", "T5", "T6"}
ACTING = ["/agreement", "/preview", "/closure", "/deletion", "/publication", "/withdrawal"]
POSTING = ["/agreement", "/opening", "/publication", "/closure", "/reopening", "/copy", "/deletion", "/withdrawal"]


def post(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    return client.post(address, data={"csrf_token": csrf_token(client), **fields})


def newest_meeting(viewer: Viewer) -> int:
    with reading():
        return max(meetings_seen_by(viewer), key=lambda meeting: meeting.id).id


def seen(meeting_id: int, viewer: Viewer) -> tuple[Meeting, Wording]:
    with reading():
        meeting = meeting_seen_by(viewer, meeting_id)
        assert meeting is not None
        return meeting, meeting.draft.wording


def test_the_list_shows_open_meetings_drafts_and_earlier_ones(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    a_meeting(cast, title={"da": "Åbent møde"})
    a_meeting(cast, state="draft", title={"da": "En kladde"}, place="")
    a_meeting(cast, state="closed", title={"da": "Et gammelt møde"})
    a_meeting(cast, owner=cast.karen, title={"da": "Karens møde"})
    sign_in(client, cast.mette)
    page = client.get("/meetings").text
    for title in ("Åbent møde", "En kladde", "Et gammelt møde", "Karens møde"):
        assert title in page
    assert page.count("button big") == 1
    assert (
        page.index("Åbent møde") < page.index("En kladde") < page.index("Et gammelt møde") < page.index("Karens møde")
    )


def test_who_follows_meetings_finds_those_without_a_date_last(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    a_meeting(cast, title={"da": "Åbent møde"})
    a_meeting(cast, state="draft", title={"da": "Uden dato"}, held_on=None, closes_at=None)
    sign_in(client, cast.leif)
    page = client.get("/meetings").text
    assert page.index("Åbent møde") < page.index("Uden dato")


def test_what_was_opened_is_offered_for_use_again(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    held, draft = a_meeting(cast, state="closed"), a_meeting(cast, state="draft")
    sign_in(client, cast.mette)
    page = client.get("/meetings/new").text
    assert f"/meetings/{held}/copy" in page
    assert f"/meetings/{draft}/copy" not in page


def test_the_list_shows_ten_earlier_meetings_and_all_when_asked(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    for number in range(12):
        a_meeting(cast, state="closed", title={"da": f"Møde nr. {number}."})
    sign_in(client, cast.mette)
    assert client.get("/meetings").text.count("Møde nr.") == 10
    assert client.get("/meetings?all=1").text.count("Møde nr.") == 12


@pytest.mark.parametrize(("answers", "shows"), [(4, False), (5, True)])
def test_an_earlier_meeting_shows_a_share_only_from_the_smallest_group(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, answers: int, shows: bool
) -> None:
    meeting_id = a_meeting(cast)
    for _ in range(answers):
        answer(meeting_id)
    sign_in(client, cast.mette)
    post(client, f"/meetings/{meeting_id}/closure")
    assert ("100" in client.get("/meetings").text) is shows
    assert ("100" in client.get(f"/meetings/{meeting_id}").text) is shows


def test_a_manager_reads_the_meetings_and_makes_none(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, title={"da": "Læses af lederen"})
    sign_in(client, cast.leif)
    page = client.get("/meetings").text
    assert "Læses af lederen" in page
    assert "/meetings/new" not in page
    assert client.get("/meetings/new").status_code == 404
    page = client.get(f"/meetings/{meeting_id}").text
    for act in POSTING:
        assert f"/meetings/{meeting_id}{act}" not in page
    assert f"/meetings/{meeting_id}/deputies" in page


@pytest.mark.parametrize("who", ["karen", "leif", "anna"])
def test_who_reads_can_do_none_of_the_acts(client: FlaskClient, cast: Cast, sign_in: SigningIn, who: str) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, getattr(cast, who))
    assert client.get(f"/meetings/{meeting_id}").status_code == 200
    for act in ACTING:
        assert client.get(f"/meetings/{meeting_id}{act}").status_code == 404, act
    for act in POSTING:
        assert post(client, f"/meetings/{meeting_id}{act}", revision="1").status_code == 404, act


@pytest.mark.parametrize("who", ["omar", "piet"])
def test_another_institutions_professional_finds_nothing(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, who: str
) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, getattr(cast, who))
    for address in ["", *ACTING]:
        assert client.get(f"/meetings/{meeting_id}{address}").status_code == 404, address
    for act in [*POSTING, "/deputies"]:
        assert post(client, f"/meetings/{meeting_id}{act}", revision="1").status_code == 404, act


@pytest.mark.parametrize("who", ["karen", "leif", "anna"])
def test_an_individual_talk_is_seen_by_its_owner_and_deputies_alone(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, who: str
) -> None:
    meeting_id = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK, title={"da": "En samtale"})
    sign_in(client, getattr(cast, who))
    assert "En samtale" not in client.get("/meetings").text
    assert client.get(f"/meetings/{meeting_id}").status_code == 404
    assert post(client, f"/meetings/{meeting_id}/deputies").status_code == 404


def test_a_manager_names_deputies_and_a_deputy_acts(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.leif)
    chosen = [str(cast.karen.id), str(cast.omar.id), str(cast.mette.id)]
    assert post(client, f"/meetings/{meeting_id}/deputies", deputies=chosen).status_code == 303
    with reading():
        meeting = session().get_one(Meeting, meeting_id)
        assert [person.id for person in meeting.deputies] == [cast.karen.id]
    sign_in(client, cast.karen)
    assert client.get(f"/meetings/{meeting_id}/agreement").status_code == 200


def test_a_deputy_names_no_deputies(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast, deputies=[cast.karen])
    sign_in(client, cast.karen)
    assert 'name="deputies"' not in client.get(f"/meetings/{meeting_id}").text
    assert post(client, f"/meetings/{meeting_id}/deputies").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", TEMPLATES),
        ("?form=BOARD", {"T1"}),
        ("?form=PARENTS_MEETING", {"T1", "T4"}),
        ("?form=PARENTS_MEETING&method=HEARING", {"T4"}),
        ("?form=BOARD&method=CO_CREATION", set()),
        ("?form=nonsense&method=nonsense", TEMPLATES),
    ],
)
def test_templates_are_found_by_form_and_method(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, query: str, found: set[str]
) -> None:
    sign_in(client, cast.mette)
    page = client.get(f"/meetings/new{query}").text
    assert {each for each in TEMPLATES if f'name="template" value="{each}"' in page} == found


def test_a_template_becomes_a_draft_in_its_languages_with_steps_without_dates(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    sign_in(client, cast.mette)
    made = post(client, "/meetings/new", template="T1", form="BOARD")
    assert made.status_code == 303
    meeting, wording = seen(newest_meeting(cast.mette), cast.mette)
    assert made.location.endswith(f"/meetings/{meeting.id}/agreement")
    assert meeting.form is MeetingForm.BOARD
    assert meeting.languages == ["da", "en"]
    assert meeting.title == template("T1").title, "also in languages that are switched on later"
    assert [point.influence for point in wording.points].count(Influence.FIXED) == 3
    assert all(step.on is None for step in wording.steps)
    keys = [*(point.key for point in wording.points), *(step.key for step in wording.steps)]
    assert len(set(keys)) == len(keys)


def test_the_green_space_asks_for_helping_hands(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    sign_in(client, cast.mette)
    post(client, "/meetings/new", template="T5", form="PROJECT")
    _, wording = seen(newest_meeting(cast.mette), cast.mette)
    assert [point.title["da"] for point in wording.points if point.asks_hands] == ["Hvad I selv vil gøre"]
    assert not wording.guessed, "the expectation check is off until somebody picks points"


def test_an_empty_page_speaks_what_the_municipality_has_switched_on_and_holds_no_points(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    switch_languages(cast, "uk", "da", "ar")
    sign_in(client, cast.mette)
    assert post(client, "/meetings/new", template="", form="HEARING", method="HEARING").status_code == 303
    meeting, wording = seen(newest_meeting(cast.mette), cast.mette)
    assert (meeting.form, meeting.languages, wording.points) == (MeetingForm.HEARING, ["da", "ar", "uk"], ())


@pytest.mark.parametrize(
    "fields", [{"template": "T1", "form": "PROJECT"}, {"template": "T9", "form": "BOARD"}, {"template": "T1"}]
)
def test_a_form_that_the_template_does_not_fit_is_refused(
    client: FlaskClient, cast: Cast, sign_in: SigningIn, fields: dict[str, str]
) -> None:
    sign_in(client, cast.mette)
    assert post(client, "/meetings/new", **fields).status_code == 400


def test_a_meeting_is_made_only_where_one_works(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    sign_in(client, cast.mette)
    assert post(client, "/meetings/new", template="T1", form="BOARD").status_code == 303
    sign_in(client, cast.anna)
    assert post(client, "/meetings/new", template="T1", form="BOARD").status_code == 404


def test_a_copy_keeps_texts_and_languages_and_no_dates(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    points = (a_point(1, asks_guess=True), a_point(2, Influence.FIXED))
    meeting_id = a_meeting(cast, state="closed", wording=a_wording(points=points))
    sign_in(client, cast.mette)
    assert post(client, f"/meetings/{meeting_id}/copy").status_code == 303
    copied, wording = seen(newest_meeting(cast.mette), cast.mette)
    original, before = seen(meeting_id, cast.mette)
    assert copied.id != meeting_id
    assert wording.guessed
    assert (copied.title, copied.languages, copied.held_on) == (original.title, original.languages, None)
    assert [point.title for point in wording.points] == [point.title for point in before.points]
    assert all(step.on is None for step in wording.steps)


def test_one_meetings_page_shows_the_published_versions(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    sign_in(client, cast.karen)
    page = client.get(f"/meetings/{meeting_id}").text
    with reading():
        newest = newest_of(meeting_id)
    assert newest.content_hash[:12] in page
    assert newest.content_hash not in page


def test_one_meetings_page_says_whether_expectations_are_checked(
    app: Flask, client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    points = (a_point(1, asks_guess=True), a_point(2, Influence.FIXED))
    checked, unchecked = a_meeting(cast, wording=a_wording(points=points)), a_meeting(cast)
    talk = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    sign_in(client, cast.mette)
    with app.test_request_context(), force_locale("da"):
        on = ngettext("Switched on for %(num)d point", "Switched on for %(num)d points", 1)
        off, what = gettext("Switched off"), gettext("Expectation check")
    assert f"<dt>{what}</dt><dd>{on}</dd>" in client.get(f"/meetings/{checked}").text
    assert f"<dt>{what}</dt><dd>{off}</dd>" in client.get(f"/meetings/{unchecked}").text
    assert what not in client.get(f"/meetings/{talk}").text


def test_deleting_asks_says_what_is_lost_and_deletes(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    meeting_id = a_meeting(cast)
    answer(meeting_id, doubts=(1,), questions={1: "Hvorfor?"})
    answer(meeting_id)
    sign_in(client, cast.mette)
    page = client.get(f"/meetings/{meeting_id}/deletion").text
    assert "<li>2 " in page
    assert "<li>1 " in page
    assert client.get(f"/meetings/{meeting_id}").status_code == 200
    assert post(client, f"/meetings/{meeting_id}/deletion").status_code == 303
    assert client.get(f"/meetings/{meeting_id}").status_code == 404


def test_a_professional_at_several_places_chooses_one(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    with writing() as database:
        person = database.get_one(Person, cast.mette.id)
        person.memberships.append(Membership(role=Role.PROFESSIONAL, institution_id=cast.care_home.id))
        person.sign_in("two places", datetime.now(UTC) - timedelta(minutes=1))
    with reading():
        found = signed_in("two places")
    assert found is not None
    mette = found.viewer
    sign_in(client, mette)
    assert 'name="institution"' in client.get("/meetings/new").text
    assert post(client, "/meetings/new", template="T1", form="BOARD").status_code == 404
    made = post(client, "/meetings/new", template="T1", form="BOARD", institution=str(cast.care_home.id))
    assert made.status_code == 303
    meeting, _ = seen(newest_meeting(mette), mette)
    assert meeting.institution_id == cast.care_home.id
