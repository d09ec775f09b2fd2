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
#: For pages, which are made anew every minute: a third of the time, and hardly larger.
HARD_BROTLI = 10
#: Of the gzip format: no name, no time, any system. Then come raw deflate, and the plain bytes' CRC-32 and length.
GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
#: What zlib ends a flush with: the lengths of a stored block that holds nothing.
EMPTY_BLOCK = b"\0\0\xff\xff"
#: How far back deflate refers.
WINDOW = 1 << 15
#: A byte that UTF-8 never has. It stands for the word, so that no piece refers to what is there.
IN_NO_TEXT = b"\xff"
#: Brotli looks at so many bytes to decide how it codes the next.
BEFORE_A_LETTER = 2


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
    """A page in pieces, with the same word between each two of them: plain, as gzip and as brotli (RFC 7932).

    Each piece is compressed once. The word goes between them as it is, as a stored block of deflate or an uncompressed
    meta-block of brotli, so that a page costs a join. Every word must be as long as the one before: the pieces refer to
    each other across it, by distance.

    Compressed together, a secret and what an attacker can add beside it betray each other by their length. Here nothing
    meets: the word is drawn for this one reply and is stored, not compressed, and no part of a request is in the page.
    """

    def __init__(self, pieces: Sequence[bytes], length: int) -> None:
        """``length`` is each word's, in bytes."""
        self._pieces = list(pieces)
        self._length = length
        self._deflated: list[bytes] = []
        self._brotli: list[bytes] | None = None

    def plain(self, word: bytes) -> bytes:
        return word.join(self._pieces)

    def gzip(self, word: bytes) -> bytes:
        """What decompresses to ``plain(word)``. The first time it takes a millisecond or two."""
        self._refuse_another_length(word)
        deflated = self._deflated or self._deflate()
        return _gzip(word.join(deflated), word.join(self._pieces))

    def brotli(self, word: bytes) -> bytes | None:
        """The same, an eighth smaller; None where the pieces can't be put together so. The first time it takes ten
        milliseconds."""
        self._refuse_another_length(word)
        pieces = self._brotli if self._brotli is not None else self._compress_with_brotli()
        return word.join(pieces) if pieces else None

    def _refuse_another_length(self, word: bytes) -> None:
        if len(word) != self._length:
            raise ValueError(f"a word of {self._length} bytes is needed, not one of {len(word)}")

    def _compress_with_brotli(self) -> list[bytes]:
        """The pieces, each but the last ended by the head of an uncompressed meta-block. Two threads that come at once
        make the same.

        The compressor is shown bytes in the word's place, so that all distances are right, and what it makes of them is
        dropped. How a letter is coded depends on the two bytes before it: the first two of a piece go with the word.
        Were those bytes taken for something that came before, the next distances would be wrong: so it is opened once,
        and given up if it is not what it should be.
        """
        compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=HARD_BROTLI)
        first, *others = self._pieces
        made = [compressor.process(first)]
        for number, piece in enumerate(others):
            place = bytes(0x80 + (2 * number + 1) * step % 0x80 for step in range(self._length))
            start, rest = piece[:BEFORE_A_LETTER], piece[BEFORE_A_LETTER:]
            made[-1] += compressor.flush() + _uncompressed_head(self._length + len(start))
            compressor.process(place + start)
            compressor.flush()
            made.append(start + compressor.process(rest))
        made[-1] += compressor.finish()
        word = bytes(self._length)
        self._brotli = made if brotli.decompress(word.join(made)) == self.plain(word) else []
        return self._brotli

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


def _uncompressed_head(length: int) -> bytes:
    """Of a meta-block of brotli that holds bytes as they are: not the last, four nibbles of its length - 1."""
    return (length - 1 << 3 | 1 << 19).to_bytes(3, "little")


def _deflated(piece: bytes, before: bytes, flush: int) -> bytes:
    """A piece that refers back to what stands before it."""
    deflate = zlib.compressobj(HARDEST, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zdict=before[-WINDOW:])
    return deflate.compress(piece) + deflate.flush(flush)


def _gzip(deflated: bytes, plain: bytes) -> bytes:
    return b"".join(
        (GZIP_HEAD, deflated, zlib.crc32(plain).to_bytes(4, "little"), (len(plain) & 0xFFFFFFFF).to_bytes(4, "little"))
    )
