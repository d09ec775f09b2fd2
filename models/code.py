"""The meeting's code: eight characters of Crockford's alphabet, forgiving to read aloud and to type."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlsplit

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
LONGEST_TYPED = 2000

_LOOKALIKES = str.maketrans("OIL", "011")
_IN_ADDRESS = re.compile(r"/m/([^/?#\s]+)", re.IGNORECASE)
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new_code() -> str:
    """A random code: 40 bits, so that guessing under the throttle finds nothing."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def parse_code(typed: str) -> str | None:
    """The canonical code in any spelling: lower case, spaces, hyphens, ``O`` for 0, ``I`` or ``L`` for 1, a pasted
    address. None when it can't be a code."""
    if len(typed) > LONGEST_TYPED:
        return None
    pasted = _IN_ADDRESS.search(_path_of(typed))
    text = pasted.group(1) if pasted else typed
    characters = "".join(character for character in text.upper() if character.isalnum()).translate(_LOOKALIKES)
    return characters if _CODE.fullmatch(characters) else None


def is_code(text: str) -> bool:
    """Whether the text is a code as it is stored."""
    return _CODE.fullmatch(text) is not None


def shown_code(code: str) -> str:
    """As people read it: ``K7M4-QX2P``."""
    return f"{code[:4]}-{code[4:]}"


def _path_of(typed: str) -> str:
    try:
        return urlsplit(typed.strip()).path
    except ValueError:
        return ""
