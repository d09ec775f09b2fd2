"""NewAnswer: an answer under a key that its meeting does not know: what a hall sends all at once.

It is put together before anybody waits for it. While others wait only its statements run, and the first of them
notices whether the meeting is still what it was when the answer was looked into.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from models.agreement import version_bit
from models.answer import Answer, Doubt
from models.clock import minute_of
from models.guess import note_guess
from models.meeting import Meeting
from models.offer import Offer
from models.prepared import Prepared
from models.question import Question
from models.submission import Sender, Submission
from models.throttle import Kind, Taking, Throttled

RETRY_FULL_MEETING = 3600
#: For answers that nobody sends, but somebody types in.
ANY_NUMBER = 2**31 - 1


class Overtaken(Exception):
    """The meeting has changed, or knows the key, since the answer was looked into: to be looked into again."""


class NewAnswer:
    """``other_changes``: how often the meeting had changed, but for new answers, when the answer was looked into;
    ``new_keys``: how many it had. ``voided``: it comes within a span that was voided. Raises ``Throttled`` where the
    meeting takes no more."""

    def __init__(
        self, meeting_id: int, other_changes: int, new_keys: int, submission: Submission, now: datetime,
        sender: Sender | None, *, late: bool, voided: bool,
    ) -> None:  # fmt: skip
        most = sender.most_keys if sender else ANY_NUMBER
        if new_keys >= most:
            raise Throttled(RETRY_FULL_MEETING)
        self._submission = submission
        self._taking = Taking(Kind.NEW_KEY, sender.subject, sender.allowance, now) if sender else None
        self._count_in = _COUNT_IN.bound(meeting=meeting_id, other_changes=other_changes, most=most)
        self._answer = _ANSWER.bound(
            meeting=meeting_id,
            key_hash=submission.key_hash,
            number=submission.agreement,
            versions=version_bit(submission.agreement),
            understood=not submission.doubts,
            minute=minute_of(now),
            language=submission.language,
            channel=submission.channel,
            helped=submission.helped,
            late=late,
            voided=voided,
        )

    def store(self) -> None:
        """Inside ``writing()`` or ``writing_prepared()``. Raises ``Overtaken`` or ``Throttled``: then nothing of it may
        be committed."""
        if not self._count_in.rows():
            raise Overtaken
        if self._taking is not None:
            self._taking.take()
        stored = self._answer.rows()
        if not stored:
            raise Overtaken
        [(answer_id,)] = stored
        submission = self._submission
        for point in submission.doubts:
            _DOUBT.rows(answer=answer_id, point=point, reasons=submission.reasons_for(point))
        for point, text in submission.questions.items():
            _QUESTION.rows(answer=answer_id, point=point, text=text)
        for point, expected in submission.guesses.items():
            note_guess(answer_id, point, expected)
        for point in submission.offers:
            _OFFER.rows(answer=answer_id, point=point)


#: Every change of a meeting raises its revision, and a new answer its number of new keys as well: the difference tells
#: all other changes from new answers.
_COUNT_IN = Prepared(
    update(Meeting)
    .where(
        Meeting.id == bindparam("meeting"),
        Meeting.revision - Meeting.new_keys == bindparam("other_changes"),
        Meeting.new_keys < bindparam("most"),
    )
    .values(revision=Meeting.revision + 1, new_keys=Meeting.new_keys + 1)
    .returning(Meeting.id)
)


def _answer_statement(insert: Callable[..., Any]) -> Any:
    return (
        insert(Answer)
        .values(
            meeting_id=bindparam("meeting"),
            key_hash=bindparam("key_hash", type_=LargeBinary),
            agreement=bindparam("number"),
            versions=bindparam("versions"),
            understood_first=bindparam("understood"),
            first_minute=bindparam("minute"),
            language=bindparam("language"),
            channel=bindparam("channel"),
            helped=bindparam("helped"),
            late=bindparam("late"),
            voided=bindparam("voided"),
        )
        .on_conflict_do_nothing(index_elements=["meeting_id", "key_hash"])
        .returning(Answer.id)
    )


_ANSWER = Prepared({"sqlite": _answer_statement(sqlite.insert), "postgresql": _answer_statement(postgresql.insert)})
_DOUBT = Prepared(
    insert(Doubt).values(
        answer_id=bindparam("answer"),
        point_id=bindparam("point"),
        raised_first=True,
        unclear=True,
        reasons=bindparam("reasons"),
    )
)
_QUESTION = Prepared(
    insert(Question).values(
        answer_id=bindparam("answer"), point_id=bindparam("point"), text=bindparam("text"), hidden=False
    )
)
_OFFER = Prepared(insert(Offer).values(answer_id=bindparam("answer"), point_id=bindparam("point")))
