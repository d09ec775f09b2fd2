"""The load: so many connections, each sending its next request as soon as the last one is answered.

Plain sockets and epoll in one thread, since whatever the load costs is taken from the server under measurement. Only
the few parts of HTTP/1.1 are understood that the servers here answer with: kept-alive replies of a known length.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.figures import percentile

RECEIVED_AT_ONCE = 256 * 1024
GIVEN_UP_AFTER = 30.0
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length: "


class BadReply(RuntimeError):
    """The server answered something else than was asked for."""


@dataclass
class Load:
    """What came back: how many replies in how many seconds, and how long each took (seconds)."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds

    def percentile(self, share: float) -> float:
        """In seconds."""
        return percentile(self.took, share)


@dataclass
class _Connection:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


def load(port: int, requests: Iterator[bytes], status: int, connections: int, seconds: float) -> Load:
    """Send ``requests`` for so long over so many connections. Raises ``BadReply`` for a status other than expected."""
    epoll, by_descriptor = select.epoll(), {}
    try:
        for _ in range(connections):
            opened = socket.create_connection(("127.0.0.1", port), timeout=GIVEN_UP_AFTER)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            by_descriptor[opened.fileno()] = _Connection(opened)
            epoll.register(opened, select.EPOLLIN)
        return _run(epoll, by_descriptor, requests, b"%d" % status, seconds)
    finally:
        epoll.close()
        for connection in by_descriptor.values():
            connection.socket.close()


def _run(
    epoll: select.epoll, connections: dict[int, _Connection], requests: Iterator[bytes], status: bytes, seconds: float
) -> Load:
    result, clock = Load(), time.perf_counter
    start = clock()
    for connection in connections.values():
        connection.sent_at = clock()
        connection.socket.send(next(requests))
    waiting = len(connections)
    while waiting:
        events = epoll.poll(GIVEN_UP_AFTER)
        if not events:
            raise BadReply(f"no answer within {GIVEN_UP_AFTER:.0f} seconds")
        for descriptor, _ in events:
            connection = connections[descriptor]
            connection.received += connection.socket.recv(RECEIVED_AT_ONCE)
            if not _is_whole(connection.received, status):
                continue
            connection.received = b""
            now = clock()
            result.took.append(now - connection.sent_at)
            if now - start >= seconds:
                waiting -= 1
                continue
            connection.sent_at = now
            connection.socket.send(next(requests))
    result.seconds = clock() - start
    return result


def _is_whole(received: bytes, status: bytes) -> bool:
    head = received.find(END_OF_HEAD)
    if head < 0:
        if not received:
            raise BadReply("the server closed the connection")
        return False
    if received[9:12] != status:
        raise BadReply(received[:1000].decode(errors="replace"))
    length = received.find(LENGTH, 0, head)
    if length < 0:
        return True
    start = length + len(LENGTH)
    return len(received) >= head + len(END_OF_HEAD) + int(received[start : received.index(b"\r", start)])
