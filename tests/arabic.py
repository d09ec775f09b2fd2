"""A test-only Arabic: the English in Arabic letters. It shows right-to-left without anybody having translated."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUE = Path(__file__).parent.parent / "translations" / "da" / "LC_MESSAGES" / "messages.po"

_KEPT = re.compile(r"(%\(\w+\)[a-z]|%%|\{[^{}]*\}|<[^<>]*>|&\w+;)")
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابثدعفغهيجكلمنوبقرستوفوخيز")


def arabic(text: str) -> str:
    """The text in Arabic letters, its placeholders and marks kept."""
    return "".join(part if _KEPT.fullmatch(part) else part.lower().translate(_LETTERS) for part in _KEPT.split(text))


def write_catalogue(folder: Path) -> None:
    """A compiled catalogue for every English message, each plural in all six Arabic forms."""
    with CATALOGUE.open("rb") as file:
        messages = read_po(file, locale="da")
    catalogue = Catalog(locale="ar")
    for message in messages:
        if not message.id:
            continue
        if isinstance(message.id, str):
            catalogue.add(message.id, arabic(message.id), context=message.context)
        else:
            one, many = map(arabic, message.id)
            forms = (many, one, *[many] * (catalogue.num_plurals - 2))
            catalogue.add(message.id, forms, context=message.context)
    path = folder / "ar" / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
