"""QR codes: pure functions from an address to a picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pure import PyPNGImage

#: White modules around the code; four is what the standard asks for.
QUIET_ZONE = 4
PIXELS_PER_MODULE = 16


@lru_cache(maxsize=256)
def qr_svg(url: str, label: str) -> str:
    """The code as one compact SVG path, black on white in every colour scheme. ``label`` is its accessible name."""
    runs, size = qr_runs(url)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" role="img"'
        f' aria-label="{_escaped(label)}"><path fill="#fff" stroke="none" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" stroke="none" d="{path}"/></svg>'
    )


def qr_png(url: str) -> bytes:
    """The code as a PNG."""
    buffer = io.BytesIO()
    _code(url).make_image(image_factory=PyPNGImage).save(buffer)
    return buffer.getvalue()


def qr_runs(url: str) -> tuple[list[tuple[int, int, int]], int]:
    """The runs of black modules, each from ``x``, ``y`` so many to the right, and how many modules the code is wide
    with its white border."""
    rows = _code(url).get_matrix()
    return [(x, y, length) for y, row in enumerate(rows) for x, length in _runs(row)], len(rows)


def _code(url: str) -> qrcode.QRCode[PyPNGImage]:
    code: qrcode.QRCode[PyPNGImage] = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, box_size=PIXELS_PER_MODULE
    )
    code.add_data(url)
    code.make(fit=True)
    return code


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of black modules in the row begins, and how long it is."""
    x = 0
    while x < len(row):
        start = x
        while x < len(row) and row[x]:
            x += 1
        if x > start:
            yield start, x - start
        x += 1


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
