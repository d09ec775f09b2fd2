"""`/exports`: who gets it, what the filters do, and what it says will come."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from models.meeting import MeetingForm
from tests.exported import FILES, shown_code, table, the_meeting
from tests.factories import Cast, a_meeting, answer, code_of, sign_in

ADDRESSES = ("/exports", *(f"/exports/{file}" for file in FILES))


def test_files_are_named_downloaded_and_never_kept(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.leif)
    names = {
        "answers.csv": ("afstemt-svar-", "afstemt-answers-"),
        "points.csv": ("afstemt-punkter-", "afstemt-points-"),
        "meetings.csv": ("afstemt-moeder-", "afstemt-meetings-"),
    }
    for file, both in names.items():
        for dialect, name in zip(("excel-da", "plain"), both, strict=True):
            reply = client.get(f"/exports/{file}?dialect={dialect}")
            assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
            assert reply.headers["Content-Disposition"].startswith(f'attachment; filename="{name}20')
            assert reply.headers["Cache-Control"] == "no-store"


def test_only_managers_and_administrators_export(client: FlaskClient, cast: Cast) -> None:
    for address in ADDRESSES:
        assert "/sign-in" in client.get(address).headers["Location"]
    for viewer, status in ((cast.mette, 404), (cast.omar, 404), (cast.leif, 200), (cast.anna, 200)):
        sign_in(client, viewer)
        for address in ADDRESSES:
            assert client.get(address).status_code == status, (viewer.name, address)


def test_files_hold_the_scope_and_nothing_else(client: FlaskClient, cast: Cast) -> None:
    school = a_meeting(cast)
    care_home = a_meeting(cast, owner=cast.omar)
    hidden = [
        a_meeting(cast, owner=cast.piet),
        a_meeting(cast, state="draft"),
        a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK),
    ]
    for meeting in (school, care_home, hidden[0], hidden[2]):
        for _ in range(5):
            answer(meeting)
    for viewer, expected in ((cast.leif, {school}), (cast.anna, {school, care_home})):
        sign_in(client, viewer)
        codes = {shown_code(meeting) for meeting in expected}
        for file in FILES:
            assert {row[0] for row in table(client, file)[1:]} == codes


def test_files_follow_the_filters(client: FlaskClient, cast: Cast) -> None:
    days = [date(2031, 3, day) for day in (1, 2, 3)]
    codes = [code_of(a_meeting(cast, held_on=day)) for day in days]
    a_meeting(cast, owner=cast.omar, held_on=days[1])
    sign_in(client, cast.anna)
    assert len(table(client, "meetings.csv")) == 5
    assert len(table(client, "meetings.csv", **{"from": "2031-03-02", "to": "2031-03-02"})) == 3
    assert len(table(client, "meetings.csv", institution=cast.school.id, to="2031-03-02")) == 3
    typed = f" {codes[2][:4].lower()} {codes[2][4:].lower()} "
    assert [row[1] for row in table(client, "meetings.csv", meeting=typed)[1:]] == ["2031-03-03"]
    assert len(table(client, "meetings.csv", meeting=codes[2], to="2031-03-02")) == 1


@pytest.mark.parametrize(
    ("query", "field", "status"),
    [
        ("from=i+morgen", "from", 422),
        ("to=2031-02-30", "to", 422),
        ("from=2031-03-02&to=2031-03-01", "to", 422),
        ("dialect=tsv", "dialect", 422),
        ("institution=999", "institution", 404),
        ("institution=alle", "institution", 404),
        ("meeting=0000-0000", "meeting", 404),
        ("meeting=forkert", "meeting", 404),
    ],
)
def test_a_wrong_filter_is_said_at_its_field(
    client: FlaskClient, cast: Cast, query: str, field: str, status: int
) -> None:
    sign_in(client, cast.leif)
    for address in ADDRESSES:
        reply = client.get(f"{address}?{query}")
        assert reply.status_code == status
        assert f'id="{field}-lacks" class="says attention missing"' in reply.text
        assert reply.text.count("says attention missing") == 1


def test_what_is_out_of_scope_is_not_found_as_a_filter(client: FlaskClient, cast: Cast) -> None:
    foreign = [
        a_meeting(cast, owner=cast.omar),
        a_meeting(cast, owner=cast.piet),
        a_meeting(cast, state="draft"),
        a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK),
    ]
    sign_in(client, cast.leif)
    for meeting in foreign:
        assert client.get(f"/exports/meetings.csv?meeting={code_of(meeting)}").status_code == 404
    for institution in (cast.care_home, cast.elsewhere):
        assert client.get(f"/exports/meetings.csv?institution={institution.id}").status_code == 404


def test_the_page_says_what_will_come(client: FlaskClient, cast: Cast) -> None:
    the_meeting(cast)
    small = a_meeting(cast)
    for _ in range(4):
        answer(small)
    sign_in(client, cast.leif)
    page = client.get("/exports?lang=en").text
    assert "2 meetings fit the filters." in page
    assert "8 rows · 1 meeting" in page
    assert "7 rows · 2 meetings" in page
    assert "2 rows · 2 meetings" in page
    assert "1 meeting has fewer than 5 answers." in page
    assert "Individual talks and drafts are never in the files." in page
    filtered = client.get("/exports?lang=en&to=2024-12-31&dialect=plain").text
    assert "1 meeting fits the filters." in filtered
    assert "fewer than" not in filtered
    assert 'href="/exports/answers.csv?to=2024-12-31&amp;dialect=plain"' in filtered


def test_what_will_come_is_what_comes(client: FlaskClient, cast: Cast) -> None:
    the_meeting(cast)
    sign_in(client, cast.leif)
    page = client.get("/exports?lang=en").text
    for file in FILES:
        rows = len(table(client, file)) - 1
        assert f"{rows} row{'s' if rows != 1 else ''} · 1 meeting" in page


def test_htmx_gets_what_changed_and_not_the_fields(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.leif)
    for query, status in (("", 200), ("?from=x", 422)):
        reply = client.get(f"/exports{query}", headers={"HX-Request": "true"})
        assert reply.status_code == status
        assert "HX-Request" in reply.headers["Vary"]
        assert "<html" not in reply.text
        assert "<input" not in reply.text
        assert 'id="from-lacks" data-hx-swap-oob="true"' in reply.text
        assert 'id="summary" role="status" data-hx-swap-oob="innerHTML"' in reply.text
    assert "No meetings fit" in client.get("/exports?lang=en", headers={"HX-Request": "true"}).text
