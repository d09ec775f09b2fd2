"""An answer counts once, however often and to however many server processes it is sent at the same moment (rule 3)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from models.answer import Answer, Doubt, SpentKey
from models.base import reading, writing
from models.meeting import Meeting
from models.question import Question
from models.summary import totals
from tests.factories import Cast, a_meeting, answer, code_of, points_of

TIMES = 50
TIMEOUT_SECONDS = 60

Servers = Callable[[int], list[int]]


@dataclass(frozen=True)
class Sent:
    """One POST and what came back."""

    status: int
    location: str


def send_all_at_once(
    ports: Sequence[int], posts: Sequence[tuple[str, str]], headers: dict[str, str] | None = None
) -> list[Sent]:
    """Every post, a path and a body, on a connection of its own, the servers by turns, all released at one moment."""
    gate = threading.Barrier(len(posts))

    def send(number: int) -> Sent:
        path, body = posts[number]
        connection = HTTPConnection("127.0.0.1", ports[number // 2 % len(ports)], timeout=TIMEOUT_SECONDS)
        connection.connect()
        gate.wait(TIMEOUT_SECONDS)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, body, {**form, **(headers or {})})
        response = connection.getresponse()
        response.read()
        connection.close()
        return Sent(response.status, response.headers.get("Location", ""))

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(send, range(len(posts))))


def get(port: int, path: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    connection.request("GET", path)
    page = connection.getresponse().read().decode()
    connection.close()
    return page


def an_answer(meeting: int, key: object, **more: str) -> tuple[str, str]:
    first, second, _ = points_of(meeting)
    fields = {"key": str(key), "agreement": "1", "lang": "da", "unclear": str(first), f"question-{second}": "Hvorfor?"}
    return f"/m/{code_of(meeting)}/answers", urlencode({**fields, **more})


def rows(table: type) -> int:
    with reading() as database:
        return database.scalar(select(func.count()).select_from(table)) or 0


def test_the_same_answer_sent_fifty_times_at_once_to_two_processes_counts_once(cast: Cast, servers: Servers) -> None:
    meeting, ports = a_meeting(cast), servers(2)
    for sort, (headers, success) in enumerate([({}, 303), ({"HX-Request": "true"}, 200)], start=1):
        sent = send_all_at_once(ports, [an_answer(meeting, uuid4())] * TIMES, headers)
        assert [each.status for each in sent] == [success] * TIMES
        assert len({each.location for each in sent}) == 1
        assert (rows(Answer), rows(Doubt), rows(Question)) == (sort, sort, sort)
        with reading() as database:
            assert database.get_one(Meeting, meeting).new_keys == sort


@pytest.mark.slow
def test_a_late_answer_sent_fifty_times_at_once_counts_once(cast: Cast, servers: Servers) -> None:
    meeting, ports, key = a_meeting(cast), servers(2), uuid4()
    page = get(ports[0], f"/m/{code_of(meeting)}/da")
    seen = re.search(r'data-seen="([^"]+)"', page)
    assert seen is not None
    # Opened and closed within a minute: what was seen in it was seen before closing.
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    sent = send_all_at_once(ports, [an_answer(meeting, key, seen=seen[1])] * TIMES)
    assert [each.status for each in sent] == [303] * TIMES
    assert (rows(Answer), rows(Doubt), rows(Question)) == (1, 1, 1)
    with reading() as database:
        kept = database.get_one(Meeting, meeting)
        assert (kept.new_keys, kept.totals_revision) == (1, kept.revision)
        assert totals(kept).late == 1


@pytest.mark.slow
def test_fifty_answers_sent_at_once_to_two_processes_are_all_kept(cast: Cast, servers: Servers) -> None:
    meeting = a_meeting(cast)
    sent = send_all_at_once(servers(2), [an_answer(meeting, uuid4()) for _ in range(TIMES)])
    assert [each.status for each in sent] == [303] * TIMES
    assert (rows(Answer), rows(Doubt), rows(Question)) == (TIMES, TIMES, TIMES)
    with reading() as database:
        assert database.get_one(Meeting, meeting).new_keys == TIMES


@pytest.mark.slow
def test_a_deletion_sent_many_times_at_once_beside_the_answer_is_one_deletion(cast: Cast, servers: Servers) -> None:
    meeting = a_meeting(cast)
    key = answer(meeting, doubts=[2])
    path, body = an_answer(meeting, key)
    posts = [(f"{path}/{key}/deletion", ""), (path, body)] * (TIMES // 2)
    sent = send_all_at_once(servers(2), posts)
    assert {each.status for each in sent[::2]} == {303}
    assert {each.status for each in sent[1::2]} <= {303, 410}
    assert (rows(Answer), rows(SpentKey)) == (0, 1)
