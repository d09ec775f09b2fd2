from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from click import unstyle
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text

from app import create_app
from blueprints.account.passwords import fits
from blueprints.cli.demo import prepare
from blueprints.cli.serving import greeting, qr_text
from config import LANGUAGES, Config
from content import demo as told
from models import base
from models.answer import Answer, Channel
from models.audit import Act, AuditEntry
from models.base import reading, session, writing
from models.clock import local
from models.guess import Guess
from models.lack import lacks_of
from models.meeting import Meeting, State
from models.municipality import Municipality
from models.person import Person
from models.question import Question
from models.summary import count, totals
from models.talked_about import TalkedAbout
from tests.databases import Database

PASSWORD = "hestesko og havregrød"
EVERY = "0.0.0.0"  # noqa: S104  (named, never bound)
METTE = "mette@demo.example"


def settings_in(folder: Path, database_url: str = "") -> Config:
    """Settings as on a first start in that folder."""
    folder.mkdir(exist_ok=True)
    return Config(
        instance_dir=folder,
        secret_key="a secret that opens nothing but these tests",
        database_url=database_url or f"sqlite:///{folder / 'afstemt.sqlite3'}",
        public_url="http://127.0.0.1:8000",
        trusted_hosts=("127.0.0.1", "localhost"),
    )


def application(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    return app


@pytest.fixture
def new_settings(tmp_path: Path) -> Config:
    """Of a server that never ran: no database yet."""
    return settings_in(tmp_path / "instance")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server on which the demo was made."""
    folder = tmp_path_factory.mktemp("made")
    result = application(settings_in(folder)).test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    base.engine().dispose()
    return folder


@pytest.fixture
def demo(made: Path, tmp_path: Path) -> Iterator[Config]:
    """The settings of a server of one's own with the demo; this process is connected to it."""
    shutil.copytree(made, tmp_path / "demo")
    config = settings_in(tmp_path / "demo")
    base.connect(config.database_url)
    yield config
    base.engine().dispose()


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What `serve` would have become."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(os, "execve", lambda *arguments: calls.append(arguments))
    return calls


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def the_demo() -> Municipality:
    return next(municipality for municipality in Municipality.every() if municipality.is_demo)


def demo_meeting(code: str = "DEM0DEM0") -> Meeting:
    meeting = Meeting.by_code(code)
    assert meeting is not None
    return meeting


# person-add


def add(runner: FlaskCliRunner, *arguments: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> Any:
    person = ["--email", "ida@eksempelby.example", "--name", "Ida Bang"]
    return runner.invoke(args=["person-add", *person, *arguments], input=typed)


AT_A_SCHOOL = ["--role", "professional", "--institution", "Egeskolen", "--municipality", "Eksempelby Kommune"]


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_a_person_is_added_with_the_places_that_are_new(runner: FlaskCliRunner) -> None:
    result = add(runner, *AT_A_SCHOOL)
    assert result.exit_code == 0, result.output
    assert "Ida Bang is now professional at Egeskolen." in result.output
    with reading():
        person = Person.by_email("ida@eksempelby.example")
        assert person is not None
        assert fits(PASSWORD, person.password_hash)
        assert len(person.viewer().professional_at) == 1
        assert [each.name for each in Municipality.every()] == ["Eksempelby Kommune"]


def test_adding_a_person_is_audited(runner: FlaskCliRunner) -> None:
    add(runner, *AT_A_SCHOOL)
    with reading():
        entry = session().get(AuditEntry, 1)
        assert entry is not None
        assert (entry.act, entry.by_id, entry.details["role"]) == (Act.PERSON_ADDED, None, "PROFESSIONAL")


def test_adding_the_same_person_again_changes_nothing_and_asks_for_no_password(runner: FlaskCliRunner) -> None:
    add(runner, *AT_A_SCHOOL)
    result = add(runner, *AT_A_SCHOOL, typed="")
    assert result.exit_code == 0, result.output
    assert "Nothing is changed" in result.output


def test_a_known_person_gets_a_further_role_and_keeps_the_password(runner: FlaskCliRunner) -> None:
    add(runner, *AT_A_SCHOOL)
    result = add(runner, "--role", "manager", "--institution", "Egeskolen", typed="")
    assert "is now manager at Egeskolen" in result.output
    with reading():
        person = Person.by_email("ida@eksempelby.example")
        assert person is not None
        assert fits(PASSWORD, person.password_hash)
        assert person.viewer().professional_at == person.viewer().manager_at


def test_an_administrator_belongs_to_a_municipality(runner: FlaskCliRunner) -> None:
    result = add(runner, "--role", "administrator", "--municipality", "Eksempelby Kommune")
    assert "is now administrator of Eksempelby Kommune" in result.output
    refused = add(runner, "--role", "administrator", "--institution", "Egeskolen")
    assert refused.exit_code == 2
    assert "leave --institution out" in refused.output


def test_a_short_password_is_asked_for_again(runner: FlaskCliRunner) -> None:
    result = add(runner, *AT_A_SCHOOL, typed=f"short\nshort\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert "at least 12 characters" in result.output


def test_what_is_no_mail_address_is_refused_in_plain_words(runner: FlaskCliRunner) -> None:
    result = add(runner, "--email", "ida", *AT_A_SCHOOL)
    assert result.exit_code == 2
    assert "'ida' is no mail address." in result.output
    assert "Traceback" not in result.output


# db-upgrade and the demo


def test_every_database_is_made_and_filled_by_one_command(database_without_tables: Database, tmp_path: Path) -> None:
    config = settings_in(tmp_path / "instance", database_without_tables.url)
    runner = application(config).test_cli_runner()
    assert runner.invoke(args=["db-upgrade"]).output == "The database is up to date.\n"
    assert runner.invoke(args=["db-upgrade"]).exit_code == 0
    result = runner.invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    assert METTE in result.output
    with reading():
        assert demo_meeting().state(datetime.now(UTC)) is State.OPEN
    base.engine().dispose()


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/x.sqlite3", "postgresql://ida:secret@127.0.0.1:1/none"])
@pytest.mark.parametrize(
    "command", ["db-upgrade", "serve", "purge", "person-add --email ida@a.example --name I --role manager"]
)
def test_a_database_that_can_not_be_reached_is_said_in_a_line(
    tmp_path: Path, url: str, command: str, executed: list[tuple[Any, ...]]
) -> None:
    config = replace(settings_in(tmp_path / "instance", url), port=free_port())
    result = application(config).test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert result.output.startswith("Error: The database can't be used: ")
    assert result.output.count("\n") == 1
    assert "secret" not in result.output
    assert not executed


def test_a_database_of_another_shape_is_said_in_a_line(new_settings: Config) -> None:
    runner = application(new_settings).test_cli_runner()
    for command in ("purge", "person-add --email ida@a.example --name Ida --role manager"):
        result = runner.invoke(args=command)
        assert (result.exit_code, result.output.count("\n")) == (1, 1)
        assert "db-upgrade" in result.output
    runner.invoke(args=["db-upgrade"])
    assert runner.invoke(args=["purge"]).exit_code == 0
    with writing() as database:
        database.execute(text("UPDATE alembic_version SET version_num = '20991231_of_tomorrow'"))
    result = runner.invoke(args=["db-upgrade"])
    assert result.exit_code == 1
    assert "made by another version of Afstemt" in result.output


def test_the_file_of_a_new_database_has_small_pages(new_settings: Config) -> None:
    application(new_settings).test_cli_runner().invoke(args=["db-upgrade"])
    with reading() as database:
        assert database.scalar(text("PRAGMA page_size")) == 2048


def test_the_demo_holds_what_it_promises(demo: Config) -> None:
    now = datetime.now(UTC)
    with reading():
        meetings = Meeting.every_of(the_demo())
        states = {state: [each for each in meetings if each.state(now) is state] for state in State}
        assert demo_meeting() in states[State.OPEN]
        assert demo_meeting().owner.email == METTE
        assert demo_meeting().held_on == local(now).date()
        closing = demo_meeting().closing
        assert closing is not None
        assert timedelta(days=30) <= closing - now < timedelta(days=31)
        assert max(count(each).answers for each in states[State.CLOSED]) > 200
        assert any(len(each.agreements) == 2 for each in states[State.CLOSED])
        assert [len(lacks_of(each, now)) for each in states[State.DRAFT]] == [2, 0]
        assert sum(each.is_talk for each in meetings) == 1
        assert any(each.owner.email == "omar@demo.example" for each in meetings)
        assert any(count(each).answers == 4 for each in states[State.CLOSED])
        assert demo_meeting().languages == list(LANGUAGES)


def test_the_demos_figures_obey_the_rules_of_counting(demo: Config) -> None:
    with reading():
        for meeting in Meeting.every_of(the_demo()):
            assert totals(meeting) == count(meeting)
            assert not (meeting.is_talk and Question.of_meeting(meeting))
            for point in count(meeting).points.values():
                assert point.unclear_first + point.raised_later == point.unclear_now + point.cleared


@pytest.mark.parametrize("code", ["DEM0DEM0", "M0B2SK4E"])
def test_the_demo_shows_what_happens_in_the_room(demo: Config, code: str) -> None:
    with reading():
        meeting = demo_meeting(code)
        newest, counted = meeting.newest, count(meeting)
        assert newest is not None
        assert {point.is_fixed for point in newest.wording.guessed} == {True, False}
        assert meeting.headcount is not None
        assert meeting.headcount > counted.answers
        assert TalkedAbout.latest(meeting)[newest.points[-1].point_id].explanation
        questions = Question.of_meeting(meeting)
        assert [bool(each.reply) for each in questions].count(True) == 1
        assert [each.is_published for each in questions].count(True) == 1
        answers = session().scalars(select(Answer).where(Answer.meeting_id == meeting.id)).all()
        assert {each.channel for each in answers} == set(Channel)
        assert any(each.offered for each in answers)
        assert any(each.difficulties for each in answers)
        guessed = select(Answer.channel).join(Guess).where(Answer.meeting_id == meeting.id)
        assert set(session().scalars(guessed)) == {Channel.OWN_PHONE, Channel.SHARED}, "the sheet asks for no guess"


def test_two_demos_show_the_same_figures(demo: Config, new_settings: Config) -> None:
    with reading():
        first = [totals(meeting) for meeting in Meeting.every_of(the_demo())]
    application(new_settings).test_cli_runner().invoke(args=["demo"])
    with reading():
        assert [totals(meeting) for meeting in Meeting.every_of(the_demo())] == first


def test_no_answer_of_the_demo_lies_ahead(demo: Config) -> None:
    now = datetime.now(UTC).timestamp() // 60
    with reading():
        for meeting in Meeting.every_of(the_demo()):
            assert all(question.answer.first_minute <= now for question in Question.of_meeting(meeting))


def test_the_password_is_kept_for_its_owner_alone_and_opens_the_four_sign_ins(demo: Config) -> None:
    kept = demo.instance_dir / "demo_password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert prepare(demo, datetime.now(UTC)) == kept.read_text()
    with reading():
        people = [Person.by_email(each.email) for each in told.municipality().people]
        opened = {person.email for person in people if person and fits(kept.read_text(), person.password_hash)}
    assert opened == {f"{name}@demo.example" for name in ("mette", "leif", "anna", "omar")}


def test_demo_password_sets_another_one_and_is_written_nowhere(demo: Config) -> None:
    before = (demo.instance_dir / "demo_password").read_text()
    assert prepare(replace(demo, demo_password=PASSWORD), datetime.now(UTC)) == PASSWORD
    with reading():
        person = Person.by_email(METTE)
        assert person is not None
        assert fits(PASSWORD, person.password_hash)
    assert (demo.instance_dir / "demo_password").read_text() == before


def test_preparing_the_demo_again_keeps_it(demo: Config) -> None:
    with reading():
        before = {each.code: (each.revision, each.held_on) for each in Meeting.every_of(the_demo())}
    prepare(demo, datetime.now(UTC) + timedelta(days=3))
    with reading():
        assert {each.code: (each.revision, each.held_on) for each in Meeting.every_of(the_demo())} == before


def test_an_expired_demo_is_moved_to_today_with_its_answers(demo: Config) -> None:
    later = datetime.now(UTC) + timedelta(days=90)
    with reading():
        answers = {each.code: count(each).answers for each in Meeting.every_of(the_demo())}
        closed = {each.code: each.held_on for each in Meeting.every_of(the_demo()) if each.closed_at}
    prepare(demo, later)
    with reading():
        for meeting in Meeting.every_of(the_demo()):
            assert count(meeting).answers == answers[meeting.code]
            if meeting.code in closed:
                assert meeting.held_on == closed[meeting.code]
            else:
                assert meeting.held_on == local(later).date()
        assert demo_meeting().state(later) is State.OPEN
        assert lacks_of(demo_meeting("PZ4DS8EN"), later) == []


def test_a_meeting_closed_by_hand_stays_closed(demo: Config) -> None:
    now = datetime.now(UTC)
    with writing():
        demo_meeting().close(now, demo_meeting().owner.viewer())
    prepare(demo, now + timedelta(days=90))
    with reading():
        assert demo_meeting().state(now + timedelta(days=90)) is State.CLOSED


def test_production_has_no_demo(new_settings: Config) -> None:
    result = application(replace(new_settings, production=True)).test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 1
    assert "not made in production" in result.output


# serve


def test_serving_makes_the_demo_and_becomes_the_server(new_settings: Config, executed: list[tuple[Any, ...]]) -> None:
    port = free_port()
    config = replace(new_settings, port=port, public_url=f"http://127.0.0.1:{port}")
    result = application(config).test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 0, result.output
    assert f"http://127.0.0.1:{port}/m/DEM0DEM0" in result.output
    (_, arguments, environment) = executed[0]
    assert arguments[-1] == "wsgi:app"
    assert "--no-access-log" in arguments
    assert environment["PUBLIC_URL"] == config.public_url
    assert float(environment["GRANIAN_WORKERS_KILL_TIMEOUT"]) > 0, "else it waits for ever for one that does not end"


def test_serving_in_production_makes_no_demo(new_settings: Config, executed: list[tuple[Any, ...]]) -> None:
    config = replace(new_settings, production=True, port=free_port())
    result = application(config).test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 0, result.output
    assert "demo" not in result.output.lower()
    with reading():
        assert Municipality.every() == []


def test_serving_leaves_a_real_municipality_without_a_demo(
    new_settings: Config, executed: list[tuple[Any, ...]]
) -> None:
    runner = application(replace(new_settings, port=free_port())).test_cli_runner()
    runner.invoke(args=["db-upgrade"])
    with writing() as database:
        database.add(Municipality(name="Nabokøbing Kommune"))
    assert "demo" not in runner.invoke(args=["serve"]).output.lower()
    with reading():
        assert [each.name for each in Municipality.every()] == ["Nabokøbing Kommune"]


def test_a_taken_port_is_said_before_anything_is_done(new_settings: Config, executed: list[tuple[Any, ...]]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = int(other.getsockname()[1])
        result = application(replace(new_settings, port=taken)).test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 1
    assert f"PORT={taken + 1} make run" in result.output
    assert not executed


def test_the_greeting_names_the_addresses_and_the_sign_ins(new_settings: Config) -> None:
    printed = greeting(new_settings, told.municipality().sign_ins, "k7m4-qx2p-9t3h")
    assert "http://127.0.0.1:8000\n" in printed
    assert "http://127.0.0.1:8000/m/DEM0DEM0  (code DEM0-DEM0)" in printed
    assert "k7m4-qx2p-9t3h" in printed
    for email in ("mette", "leif", "anna", "omar"):
        assert f"{email}@demo.example" in printed
    assert "█" not in printed


def test_the_greeting_without_a_demo_is_the_address_alone(new_settings: Config) -> None:
    assert greeting(new_settings, (), None).split() == ["Afstemt", "is", "at", "http://127.0.0.1:8000"]


def test_where_phones_reach_the_server_a_qr_code_of_the_demo_meeting_is_printed(new_settings: Config) -> None:
    config = replace(new_settings, host=EVERY, public_url="http://192.0.2.7:8000")
    assert qr_text("http://192.0.2.7:8000/m/DEM0DEM0") in greeting(config, told.municipality().sign_ins, "x")


def test_the_printed_qr_code_can_be_read_again() -> None:
    address = "http://192.0.2.7:8000/m/DEM0DEM0"
    assert [found.text for found in zxingcpp.read_barcodes(picture_of(qr_text(address)), try_invert=False)] == [address]


def picture_of(printed: str) -> memoryview:
    """The half blocks as a grey picture, four pixels to a module."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0), "\xa0": (0, 0)}
    lines = [[halves[sign] for sign in line] for line in unstyle(printed).splitlines()]
    rows = [bytes(half[part] for half in line for _ in range(4)) for line in lines for part in (0, 1)]
    pixels = b"".join(row for row in rows for _ in range(4))
    return memoryview(pixels).cast("B", (4 * len(rows), len(rows[0])))
