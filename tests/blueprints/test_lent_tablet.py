"""Lending the tablet: the lock, how it ends, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models.audit import Act
from models.base import reading, writing
from models.meeting import Meeting
from models.person import Membership, Person, SignIn
from tests.factories import (
    PASSWORD,
    Cast,
    a_meeting,
    csrf_token,
    sign_in,
)
from tests.lent_tablet import Tablet, acts
from tests.valid_html import assert_valid_html


@pytest.fixture
def tablet(client: FlaskClient, cast: Cast) -> Tablet:
    """Lent to a meeting that has been open for some hours."""
    return Tablet(client, cast, a_meeting(cast, now=datetime.now(UTC) - timedelta(hours=4)))


def test_lending_leads_to_the_shared_page_and_is_noted(tablet: Tablet) -> None:
    assert (tablet.lent.status_code, tablet.lent.headers["Location"]) == (303, tablet.page)
    assert "Set-Cookie" in tablet.lent.headers
    assert acts(tablet.meeting) == [Act.TABLET_LENT]


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_only_an_open_meeting_is_lent_out(client: FlaskClient, cast: Cast, state: str) -> None:
    meeting = a_meeting(cast, state=state)
    assert Tablet(client, cast, meeting).lent.headers["Location"].startswith(f"/meetings/{meeting}/room")
    assert client.get("/meetings").status_code == 200
    assert acts(meeting) == []


def test_a_lent_tablet_opens_no_other_meetings_shared_page(app: Flask, client: FlaskClient, cast: Cast) -> None:
    other = a_meeting(cast)
    Tablet(client, cast, a_meeting(cast))
    signed_out = app.test_client()
    for path in ("", "/thanks", "/return"):
        replies = [each.get(f"/meetings/{other}/shared{path}") for each in (client, signed_out)]
        assert {reply.status_code for reply in replies} == {401}
        assert replies[0].text == replies[1].text
    assert client.post(f"/meetings/{other}/shared/answers", data={"csrf_token": csrf_token(client)}).status_code == 401


def test_who_is_signed_in_is_led_from_the_shared_page_to_the_room(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    sign_in(client, cast.mette)
    reply = client.get(f"/meetings/{meeting}/shared")
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/meetings/{meeting}/room")


def test_nobody_signed_out_learns_whether_a_meeting_exists(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    found, unknown = (client.get(f"/meetings/{each}/shared").text for each in (meeting, 987654))
    assert found.replace(f"/meetings/{meeting}/", "/") == unknown.replace("/meetings/987654/", "/")


def test_the_password_takes_the_tablet_back_with_a_new_sign_in(tablet: Tablet) -> None:
    with tablet.client.session_transaction() as cookie:
        before = cookie["_user_id"]
    reply = tablet.take_back()
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/meetings/{tablet.meeting}/room")
    assert tablet.client.get(f"/meetings/{tablet.meeting}/room").status_code == 200
    with tablet.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
        assert "turn" not in cookie
        cookie["_user_id"] = before
    assert tablet.client.get("/meetings").status_code == 303
    assert tablet.client.get(tablet.page).status_code == 401, "the lent sign-in has ended"
    assert acts(tablet.meeting) == [Act.TABLET_LENT, Act.TABLET_RETURNED]


def test_a_wrong_password_is_slowed_down_like_at_the_sign_in(tablet: Tablet, cast: Cast) -> None:
    for _ in range(10):
        assert tablet.take_back("guess").status_code == 422
    blocked = tablet.take_back()
    assert blocked.status_code == 429
    assert int(blocked.headers["Retry-After"]) > 0
    fields = {"email": cast.mette.email, "password": PASSWORD, "csrf_token": csrf_token(tablet.client)}
    assert tablet.client.post("/sign-in", data=fields).status_code == 429
    assert tablet.client.get("/meetings").status_code == 303
    assert acts(tablet.meeting) == [Act.TABLET_LENT]


def test_somebody_elses_password_is_not_the_lenders(tablet: Tablet, cast: Cast) -> None:
    with writing() as database:
        database.get_one(Person, cast.mette.id).password_hash = "another"
    assert tablet.take_back().status_code == 422


def test_signing_in_anew_ends_the_loan(tablet: Tablet, cast: Cast) -> None:
    page = tablet.client.get("/sign-in").text
    assert f'href="{tablet.page}"' in page
    assert 'autocomplete="new-password"' in page
    assert "current-password" not in page
    fields = {"email": cast.karen.email, "password": PASSWORD, "csrf_token": csrf_token(tablet.client)}
    assert tablet.client.post("/sign-in", data=fields).headers["Location"] == "/meetings"
    assert tablet.client.get("/meetings").status_code == 200
    with reading() as database:
        assert [row.person_id for row in database.scalars(select(SignIn))] == [cast.karen.id]
    assert acts(tablet.meeting)[-1] is Act.TABLET_RETURNED


def test_a_citizen_cannot_sign_the_tablet_out(tablet: Tablet) -> None:
    reply = tablet.client.post("/sign-out", data={"csrf_token": csrf_token(tablet.client)})
    assert (reply.status_code, reply.headers["Location"]) == (303, "/sign-in")
    assert tablet.client.get(tablet.page).status_code == 200


def test_the_lock_is_in_the_row_and_holds_for_a_copied_cookie(app: Flask, tablet: Tablet) -> None:
    copied = tablet.client.get_cookie("afstemt")
    assert copied is not None
    copy = app.test_client()
    copy.set_cookie("afstemt", copied.value)
    assert copy.get("/meetings").status_code == 303
    assert copy.get(tablet.page).status_code == 200


Change = Callable[[Cast, int], None]


def _ends_after_twelve_hours(cast: Cast, _meeting: int) -> None:
    with writing() as database:
        database.execute(update(SignIn).values(started_at=datetime.now(UTC) - timedelta(hours=12, minutes=1)))


def _the_lender_leaves(cast: Cast, _meeting: int) -> None:
    with writing() as database:
        database.delete(database.scalars(select(Membership).where(Membership.person_id == cast.mette.id)).one())


def _the_meeting_is_deleted(cast: Cast, meeting: int) -> None:
    with writing() as database:
        database.get_one(Meeting, meeting).delete(cast.mette, datetime.now(UTC))


@pytest.mark.parametrize("ends", [_ends_after_twelve_hours, _the_lender_leaves, _the_meeting_is_deleted])
def test_where_the_sign_in_ends_citizens_are_told_whom_to_give_the_tablet_to(
    tablet: Tablet, cast: Cast, ends: Change
) -> None:
    ends(cast, tablet.meeting)
    reply = tablet.client.get(tablet.page, query_string={"lang": "en"})
    assert reply.status_code == 401
    assert "Give the tablet to the leader of the meeting" in reply.text
    assert_valid_html({"ended": reply.text})
    assert tablet.client.get("/meetings").status_code == 303


def test_while_the_meeting_is_open_a_lent_tablet_does_not_idle_out(tablet: Tablet) -> None:
    with writing() as database:
        database.execute(update(SignIn).values(active_at=datetime.now(UTC) - timedelta(hours=3)))
    assert tablet.client.get(tablet.page).status_code == 200


def test_what_citizens_do_counts_as_activity_so_that_closing_finds_the_tablet_alive(tablet: Tablet, cast: Cast) -> None:
    with writing() as database:
        database.execute(update(SignIn).values(active_at=datetime.now(UTC) - timedelta(hours=3)))
    assert tablet.send(tablet.start()).status_code == 303
    with writing() as database:
        database.get_one(Meeting, tablet.meeting).close(datetime.now(UTC), cast.mette)
    assert tablet.client.get(tablet.page).status_code == 200
