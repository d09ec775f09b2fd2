"""Server processes as they run in production, on the database of the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config import ROOT
from tests.databases import Database

#: Long, because a machine that does much else is slow.
STARTS_WITHIN_SECONDS = 120
LOOKS_EVERY_SECONDS = 0.05


@pytest.fixture
def servers(database: Database, tmp_path: Path) -> Iterator[Callable[[int], list[int]]]:
    """``servers(2)`` starts so many server processes on the one database; their ports. They end with the test."""
    running: list[subprocess.Popen] = []

    def start(count: int) -> list[int]:
        ports = [_free_port() for _ in range(count)]
        for port in ports:
            running.append(_server(port, database, tmp_path))
        for port in ports:
            _wait_until_ready(port)
        return ports

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(STARTS_WITHIN_SECONDS)


def _server(port: int, database: Database, folder: Path) -> subprocess.Popen:
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "INSTANCE_DIR": str(folder / "instance"),
        "SECRET_KEY": "a secret that opens nothing but these tests",
        "PUBLIC_URL": "http://127.0.0.1",
        "TRUSTED_HOSTS": "127.0.0.1",
    }
    options = ("--interface", "wsgi", "--no-ws", "--blocking-threads", "4", "--log-level", "warning")
    command = [sys.executable, "-m", "granian", *options, "--host", "127.0.0.1", "--port", str(port), "wsgi:app"]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    ends = time.monotonic() + STARTS_WITHIN_SECONDS
    while not _is_ready(port):
        assert time.monotonic() < ends, f"the server on port {port} did not start"
        time.sleep(LOOKS_EVERY_SECONDS)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=STARTS_WITHIN_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        connection.close()
