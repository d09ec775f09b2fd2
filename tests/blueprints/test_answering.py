"""`POST /m/<code>/answers` and the receipt: what is taken, what is refused, and that nothing typed is lost."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from config import Config
from models import base
from models.answer import Answer, hash_of_key
from models.base import reading, writing
from models.facts import change_facts
from models.meeting import Meeting, MeetingForm
from models.publishing import publish_draft
from models.summary import count, keep_totals
from models.throttle import Allowance
from tests.factories import Cast, a_meeting, a_point, answer, code_of, points_of

KEY = "3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b"


def send(client: FlaskClient, meeting: int, **fields: Any) -> TestResponse:
    headers = fields.pop("headers", None)
    form = {"key": KEY, "agreement": "1", "lang": "da", **fields}
    return client.post(f"/m/{code_of(meeting)}/answers", data=form, headers=headers)


def answers_in(meeting: int) -> int:
    with reading() as database:
        return count(database.get_one(Meeting, meeting)).answers


def stored(meeting: int, key: str = KEY) -> Answer:
    with reading():
        found = Answer.by_key(meeting, hash_of_key(UUID(key)))
    assert found is not None
    return found


def test_an_answer_leads_to_its_receipt(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    _, second, _ = points_of(meeting)
    reply = send(client, meeting, unclear=[second], **{f"question-{second}": "Hvornår?"})
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/m/{code_of(meeting)}/answers/{KEY}?lang=da")
    receipt = client.get(reply.headers["Location"]).text
    assert "Tak for dit svar" in receipt
    assert "1 punkt var uklart for dig" in receipt
    assert "2 punkter var klare" in receipt
    assert "Hvornår?" in receipt
    assert stored(meeting).unclear == {second}


def test_the_same_answer_sent_again_counts_once(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    for _ in range(3):
        assert send(client, meeting).status_code == 303
    assert answers_in(meeting) == 1
    assert stored(meeting).changed_minute is None


def test_with_htmx_the_reply_is_the_receipt_alone_with_its_address(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    reply = send(client, meeting, headers={"HX-Request": "true"})
    assert reply.status_code == 200
    assert reply.headers["HX-Push-Url"] == f"/m/{code_of(meeting)}/answers/{KEY}?lang=da"
    assert "<html" not in reply.text
    assert 'data-mode="receipt"' in reply.text
    assert "data-focus" in reply.text


def test_the_receipt_speaks_the_language_of_the_answer_and_another_when_asked(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    address = send(client, meeting, lang="en").headers["Location"]
    assert address.endswith("?lang=en")
    assert "Thank you for your answer" in client.get(address).text
    assert "Tak for dit svar" in client.get(address.replace("lang=en", "lang=da")).text
    assert stored(meeting).language == "en"


def test_a_receipt_is_for_the_holder_alone(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    reply = client.get(send(client, meeting).headers["Location"])
    assert reply.headers["Cache-Control"] == "no-store"
    assert "noindex" in reply.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in reply.headers
    assert client.get(f"/m/{code_of(meeting)}/answers/{uuid4()}").status_code == 404
    assert client.get(f"/m/{code_of(meeting)}/answers/not-a-key").status_code == 404


def test_a_key_of_one_meeting_opens_nothing_in_another(client: FlaskClient, cast: Cast) -> None:
    one, other = a_meeting(cast), a_meeting(cast)
    send(client, one)
    assert client.get(f"/m/{code_of(other)}/answers/{KEY}").status_code == 404


def test_the_receipt_changes_the_answer(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    first, second, _ = points_of(meeting)
    address = send(client, meeting, unclear=[first], **{f"question-{first}": "Hvad?"}).headers["Location"]
    page = client.get(f"{address}&change=1").text
    assert f'value="{first}" checked' in page
    assert ">Hvad?</textarea>" in page
    assert f'name="key" value="{KEY}"' in page
    send(client, meeting, unclear=[second])
    assert stored(meeting).unclear == {second}
    assert answers_in(meeting) == 1


def test_the_receipt_deletes_the_answer_after_asking_and_the_key_is_spent(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    address = send(client, meeting).headers["Location"]
    assert "Vil du slette dit svar?" in client.get(f"{address}&delete=1").text
    gone = client.post(f"/m/{code_of(meeting)}/answers/{KEY}/deletion")
    assert gone.status_code == 303
    assert answers_in(meeting) == 0
    after = client.get(gone.headers["Location"])
    assert after.status_code == 410
    assert "data-spent" in after.text
    assert send(client, meeting).status_code == 410
    assert answers_in(meeting) == 0
    assert client.post(f"/m/{code_of(meeting)}/answers/{KEY}/deletion").status_code == 303


def test_an_answer_deleted_after_closing_leaves_the_kept_figures_too(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    send(client, meeting)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.close(datetime.now(UTC), cast.mette)
        keep_totals(found)
    client.post(f"/m/{code_of(meeting)}/answers/{KEY}/deletion")
    with reading() as database:
        found = database.get_one(Meeting, meeting)
        assert found.totals is not None
        assert (found.totals["answers"], found.totals_revision) == (0, found.revision)


@pytest.mark.parametrize("key", ["", "x", KEY.replace("-", ""), f"{{{KEY}}}", f"urn:uuid:{KEY}", KEY + "0", "é" * 36])
def test_a_key_that_is_no_uuid_is_refused(client: FlaskClient, cast: Cast, key: str) -> None:
    meeting = a_meeting(cast)
    assert send(client, meeting, key=key).status_code == 400
    assert answers_in(meeting) == 0


@pytest.mark.parametrize(
    "wrong",
    [{"agreement": ""}, {"agreement": "one"}, {"agreement": "1e9"}, {"lang": ""}, {"lang": "ar"}, {"unclear": "x"},
     {"unclear": "999999"}, {"unclear": "٣"}, {"question-999999": "Hvad?"}, {"question-x": "Hvad?"}],
)  # fmt: skip
def test_a_wrong_field_comes_back_with_everything_typed(client: FlaskClient, cast: Cast, wrong: dict[str, str]) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    fields = {"unclear": [first], f"question-{first}": "Hvad betyder det?", **wrong}
    reply = send(client, meeting, **fields)
    assert reply.status_code == 422
    assert "Hvad betyder det?" in reply.text
    assert f'name="key" value="{KEY}"' in reply.text
    assert answers_in(meeting) == 0


def test_a_question_that_is_too_long_is_said_at_its_field(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    reply = send(client, meeting, unclear=[first], **{f"question-{first}": "å" * 281})
    assert reply.status_code == 422
    assert f'id="question-{first}-lacks"' in reply.text
    assert f'href="#question-{first}"' in reply.text
    assert "å" * 281 in reply.text
    assert send(client, meeting, unclear=[first], **{f"question-{first}": "🙂" * 280}).status_code == 303


def test_line_ends_count_as_in_the_browser_and_control_characters_are_dropped(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    text = "a\r\n" * 93 + "\x00b"
    assert send(client, meeting, unclear=[first], **{f"question-{first}": text}).status_code == 303
    assert stored(meeting).asked == {first: ("a\n" * 93 + "b")}


def test_a_question_without_its_tick_is_kept_and_raises_no_doubt(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    send(client, meeting, **{f"question-{first}": "Bare et spørgsmål"})
    assert stored(meeting).unclear == frozenset()
    assert stored(meeting).asked == {first: "Bare et spørgsmål"}


def test_an_individual_talk_stores_no_question(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    first = points_of(meeting)[0]
    send(client, meeting, unclear=[first], **{f"question-{first}": "Hemmeligt"})
    assert stored(meeting).asked == {}


def test_after_closing_the_page_can_be_read_and_shows_what_was_not_sent(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, state="closed")
    first = points_of(meeting)[0]
    reply = send(client, meeting, unclear=[first], **{f"question-{first}": "For sent?"})
    assert reply.status_code == 409
    assert "Mødet er slut" in reply.text
    assert "For sent?" in reply.text
    assert answers_in(meeting) == 0


def test_after_closing_what_was_sent_before_is_not_said_to_be_lost(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    first, second, _ = points_of(meeting)
    send(client, meeting, unclear=[first], **{f"question-{first}": "I tide?"})
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    late = {f"question-{first}": "I tide?", f"question-{second}": "For sent?"}
    reply = send(client, meeting, unclear=[first, second], **late)
    assert reply.status_code == 409
    assert "For sent?" in reply.text
    assert "I tide?" not in reply.text


def test_before_opening_nothing_is_taken(client: FlaskClient, cast: Cast) -> None:
    reply = send(client, a_meeting(cast, state="draft"))
    assert reply.status_code == 409
    assert "ikke åbnet endnu" in reply.text


def test_a_changed_text_is_to_be_read_again_only_where_it_changed_and_keeps_all_that_was_typed(
    client: FlaskClient, cast: Cast
) -> None:
    meeting = a_meeting(cast)
    first, second, _ = points_of(meeting)
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        wording = found.draft.wording
        changed = a_point(2, title={"da": "Punkt 2 er nyt", "en": "Point 2 is new"})
        found.draft.save(replace(wording, points=(wording.points[0], changed, wording.points[2])), cast.mette.id, now)
        publish_draft(found, now, cast.mette)
    fields = {f"question-{first}": "Om punkt 1", f"question-{second}": "Om det gamle punkt 2"}
    reply = send(client, meeting, unclear=[first, second], **fields)
    assert reply.status_code == 409
    new = points_of(meeting)[1]
    assert (
        reply.text.index(f'id="point-{new}"') < reply.text.index("<details") < reply.text.index(f'id="point-{first}"')
    )
    assert f'value="{first}" checked' in reply.text
    assert "Om punkt 1" in reply.text
    assert "Om det gamle punkt 2" in reply.text
    assert "Punkt 2: skærme i frikvarteret" in send(client, meeting, unclear=[second]).text, "a tick alone is not lost"
    assert 'name="agreement" value="2"' in reply.text
    assert answers_in(meeting) == 0
    assert send(client, meeting, agreement="2", unclear=[first]).status_code == 303


def test_a_version_that_is_still_current_is_taken_under_its_own_number(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        found.draft.remove(2, cast.mette.id, now)
        publish_draft(found, now, cast.mette)
    assert send(client, meeting, agreement="1").status_code == 303
    assert stored(meeting).agreement == 1


def test_the_receipt_of_an_outdated_answer_asks_to_read_again(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    address = send(client, meeting).headers["Location"]
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        wording = found.draft.wording
        found.draft.save(replace(wording, purpose={"da": "Et nyt formål."}), cast.mette.id, now)
        publish_draft(found, now, cast.mette)
    assert "Læs den, og svar igen" in client.get(address).text


def test_an_unknown_meeting_takes_nothing(client: FlaskClient, cast: Cast) -> None:
    reply = client.post("/m/K7M4QX2B/answers", data={"key": KEY, "agreement": "1", "lang": "da"})
    assert reply.status_code == 404


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_another_site_can_send_nothing(client: FlaskClient, cast: Cast, headers: dict[str, str]) -> None:
    meeting = a_meeting(cast)
    question = f"question-{points_of(meeting)[0]}"
    reply = send(client, meeting, headers=headers, **{question: "Er I der?"})
    assert reply.status_code == 403
    assert answers_in(meeting) == 0
    # Somebody's browser may only hide where it comes from: what they typed is still there.
    assert f'name="key" value="{KEY}"' in reply.text
    assert ">Er I der?</textarea>" in reply.text


def test_our_own_pages_can(client: FlaskClient, cast: Cast) -> None:
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert send(client, a_meeting(cast), headers=ours).status_code == 303


def test_too_large_is_refused_in_plain_words_with_what_was_typed(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    question = f"question-{points_of(meeting)[0]}"
    reply = send(client, meeting, **{question: "Er I der? " + "x" * 300_000, "ballast": "x" * 1000})
    assert reply.status_code == 413
    assert "for langt" in reply.text
    assert ">Er I der? xxx" in reply.text
    assert f'name="key" value="{KEY}"' in reply.text
    assert "ballast" not in reply.text
    # Beyond any sense it is not even given back.
    assert send(client, meeting, **{question: "x" * 2_000_000}).status_code == 413
    assert answers_in(meeting) == 0


def test_too_many_new_keys_wait_but_a_known_key_never(settings: Config, cast: Cast) -> None:
    strict = replace(settings, new_keys=Allowance(2, 1, timedelta(minutes=1)))
    client = create_app(strict).test_client()
    meeting = a_meeting(cast)
    keys = [str(uuid4()) for _ in range(3)]
    assert [send(client, meeting, key=key).status_code for key in keys] == [303, 303, 429]
    first = points_of(meeting)[0]
    refused = send(client, meeting, key=keys[2], unclear=[first], **{f"question-{first}": "Venter"})
    assert int(refused.headers["Retry-After"]) > 0
    assert "Venter" in refused.text
    assert f'name="key" value="{keys[2]}"' in refused.text
    assert send(client, meeting, key=keys[0], unclear=[first]).status_code == 303
    assert answers_in(meeting) == 2
    base.engine().dispose()


def test_a_full_meeting_takes_no_new_keys(settings: Config, cast: Cast) -> None:
    client = create_app(replace(settings, keys_per_meeting=2)).test_client()
    meeting = a_meeting(cast)
    assert [send(client, meeting, key=str(uuid4())).status_code for _ in range(3)] == [303, 303, 429]
    base.engine().dispose()


def test_when_the_database_is_gone_all_that_was_typed_comes_back_to_send_again(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    code = code_of(meeting)

    def gone(*_args: object) -> None:
        raise base.DatabaseGone("gone")

    monkeypatch.setattr("blueprints.citizen.answering.look_into", gone)
    fields = {"key": KEY, "agreement": "1", "lang": "da", "unclear": [first], f"question-{first}": "Er I der?"}
    reply = client.post(f"/m/{code}/answers", data=fields)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    for kept in (KEY, "Er I der?", f'name="unclear" value="{first}"'):
        assert kept in reply.text
    with_htmx = client.post(f"/m/{code}/answers", data=fields, headers={"HX-Request": "true"})
    assert with_htmx.headers["HX-Retarget"] == "#state"
    assert "<form" not in with_htmx.text


def test_no_log_holds_a_key(
    settings: Config, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = create_app(replace(settings, access_log=True)).test_client()
    meeting = a_meeting(cast)
    address = send(client, meeting).headers["Location"]
    client.get(address)

    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("blueprints.citizen.receipts.Answer.by_key", broken)
    assert client.get(address).status_code == 500
    monkeypatch.setattr("blueprints.citizen.answering.receive", broken)
    assert send(client, meeting).status_code == 500
    assert "/m/<code:code>/answers/<key>" in caplog.text
    assert KEY not in caplog.text
    base.engine().dispose()


def test_the_answer_of_a_phone_is_marked_as_such(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    send(client, meeting)
    assert stored(meeting).channel.value == "own_phone"


def test_other_answers_do_not_show_on_a_receipt(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    answer(meeting, doubts=(1,), questions={1: "En andens spørgsmål"})
    assert "En andens spørgsmål" not in client.get(send(client, meeting).headers["Location"]).text


def test_an_unknown_code_is_404_whatever_is_asked_for_and_counts_as_a_wrong_one(
    client: FlaskClient, cast: Cast
) -> None:
    unknown = "/m/ABCDEFGH/answers"
    wrong = {"key": KEY, "agreement": "x", "lang": "da", "question-1": "Er I der?"}
    for reply in (
        client.get(f"{unknown}/{KEY}"),
        client.get(f"{unknown}/nonsense"),
        client.post(unknown, data=wrong),
        client.post(unknown, data={**wrong, "agreement": "1"}),
        client.post(f"{unknown}/{KEY}/deletion"),
    ):
        assert reply.status_code == 404
    assert "Er I der?" in client.post(unknown, data=wrong).text
    replies = [client.post(f"{unknown}/{KEY}/deletion").status_code for _ in range(60)]
    assert replies[-1] == 429


@pytest.mark.parametrize("code", ["%00", "K7M4%00QX2P", "%ff", "x" * 500])
def test_what_can_be_no_code_is_not_found(client: FlaskClient, cast: Cast, code: str) -> None:
    assert client.get(f"/m/{code}").status_code == 404
    assert client.get(f"/m/{code}/answers/{KEY}").status_code == 404


def test_another_spelling_of_the_code_takes_the_answer_along(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    spelled = code_of(meeting).lower()
    form = {"key": KEY, "agreement": "1", "lang": "da"}
    reply = client.post(f"/m/{spelled}/answers", data=form)
    assert (reply.status_code, reply.headers["Location"]) == (308, f"/m/{code_of(meeting)}/answers")
    assert client.post(reply.headers["Location"], data=form).status_code == 303
    receipt = client.get(f"/m/{spelled}/answers/{KEY}?lang=da&change=1")
    assert receipt.headers["Location"] == f"/m/{code_of(meeting)}/answers/{KEY}?lang=da&change=1"


def test_a_language_that_was_switched_off_traps_nobody(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    send(client, meeting, lang="en")
    with writing() as database:
        change_facts(database.get_one(Meeting, meeting), cast.mette, datetime.now(UTC), languages=["da"])
    change = client.get(f"/m/{code_of(meeting)}/answers/{KEY}?lang=en&change=1").text
    assert 'name="lang" value="da"' in change
    refused = send(client, meeting, lang="en")
    assert refused.status_code == 422
    assert 'name="lang" value="da"' in refused.text


def test_the_receipt_speaks_the_answers_language_unless_asked_otherwise(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    send(client, meeting, lang="da")
    address = f"/m/{code_of(meeting)}/answers/{KEY}"
    assert "Tak for dit svar" in client.get(address, headers={"Accept-Language": "en"}).text
    seen_in_english = client.get(f"{address}?lang=en&change=1").text
    assert "Change my answer" in seen_in_english
    assert 'name="lang" value="da"' in seen_in_english
    (action,) = re.findall(r'data-hx-post="([^"]+)"', seen_in_english)
    form = {"key": KEY, "agreement": "1", "lang": "da", "unclear": points_of(meeting)[0]}
    changed = client.post(action, data=form, headers={"HX-Request": "true"}).text
    assert "Thank you for your answer" in changed, "the page around it is in English"
    refused = client.post(action, data={**form, "unclear": "999999"}).text
    assert "We could not take your answer as it is." in refused
    assert 'name="lang" value="da"' in refused
    assert stored(meeting).language == "da"


def test_a_question_on_no_point_of_the_meeting_is_said_and_kept(client: FlaskClient, cast: Cast) -> None:
    reply = send(client, a_meeting(cast), **{"question-999999": "Hvor hører det til?"})
    assert reply.status_code == 422
    assert "Hvor hører det til?" in reply.text
    assert "Siden passede ikke til mødet" in reply.text


def test_a_deleted_answer_sent_again_comes_back_with_a_new_key_and_everything_typed(
    client: FlaskClient, cast: Cast
) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    send(client, meeting)
    client.post(f"/m/{code_of(meeting)}/answers/{KEY}/deletion")
    reply = send(client, meeting, unclear=[first], **{f"question-{first}": "Var det klogt?"})
    assert reply.status_code == 410
    assert "Var det klogt?" in reply.text
    assert KEY not in reply.text
    assert "data-spent" in reply.text
    too_long = send(client, meeting, **{f"question-{first}": "x" * 281})
    assert too_long.status_code == 410


@pytest.mark.parametrize(("state", "status"), [("draft", 409), ("closed", 409), ("open", 422)])
def test_where_nothing_would_be_taken_that_is_said_before_a_wrong_field(
    client: FlaskClient, cast: Cast, state: str, status: int
) -> None:
    meeting = a_meeting(cast, state=state)
    reply = send(client, meeting, agreement="x", **{"question-1": "Min tekst"})
    assert reply.status_code == status
    assert "Min tekst" in reply.text


def test_a_bad_key_comes_back_with_a_good_one_and_everything_typed(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    first = points_of(meeting)[0]
    reply = send(client, meeting, key="nonsense", unclear=[first], **{f"question-{first}": "Stadig her"})
    assert reply.status_code == 400
    assert "Stadig her" in reply.text
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', reply.text)


def test_a_form_of_many_thousand_fields_is_not_given_back_whole(client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast)
    many = {f"question-{number}": "x" for number in range(10_000)}
    reply = send(client, meeting, **{**many, "key": "no key"})
    assert reply.status_code == 400
    assert reply.text.count("<textarea") <= 500
