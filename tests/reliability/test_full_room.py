"""A full hall: two hundred receipts and the room ask for news all the time while two hundred answers arrive."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import cycle
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from models.base import session, writing
from models.meeting import Meeting
from models.talked_about import TalkedAbout
from tests.factories import Cast, a_meeting, answer, code_of, points_of, sign_in

RECEIPTS = ANSWERS = 200
SENDERS = 20
#: More often than a receipt (every 5 to 30 s) and the room (every 3 s) really ask.
RECEIPT_ASKS_EVERY, ROOM_ASKS_EVERY = 2.0, 1.0
TIMEOUT_SECONDS = 60

Servers = Callable[[int], list[int]]


@dataclass
class Asking:
    """A page that asks for news over and over, as htmx does: with the ETag of what it shows."""

    port: int
    address: str
    headers: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    shown: str = ""
    _etag: str = ""

    def ask(self, connection: HTTPConnection) -> None:
        known = {"If-None-Match": self._etag} if self._etag else {}
        connection.request("GET", self.address, headers={"HX-Request": "true", **known, **self.headers})
        response = connection.getresponse()
        body = response.read().decode()
        self.statuses[response.status] += 1
        if response.status == 200:
            self.shown, self._etag = body, response.headers.get("ETag", "")

    def ask_until(self, ended: threading.Event, every: float) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        while not ended.wait(every):
            self.ask(connection)
        self.ask(connection)
        connection.close()


@contextmanager
def all_asking(every_receipt: list[Asking], room: Asking) -> Iterator[None]:
    """They ask while the body runs, and once more after it."""
    ended = threading.Event()
    with ThreadPoolExecutor(len(every_receipt) + 1) as pool:
        asked = [pool.submit(each.ask_until, ended, RECEIPT_ASKS_EVERY) for each in every_receipt]
        asked.append(pool.submit(room.ask_until, ended, ROOM_ASKS_EVERY))
        try:
            yield
        finally:
            ended.set()
        for each in asked:
            each.result()


def send(port: int, meeting: int, number: int) -> int:
    first, *_ = points_of(meeting)
    fields = {
        "key": str(uuid4()),
        "agreement": "1",
        "lang": "da",
        **({"unclear": str(first)} if number % 4 == 0 else {}),
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"/m/{code_of(meeting)}/answers", urlencode(fields), form)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.slow
def test_nobody_is_refused_and_the_room_is_right_within_one_poll(
    cast: Cast, servers: Servers, client: FlaskClient
) -> None:
    meeting = a_meeting(cast)
    keys = [answer(meeting, [1] if number % 2 else []) for number in range(RECEIPTS)]
    ports = servers(2)
    by_turns = cycle(ports)
    receipts = [receipt(next(by_turns), meeting, key) for key in keys]
    room = Asking(ports[0], f"/meetings/{meeting}/summary?view=split", {"Cookie": cookie_of(client, cast)})
    with all_asking(receipts, room), ThreadPoolExecutor(SENDERS) as senders:
        sent = [senders.submit(send, next(by_turns), meeting, number) for number in range(ANSWERS)]
        with writing():
            TalkedAbout.mark(
                session().get_one(Meeting, meeting),
                points_of(meeting)[0],
                cast.mette,
                datetime.now(UTC),
                {"da": "Nyt."},
            )
        assert Counter(each.result() for each in sent) == {303: ANSWERS}
        last = time.monotonic()
        while shows(room) != RECEIPTS + ANSWERS:
            assert time.monotonic() - last < 2 * ROOM_ASKS_EVERY, f"the room shows {shows(room)} answers"
            time.sleep(ROOM_ASKS_EVERY / 20)
    statuses = sum((each.statuses for each in (*receipts, room)), Counter[int]())
    assert statuses.keys() == {200, 304}
    assert all(("Nyt." in each.shown) == bool(number % 2) for number, each in enumerate(receipts))
    print(f"{sum(statuses.values())} polls, {statuses[304]} unchanged, beside {ANSWERS} answers")


def receipt(port: int, meeting: int, key: UUID) -> Asking:
    return Asking(port, f"/m/{code_of(meeting)}/answers/{key}/invitations?lang=da")


def cookie_of(client: FlaskClient, cast: Cast) -> str:
    sign_in(client, cast.mette)
    cookie = client.get_cookie("afstemt")
    assert cookie is not None
    return f"{cookie.key}={cookie.value}"


def shows(room: Asking) -> int | None:
    found = re.search(r'class="count">([0-9]+)<', room.shown)
    return int(found[1]) if found else None
