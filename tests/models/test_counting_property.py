"""Whatever citizens and staff do, in whatever order: every figure is what a recount from the log says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.answer import Answer, AnswerDeleted, hash_of_key
from models.base import reading, session, writing
from models.meeting import Meeting, NothingToPublish, State
from models.submission import AgreementChanged, MeetingClosed, Submission, receive
from models.summary import Totals, count, keep_totals, totals
from models.wording import Influence, WordedPoint, Wording
from tests.factories import Cast, a_meeting, a_point, a_wording, points_of
from tests.models.recount import Accepted, Identity, Recount, Version

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEYS = 4
MOST_POINTS = 6

#: Which of the points of a version are ticked, as bits.
TICKS = st.integers(0, 2**MOST_POINTS - 1)
WHO = st.integers(0, KEYS - 1)

ACTS = st.one_of(
    st.tuples(st.just("answer"), WHO, TICKS),
    st.tuples(st.just("answer"), WHO, TICKS),
    st.tuples(st.just("answer_older"), WHO, TICKS, st.integers(0, 5)),
    st.tuples(st.just("resend"), WHO),
    st.tuples(st.just("delete"), WHO),
    st.tuples(st.just("remove"), st.integers(0, MOST_POINTS)),
    st.tuples(st.just("add"), st.integers(10, 13), st.sampled_from(Influence)),
    st.tuples(st.just("reword"), st.integers(0, MOST_POINTS), st.integers(14, 16)),
    st.tuples(st.just("translate"), st.integers(0, MOST_POINTS)),
    st.tuples(st.just("reverse")),
    st.tuples(st.just("purpose"), st.sampled_from(["et", "andet"])),
    st.tuples(st.just("decider"), st.sampled_from(["en", "anden"])),
    st.tuples(st.just("steps"), st.integers(0, 3)),
    st.tuples(st.just("start_again")),
    st.tuples(st.just("close")),
    st.tuples(st.just("reopen")),
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
    last: dict[UUID, tuple[int, frozenset[Identity]]] = field(default_factory=dict)
    deleted: set[UUID] = field(default_factory=set)

    @classmethod
    def begin(cls, cast: Cast) -> Play:
        meeting = a_meeting(cast, wording=a_wording(can=2, fixed=1), now=NOW)
        with reading():
            play = cls(cast, meeting, session().get_one(Meeting, meeting).code)
        play._note_version(a_wording(can=2, fixed=1))
        return play

    def go_through(self, act: tuple) -> None:
        name, *arguments = act
        self.now += MINUTE
        getattr(self, f"_{name}")(*arguments)

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

    def _answer(self, who: int, ticks: int, number: int | None = None) -> None:
        number = number or len(self.recount.versions)
        key = self.keys.setdefault(who, uuid4())
        points = self.recount.versions[number - 1].points
        ticked = frozenset(point for place, point in enumerate(points) if ticks >> place & 1)
        self._send(key, number, ticked)

    def _answer_older(self, who: int, ticks: int, back: int) -> None:
        self._answer(who, ticks, max(1, len(self.recount.versions) - back))

    def _resend(self, who: int) -> None:
        key = self.keys.get(who)
        if key in self.last:
            self._send(key, *self.last[key])

    def _send(self, key: UUID, number: int, ticked: frozenset[Identity]) -> None:
        doubts = frozenset(self.ids[point] for point in ticked)
        submission = Submission(hash_of_key(key), number, "da", doubts)
        refused = self._refusal(key, number)
        if refused:
            with pytest.raises(refused), writing():
                receive(self.code, submission, self.now, None)
            return
        with writing():
            receive(self.code, submission, self.now, None)
        self.recount.log.append(Accepted(key, number, ticked))
        self.last[key] = number, ticked

    def _refusal(self, key: UUID, number: int) -> type[Exception] | None:
        if key in self.deleted:
            return AnswerDeleted
        if not self._is_open():
            return MeetingClosed
        return None if self.recount.current(number) else AgreementChanged

    def _delete(self, who: int) -> None:
        key = self.keys.get(who)
        if key is None or key in self.deleted or key not in self.last:
            return
        with writing():
            answer = Answer.by_key(self.meeting, hash_of_key(key))
            assert answer is not None
            answer.delete()
        self.deleted.add(key)
        self.recount.delete(key)
        self._resend(who)
        del self.keys[who]

    # Staff

    def _close(self) -> None:
        if self._is_open():
            with writing():
                session().get_one(Meeting, self.meeting).close(self.now, self.cast.mette)

    def _reopen(self) -> None:
        if not self._is_open():
            with writing():
                session().get_one(Meeting, self.meeting).reopen(self.now, self.cast.mette, self.now + timedelta(days=9))

    def _is_open(self) -> bool:
        with reading():
            return session().get_one(Meeting, self.meeting).state(self.now) is State.OPEN

    def _remove(self, place: int) -> None:
        self._publish(lambda old: replace(old, points=old.points[:place] + old.points[place + 1 :]))

    def _add(self, key: int, influence: Influence) -> None:
        self._publish(lambda old: replace(old, points=(*old.points, a_point(key, influence))[:MOST_POINTS]))

    def _reword(self, place: int, number: int) -> None:
        def reworded(old: Wording) -> Wording:
            if place >= len(old.points):
                return old
            point = a_point(old.points[place].key, old.points[place].influence or Influence.FIXED, number=number)
            return replace(old, points=(*old.points[:place], point, *old.points[place + 1 :]))

        self._publish(reworded)

    def _translate(self, place: int) -> None:
        def translated(old: Wording) -> Wording:
            if place >= len(old.points):
                return old
            point = old.points[place]
            title = {**point.title, "en": f"{point.title['en']}, {self.now:%H.%M}"}
            return replace(old, points=(*old.points[:place], replace(point, title=title), *old.points[place + 1 :]))

        self._publish(translated)

    def _reverse(self) -> None:
        self._publish(lambda old: replace(old, points=tuple(reversed(old.points))))

    def _purpose(self, danish: str) -> None:
        self._publish(lambda old: replace(old, purpose={"da": danish}))

    def _decider(self, danish: str) -> None:
        self._publish(lambda old: replace(old, decider={"da": danish}))

    def _steps(self, number: int) -> None:
        self._publish(lambda old: replace(old, steps=(replace(old.steps[0], text={"da": f"Skridt {number}"}),)))

    def _start_again(self) -> None:
        self._publish(lambda _: a_wording(can=2, fixed=1))

    def _publish(self, change: Callable[[Wording], Wording]) -> None:
        with reading():
            old = session().get_one(Meeting, self.meeting).draft.wording
        new = change(old)
        if new.lacks() or not self._is_open():
            return
        with writing():
            meeting = session().get_one(Meeting, self.meeting)
            meeting.draft.save(new, self.cast.mette.id, self.now)
            try:
                meeting.publish(self.now, self.cast.mette)
            except NothingToPublish:
                return
        self._note_version(new)

    def _note_version(self, wording: Wording) -> None:
        points = tuple(map(_identity, wording.points))
        for point, its_id in zip(points, points_of(self.meeting), strict=True):
            assert self.ids.setdefault(point, its_id) == its_id
        assert len(set(self.ids.values())) == len(self.ids)
        self.recount.versions.append(Version(wording.purpose["da"], wording.decider["da"], points))


def _identity(point: WordedPoint) -> Identity:
    """Its Danish title, how or why, decider and influence."""
    return (point.influence, *(texts.get("da") for texts in (point.title, point.how, point.why, point.decided_by)))


def check_every_figure(cast: Cast, acts: list[tuple]) -> None:
    play = Play.begin(cast)
    for act in acts:
        play.go_through(act)
        play.check()
    play.check_kept()


anyhow = settings(
    deadline=None,
    database=None,
    # The people stay; every example has a meeting of its own.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
sequences = given(acts=st.lists(ACTS, max_size=40))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@settings(anyhow, max_examples=100, derandomize=True)
@sequences
def test_every_figure_is_what_a_recount_says(cast: Cast, acts: list[tuple]) -> None:
    check_every_figure(cast, acts)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@settings(anyhow, max_examples=25, derandomize=True)
@sequences
def test_every_figure_is_what_a_recount_says_on_postgresql(cast: Cast, acts: list[tuple]) -> None:
    check_every_figure(cast, acts)


@pytest.mark.slow
@settings(anyhow, max_examples=1000)
@sequences
def test_every_figure_is_what_a_recount_says_of_ever_new_sequences(cast: Cast, acts: list[tuple]) -> None:
    check_every_figure(cast, acts)
