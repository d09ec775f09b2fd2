"""Questions: the citizen's to change, the leader's to hide, and once deleted never back by a resend (rules 6 and 8)."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.answer import Answer, hash_of_key
from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.meeting import Meeting
from models.question import LONGEST_QUESTION, Question
from models.voiding import Voiding
from tests.factories import Cast, a_meeting, answer, points_of

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, now=NOW)


def asked(meeting: int) -> dict[str, bool]:
    """Every question that has words, and whether it is hidden."""
    with reading():
        return {str(each.text): each.hidden for each in Question.of_meeting(session().get_one(Meeting, meeting))}


def only_question(meeting: int) -> Question:
    (question,) = Question.of_meeting(session().get_one(Meeting, meeting))
    return question


def revision(meeting: int) -> int:
    with reading():
        return session().get_one(Meeting, meeting).revision


def hide(cast: Cast, meeting: int, hidden: bool) -> None:
    with writing():
        only_question(meeting).set_hidden(hidden, cast.mette, NOW)


def forget(cast: Cast, meeting: int) -> None:
    with writing():
        only_question(meeting).forget(cast.mette, NOW)


def test_a_question_without_its_tick_is_kept_and_raises_no_doubt(meeting: int) -> None:
    key = answer(meeting, questions={1: "Hvad med tablets?"}, now=NOW)
    assert asked(meeting) == {"Hvad med tablets?": False}
    with reading():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        assert found.understood_first
        assert not found.unclear


def test_a_question_stays_when_the_answer_around_it_changes(cast: Cast, meeting: int) -> None:
    key = answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    hide(cast, meeting, hidden=True)
    answer(meeting, doubts=[1, 2], questions={1: "Hvorfor?"}, key=key, now=NOW)
    assert asked(meeting) == {"Hvorfor?": True}


def test_an_edited_question_is_shown_again(cast: Cast, meeting: int) -> None:
    key = answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    hide(cast, meeting, hidden=True)
    answer(meeting, questions={1: "Hvornår?"}, key=key, now=NOW)
    assert asked(meeting) == {"Hvornår?": False}


def test_a_question_taken_back_is_gone(meeting: int) -> None:
    key = answer(meeting, questions={1: "Hvorfor?", 2: "Hvornår?"}, now=NOW)
    answer(meeting, questions={2: "Hvornår?"}, key=key, now=NOW)
    assert asked(meeting) == {"Hvornår?": False}


def test_hiding_can_be_undone(cast: Cast, meeting: int) -> None:
    answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    for hidden in (True, False):
        before = revision(meeting)
        hide(cast, meeting, hidden)
        assert asked(meeting) == {"Hvorfor?": hidden}
        assert revision(meeting) == before + 1


def test_a_deleted_question_has_no_words_left(cast: Cast, meeting: int) -> None:
    answer(meeting, doubts=[1], questions={1: "Hvorfor, Mette?"}, now=NOW)
    before = revision(meeting)
    forget(cast, meeting)
    assert asked(meeting) == {}
    assert revision(meeting) == before + 1
    with reading() as database:
        left = database.get_one(Question, 1)
        assert (left.text, left.deleted_digest is not None) == (None, True)


def test_a_resend_of_the_same_words_does_not_bring_a_deleted_question_back(cast: Cast, meeting: int) -> None:
    key = answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    forget(cast, meeting)
    before = revision(meeting)
    answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, key=key, now=NOW)
    assert asked(meeting) == {}
    assert revision(meeting) == before


def test_a_change_elsewhere_does_not_bring_a_deleted_question_back_either(cast: Cast, meeting: int) -> None:
    key = answer(meeting, doubts=[1], questions={1: "Hvorfor?"}, now=NOW)
    forget(cast, meeting)
    answer(meeting, doubts=[1, 2], key=key, now=NOW)
    answer(meeting, doubts=[2], questions={1: "Hvorfor?", 2: "Hvornår?"}, key=key, now=NOW)
    assert asked(meeting) == {"Hvornår?": False}


def test_new_words_after_a_deletion_are_a_new_question(cast: Cast, meeting: int) -> None:
    key = answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    forget(cast, meeting)
    answer(meeting, questions={1: "Hvornår?"}, key=key, now=NOW)
    assert asked(meeting) == {"Hvornår?": False}


def test_the_same_words_of_another_citizen_are_not_kept_back(cast: Cast, meeting: int) -> None:
    answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    forget(cast, meeting)
    answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    assert asked(meeting) == {"Hvorfor?": False}


def test_the_newest_question_comes_first(meeting: int) -> None:
    for text in ("Først", "Så", "Sidst"):
        answer(meeting, questions={1: text}, now=NOW)
    assert list(asked(meeting)) == ["Sidst", "Så", "Først"]


def test_hiding_and_deleting_are_audited_without_the_words(cast: Cast, meeting: int) -> None:
    answer(meeting, questions={1: "En hemmelighed"}, now=NOW)
    hide(cast, meeting, hidden=True)
    hide(cast, meeting, hidden=False)
    forget(cast, meeting)
    with reading() as database:
        acts = (Act.QUESTION_HIDDEN, Act.QUESTION_SHOWN, Act.QUESTION_DELETED)
        entries = database.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.id)).all()
        assert [entry.act for entry in entries] == list(acts)
        assert {(entry.by_id, entry.at, entry.meeting_id) for entry in entries} == {(cast.mette.id, NOW, meeting)}
        assert "hemmelighed" not in str([entry.details for entry in entries])


def test_280_characters_are_a_question(meeting: int) -> None:
    answer(meeting, questions={1: "æ" * LONGEST_QUESTION}, now=NOW)
    assert asked(meeting) == {"æ" * LONGEST_QUESTION: False}


def test_a_question_is_found_in_its_own_meeting_only(cast: Cast, meeting: int) -> None:
    answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    other = a_meeting(cast, now=NOW)
    with reading() as database:
        question = only_question(meeting)
        assert Question.in_meeting(database.get_one(Meeting, meeting), question.id) is question
        assert Question.in_meeting(database.get_one(Meeting, other), question.id) is None


def answer_id(meeting: int, key: UUID) -> int:
    with reading():
        found = Answer.by_key(meeting, hash_of_key(key))
        assert found is not None
        return found.id


@pytest.mark.parametrize(
    "columns",
    [
        {"text": ""},
        {"text": "æ" * (LONGEST_QUESTION + 1)},
        {"text": None},
        {"text": "x", "deleted_digest": b"x" * 32},
    ],
    ids=["empty", "long", "neither asked nor deleted", "both"],
)
def test_the_database_itself_refuses_a_question_that_is_none(meeting: int, columns: dict[str, object]) -> None:
    answer_of = answer_id(meeting, answer(meeting, now=NOW))
    point = points_of(meeting)[0]
    with pytest.raises(IntegrityError), writing() as database:
        database.add(Question(answer_id=answer_of, point_id=point, **columns))


def page_revision(meeting: int) -> int:
    with reading():
        return session().get_one(Meeting, meeting).page_revision


def shown(meeting: int) -> list[tuple[str | None, str | None]]:
    """What citizens see of the questions: words, where published, and reply."""
    with reading():
        seen = Question.shown_to_citizens(session().get_one(Meeting, meeting))
        replies = [each.replied_in("da") for each in seen]
        return [
            (each.text if each.is_published else None, reply[1] if reply else None)
            for each, reply in zip(seen, replies, strict=True)
        ]


def act(meeting: int, do: Callable[[Question], None]) -> None:
    """One act on the only question. Whatever it is, the receipts of all citizens feel it."""
    before = page_revision(meeting)
    with writing():
        do(only_question(meeting))
    assert page_revision(meeting) == before + 1


def test_a_reply_is_seen_by_all_until_it_is_taken_back_and_its_words_stay_to_be_mended(
    cast: Cast, meeting: int
) -> None:
    answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    assert shown(meeting) == []
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": " Derfor. ", "en": " "}))
    assert shown(meeting) == [(None, "Derfor.")]
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW))
    assert shown(meeting) == [(None, "Derfor.")], "without a reply it stays"
    act(meeting, lambda question: question.reopen(cast.mette, NOW))
    assert shown(meeting) == []
    with reading():
        assert only_question(meeting).reply == {"da": "Derfor."}
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": "Derfor."}))
    assert shown(meeting) == [(None, "Derfor.")]
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": ""}))
    assert shown(meeting) == [], "an empty one takes it back"
    with pytest.raises(ValueError, match="too long"), writing():
        only_question(meeting).mark_answered(cast.mette, NOW, {"da": "æ" * 281})


def test_words_are_published_until_withdrawn_hidden_changed_or_deleted(cast: Cast, meeting: int) -> None:
    key = answer(meeting, questions={1: "Hvorfor?"}, now=NOW)

    def publish() -> None:
        act(meeting, lambda question: question.publish(cast.mette, NOW))
        assert len(shown(meeting)) == 1

    publish()
    act(meeting, lambda question: question.withdraw(cast.mette, NOW))
    assert shown(meeting) == []
    publish()
    act(meeting, lambda question: question.set_hidden(True, cast.mette, NOW))
    assert shown(meeting) == []
    with writing():
        only_question(meeting).publish(cast.mette, NOW)
    assert shown(meeting) == [], "a hidden one stays hidden"
    act(meeting, lambda question: question.set_hidden(False, cast.mette, NOW))
    assert shown(meeting) == [], "and is published anew, after the reminder"
    publish()
    before = page_revision(meeting)
    answer(meeting, questions={1: "Hvornår?"}, key=key, now=NOW)
    assert (shown(meeting), page_revision(meeting)) == ([], before + 1)
    publish()
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": "Derfor."}))
    act(meeting, lambda question: question.forget(cast.mette, NOW))
    assert shown(meeting) == []


def test_what_a_citizen_takes_back_others_do_not_see_any_more(cast: Cast, meeting: int) -> None:
    for take_back in ("question", "answer"):
        key = answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
        act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": "Derfor."}))
        before = page_revision(meeting)
        if take_back == "question":
            answer(meeting, key=key, now=NOW)
        else:
            with writing():
                found = Answer.by_key(meeting, hash_of_key(key))
                assert found is not None
                found.delete()
        assert (shown(meeting), page_revision(meeting)) == ([], before + 1)


def test_what_nobody_else_sees_leaves_their_receipts_alone(meeting: int) -> None:
    before = page_revision(meeting)
    key = answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    answer(meeting, questions={1: "Hvornår?"}, key=key, now=NOW)
    answer(meeting, key=key, now=NOW)
    assert page_revision(meeting) == before


def test_of_a_voided_answer_nobody_sees_anything(cast: Cast, meeting: int) -> None:
    answer(meeting, questions={1: "Hvorfor?"}, now=NOW)
    act(meeting, lambda question: question.mark_answered(cast.mette, NOW, {"da": "Derfor."}))
    act(meeting, lambda question: question.publish(cast.mette, NOW))
    before = page_revision(meeting)
    with writing() as database:
        Voiding.void(database.get_one(Meeting, meeting), NOW, NOW, cast.mette, NOW)
    assert (asked(meeting), shown(meeting)) == ({}, [])
    assert page_revision(meeting) == before + 1
