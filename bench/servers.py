"""Servers: ours and the baselines', started alike on free ports of this machine, and ended by whoever started them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from config import ROOT

WORKERS = 2
THREADS = 3
STARTS_WITHIN = 30.0
ENDS_WITHIN = 10.0
#: Of the kernel: sets a process's highest memory back to what it has now.
FORGET_HIGHEST = "5"


@dataclass(frozen=True)
class Server:
    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=STARTS_WITHIN)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by their names in lower case, and body."""
        connection = self.connect()
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            reply = connection.getresponse()
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
        finally:
            connection.close()

    def forget_highest_memory(self) -> None:
        for worker in self._workers():
            (worker / "clear_refs").write_text(FORGET_HIGHEST)

    def memory(self, which: str) -> list[int]:
        """Of each worker, in kB: ``VmRSS`` now, ``VmHWM`` at its highest."""
        lines = [(worker / "status").read_text().splitlines() for worker in self._workers()]
        return [next(int(line.split()[1]) for line in of_worker if line.startswith(which)) for of_worker in lines]

    def _workers(self) -> list[Path]:
        pid = self.process.pid
        return [Path("/proc") / child for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def serving(target: str, environment: Mapping[str, str], path: str) -> Iterator[Server]:
    """A server of ``target`` that has answered a request for ``path``, ended afterwards."""
    server = _start(target, environment)
    try:
        _wait_for(server, path)
        yield server
    finally:
        _end(server)


def seconds_to_first_answer(target: str, environment: Mapping[str, str], path: str) -> float:
    """From nothing to the first answer: interpreter, imports, server and the page."""
    begin = time.perf_counter()
    server = _start(target, environment)
    try:
        _wait_for(server, path)
        return time.perf_counter() - begin
    finally:
        _end(server)


def _start(target: str, environment: Mapping[str, str]) -> Server:
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-access-log", "--log-level", "warning",
        target,
    ]  # fmt: skip
    # A group of its own: a worker that was only just being started may outlive the process that started it.
    started = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, start_new_session=True)
    return Server(port, started)


def _wait_for(server: Server, path: str) -> None:
    latest = time.perf_counter() + STARTS_WITHIN
    while True:
        try:
            status, _, body = server.get(path)
        except OSError as error:
            if time.perf_counter() > latest or server.process.poll() is not None:
                raise RuntimeError("the server did not start") from error
            time.sleep(0.01)
            continue
        if status >= 500:
            raise RuntimeError(f"{path}: {status}\n{body[:2000].decode(errors='replace')}")
        return


def _end(server: Server) -> None:
    server.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.process.wait(ENDS_WITHIN)
    with suppress(ProcessLookupError):
        os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
