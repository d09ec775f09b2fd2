"""Assets: the stylesheets, scripts and icons, read once at start and addressed by their content.

An address holds the content's hash, so browsers keep it for ever and a new build is a new address. A stylesheet for an
audience is its parts put together: a phone asks once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Response, abort

BUNDLES = {
    "citizen.css": ("tokens.css", "base.css", "citizen.css"),
    "staff.css": ("tokens.css", "base.css", "staff.css"),
    "shared.css": ("tokens.css", "base.css", "citizen.css", "shared.css"),
    "room.css": ("tokens.css", "base.css", "room.css"),
    "paper.css": ("tokens.css", "base.css", "staff.css", "paper.css"),
    "sheet.css": ("tokens.css", "base.css", "sheet.css"),
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    name: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:12]

    @property
    def path(self) -> str:
        return f"/static/{self.digest}/{self.name}"


class Assets:
    """The assets of one build. ``build`` names everything a page is made of."""

    def __init__(self, root: Path) -> None:
        self._by_name = {asset.name: asset for asset in _read(root / "static")}
        self._paths = {name: asset.path for name, asset in self._by_name.items()}
        self.build = _digest_of_files(root / "static", root / "templates", root / "translations", root / "blueprints")

    def path(self, name: str) -> str:
        """The address of an asset; ``KeyError`` for one that does not exist."""
        return self._paths[name]

    def serve(self, digest: str, name: str) -> Response:
        """The asset. Under an old address it is the present one, and not to be kept: its page is from another build."""
        asset = self._by_name.get(name)
        if asset is None:
            abort(404)
        response = Response(asset.content, content_type=TYPES[Path(name).suffix])
        response.headers["Cache-Control"] = FOR_EVER if digest == asset.digest else "no-cache"
        return response


def _read(static: Path) -> Iterator[Asset]:
    for name, parts in BUNDLES.items():
        yield Asset(name, b"\n".join((static / part).read_bytes() for part in parts))
    for path in [*static.glob("*.js"), *static.glob("*.svg"), *static.glob("vendor/*.js")]:
        yield Asset(path.name, path.read_bytes())


def _digest_of_files(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
