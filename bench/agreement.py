"""The agreement that is looked at, and a server that shows it."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import migrations
from bench.servers import serving
from content import demo
from models import base
from models.clock import local
from tests import factories
from tests.factories import Cast


def an_agreement(cast: Cast) -> str:
    """The path of an open agreement of usual length: the demo's first, without the guesses before it."""
    told = next(meeting for meeting in demo.meetings() if meeting.state == "OPEN")
    wording = told.wording(local(datetime.now(UTC)).date())
    points = tuple(replace(point, asks_guess=False) for point in wording.points)
    meeting = factories.a_meeting(cast, wording=replace(wording, points=points), languages=told.languages)
    return f"/m/{factories.code_of(meeting)}/da"


@contextmanager
def serving_an_agreement() -> Iterator[str]:
    """Its address on a server with a database of its own, both gone afterwards."""
    # Ended from outside, it still ends the server that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = f"sqlite:///{Path(folder) / 'agreement.sqlite3'}"
        migrations.upgrade(database)
        base.connect(database)
        path = an_agreement(factories.a_cast())
        base.engine().dispose()
        environment = {"DATABASE_URL": database, "INSTANCE_DIR": folder, "PUBLIC_URL": "http://127.0.0.1"}
        with serving("wsgi:app", environment, path) as server:
            yield f"http://127.0.0.1:{server.port}{path}"
