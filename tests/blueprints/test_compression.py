"""What goes compressed over the wire is, once opened, byte for byte what was meant."""

from __future__ import annotations

import gzip
import re
import secrets
from uuid import UUID, uuid4

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.weight import LARGEST
from blueprints.assets import Asset, Assets
from blueprints.compression import BROTLI, GZIP, Spliced, compressed, taken
from tests.factories import Cast, a_meeting, code_of

KEY = re.compile(rb'name="key" value="([^"]+)"')
OF_THIS_MINUTE = re.compile(rb'data-seen="[^"]+"')
KEY_LENGTH = len(str(uuid4()))
OPENED = {BROTLI: brotli.decompress, GZIP: gzip.decompress, None: bytes}
#: Longer than deflate refers back, and with much in common before and after a word.
LONG = secrets.token_hex(20_000).encode()


def assets_of(app: Flask) -> Assets:
    assets: Assets = app.extensions["assets"]
    return assets


@pytest.mark.parametrize(
    "pieces",
    [
        [b'<input name="key" value="', 'ø"><p>Så er det sagt.</p>'.encode() * 50],
        [LONG, LONG, b"", LONG[:100]],
        [b"", b""],
        [b"closed: without a key"],
    ],
)
def test_a_page_with_any_key_opens_to_what_it_is_uncompressed(pieces: list[bytes]) -> None:
    page = Spliced(pieces, KEY_LENGTH)
    for key in (str(uuid4()).encode() for _ in range(1000 if len(pieces[0]) < 100 else 20)):
        assert gzip.decompress(page.gzip(key)) == page.plain(key) == key.join(pieces)
        assert brotli.decompress(page.brotli(key) or b"") == page.plain(key)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(alphabet='abø"> \n<pع€', max_size=300).map(str.encode), min_size=1, max_size=4), st.uuids())
def test_whatever_stands_around_a_key_brotli_opens_to_it(pieces: list[bytes], key: UUID) -> None:
    word = str(key).encode()
    made = Spliced(pieces, KEY_LENGTH).brotli(word)
    assert made is None or brotli.decompress(made) == word.join(pieces)


def test_a_page_in_pieces_is_hardly_larger_than_compressed_in_one() -> None:
    text = b"".join(b"<li><p>%d: the same words again</p></li>" % number for number in range(200))
    page, key = Spliced([text, text], KEY_LENGTH), str(uuid4()).encode()
    assert len(page.gzip(key)) < len(compressed(page.plain(key), GZIP)) + 20
    assert 0 < len(page.brotli(key) or b"") < len(compressed(page.plain(key), BROTLI)) + 60


def test_a_key_of_another_length_would_break_the_page_and_is_refused() -> None:
    page = Spliced([b"before", b"after"], KEY_LENGTH)
    for spliced in (page.gzip, page.brotli):
        with pytest.raises(ValueError, match="36 bytes"):
            spliced(b"short")


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("gzip, deflate, br, zstd", BROTLI),
        ("gzip, deflate", GZIP),
        ("gzip;q=1.0, br;q=0", GZIP),
        ("*", BROTLI),
        ("*, br;q=0", GZIP),
        ("identity, *;q=0", None),
        ("deflate", None),
        ("", None),
        ("gzip;q=nonsense,,;", None),
    ],
)
def test_the_smallest_coding_that_the_phone_takes_is_sent(app: Flask, accept_encoding: str, coding: str | None) -> None:
    with app.test_request_context(headers={"Accept-Encoding": accept_encoding}):
        assert taken(BROTLI, GZIP) == coding


def test_a_citizens_page_opens_to_the_uncompressed_one_but_for_its_key(client: FlaskClient, cast: Cast) -> None:
    path = f"/m/{code_of(a_meeting(cast))}/da"
    plain = client.get(path)
    zipped = [client.get(path, headers={"Accept-Encoding": coding}) for coding in ("gzip", "gzip, br")]
    assert [reply.headers["Content-Encoding"] for reply in zipped] == [GZIP, BROTLI]
    opened = [plain.data, gzip.decompress(zipped[0].data), brotli.decompress(zipped[1].data)]
    pages = [KEY.split(OF_THIS_MINUTE.sub(b"", page)) for page in opened]
    assert len({page[1] for page in pages}) == 3, "each has a key of its own"
    assert pages[0][::2] == pages[1][::2] == pages[2][::2]
    assert {reply.headers["Vary"] for reply in (plain, *zipped)} == {"Accept-Encoding"}
    assert int(zipped[0].headers["Content-Length"]) == len(zipped[0].data) < len(plain.data) / 2


@pytest.mark.parametrize("accept_encoding", ["gzip, br", "gzip", ""])
def test_every_asset_opens_to_its_content(app: Flask, client: FlaskClient, accept_encoding: str) -> None:
    for asset in assets_of(app).every():
        reply = client.get(asset.path, headers={"Accept-Encoding": accept_encoding})
        assert OPENED[reply.headers.get("Content-Encoding")](reply.data) == asset.content, asset.name
        assert int(reply.headers["Content-Length"]) == len(reply.data) <= len(asset.content)
        assert (reply.headers.get("Vary") == "Accept-Encoding") is is_text(asset)
        assert ("Content-Encoding" in reply.headers) is (is_text(asset) and accept_encoding != "")
        assert "immutable" in reply.headers["Cache-Control"]


def test_no_stylesheet_and_no_script_grows_unseen(app: Flask) -> None:
    sizes = {asset.name: len(asset.compressed(GZIP)) for asset in assets_of(app).every() if is_text(asset)}
    print(sizes)
    assert sizes.keys() == LARGEST.keys(), "bench/weight.py names each with the bytes that it may have"
    assert {name: size for name, size in sizes.items() if size > LARGEST[name]} == {}


def is_text(asset: Asset) -> bool:
    return asset.kind != ".png"
