"""Seen: the signed proof that a version of an agreement was shown to somebody in a certain minute.

Only the offline outbox sends it: an answer that was given before closing is then taken after it (rule 3). Whoever makes
one up, or takes that of another meeting or version, has none.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from functools import lru_cache

from flask import current_app
from itsdangerous import Signer

from blueprints.answer_form import AnswerForm
from models.clock import minute_of, moment_at

SALT = "afstemt-seen"
#: Version, minutes since 1970, signature.
_SEEN = re.compile(r"([1-9][0-9]{0,3})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


def sign_seen(code: str, version: int, at: datetime) -> str:
    """The proof that this version of the meeting's agreement was shown in the minute of ``at``. URL-safe."""
    minute = minute_of(at)
    signature = _signer(current_app.config["SECRET_KEY"]).get_signature(_said(code, version, minute))
    return f"{version}.{minute}.{signature.decode()}"


def proven_minute(code: str, form: AnswerForm, at: datetime) -> datetime | None:
    """The minute in which the version that the form answers was shown, not after ``at``; None where that is not
    proven. Whether the meeting was open then is the model's to judge."""
    found = _SEEN.fullmatch(form.seen)
    if found is None:
        return None
    version, minute = int(found[1]), int(found[2])
    if version != form.agreement or minute > minute_of(at):
        return None
    is_signed = _signer(current_app.config["SECRET_KEY"]).verify_signature(_said(code, version, minute), found[3])
    return moment_at(minute) if is_signed else None


def _said(code: str, version: int, minute: int) -> bytes:
    return f"{code}.{version}.{minute}".encode()


@lru_cache(1)
def _signer(secret: str) -> Signer:
    return Signer(secret, SALT, key_derivation="hmac", digest_method=hashlib.sha256)
