"""Network addresses: known to the throttle only as an HMAC under a key of the day (rule 11)."""

from __future__ import annotations

import hmac
import re
from datetime import date
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from flask import request

from blueprints.access import now
from blueprints.headers import settings

#: A household or phone has a whole IPv6 network of this size to choose addresses from.
IPV6_PREFIX = 64
#: A proxy may say the port as well: `203.0.113.7:4711`, `[2001:db8::7]:4711`.
_WITH_PORT = re.compile(r"(?:\[([^\]]+)\]|([0-9.]+))(?::[0-9]+)?")


def hashed_address() -> bytes:
    """The sender's address, not to be recognised tomorrow."""
    return hashed(_network(request.remote_addr or ""))


def hashed(subject: str) -> bytes:
    """HMAC-SHA-256 under a key that changes every day."""
    return hmac.digest(_key_of(now().date(), settings().secret_key), subject.encode(), "sha256")


@lru_cache(1)
def _key_of(day: date, secret: str) -> bytes:
    return hmac.digest(secret.encode(), day.isoformat().encode(), "sha256")


def _network(address: str) -> str:
    found = _WITH_PORT.fullmatch(address)
    try:
        parsed = ip_address((found[1] or found[2]) if found else address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return f"{int(parsed) >> (128 - IPV6_PREFIX):x}"
        parsed = parsed.ipv4_mapped
    return str(parsed)
