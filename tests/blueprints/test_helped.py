"""That a relative or helper helped: an optional tick, kept wherever the answer goes before it is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from flask.testing import FlaskClient

from models.answer import Answer, hash_of_key
from models.base import reading, writing
from models.meeting import Meeting
from models.publishing import publish_draft
from tests.factories import Cast, a_meeting, code_of

TICKED = 'name="helped" value="yes" checked'


def publish_another_purpose(cast: Cast, meeting: int) -> None:
    with writing() as database:
        found, now = database.get_one(Meeting, meeting), datetime.now(UTC)
        found.draft.save(replace(found.draft.wording, purpose={"da": "Et nyt formål."}), cast.mette.id, now)
        publish_draft(found, now, cast.mette)


def test_the_tick_is_kept_until_the_answer_is_taken_and_when_it_is_changed(client: FlaskClient, cast: Cast) -> None:
    meeting, key = a_meeting(cast), uuid4()
    address = f"/m/{code_of(meeting)}"
    assert TICKED not in client.get(f"{address}/en").text
    fields = {"key": str(key), "agreement": "1", "lang": "en", "helped": "yes"}

    def send(**changed: str) -> tuple[int, str]:
        reply = client.post(f"{address}/answers", data={**fields, **changed})
        return reply.status_code, reply.text

    status, page = send(unclear="999")
    assert (status, TICKED in page) == (422, True)
    assert TICKED in client.post(f"{address}/guess", data=fields).text, "another language takes it along"
    publish_another_purpose(cast, meeting)
    status, page = send()
    assert (status, TICKED in page) == (409, True)
    assert send(agreement="2")[0] == 303
    receipt = f"{address}/answers/{key}"
    assert "A relative or a helper helped you" in client.get(f"{receipt}?lang=en").text
    assert TICKED in client.get(f"{receipt}?lang=en&change=1").text
    assert send(agreement="2", helped="")[0] == 303
    with reading():
        answer = Answer.by_key(meeting, hash_of_key(key))
    assert answer
    assert (answer.helped, answer.changed_minute is not None) == (False, True)
    assert "A relative or a helper helped you" not in client.get(f"{receipt}?lang=en").text
    client.post(f"{receipt}/deletion")
    status, page = send(agreement="2")
    assert (status, TICKED in page) == (410, True)
