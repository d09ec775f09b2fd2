"""The application on the database at hand. Making one takes longer than most tests, so tests share it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2.bccache import Bucket, BytecodeCache

from app import create_app
from models import base
from tests.databases import hurry

if TYPE_CHECKING:
    from flask import Flask

    from config import Config


class CompiledTemplates(BytecodeCache):
    """What Jinja compiled for one application is what it would compile for the next; a changed template is not."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


COMPILED_TEMPLATES = CompiledTemplates()
_made: dict[Config, Flask] = {}


def application(settings: Config) -> Flask:
    """The application with these settings, on their database. It is one for all that differ in where they keep things
    alone: what an application knows beside its settings never changes."""
    settings.instance_dir.mkdir(exist_ok=True)
    alike = replace(settings, instance_dir=Path(), database_url="")
    if alike not in _made:
        _made[alike] = create_app(settings)
        _made[alike].testing = True
        _made[alike].jinja_env.bytecode_cache = COMPILED_TEMPLATES
    app = _made[alike]
    app.config["SETTINGS"] = settings
    base.connect(settings.database_url)
    hurry(base.engine())
    return app
