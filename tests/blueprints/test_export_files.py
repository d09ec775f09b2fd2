"""The three files: every column in both dialects, and nothing in them that a spreadsheet runs or a citizen fears."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.insight.dialects import DIALECTS, Dialect
from blueprints.insight.files import ANSWERS, Order, stream
from models import answer_export, base
from models.answer import Answer, hash_of_key
from models.base import writing
from models.export import Scope
from models.institution import Institution
from tests.exported import FILES, shown_code, table, the_meeting
from tests.factories import Cast, a_meeting, sign_in

BOM = b"\xef\xbb\xbf"

#: Per answer: version, first accepted, changed, language, channel, clear first and now, unclear first and now.
BY_HAND = [
    ("1", "35", "no", "da", "own_phone", "no", "no", "1", "1"),
    ("1", "35", "yes", "da", "own_phone", "no", "no", "1|2", "2"),
    ("2", "35", "yes", "da", "own_phone", "no", "no", "1", "1"),
    ("2", "35", "yes", "da", "own_phone", "no", "yes", "2", ""),
    ("2", "00", "no", "", "own_phone", "yes", "yes", "", ""),
    ("2", "00", "yes", "da", "own_phone", "no", "yes", "2", ""),
    ("2", "00", "no", "da", "paper", "yes", "yes", "", ""),
    ("2", "00", "yes", "da", "shared", "yes", "no", "", "2"),
]
HOUR = {"35": "17", "00": "18"}
#: Which of them.
CAME_LATE = 2


def test_answers_csv_column_by_column(client: FlaskClient, cast: Cast) -> None:
    meeting, keys = the_meeting(cast)
    sign_in(client, cast.leif)
    code = shown_code(meeting)
    with writing():
        found = Answer.by_key(meeting, hash_of_key(keys[CAME_LATE]))
        assert found is not None
        found.late = True
    by_hash = sorted(range(8), key=lambda index: hash_of_key(keys[index]))

    header, *plain = table(client, "answers.csv")
    assert ",".join(header) == (
        "meeting_code,meeting_date,institution,form,method,agreement,answer_ref,answered_at,changed,language,helped,"
        "channel,understood_first,understood_now,unclear_first,unclear_now,late"
    )
    header, *danish = table(client, "answers.csv", "excel-da")
    assert ";".join(header) == (
        "mødekode;mødedato;sted;mødeform;metode;udgave;svar;besvaret;ændret;sprog;hjulpet;kanal;klart først;klart nu;"
        "uklart først;uklart nu;forsinket"
    )
    ja = {"yes": "ja", "no": "nej"}
    for index, row, dansk in zip(by_hash, plain, danish, strict=True):
        version, minute, changed, language, channel, first, now, unclear_first, unclear_now = BY_HAND[index]
        late = "yes" if index == CAME_LATE else "no"
        about = [code, "2024-11-21", "Egeskolen", "PARENTS_MEETING", "CO_CREATION", version]
        moment = f"2024-11-20T{HOUR[minute]}:{minute}+01:00"
        assert row == [
            *about, row[6], moment, changed, language, "no", channel, first, now, unclear_first, unclear_now, late
        ]  # fmt: skip
        assert dansk == [
            code, "21-11-2024", "Egeskolen", "Forældremøde", "Samskabelse", version, row[6],
            f"20-11-2024 {HOUR[minute]}.{minute}", ja[changed], language, "nej", channel, ja[first], ja[now],
            unclear_first, unclear_now, ja[late],
        ]  # fmt: skip


def test_points_csv_column_by_column(client: FlaskClient, cast: Cast) -> None:
    meeting, _ = the_meeting(cast)
    sign_in(client, cast.leif)
    code = shown_code(meeting)
    plain = [code, "2024-11-21", "Egeskolen", "PARENTS_MEETING", "CO_CREATION"]
    header, *rows = table(client, "points.csv")
    assert ",".join(header) == (
        "meeting_code,meeting_date,institution,form,method,agreement,position,influence,point,answers,unclear_first,"
        "unclear_now,cleared,raised_later,talked_about_at,expected_influence_share,offers,outcome"
    )
    assert rows == [
        [*plain, "2", "1", "TOGETHER", "'=1+1", "6", "1", "1", "0", "0", "", "", "", ""],
        [*plain, "2", "2", "WE_LISTEN", "Pauser", "8", "4", "2", "3", "1", "", "", "", ""],
        [*plain, "2", "3", "FIXED", "Skoletid", "8", "0", "0", "0", "0", "", "", "", ""],
        # Only four answers covered it: a point below the limit is protected in a meeting above it.
        [*plain, "1", "2", "WE_LISTEN", "Ture", "", "", "", "", "", "", "", "", ""],
    ]
    header, *rows = table(client, "points.csv", "excel-da")
    assert ";".join(header) == (
        "mødekode;mødedato;sted;mødeform;metode;udgave;nr.;indflydelse;punkt;svar;uklart først;uklart nu;blev klart;"
        "uklart senere;talt om;forventede indflydelse;tilbud om hjælp;resultat"
    )
    assert rows[0][:9] == [
        code, "21-11-2024", "Egeskolen", "Forældremøde", "Samskabelse", "2", "1", "Vi laver det sammen", "'=1+1"
    ]  # fmt: skip
    assert [row[7] for row in rows[1:3]] == ["Vi lytter, og så beslutter vi", "Det ligger fast"]


def test_meetings_csv_column_by_column(client: FlaskClient, cast: Cast) -> None:
    meeting, _ = the_meeting(cast)
    sign_in(client, cast.leif)
    code = shown_code(meeting)
    title = '\'=Møde; "ny", æøå'
    header, row = table(client, "meetings.csv")
    assert ",".join(header) == (
        "meeting_code,meeting_date,institution,title,form,method,state,opened_at,closed_at,headcount,answers,own_phone,"
        "shared,paper,voided,understood_first_share,understood_now_share,points_open,points_fixed,questions,"
        "preparation_done_share,promises,promises_kept,promises_overdue"
    )
    assert row == [
            code, "2024-11-21", "Egeskolen", title, "PARENTS_MEETING", "CO_CREATION", "CLOSED",
            "2024-11-20T17:30+01:00", "2024-11-21T18:30+01:00", "", "8", "6", "1", "1", "0", "0.3750", "0.5000",
            "2", "1", "1", "", "", "", "",
    ]  # fmt: skip
    header, row = table(client, "meetings.csv", "excel-da")
    assert ";".join(header) == (
        "mødekode;mødedato;sted;titel;mødeform;metode;tilstand;åbnet;lukket;fremmødte;svar;egen telefon;delt tablet;"
        "papir;annulleret;andel klart først;andel klart nu;kan påvirkes;ligger fast;spørgsmål;forberedt;løfter;holdt;"
        "over tiden"
    )
    assert row == [
            code, "21-11-2024", "Egeskolen", title, "Forældremøde", "Samskabelse", "Lukket", "20-11-2024 17.30",
            "21-11-2024 18.30", "", "8", "6", "1", "1", "0", "0,3750", "0,5000", "2", "1", "1", "", "", "", "",
    ]  # fmt: skip


def test_both_dialects_to_the_byte(client: FlaskClient, cast: Cast) -> None:
    the_meeting(cast)
    sign_in(client, cast.leif)
    for file in FILES:
        danish = client.get(f"/exports/{file}").data
        lines = danish.removeprefix(BOM).decode().split("\r\n")
        assert danish.startswith(BOM + '"mødekode";"mødedato";'.encode())
        assert lines.pop() == ""
        assert all(line.startswith('"') and line.endswith('"') and "\n" not in line for line in lines)
        assert len({line.count('";"') for line in lines}) == 1
        plain = client.get(f"/exports/{file}?dialect=plain").data
        assert plain.startswith(b"meeting_code,meeting_date,institution,")
        assert plain.endswith(b"\r\n")
        assert plain.count(b"\n") == plain.count(b"\r\n") == len(lines)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
@pytest.mark.parametrize("first", [*"=+-@\t\r\n\uff1d\uff0b\uff0d\uff20'"])
def test_no_text_is_a_formula_and_each_comes_back_exactly(dialect: Dialect, first: str) -> None:
    text = f"{first}1+1"
    written = dialect.text(text)
    assert written == f"'{text}"
    assert written.removeprefix("'") == text
    assert dialect.text(f"1{text}") == f"1{text}"


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_a_place_with_every_separator_in_its_name_stays_in_its_cell(
    dialect: Dialect, app: Flask, client: FlaskClient, cast: Cast
) -> None:
    the_meeting(cast)
    with writing() as database:
        database.get_one(Institution, cast.school.id).name = '@Ege, "den"; gamle\nskole'
    sign_in(client, cast.leif)
    for file in FILES:
        header, *rows = table(client, file, dialect.name)
        assert {(row[2], len(row)) for row in rows} == {('\'@Ege, "den"; gamle\nskole', len(header))}


def test_no_key_and_no_hash_of_one_leaves_the_house(client: FlaskClient, cast: Cast) -> None:
    _, keys = the_meeting(cast)
    sign_in(client, cast.leif)
    everything = "".join(client.get(f"/exports/{file}").text for file in FILES).lower()
    for key in keys:
        for trace in (str(key), key.hex, hash_of_key(key).hex()):
            assert trace[:10] not in everything


def test_another_secret_gives_other_references(app: Flask, client: FlaskClient, cast: Cast) -> None:
    the_meeting(cast)
    sign_in(client, cast.leif)
    references = {row[6] for row in table(client, "answers.csv")[1:]}
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], secret_key="another secret")
    assert not references & {row[6] for row in table(client, "answers.csv")[1:]}


def test_rows_leave_before_all_are_read_and_hanging_up_lets_go_of_the_database(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_export, "ROWS_AT_ONCE", 2)
    the_meeting(cast)
    blocks = stream(ANSWERS, Order(Scope(cast.leif), DIALECTS["plain"], datetime.now(UTC), b"k" * 32))
    assert next(blocks).startswith(b"meeting_code,")
    assert next(blocks).count(b"\r\n") == 2
    assert base.engine().pool.checkedout() == 1  # type: ignore[attr-defined]
    # Between two blocks the thread may do other work, even writing.
    a_meeting(cast)
    assert next(blocks).count(b"\r\n") == 2
    blocks.close()  # type: ignore[attr-defined]
    assert base.engine().pool.checkedout() == 0  # type: ignore[attr-defined]
