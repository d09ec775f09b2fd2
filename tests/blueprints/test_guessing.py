"""The expectation check, why a point is unclear, and offers to help: what a citizen sees, sends and never loses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from html5lib import parse
from sqlalchemy import select
from werkzeug.test import TestResponse

from blueprints.citizen import rendered
from models import base
from models.answer import Answer, Difficulty, hash_of_key
from models.base import reading, session, writing
from models.guess import Guess, mixed
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.summary import count
from models.talked_about import TalkedAbout
from models.wording import Influence, Wording
from tests.factories import Cast, a_meeting, a_point, a_wording, code_of, points_of
from tests.valid_html import assert_valid_html

KEY = "3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def every_look_asks_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered, "CHECKED_EVERY_SECONDS", 0)


def checked() -> Wording:
    """Points 1, 2 to influence, 3 fixed; all but the second are guessed at, the first asks for hands."""
    first, second, third = a_wording().points
    points = (replace(first, asks_guess=True, asks_hands=True), second, replace(third, asks_guess=True))
    return a_wording(points=points)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, wording=checked())


def page(client: FlaskClient, meeting: int, language: str = "en") -> str:
    return client.get(f"/m/{code_of(meeting)}/{language}").text


def guess(client: FlaskClient, meeting: int, **fields: Any) -> TestResponse:
    headers = fields.pop("headers", None)
    return client.post(f"/m/{code_of(meeting)}/guess", data={"key": KEY, "lang": "en", **fields}, headers=headers)


def send(client: FlaskClient, meeting: int, **fields: Any) -> TestResponse:
    headers = fields.pop("headers", None)
    form = {"key": KEY, "agreement": "1", "lang": "en", **fields}
    return client.post(f"/m/{code_of(meeting)}/answers", data=form, headers=headers)


def stored(meeting: int) -> tuple[Answer, dict[int, str]]:
    """The answer, and what it guessed by point."""
    with reading():
        found = Answer.by_key(meeting, hash_of_key(UUID(KEY)))
        assert found is not None
        guesses = session().scalars(select(Guess).where(Guess.answer_id == found.id))
        return found, {each.point_id: each.expected.value for each in guesses}


def fields_of(text: str, form_with: str) -> dict[str, list[str]]:
    """What a browser sends from the form that has this attribute: hidden fields, and what is ticked or typed."""
    forms = [each for each in parse(text, namespaceHTMLElements=False).iter("form") if form_with in each.attrib]
    fields: dict[str, list[str]] = {}
    for each in forms[-1].iter():
        if each.tag == "textarea" or each.get("type") == "hidden" or each.get("checked") is not None:
            value = each.get("value") if each.tag == "input" else each.text
            fields.setdefault(str(each.get("name")), []).append(value or "")
    return fields


def publish(meeting: int, cast: Cast, wording: Wording) -> None:
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.save(wording, cast.mette.id, now)
        publish_draft(found, now, cast.mette)


def test_before_the_text_come_the_titles_and_nothing_is_chosen(client: FlaskClient, meeting: int) -> None:
    shown = page(client, meeting)
    assert 'data-mode="guess"' in shown
    assert ("Point 1: screens" in shown, "Point 2: screens" in shown, "Limit 1: school" in shown) == (True, False, True)
    for hidden in ("fixed", "The law says so.", "Tell us tonight.", "We listen", "checked", "Send my answer"):
        assert hidden not in shown, hidden
    for told in ("Parents&#39; meeting in year 3", "Aulaen", "17:00", 'name="robots" content="noindex"'):
        assert told in shown, told
    keys = re.findall(r'name="key" value="([0-9a-f-]{36})"', shown)
    assert len(keys) == 2, "to guess and to skip"
    assert keys[0] not in page(client, meeting)
    assert_valid_html({"guess": shown, "truth": guess(client, meeting).text})


def test_points_are_mixed_the_same_way_for_everybody_and_so_that_their_order_tells_nothing() -> None:
    fixed = [replace(a_point(key, Influence.FIXED), id=key) for key in (3, 4)]
    points = [*(replace(a_point(key), id=key) for key in (1, 2)), *fixed]
    orders = [tuple(point.key for point in mixed(points, f"CODE{number}")) for number in range(200)]
    assert len(set(orders)) == 24
    assert orders[0] == tuple(point.key for point in mixed(reversed(points), "CODE0"))


def test_the_truth_stands_beside_the_guess_and_nothing_is_stored(client: FlaskClient, meeting: int) -> None:
    first, _, fixed = points_of(meeting)
    reply = guess(client, meeting, **{f"guess-{first}": "no", f"guess-{fixed}": "yes"})
    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")
    assert "noindex" in reply.headers["X-Robots-Tag"]
    assert "You thought: No. You can influence it." in reply.text
    assert "You thought: Yes. It is fixed." in reply.text
    assert 'data-mode="new"' in reply.text
    fields = fields_of(reply.text, "data-answer")
    assert fields == {
        "key": [KEY], "agreement": ["1"], "lang": ["en"], f"guess-{first}": ["no"], f"guess-{fixed}": ["yes"],
        **{f"question-{point}": [""] for point in points_of(meeting)},
    }  # fmt: skip
    with reading() as database:
        assert count(database.get_one(Meeting, meeting)).answers == 0
    fragment = guess(client, meeting, headers=HTMX, **{f"guess-{first}": "unsure"}).text
    assert "<html" not in fragment
    assert "data-focus" in fragment
    assert "You were not sure." in fragment


def test_what_is_skipped_or_does_not_fit_is_no_guess(client: FlaskClient, meeting: int) -> None:
    _, second, fixed = points_of(meeting)
    odd = {f"guess-{second}": "yes", "guess-999999": "no", "guess-x": "no", f"guess-{fixed}": "perhaps", "key": "x"}
    shown = guess(client, meeting, **odd).text
    assert "You thought" not in shown
    fields = fields_of(shown, "data-answer")
    assert [name for name in fields if name.startswith("guess-")] == []
    assert UUID(fields["key"][0])
    assert send(client, meeting, **fields).status_code == 303


def test_a_newer_version_is_shown_with_the_guesses_that_it_asks_for(
    client: FlaskClient, cast: Cast, meeting: int
) -> None:
    first, _, fixed = points_of(meeting)
    wording = checked()
    publish(meeting, cast, replace(wording, points=(*wording.points[:2], replace(wording.points[2], asks_guess=False))))
    fields = fields_of(guess(client, meeting, **{f"guess-{first}": "no", f"guess-{fixed}": "yes"}).text, "data-answer")
    assert fields["agreement"] == ["2"]
    assert [name for name in fields if name.startswith("guess-")] == [f"guess-{first}"]
    publish(meeting, cast, wording.without_guesses())
    assert "Send my answer" in page(client, meeting)


@pytest.mark.parametrize(
    ("facts", "mode"),
    [({"wording": a_wording()}, "new"), ({"form": MeetingForm.INDIVIDUAL_TALK}, "new"),
     ({"state": "closed"}, "closed"), ({"state": "draft"}, "notice")],
)  # fmt: skip
def test_where_nothing_is_checked_the_page_is_as_ever(
    client: FlaskClient, cast: Cast, facts: dict[str, Any], mode: str
) -> None:
    meeting = a_meeting(cast, **{"wording": checked(), **facts})
    fields = {} if facts.get("state") == "draft" else {f"guess-{points_of(meeting)[0]}": "no"}
    for shown in (page(client, meeting), guess(client, meeting, **fields).text):
        assert f'data-mode="{mode}"' in shown
        assert "guess-" not in shown


def test_other_addresses_of_the_check_lead_to_the_page(client: FlaskClient, meeting: int) -> None:
    code = code_of(meeting)
    again = client.get(f"/m/{code}/guess?lang=en")
    assert (again.status_code, again.headers["Location"]) == (303, f"/m/{code}/en")
    assert client.get(f"/m/{code}/guess?lang=nowhere").headers["Location"] == f"/m/{code}"
    spelled = client.post(f"/m/{code[:4]}-{code[4:]}/guess?lang=en")
    assert (spelled.status_code, spelled.headers["Location"]) == (308, f"/m/{code}/guess?lang=en")
    assert client.post("/m/K7M4QX2B/guess").status_code == 404
    assert client.post(f"/m/{code}/guess", headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_changed_answer_never_changes_the_guess(client: FlaskClient, meeting: int) -> None:
    first, _, fixed = points_of(meeting)
    send(client, meeting, **{f"guess-{fixed}": "yes"})
    change = client.get(f"/m/{code_of(meeting)}/answers/{KEY}?lang=en&change=1").text
    assert 'data-mode="change"' in change
    assert "guess-" not in change
    send(client, meeting, **{**fields_of(change, "data-answer"), "unclear": [first]})
    send(client, meeting, **{f"guess-{fixed}": "no", f"guess-{first}": "no"})
    assert stored(meeting)[1] == {fixed: "yes"}


def everything(meeting: int) -> dict[str, Any]:
    """A guess, an offer, and a tick with its reasons and its question."""
    first, _, fixed = points_of(meeting)
    said = {"unclear": [str(first)], f"why-{first}": ["words", "decider"], f"question-{first}": ["Hvad?"]}
    return {f"guess-{fixed}": ["yes"], "offer": [str(first)], **said}


def spent(client: FlaskClient, meeting: int, _cast: Cast) -> None:
    send(client, meeting)
    client.post(f"/m/{code_of(meeting)}/answers/{KEY}/deletion")


def outdated(_client: FlaskClient, meeting: int, cast: Cast) -> None:
    publish(meeting, cast, replace(checked(), purpose={"da": "Et nyt formål."}))


def as_ever(_client: FlaskClient, _meeting: int, _cast: Cast) -> None:
    """The fields themselves are wrong."""


@pytest.mark.parametrize(
    ("cause", "status", "wrong"),
    [(outdated, 409, {}), (spent, 410, {}), (as_ever, 422, {"why-x": "words"}), (as_ever, 422, {"why-2": "because"}),
     (as_ever, 422, {"guess-999999": "yes"}), (as_ever, 422, {"guess-1": "?"}), (as_ever, 422, {"offer": "999999"})],
)  # fmt: skip
def test_no_refusal_loses_a_guess_a_reason_or_an_offer(
    client: FlaskClient, cast: Cast, meeting: int, cause: Any, status: int, wrong: dict[str, str]
) -> None:
    cause(client, meeting, cast)
    given = everything(meeting)
    reply = send(client, meeting, **{**given, **wrong, "offer": [*given["offer"], *wrong.get("offer", "").split()]})
    assert reply.status_code == status
    fields = fields_of(reply.text, "data-answer")
    assert {name: fields[name] for name in given} == given
    more = fields.keys() - given.keys()
    assert [name for name in more if name.startswith(("guess", "why", "offer"))] == []
    assert "You thought: Yes. It is fixed." in reply.text
    if wrong:
        assert "The page did not fit the meeting." in reply.text


def test_where_nothing_could_be_stored_the_page_carries_it_all(
    client: FlaskClient, meeting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_args: object) -> None:
        raise base.DatabaseGone("gone")

    monkeypatch.setattr("blueprints.citizen.answering.look_into", gone)
    given = everything(meeting)
    shown = send(client, meeting, **given).text
    for name, values in given.items():
        for value in values:
            assert f'name="{name}" value="{value}"' in shown or f">{value}</textarea>" in shown, name


def test_reasons_and_offers_are_stored_shown_changed_and_taken_back(client: FlaskClient, meeting: int) -> None:
    first, second, _ = points_of(meeting)
    given = everything(meeting)
    receipt = client.get(send(client, meeting, **given).headers["Location"]).text
    assert "Hard: The words are hard · I don't know who decides" in receipt
    assert "You would like to join in" in receipt
    found, _ = stored(meeting)
    assert found.difficulties == {first: Difficulty.WORDS | Difficulty.DECIDER}
    assert found.offered == {first}
    change = fields_of(client.get(f"/m/{code_of(meeting)}/answers/{KEY}?lang=en&change=1").text, "data-answer")
    assert (change["offer"], change[f"why-{first}"]) == ([str(first)], ["words", "decider"])
    without_its_tick = {f"why-{second}": "other"}
    receipt = client.get(send(client, meeting, **without_its_tick).headers["Location"]).text
    assert ("Hard:" in receipt, "join in" in receipt) == (False, False)
    found, _ = stored(meeting)
    assert (found.difficulties, found.offered) == ({}, frozenset())


def test_only_a_point_that_asks_for_hands_takes_an_offer(client: FlaskClient, meeting: int) -> None:
    first, second, _ = points_of(meeting)
    shown = guess(client, meeting).text
    assert re.findall(r'name="offer" value="(\d+)"', shown) == [str(first)]
    assert "Put your name on the list in the room" in shown
    assert send(client, meeting, offer=[second]).status_code == 422


def test_an_individual_talk_asks_why_but_takes_no_text(client: FlaskClient, cast: Cast) -> None:
    talk = a_meeting(cast, wording=checked(), form=MeetingForm.INDIVIDUAL_TALK)
    first = points_of(talk)[0]
    shown = page(client, talk)
    assert f'name="why-{first}" value="words"' in shown
    assert "<textarea" not in shown
    receipt = send(client, talk, unclear=[first], **{f"why-{first}": "reason"}).headers["Location"]
    assert stored(talk)[0].difficulties == {first: Difficulty.REASON}
    assert "raise your hand" not in client.get(receipt).text, "there are only two of them"


@pytest.mark.parametrize("reply", ["cleared", "unclear"])
def test_saying_whether_it_is_clear_now_loses_no_reason_and_no_offer(
    client: FlaskClient, cast: Cast, meeting: int, reply: str
) -> None:
    first, second, fixed = points_of(meeting)
    given = {**everything(meeting), f"why-{second}": ["reason"]}
    send(client, meeting, **{**given, "unclear": [first, second]})
    with writing() as database:
        TalkedAbout.mark(database.get_one(Meeting, meeting), second, cast.mette, datetime.now(UTC))
    receipt = client.get(f"/m/{code_of(meeting)}/answers/{KEY}?lang=en").text
    form = fields_of(receipt, "data-sends")
    form.setdefault(reply, []).append(str(second))
    assert send(client, meeting, **form).status_code == 303
    found, guesses = stored(meeting)
    kept = {first: Difficulty.WORDS | Difficulty.DECIDER}
    assert found.difficulties == kept | ({second: Difficulty.REASON} if reply == "unclear" else {})
    assert found.offered == {first}
    assert (found.asked, guesses) == ({first: "Hvad?"}, {fixed: "yes"})
