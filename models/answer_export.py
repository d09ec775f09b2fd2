"""The file of answers: a meeting's answers row by row, streamed: a million of them need no more memory than ten.

Nothing in a row leads back to its citizen: the reference is a keyed hash, the order is that of the keys' hashes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Integer, String, bindparam, cast, func, select, type_coerce

from models.agreement import version_bit
from models.answer import Answer, Channel, Doubt
from models.base import session
from models.code import ALPHABET
from models.export import smallest_group
from models.meeting import Meeting

ROWS_AT_ONCE = 1000
REFERENCE_LENGTH = 10

#: Different combinations of version, language and doubts that are remembered while a meeting's rows pass.
_COMBINATIONS = 4096
#: A byte to a letter or digit, each equally likely.
_LETTERS_OR_DIGITS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_LETTERS = [character for character in ALPHABET if character.isalpha()]


class Given(NamedTuple):
    """What an answer says; many answers say the same. Doubts are positions in ``agreement``. ``language`` is None where
    fewer answers of the meeting share it than the limit of rule 6; ``helped`` for all of a meeting in which fewer share
    either of its two values, but for none at all: blanks would tell them apart as well."""

    agreement: int
    changed: bool
    language: str | None
    helped: bool | None
    channel: str
    understood_first: bool
    understood_now: bool
    unclear_first: tuple[int, ...]
    unclear_now: tuple[int, ...]
    late: bool


#: Reference, minute of the first acceptance since 1970, and what was given. Bare, because there may be a million.
AnswerRow = tuple[str, int, Given]


def answer_rows(meeting: Meeting, reference_key: bytes) -> Iterator[list[AnswerRow]]:
    """The answers of a meeting, some at a time; none of a meeting below the limit of rule 6.

    ``reference_key`` (16–64 bytes) is a secret that never changes, so that a row keeps its reference from file to file.
    """
    limit, languages, helped = smallest_group(meeting), Counter[str](), Counter[bool]()
    for language, is_helped, answers in session().execute(_GROUPS, {"meeting_id": meeting.id}):
        languages[language] += answers
        helped[bool(is_helped)] += answers
    if languages.total() < limit:
        return
    shared = frozenset(language for language, answers in languages.items() if answers >= limit)
    reference, given = _reference(meeting, reference_key), _given(meeting, shared, min(helped.values()) >= limit)
    options = {"yield_per": ROWS_AT_ONCE}
    found = session().connection().execute(_ANSWERS, {"meeting_id": meeting.id}, execution_options=options)
    for some in found.partitions():
        yield [(reference(key_hash), minute, given(*rest)) for key_hash, minute, *rest in some]


def _reference(meeting: Meeting, key: bytes) -> Callable[[bytes], str]:
    """Ten characters that begin with a letter, so that no spreadsheet takes them for a number."""
    keyed = blake2b(meeting.code.encode(), digest_size=REFERENCE_LENGTH, key=key)

    def reference(key_hash: bytes) -> str:
        hashed = keyed.copy()
        hashed.update(key_hash)
        digest = hashed.digest()
        return _LETTERS[digest[0] % len(_LETTERS)] + digest[1:].translate(_LETTERS_OR_DIGITS).decode("ascii")

    return reference


def _given(meeting: Meeting, shared_languages: frozenset[str], tells_helped: bool) -> Callable[..., Given]:
    """What the columns of ``_ANSWERS`` say, worked out once for all answers that say the same."""
    positions = {
        agreement.number: {point.point_id: point.position for point in agreement.points}
        for agreement in meeting.agreements
    }
    newest = frozenset(positions[max(positions)])

    @lru_cache(_COMBINATIONS)
    def given(
        agreement: int,
        changed: bool,
        language: str,
        helped: bool,
        channel: str,
        understood_first: bool,
        late: bool,
        doubts: str | None,
    ) -> Given:
        marks = [divmod(int(mark), 4) for mark in doubts.split(",")] if doubts else []
        first = [point for point, ticked in marks if ticked & 2]
        now = [point for point, ticked in marks if ticked & 1]
        position = positions[agreement]
        return Given(
            agreement=agreement,
            changed=bool(changed),
            language=language if language in shared_languages else None,
            helped=bool(helped) if tells_helped else None,
            channel=Channel[channel].value,
            understood_first=bool(understood_first),
            understood_now=bool(meeting.current_versions & version_bit(agreement)) and newest.isdisjoint(now),
            unclear_first=tuple(sorted(position[point] for point in first if point in position)),
            unclear_now=tuple(sorted(position[point] for point in now if point in position)),
            late=bool(late),
        )

    return given


_answer, _doubt = Answer.__table__.c, Doubt.__table__.c

_GROUPS = (
    select(_answer.language, _answer.helped, func.count())
    .where(_answer.meeting_id == bindparam("meeting_id"), ~_answer.voided)
    .group_by(_answer.language, _answer.helped)
)

#: Per doubt one number: the point's id × 4, + 2 when it was raised first, + 1 when it is unclear now.
_DOUBT = _doubt.point_id * 4 + cast(_doubt.raised_first, Integer) * 2 + cast(_doubt.unclear, Integer)
_DOUBTS = (
    select(func.aggregate_strings(cast(_DOUBT, String), ","))
    .where(_doubt.answer_id == _answer.id)
    .correlate(Answer.__table__)
    .scalar_subquery()
)
_ANSWERS = (
    select(
        _answer.key_hash,
        _answer.first_minute,
        _answer.agreement,
        _answer.changed_minute.is_not(None),
        _answer.language,
        _answer.helped,
        # As stored: the enumeration would be looked up for every row.
        type_coerce(_answer.channel, String),
        _answer.understood_first,
        _answer.late,
        _DOUBTS,
    )
    .where(_answer.meeting_id == bindparam("meeting_id"), ~_answer.voided)
    .order_by(_answer.key_hash)
)
