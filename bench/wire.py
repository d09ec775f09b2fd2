"""What phones and tablets send, as bytes ready to be sent."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

COMPRESSED = {"Accept-Encoding": "gzip, deflate, br"}
PHONE = (
    "Host: 127.0.0.1\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 15; Mobile) Firefox/140.0\r\n"
    "Accept: text/html,application/xhtml+xml\r\n"
    "Accept-Language: da,en;q=0.8\r\n"
    f"Accept-Encoding: {COMPRESSED['Accept-Encoding']}\r\n"
)


def gets(path: str, headers: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """The same GET over and over."""
    more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    return itertools.repeat(f"GET {path} HTTP/1.1\r\n{PHONE}{more}\r\n".encode())


def answers(code: str, points: Sequence[int]) -> Iterator[bytes]:
    """Answers with one doubt, each under its own key, as a phone without script sends them: no question left out."""
    asked = "".join(f"&question-{point}=" for point in points)
    key_length = len(str(UUID(int=0)))
    tail = f"&agreement=1&lang=da&unclear={points[0]}{asked}".encode()
    head = (
        f"POST /m/{code}/answers HTTP/1.1\r\n{PHONE}Origin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len('key=') + key_length + len(tail)}\r\n\r\nkey="
    ).encode()
    while True:
        drawn = secrets.token_hex(10).encode()
        yield b"%b%b-0000-4000-8000-%b%b" % (head, drawn[:8], drawn[8:], tail)
