"""Every change by staff is noted: who, what, when; never what a citizen wrote (rule 10)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.audit import Act, AuditEntry, record
from models.base import reading, session, writing
from models.keeping import keep_typed
from models.meeting import Meeting
from models.person import Person
from models.publishing import discard_draft, open_meeting, publish_draft
from tests.factories import Cast, a_meeting, a_wording, answer

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def entries() -> list[AuditEntry]:
    with reading() as database:
        return list(database.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_an_act_says_who_what_when_and_where(cast: Cast) -> None:
    with writing():
        record(Act.QUESTION_HIDDEN, cast.mette.id, NOW, 7, point=3)
    (entry,) = entries()
    assert (entry.act, entry.by_id, entry.at, entry.meeting_id, entry.details) == (
        Act.QUESTION_HIDDEN, cast.mette.id, NOW, 7, {"point": 3},
    )  # fmt: skip


def test_the_life_of_a_meeting_is_noted_act_by_act(cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft", now=NOW)

    def act(done: Callable[..., Any], *arguments: Any) -> None:
        with writing():
            done(session().get_one(Meeting, meeting), *arguments)

    act(open_meeting, NOW, cast.mette)
    with writing():
        session().get_one(Meeting, meeting).draft.save(a_wording(can=3), cast.mette.id, NOW)
    act(publish_draft, NOW, cast.mette)
    act(discard_draft, cast.mette, NOW)
    act(Meeting.close, NOW, cast.mette)
    act(Meeting.delete, cast.mette, NOW)
    assert [entry.act for entry in entries()] == [
        Act.MEETING_CREATED,
        Act.MEETING_OPENED,
        Act.AGREEMENT_PUBLISHED,
        Act.DRAFT_DISCARDED,
        Act.MEETING_CLOSED,
        Act.MEETING_DELETED,
    ]
    assert {(entry.by_id, entry.meeting_id, entry.at) for entry in entries()} == {(cast.mette.id, meeting, NOW)}


def test_what_citizens_do_is_not_noted(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    before = len(entries())
    key = answer(meeting, doubts=[1], questions={1: "En hemmelighed"}, now=NOW)
    answer(meeting, key=key, now=NOW)
    assert len(entries()) == before
    assert "hemmelighed" not in str([entry.details for entry in entries()])


def test_an_act_outlives_the_person_who_did_it(cast: Cast) -> None:
    with writing():
        record(Act.PERSON_ADDED, cast.karen.id, NOW)
    with writing() as database:
        database.delete(database.get_one(Person, cast.karen.id))
    (entry,) = entries()
    assert entry.by_id is None


def test_writing_a_draft_is_noted_once_for_each_spell_of_writing(cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft", now=NOW)

    def write(purpose: str, minutes: int) -> None:
        with writing() as database:
            found = database.get_one(Meeting, meeting)
            wording = replace(found.draft.wording, purpose={"da": purpose})
            at = NOW + timedelta(minutes=minutes)
            keep_typed(found, wording, {}, cast.mette, at, "page", found.draft.revision)

    write("Et", 1)
    write("Et formål", 2)
    write("Et formål", 30)
    write("Et andet formål", 31)
    with reading() as database:
        noted = select(AuditEntry.at).where(AuditEntry.act == Act.DRAFT_WRITTEN).order_by(AuditEntry.at)
        assert list(database.scalars(noted)) == [NOW + timedelta(minutes=1), NOW + timedelta(minutes=31)]
