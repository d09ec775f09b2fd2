"""Talked about: who is asked after it, until when, and that it can be undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from models.answer import Answer, hash_of_key
from models.audit import Act, AuditEntry
from models.base import Texts, reading, session, writing
from models.invitation import Invitations, invitations
from models.meeting import Meeting, WrongState
from models.publishing import publish_draft
from models.receiving import receive
from models.submission import Submission
from models.talked_about import LONGEST_EXPLANATION, NotInTheText, TalkedAbout, TalkReply
from tests.factories import Cast, a_meeting, a_point, a_wording, answer, code_of, points_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
WORDS = "Pauserne ligger kl. 10 og 12."


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOW)


def mark(cast: Cast, meeting: int, position: int = 1, said: Texts | None = None, now: datetime = NOW) -> int:
    point = points_of(meeting)[position - 1]
    with writing() as database:
        return TalkedAbout.mark(database.get_one(Meeting, meeting), point, cast.mette, now, said).id


def withdraw(cast: Cast, talk: int, now: datetime = NOW) -> None:
    with writing() as database:
        database.get_one(TalkedAbout, talk).withdraw(cast.mette, now)


def asked(meeting: int, key: UUID, now: datetime = NOW) -> Invitations:
    with reading():
        found = invitations(code_of(meeting), hash_of_key(key), now)
    assert found is not None
    return found


def reply(meeting: int, key: UUID, talk: int, *doubts: int) -> None:
    """Press Ja or Nej: the whole answer again, with the doubts that stay."""
    points = points_of(meeting)
    with writing():
        ticked = frozenset(points[position - 1] for position in doubts)
        receive(code_of(meeting), Submission(hash_of_key(key), 1, "da", ticked, talk=talk), NOW, sender=None)


def latest(meeting: int) -> dict[int, int]:
    with reading() as database:
        return {point: talk.id for point, talk in TalkedAbout.latest(database.get_one(Meeting, meeting)).items()}


def revision(meeting: int) -> int:
    with reading() as database:
        return database.get_one(Meeting, meeting).revision


def publish(cast: Cast, meeting: int, *, purpose: str | None = None) -> None:
    """The next version: a new point first, or another purpose."""
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        wording = a_wording() if purpose is None else a_wording(purpose={"da": purpose})
        points = (a_point(9, title={"da": "Et nyt punkt"}), *wording.points) if purpose is None else wording.points
        found.draft.save(replace(wording, points=points), cast.mette.id, NOW)
        publish_draft(found, NOW, cast.mette)


def test_a_talk_says_what_who_and_when_and_is_audited_without_its_words(cast: Cast, meeting: int) -> None:
    before = revision(meeting)
    talk = mark(cast, meeting, said={"da": f" {WORDS} ", "en": "  "})
    with reading() as database:
        found = database.get_one(TalkedAbout, talk)
        assert (found.point_id, found.at, found.by_id) == (points_of(meeting)[0], NOW, cast.mette.id)
        assert found.explanation == {"da": WORDS}
        entry = database.scalars(select(AuditEntry).where(AuditEntry.act == Act.TALKED_ABOUT)).one()
    assert entry.details == {"point": points_of(meeting)[0], "explained": True}
    assert revision(meeting) > before


def test_an_explanation_is_said_in_a_language_that_it_has() -> None:
    talk = TalkedAbout(explanation={"en": "Later.", "da": "Senere."})
    assert talk.said_in("en") == ("en", "Later.")
    assert talk.said_in("ar") == ("da", "Senere.")
    assert TalkedAbout(explanation={"en": "Later."}).said_in("da") == ("en", "Later.")
    assert TalkedAbout(explanation={}).said_in("da") is None


def test_an_explanation_is_short(cast: Cast, meeting: int) -> None:
    mark(cast, meeting, said={"da": "æ" * LONGEST_EXPLANATION})
    with pytest.raises(ValueError, match="too long"):
        mark(cast, meeting, said={"da": "æ" * (LONGEST_EXPLANATION + 1)})


def test_only_an_open_meeting_is_talked_in(cast: Cast, meeting: int) -> None:
    talk = mark(cast, meeting)
    with pytest.raises(WrongState):
        mark(cast, a_meeting(cast, state="closed", now=NOW))
    later = NOW + timedelta(days=3)
    with pytest.raises(WrongState):
        mark(cast, meeting, now=later)
    with pytest.raises(WrongState):
        withdraw(cast, talk, later)


def test_only_a_point_of_the_newest_version_is_talked_about(cast: Cast, meeting: int) -> None:
    elsewhere = points_of(a_meeting(cast, now=NOW))[0]
    with writing() as database, pytest.raises(NotInTheText):
        TalkedAbout.mark(database.get_one(Meeting, meeting), elsewhere, cast.mette, NOW)


def test_undone_nobody_is_asked_and_an_earlier_talk_stands_again(cast: Cast, meeting: int) -> None:
    key, point = answer(meeting, [1], now=NOW), points_of(meeting)[0]
    first = mark(cast, meeting)
    second = mark(cast, meeting, now=NOW + timedelta(minutes=5))
    assert (latest(meeting), asked(meeting, key).talks) == ({point: second}, (second,))
    before = revision(meeting)
    withdraw(cast, second)
    assert revision(meeting) > before
    assert (latest(meeting), asked(meeting, key).talks) == ({point: first}, (first,))
    withdraw(cast, second)
    assert latest(meeting) == {point: first}, "once more it changes nothing"
    withdraw(cast, first)
    assert (latest(meeting), asked(meeting, key).talks) == ({}, ())
    with reading() as database:
        acts = database.scalars(select(AuditEntry.act).where(AuditEntry.act == Act.TALK_WITHDRAWN)).all()
    assert len(acts) == 2


def test_only_those_with_a_doubt_on_the_point_are_asked(cast: Cast, meeting: int) -> None:
    doubter, other, clear = answer(meeting, [1, 2], now=NOW), answer(meeting, [2], now=NOW), answer(meeting, now=NOW)
    talk = mark(cast, meeting)
    assert asked(meeting, doubter).talks == (talk,)
    assert asked(meeting, other).talks == asked(meeting, clear).talks == ()
    assert asked(meeting, other).may_come
    assert asked(meeting, clear).may_come, "a reply to somebody else's question may come to anybody"
    again = mark(cast, meeting, 2)
    assert asked(meeting, doubter).talks == (talk, again)


def test_nobody_unknown_is_asked(cast: Cast, meeting: int) -> None:
    key, other = answer(meeting, [1], now=NOW), a_meeting(cast, now=NOW)
    with reading():
        assert invitations(code_of(meeting), hash_of_key(uuid4()), NOW) is None
        assert invitations(code_of(other), hash_of_key(key), NOW) is None


def test_after_yes_the_doubt_is_cleared_and_after_no_it_is_not_asked_again(cast: Cast, meeting: int) -> None:
    yes, no = answer(meeting, [1, 2], now=NOW), answer(meeting, [1, 2], now=NOW)
    talk, point = mark(cast, meeting), points_of(meeting)[0]
    reply(meeting, yes, talk, 2)
    reply(meeting, no, talk, 1, 2)
    reply(meeting, no, talk, 1, 2)
    assert asked(meeting, yes).talks == asked(meeting, no).talks == ()
    with reading():
        unclear = [Answer.by_key(meeting, hash_of_key(key)) for key in (yes, no)]
        assert [point in found.unclear for found in unclear if found] == [False, True]
        assert len(session().scalars(select(TalkReply)).all()) == 2
    again = mark(cast, meeting, now=NOW + timedelta(minutes=5))
    assert asked(meeting, no).talks == (again,)
    assert asked(meeting, yes).talks == ()


def test_a_doubt_that_comes_back_is_not_asked_after_the_talk_that_had_cleared_it(cast: Cast, meeting: int) -> None:
    key, talk = answer(meeting, [1], now=NOW), mark(cast, meeting)
    reply(meeting, key, talk)
    answer(meeting, [1], key=key, now=NOW)
    assert asked(meeting, key).talks == ()


def test_a_reply_to_a_talk_of_another_meeting_is_none(cast: Cast, meeting: int) -> None:
    other = a_meeting(cast, now=NOW)
    key, doubter = answer(meeting, [1], now=NOW), answer(other, [1], now=NOW)
    talk = mark(cast, other)
    reply(meeting, key, talk, 1)
    reply(meeting, key, talk + 99, 1)
    with reading():
        assert session().scalars(select(TalkReply)).all() == []
    assert asked(other, doubter).talks == (talk,)


def test_a_talk_is_not_lost_by_later_versions(cast: Cast, meeting: int) -> None:
    key, talk, point = answer(meeting, [1], now=NOW), mark(cast, meeting), points_of(meeting)[0]
    publish(cast, meeting)
    assert points_of(meeting)[1] == point
    assert latest(meeting) == {point: talk}
    assert asked(meeting, key).talks == (), "an answer to an outdated text is given anew first"
    answer(meeting, [2], key=key, now=NOW)
    assert asked(meeting, key).talks == (talk,)


def test_after_the_end_nothing_is_asked(cast: Cast, meeting: int) -> None:
    key = answer(meeting, [1], now=NOW)
    mark(cast, meeting)
    assert asked(meeting, key).may_come
    assert asked(meeting, key, NOW + timedelta(days=3)) == Invitations((), False, "ended-2")
    with writing() as database:
        database.get_one(Meeting, meeting).close(NOW, cast.mette)
    assert asked(meeting, key) == Invitations((), False, "ended-3")


def test_the_state_differs_with_whatever_a_receipt_would_show(cast: Cast, meeting: int) -> None:
    key, other = answer(meeting, [1], now=NOW), answer(meeting, [1], now=NOW)
    seen = [asked(meeting, key).state]
    answer(meeting, [2], key=other, now=NOW)
    assert asked(meeting, key).state == seen[0], "what others answer does not touch it"
    talk = mark(cast, meeting)
    seen.append(asked(meeting, key).state)
    mark(cast, meeting, said={"da": WORDS})
    seen.append(asked(meeting, key).state)
    answer(meeting, [1, 2], key=key, now=NOW)
    seen.append(asked(meeting, key).state)
    reply(meeting, key, talk + 1, 1, 2)
    seen.append(asked(meeting, key).state)
    assert len(set(seen)) == len(seen)


def test_with_its_answer_a_reply_is_gone_and_with_its_meeting_a_talk(cast: Cast, meeting: int) -> None:
    key, talk = answer(meeting, [1], now=NOW), mark(cast, meeting)
    reply(meeting, key, talk, 1)
    with writing():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        found.delete()
    with reading():
        assert session().scalars(select(TalkReply)).all() == []
    with writing() as database:
        database.get_one(Meeting, meeting).delete(cast.mette, NOW)
    with reading():
        assert session().scalars(select(TalkedAbout)).all() == []
