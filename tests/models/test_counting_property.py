"""Whatever citizens and staff do, in whatever order: every figure is what a recount from the log says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.answer import Answer, AnswerDeleted, Difficulty, hash_of_key
from models.base import reading, session, writing
from models.clock import minute_of
from models.guess import Expectation
from models.lack import lacks_in
from models.meeting import Meeting, State
from models.publishing import NothingToPublish, publish_draft
from models.receiving import receive
from models.submission import AgreementChanged, MeetingClosed, Submission
from models.summary import count, keep_totals, totals
from models.totals import Totals
from models.voiding import Voiding
from models.wording import Influence, WordedPoint, Wording
from tests.factories import Cast, a_meeting, a_point, a_wording, points_of
from tests.models.recount import Accepted, Identity, Recount, Version

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEYS = 4
MOST_POINTS = 6
ACTS_BETWEEN_CHECKS = 5
NO_TICK, ONE_TICK = 16, 48

Act = tuple[str, int, int]
Points = tuple[WordedPoint, ...]

#: Each as often as it is named; numbers say who, where and which.
ACTS = st.tuples(
    st.sampled_from(
        ["answer"] * 6
        + ["answer_older"] * 2
        + ["answer_late"] * 3
        + ["resend", "delete", "add", "reword", "purpose", "decider", "start_again", "close"]
        + ["remove", "translate", "reverse", "steps", "reopen"] * 2
        + ["check_expectations", "ask_for_hands", "undo_voiding"]
        + ["void"] * 3
    ),
    st.integers(0, 63),
    st.integers(0, 63),
)


@dataclass
class Play:
    """One meeting, the recount beside it, and the acts that both go through."""

    cast: Cast
    meeting: int
    code: str
    recount: Recount = field(default_factory=Recount)
    now: datetime = NOW
    ids: dict[Identity, int] = field(default_factory=dict)
    keys: dict[int, UUID] = field(default_factory=dict)
    asks: list[tuple[frozenset[Identity], frozenset[Identity]]] = field(default_factory=list)
    last: dict[UUID, Accepted] = field(default_factory=dict)
    deleted: set[UUID] = field(default_factory=set)
    voidings: list[int] = field(default_factory=list)

    @classmethod
    def begin(cls, cast: Cast) -> Play:
        meeting = a_meeting(cast, wording=that_asks(), now=NOW)
        with reading():
            play = cls(cast, meeting, session().get_one(Meeting, meeting).code)
        play._note_version(that_asks())
        return play

    def go_through(self, act: Act) -> None:
        name, one, two = act
        # Now and then two things happen in one minute.
        self.now += MINUTE if one % 4 else timedelta(seconds=1)
        getattr(self, f"_{name}")(one, two)

    def check(self) -> None:
        """Every figure of the table is the recount's, live and kept."""
        with reading():
            self._compare(count(session().get_one(Meeting, self.meeting)))

    def check_kept(self) -> None:
        with writing():
            keep_totals(session().get_one(Meeting, self.meeting))
        with reading():
            meeting = session().get_one(Meeting, self.meeting)
            assert meeting.totals_revision == meeting.revision
            self._compare(totals(meeting))

    def _compare(self, counted: Totals) -> None:
        expected = self.recount.figures()
        assert {name: getattr(counted, name) for name in expected} == expected
        assert set(counted.points) == {self.ids[point] for point in self.recount.identities()}
        for point in self.recount.identities():
            figures = asdict(counted.points[self.ids[point]])
            assert figures == self.recount.figures_of(point)
            assert figures["unclear_first"] + figures["raised_later"] == figures["unclear_now"] + figures["cleared"]

    # Citizens

    def _answer(self, who: int, ticks: int) -> None:
        self._answer_to(len(self.recount.versions), who, ticks)

    def _answer_older(self, who: int, ticks: int) -> None:
        self._answer_to(max(1, len(self.recount.versions) - who // KEYS), who, ticks)

    def _answer_to(self, number: int, who: int, ticks: int, seen: datetime | None = None) -> None:
        key = self.keys.setdefault(who % KEYS, uuid4())
        points = self.recount.versions[number - 1].points
        guessed, hands = self.asks[number - 1]
        tick = ticked(points, ticks)
        said = list(Expectation)
        self._send(
            Accepted(
                key,
                number,
                minute_of(self.now),
                tick,
                why={point: reasons(who + place) for place, point in enumerate(points) if point in tick},
                guessed={
                    point: said[(who + place) % 3].value
                    for place, point in enumerate(points)
                    if point in guessed and (ticks + place) % 4
                },
                offered=frozenset(
                    point for place, point in enumerate(points) if point in hands and who + place + ticks & 1
                ),
            ),
            seen,
        )

    def _answer_late(self, who: int, ticks: int) -> None:
        """What an outbox kept offline, to any version: after closing it is taken, before it must be a current one."""
        self._answer_to(max(1, len(self.recount.versions) - who // KEYS), who, ticks, seen=NOW)

    def _resend(self, who: int, _: int) -> None:
        key = self.keys.get(who % KEYS)
        if key in self.last:
            self._send(replace(self.last[key], minute=minute_of(self.now)))

    def _send(self, sent: Accepted, seen: datetime | None = None) -> None:
        assert isinstance(sent.key, UUID)
        submission = Submission(
            hash_of_key(sent.key),
            sent.number,
            "da",
            frozenset(self.ids[point] for point in sent.ticked),
            difficulties={self.ids[point]: difficulty(names) for point, names in sent.why.items()},
            guesses={self.ids[point]: Expectation(value) for point, value in sent.guessed.items()},
            offers=frozenset(self.ids[point] for point in sent.offered),
            seen=seen,
        )
        refused = self._refusal(sent.key, sent.number, late=seen is not None)
        if refused:
            with pytest.raises(refused), writing():
                receive(self.code, submission, self.now, None)
            return
        with writing():
            receive(self.code, submission, self.now, None)
        self.recount.log.append(sent)
        self.last[sent.key] = sent

    def _refusal(self, key: UUID, number: int, *, late: bool) -> type[Exception] | None:
        if key in self.deleted:
            return AnswerDeleted
        if not self._is_open():
            return None if late else MeetingClosed
        return None if self.recount.current(number) else AgreementChanged

    def _delete(self, who: int, _: int) -> None:
        key = self.keys.get(who % KEYS)
        if key is None or key in self.deleted or key not in self.last:
            return
        with writing():
            answer = Answer.by_key(self.meeting, hash_of_key(key))
            assert answer is not None
            answer.delete()
        self.deleted.add(key)
        self.recount.delete(key)
        self._send(self.last[key])
        del self.keys[who % KEYS]

    # Staff

    def _close(self, _: int, __: int) -> None:
        if self._is_open():
            with writing():
                session().get_one(Meeting, self.meeting).close(self.now, self.cast.mette)

    def _reopen(self, _: int, __: int) -> None:
        if not self._is_open():
            with writing():
                session().get_one(Meeting, self.meeting).reopen(self.now, self.cast.mette, self.now + timedelta(days=9))

    def _is_open(self) -> bool:
        with reading():
            return session().get_one(Meeting, self.meeting).state(self.now) is State.OPEN

    def _void(self, first: int, length: int) -> None:
        began = self.now - first % 8 * MINUTE
        ended = min(began + length % 8 * MINUTE, self.now)
        with writing():
            voiding = Voiding.void(session().get_one(Meeting, self.meeting), began, ended, self.cast.mette, self.now)
            self.voidings.append(voiding.id)
        self.recount.voided.append(range(minute_of(began), minute_of(ended) + 1))

    def _undo_voiding(self, which: int, _: int) -> None:
        if not self.voidings:
            return
        place = which % len(self.voidings)
        with writing():
            session().get_one(Voiding, self.voidings.pop(place)).undo(self.cast.mette, self.now)
        self.recount.voided.pop(place)

    def _check_expectations(self, place: int, on: int) -> None:
        self._publish_point(place, lambda point: replace(point, asks_guess=bool(on & 1)))

    def _ask_for_hands(self, place: int, on: int) -> None:
        self._publish_point(place, lambda point: replace(point, asks_hands=bool(on & 1)))

    def _remove(self, place: int, _: int) -> None:
        self._publish_points(lambda points: without(points, place % len(points)))

    def _add(self, number: int, influence: int) -> None:
        def added(points: Points) -> Points:
            key = max(9, *(point.key for point in points)) + 1
            new = a_point(key, list(Influence)[influence % len(Influence)], number=10 + number % 4)
            return (*points, replace(new, asks_guess=bool(number & 4), asks_hands=bool(number & 8)))[:MOST_POINTS]

        self._publish_points(added)

    def _reword(self, place: int, number: int) -> None:
        def reworded(point: WordedPoint) -> WordedPoint:
            return a_point(point.key, point.influence or Influence.FIXED, number=14 + number % 3)

        self._publish_point(place, reworded)

    def _translate(self, place: int, number: int) -> None:
        self._publish_point(place, lambda point: replace(point, title={**point.title, "en": f"Point {number}"}))

    def _reverse(self, _: int, __: int) -> None:
        self._publish_points(lambda points: points[::-1])

    def _purpose(self, number: int, _: int) -> None:
        self._publish(lambda old: replace(old, purpose={"da": f"Formål {number % 2}"}))

    def _decider(self, number: int, _: int) -> None:
        self._publish(lambda old: replace(old, decider={"da": f"Udvalg {number % 2}"}))

    def _steps(self, number: int, _: int) -> None:
        self._publish(lambda old: replace(old, steps=(replace(old.steps[0], text={"da": f"Skridt {number}"}),)))

    def _start_again(self, _: int, __: int) -> None:
        self._publish(lambda _: that_asks())

    def _publish_point(self, place: int, change: Callable[[WordedPoint], WordedPoint]) -> None:
        def changed(points: Points) -> Points:
            at = place % len(points)
            return (*points[:at], change(points[at]), *points[at + 1 :])

        self._publish_points(changed)

    def _publish_points(self, change: Callable[[Points], Points]) -> None:
        self._publish(lambda old: replace(old, points=change(old.points)))

    def _publish(self, change: Callable[[Wording], Wording]) -> None:
        with reading():
            old = session().get_one(Meeting, self.meeting).draft.wording
        new = change(old)
        if lacks_in(new) or not self._is_open():
            return
        with writing():
            meeting = session().get_one(Meeting, self.meeting)
            meeting.draft.save(new, self.cast.mette.id, self.now)
            try:
                publish_draft(meeting, self.now, self.cast.mette)
            except NothingToPublish:
                return
        self._note_version(new)

    def _note_version(self, wording: Wording) -> None:
        points = tuple(map(identity, wording.points))
        for point, its_id in zip(points, points_of(self.meeting), strict=True):
            assert self.ids.setdefault(point, its_id) == its_id
        assert len(set(self.ids.values())) == len(self.ids)
        self.recount.versions.append(Version(wording.purpose["da"], wording.decider["da"], points))
        frozen = wording.frozen().points
        guessed = frozenset(identity(point) for point in frozen if point.asks_guess)
        self.asks.append((guessed, frozenset(identity(point) for point in frozen if point.asks_hands)))


def ticked(points: tuple[Identity, ...], ticks: int) -> frozenset[Identity]:
    """Often none or one, sometimes several."""
    if ticks < NO_TICK:
        return frozenset()
    if ticks < ONE_TICK:
        return frozenset([points[ticks % len(points)]])
    return frozenset(point for place, point in enumerate(points) if ticks >> place & 1)


def that_asks() -> Wording:
    """Two points to influence that ask for hands and a fixed one; all are in the expectation check."""
    wording = a_wording(can=2, fixed=1)
    return replace(wording, points=tuple(replace(each, asks_guess=True, asks_hands=True) for each in wording.points))


def reasons(number: int) -> frozenset[str]:
    """Often none, otherwise some of the four."""
    return frozenset(str(each.name) for each in Difficulty if number & 16 and number & each.value)


def difficulty(names: frozenset[str]) -> Difficulty:
    said = Difficulty(0)
    for name in names:
        said |= Difficulty[name]
    return said


def without(points: Points, place: int) -> Points:
    return points[:place] + points[place + 1 :]


def identity(point: WordedPoint) -> Identity:
    """Its Danish title, how or why, decider and influence."""
    return (point.influence, *(texts.get("da") for texts in (point.title, point.how, point.why, point.decided_by)))


def check_every_figure(cast: Cast, acts: list[Act]) -> None:
    play = Play.begin(cast)
    for number, act in enumerate(acts):
        play.go_through(act)
        if number % ACTS_BETWEEN_CHECKS == 0:
            play.check()
    play.check()
    play.check_kept()


anyhow = settings(
    deadline=None,
    database=None,
    # The people stay; every example has a meeting of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
sequences = given(acts=st.lists(ACTS, max_size=25))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(anyhow, max_examples=50, derandomize=True)
@sequences
def test_every_figure_is_what_a_recount_says(cast: Cast, acts: list[Act]) -> None:
    check_every_figure(cast, acts)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@settings(anyhow, max_examples=15, derandomize=True)
@sequences
def test_every_figure_is_what_a_recount_says_on_postgresql(cast: Cast, acts: list[Act]) -> None:
    check_every_figure(cast, acts)


@pytest.mark.slow
@settings(anyhow, max_examples=200)
@sequences
def test_every_figure_is_what_a_recount_says_of_ever_new_sequences(cast: Cast, acts: list[Act]) -> None:
    check_every_figure(cast, acts)
