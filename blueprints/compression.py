"""Compression: which coding a client takes, and pages compressed once though each reader gets a word of their own."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import brotli
from flask import request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

GZIP, BROTLI = "gzip", "br"
HARDEST = 9
HARDEST_BROTLI = 11
#: Of the gzip format: no name, no time, any system. Then come raw deflate, and the plain bytes' CRC-32 and length.
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
#: What zlib ends a flush with: the lengths of a stored block that holds nothing.
EMPTY_BLOCK = b"\0\0\xff\xff"
#: How far back deflate refers.
WINDOW = 1 << 15
#: A byte that UTF-8 never has. It stands for the word, so that no piece refers to what is there.
IN_NO_TEXT = b"\xff"


def taken(*offered: str) -> str | None:
    """The first of the ``offered`` codings that the request's client takes; None if it wants the bytes as they are."""
    return _taken(request.headers.get("Accept-Encoding", ""), offered)


@lru_cache(maxsize=64)
def _taken(accept_encoding: str, offered: tuple[str, ...]) -> str | None:
    accepted = parse_accept_header(accept_encoding, Accept)
    return next((coding for coding in offered if accepted.quality(coding) > 0), None)


def compressed(content: bytes, coding: str) -> bytes:
    """As small as the coding makes it. Takes long, up to a tenth of a second for 50 KB: for what is kept."""
    if coding == BROTLI:
        return bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=HARDEST_BROTLI))
    return _gzip(_deflated(content, b"", zlib.Z_FINISH), content)


class Spliced:
    """A page in pieces, with the same word between each two of them, plain and as gzip.

    Gzip is made once for each piece. The word goes between them as it is, as a stored block of deflate, so that a page
    costs a join and a checksum. Every word must be as long as the one before: the pieces refer to each other across it,
    by distance.

    Compressed together, a secret and what an attacker can add beside it betray each other by their length. Here nothing
    meets: the word is drawn for this one reply and is stored, not compressed, and no part of a request is in the page.
    """

    def __init__(self, pieces: Sequence[bytes], length: int) -> None:
        """``length`` is each word's, in bytes."""
        self._pieces = list(pieces)
        self._length = length
        self._deflated: list[bytes] = []

    def plain(self, word: bytes) -> bytes:
        return word.join(self._pieces)

    def gzip(self, word: bytes) -> bytes:
        """What decompresses to ``plain(word)``. The first time it takes a millisecond or two."""
        if len(word) != self._length:
            raise ValueError(f"a word of {self._length} bytes is needed, not one of {len(word)}")
        deflated = self._deflated or self._deflate()
        return _gzip(word.join(deflated), word.join(self._pieces))

    def _deflate(self) -> list[bytes]:
        """The pieces as raw deflate, each but the last ended by the head of a stored block as long as a word. Two
        threads that come at once make the same."""
        head = self._length.to_bytes(2, "little") + (self._length ^ 0xFFFF).to_bytes(2, "little")
        *others, last = self._pieces
        before, deflated = b"", []
        for piece in others:
            deflated.append(_deflated(piece, before, zlib.Z_SYNC_FLUSH).removesuffix(EMPTY_BLOCK) + head)
            before += piece + IN_NO_TEXT * self._length
        self._deflated = [*deflated, _deflated(last, before, zlib.Z_FINISH)]
        return self._deflated


def _deflated(piece: bytes, before: bytes, flush: int) -> bytes:
    """A piece that refers back to what stands before it."""
    deflate = zlib.compressobj(HARDEST, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zdict=before[-WINDOW:])
    return deflate.compress(piece) + deflate.flush(flush)


def _gzip(deflated: bytes, plain: bytes) -> bytes:
    return b"".join(
        (GZIP_HEAD, deflated, zlib.crc32(plain).to_bytes(4, "little"), (len(plain) & 0xFFFFFFFF).to_bytes(4, "little"))
    )
