"""Assets: the stylesheets, scripts and icons, read once at start and addressed by their content.

An address holds the content's hash, so browsers keep it for ever and a new build is a new address. A stylesheet or a
script for an audience is its parts put together: a phone asks once. Comments and blanks stay here; what is left is
compressed at the first request for it, as small as can be.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from flask import Response, abort, current_app, request
from rcssmin import cssmin
from rjsmin import jsmin

from blueprints.compression import BROTLI, GZIP, compressed, taken

BUNDLES = {
    "citizen.css": ("tokens.css", "base.css", "citizen.css"),
    "staff.css": ("tokens.css", "base.css", "staff.css"),
    "shared.css": ("tokens.css", "base.css", "citizen.css", "shared.css"),
    "room.css": ("tokens.css", "base.css", "room.css"),
    "paper.css": ("tokens.css", "base.css", "staff.css", "paper.css"),
    "sheet.css": ("tokens.css", "base.css", "sheet.css"),
    "citizen.js": ("app.js", "outbox.js", "kept.js", "citizen.js", "aloud.js", "easy.js"),
    "offline.js": ("outbox.js", "offline.js"),
}
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
WITHOUT_BLANKS = {".css": cssmin, ".js": jsmin}
#: Pictures of points are compressed in themselves.
WORTH_COMPRESSING = frozenset({".css", ".js", ".svg"})
FOR_EVER = "public, max-age=31536000, immutable"
#: Where the worker names its build, so that a new build is a new worker.
BUILD_PLACE = b"{build}"


class Asset:
    """A file as it is sent, and as the codings make it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content
        self._compressed: dict[str, bytes] = {}
        self._lock = threading.Lock()

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:12]

    @property
    def path(self) -> str:
        return f"/static/{self.digest}/{self.name}"

    @property
    def kind(self) -> str:
        """How the name ends, with the dot."""
        return Path(self.name).suffix

    def compressed(self, coding: str) -> bytes:
        """The content in that coding, made once."""
        with self._lock:
            if coding not in self._compressed:
                self._compressed[coding] = compressed(self.content, coding)
            return self._compressed[coding]


class Assets:
    """The assets of one build. ``build`` names everything a page is made of."""

    def __init__(self, root: Path) -> None:
        self._by_name = {asset.name: asset for asset in _read(root / "static")}
        self._paths = {name: asset.path for name, asset in self._by_name.items()}
        self.build = _digest_of_files(root / "static", root / "templates", root / "translations", root / "blueprints")
        self._worker = Asset("sw.js", self._by_name["sw.js"].content.replace(BUILD_PLACE, self.build.encode()))

    def every(self) -> Iterable[Asset]:
        return self._by_name.values()

    def path(self, name: str) -> str:
        """The address of an asset; ``KeyError`` for one that does not exist."""
        return self._paths[name]

    def serve(self, digest: str, name: str) -> Response:
        """The asset. Under an old address it is the present one, and not to be kept: its page is from another build."""
        asset = self._by_name.get(name)
        if asset is None:
            abort(404)
        response = _response(asset)
        response.headers["Cache-Control"] = FOR_EVER if digest == asset.digest else "no-cache"
        return response

    def worker(self) -> Response:
        """The service worker, under an address of its own: it is asked for again at every visit."""
        response = _response(self._worker)
        response.headers["Cache-Control"] = "no-cache"
        response.set_etag(self._worker.digest, weak=True)
        response.make_conditional(request)
        return response


def assets() -> Assets:
    """The assets of the application at hand."""
    return current_app.extensions["assets"]  # type: ignore[no-any-return]


def _response(asset: Asset) -> Response:
    """The asset in the smallest coding that the client takes."""
    if asset.kind not in WORTH_COMPRESSING:
        return Response(asset.content, content_type=TYPES[asset.kind])
    coding = taken(BROTLI, GZIP)
    response = Response(asset.compressed(coding) if coding else asset.content, content_type=TYPES[asset.kind])
    response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


def _read(static: Path) -> Iterator[Asset]:
    for name, parts in BUNDLES.items():
        yield Asset(name, b"\n".join(_without_blanks(static / part) for part in parts))
    for path in static.glob("*.js"):
        if path.name not in BUNDLES:
            yield Asset(path.name, _without_blanks(path))
    for path in [*static.glob("*.svg"), *static.glob("icons/*.png"), *static.glob("vendor/*.js")]:
        yield Asset(path.name, path.read_bytes())


def _without_blanks(path: Path) -> bytes:
    return bytes(WITHOUT_BLANKS[path.suffix](path.read_bytes()))


def _digest_of_files(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
