"""The catalogue of the ready-made agreements: their Danish texts, to be translated like every other word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

import yaml

Found = tuple[int, None, str, list[str]]


def extract(file: IO[bytes], keywords: object, comment_tags: object, options: object) -> Iterator[Found]:  # noqa: ARG001 (Babel's signature)
    """Babel's extractor for a template's YAML: each Danish text, with the English as a comment for the translator."""
    yield from _texts(yaml.safe_load(file))


def _texts(value: Any) -> Iterator[Found]:
    if isinstance(value, Mapping):
        if "da" in value:
            yield 0, None, value["da"], [value["en"]]
            return
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
