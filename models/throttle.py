"""Throttle: against stuffing and guessing, without accounts and with a whole school behind one address (rule 11).

A bucket per kind and subject holds ``burst`` tokens and is refilled evenly. It stands in the database, so that all
workers share it. A subject is never an address in clear: the caller gives its HMAC under a key of the day.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Float, LargeBinary, bindparam, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from models.base import BY_KEY, Base, session
from models.prepared import Prepared

KEPT_FOR = timedelta(hours=1)
FORGETTING_EVERY = timedelta(minutes=1)
NEVER = 1e12

_forgotten_at = 0.0


class Kind(enum.Enum):
    NEW_KEY = "NEW_KEY"
    WRONG_CODE = "WRONG_CODE"
    SIGN_IN_OF_EMAIL = "SIGN_IN_OF_EMAIL"
    SIGN_IN_FROM_ADDRESS = "SIGN_IN_FROM_ADDRESS"


@dataclass(frozen=True)
class Allowance:
    """``burst`` at once, then evenly ``refill`` in each ``period``. Without a refill it is a window: ``burst`` in a
    ``period`` that begins with the first, and no more until it is over."""

    burst: int
    refill: int
    period: timedelta

    @property
    def per_second(self) -> float:
        return self.refill / self.period.total_seconds()

    @property
    def window(self) -> float:
        """Seconds after which all tokens are there again, whatever was taken."""
        return NEVER if self.refill else self.period.total_seconds()


@dataclass
class Throttled(Exception):
    """Too many. Try again after ``retry_after`` whole seconds."""

    retry_after: int


class Bucket(Base):
    __tablename__ = "throttle"
    __table_args__ = BY_KEY

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    #: Seconds since 1970: when it was last refilled, or when its window began.
    at: Mapped[float] = mapped_column(Float)


class Taking:
    """One token to be taken, put together before anybody waits for it."""

    def __init__(self, kind: Kind, subject: bytes, allowance: Allowance, now: datetime) -> None:
        self._of, self._now = (kind, subject, allowance), now
        self._statement = _TAKE.bound(
            kind=kind.value, subject=subject, now=now.timestamp(), burst=float(allowance.burst),
            first=allowance.burst - 1.0, rate=allowance.per_second, window=allowance.window,
        )  # fmt: skip

    def take(self) -> None:
        """Take it or raise ``Throttled``. One statement, so that two workers can't take the same one."""
        if not self._statement.rows():
            raise Throttled(_wait(*self._of, self._now.timestamp()))
        _forget_now_and_then(self._now)


def take(kind: Kind, subject: bytes, allowance: Allowance, now: datetime) -> None:
    """Take one token or raise ``Throttled``."""
    Taking(kind, subject, allowance, now).take()


def give_back(kind: Kind, subject: bytes, allowance: Allowance) -> None:
    """Return the token of a try that turned out well."""
    bucket = (Bucket.kind == kind.value, Bucket.subject == subject, Bucket.tokens + 1 <= allowance.burst)
    session().execute(update(Bucket).where(*bucket).values(tokens=Bucket.tokens + 1))


def forget(now: datetime) -> None:
    """No subject, hashed as it is, is kept for more than an hour after it was last seen."""
    _FORGET.rows(before=(now - KEPT_FOR).timestamp())


def _forget_now_and_then(now: datetime) -> None:
    """At most once a minute in each worker: old subjects go, and the hot path stays short."""
    global _forgotten_at  # noqa: PLW0603  (one moment a process)
    if now.timestamp() - _forgotten_at >= FORGETTING_EVERY.total_seconds():
        _forgotten_at = now.timestamp()
        forget(now)


def _wait(kind: Kind, subject: bytes, allowance: Allowance, seconds: float) -> int:
    tokens, at = map(float, *_BUCKET.rows(kind=kind.value, subject=subject))
    until_one = (1 - tokens) / allowance.per_second if allowance.refill else allowance.window
    return max(1, ceil(until_one - (seconds - at)))


def _take_statement(insert: Callable[..., Any]) -> Any:
    now, burst, rate, window = (bindparam(name, type_=Float) for name in ("now", "burst", "rate", "window"))
    is_over = now - Bucket.at >= window
    refilled = Bucket.tokens + (now - Bucket.at) * rate
    full = case((is_over, burst), (refilled > burst, burst), else_=refilled)
    # A window's beginning stays until it is over; a bucket that is refilled is so from now on.
    since = case((or_(is_over, rate > 0), now), else_=Bucket.at)
    return (
        insert(Bucket)
        .values(kind=bindparam("kind"), subject=bindparam("subject"), tokens=bindparam("first"), at=now)
        .on_conflict_do_update(
            index_elements=["kind", "subject"], set_={"tokens": full - 1, "at": since}, where=full >= 1
        )
        .returning(Bucket.tokens)
    )


_BUCKET = Prepared(
    select(Bucket.tokens, Bucket.at).where(
        Bucket.kind == bindparam("kind"), Bucket.subject == bindparam("subject", type_=LargeBinary)
    )
)
_FORGET = Prepared(delete(Bucket).where(Bucket.at < bindparam("before", type_=Float)))
_TAKE = Prepared({"sqlite": _take_statement(sqlite.insert), "postgresql": _take_statement(postgresql.insert)})
