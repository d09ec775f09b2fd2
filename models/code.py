"""The meeting's code: eight characters of Crockford's alphabet, forgiving to read aloud and to type."""

from __future__ import annotations

import re
import secrets
import unicodedata
from urllib.parse import unquote

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
LONGEST_TYPED = 2000

_LOOKALIKES = str.maketrans("OIL", "011")
_IN_ADDRESS = re.compile(r"(?:(?:^|/)m/|/join/?\?(?:[^#\s]*&)?code=)([^/?#&\s]+)", re.IGNORECASE)
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new_code() -> str:
    """A random code: nearly 40 bits, so that guessing under the throttle finds nothing. It never ends in four digits:
    a spreadsheet takes ``123E-4567`` for a number and ``MAR1-2026`` for a date."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not code[LENGTH // 2 :].isdigit():
            return code


def parse_code(typed: str) -> str | None:
    """The canonical code in any spelling: lower case, spaces, hyphens, ``O`` for 0, ``I`` or ``L`` for 1, the digits of
    another script, a pasted address. None when it can't be a code."""
    if len(typed) > LONGEST_TYPED:
        return None
    pasted = _IN_ADDRESS.search(typed.strip())
    text = unquote(pasted.group(1)) if pasted else typed
    characters = "".join(_latin(character) for character in text.upper() if character.isalnum()).translate(_LOOKALIKES)
    return characters if _CODE.fullmatch(characters) else None


def is_code(text: str) -> bool:
    """Whether the text is a code as it is stored."""
    return _CODE.fullmatch(text) is not None


def shown_code(code: str) -> str:
    """As people read it: ``K7M4-QX2P``."""
    return f"{code[:4]}-{code[4:]}"


def _latin(character: str) -> str:
    """A digit as ours: an Arabic keyboard has others."""
    return str(unicodedata.decimal(character, character))
