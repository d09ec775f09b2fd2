"""A translation beside its Danish, and as a spreadsheet: given, taken back, and never able to break anything."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from werkzeug.test import TestResponse

from blueprints.meetings.differences import pieces
from blueprints.meetings.translation_sheet import MOST_ROWS, read
from models.base import reading, session, writing
from models.draft import Draft
from models.meeting import Meeting
from models.person import Person
from models.publishing import open_meeting
from models.translation import texts_of
from tests.blueprints.test_writing import HTMX, fields_of, found_in, save
from tests.factories import Cast, a_meeting, a_wording, csrf_token

SigningIn = Callable[..., None]

LANGUAGES = ("da", "en", "ar")
KEY, PLACE, DANISH, TRANSLATION, ENGLISH = range(1, 6)
FIRST = 3
HALF = "Formålet er at"


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    """The pages speak English to Mette."""
    with writing():
        session().get_one(Person, cast.mette.id).locale = "en"


@pytest.fixture
def meeting(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> int:
    """A draft in three languages; in Arabic its purpose is still missing."""
    wording = a_wording(languages=LANGUAGES)
    wording = a_wording(languages=LANGUAGES, purpose={"da": wording.purpose["da"], "en": wording.purpose["en"]})
    title = {"da": "Forældremøde", "en": "A meeting", "ar": "لقاء"}
    meeting_id = a_meeting(cast, state="draft", languages=list(LANGUAGES), wording=wording, title=title)
    sign_in(client, cast.mette)
    return meeting_id


def draft_of(meeting_id: int) -> Draft:
    with reading():
        return session().get_one(Meeting, meeting_id).draft


def page_of(client: FlaskClient, meeting_id: int, language: str = "ar") -> str:
    return unescape(client.get(f"/meetings/{meeting_id}/agreement?lang={language}").text)


def sheet_of(client: FlaskClient, meeting_id: int, language: str = "ar") -> tuple[Workbook, Worksheet]:
    reply = client.get(f"/meetings/{meeting_id}/translation.xlsx?lang={language}")
    assert reply.status_code == 200
    book = load_workbook(BytesIO(reply.data))
    return book, book.worksheets[0]


def row_of(sheet: Worksheet, field: str) -> int:
    return next(n for n in range(FIRST, sheet.max_row + 1) if f"/{field}/" in str(sheet.cell(n, KEY).value))


def packed(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def send(client: FlaskClient, meeting_id: int, content: bytes, language: str = "ar", **options: Any) -> TestResponse:
    data = {"csrf_token": csrf_token(client), "lang": language, "file": (BytesIO(content), "translation.xlsx")}
    return client.post(f"/meetings/{meeting_id}/translation", data=data, **options)


# Side by side


def test_the_title_of_an_open_meeting_is_never_shown_unfilled(client: FlaskClient, cast: Cast, meeting: int) -> None:
    opened = a_meeting(cast, languages=list(LANGUAGES), wording=a_wording(languages=LANGUAGES))
    told = save(client, opened, fields_of(client, opened, "ar"), title="لقاء {صف}")
    assert (told.status_code, 'missing" id="title-lacks"' in told.text) == (422, True)
    book, sheet = sheet_of(client, opened)
    sheet.cell(row_of(sheet, "title"), TRANSLATION).value = "لقاء {صف}"
    assert "Row 3 (Title): fill in what stands in { }." in send(client, opened, packed(book)).text
    with writing() as database:
        draft = database.get_one(Meeting, opened).draft
        draft.stale = {"title": {"ar": {"text": "لقاء {صف}", "danish": "Møde"}}}
    told = save(client, opened, fields_of(client, opened, "ar"), fits="title")
    assert (told.status_code, 'missing" id="title-lacks"' in told.text) == (422, True)
    with reading():
        assert "ar" not in session().get_one(Meeting, opened).title


def conflict_kept(client: FlaskClient, meeting_id: int, hidden: dict[str, str], **typed: str) -> None:
    """What is typed on a page that somebody else saved meanwhile, and kept nevertheless."""
    told = save(client, meeting_id, hidden, HTMX, **typed)
    assert told.status_code == 409
    keep = found_in(told.text, r'name="keep" value="(\d+)"')
    assert save(client, meeting_id, hidden, HTMX, keep=keep, **typed).status_code == 200


def test_a_language_that_is_switched_off_meanwhile_is_never_taken_for_danish(client: FlaskClient, meeting: int) -> None:
    hidden, before = fields_of(client, meeting, "ar"), draft_of(meeting).wording.purpose
    save(client, meeting, languages_shown="1", languages=["en"])
    conflict_kept(client, meeting, hidden, purpose="غرض")
    assert draft_of(meeting).wording.purpose == {**before, "ar": "غرض"}
    assert save(client, meeting, {**hidden, "lang": "xx"}, purpose="?").status_code == 400


def test_what_was_typed_beside_danish_that_changed_meanwhile_is_older_than_it(
    client: FlaskClient, meeting: int
) -> None:
    hidden, danish = fields_of(client, meeting, "ar"), draft_of(meeting).wording.purpose["da"]
    beside = {f"beside-{name}": value for name, value in (("purpose", danish), ("title", "Forældremøde"))}
    assert f'name="beside-purpose" value="{danish}"' in page_of(client, meeting)
    save(client, meeting, purpose="Noget nyt", title="Et andet møde")
    conflict_kept(client, meeting, {**hidden, **beside}, purpose="غرض", title="لقاء آخر")
    assert draft_of(meeting).former("purpose", "ar") == {"text": "غرض", "danish": danish}
    assert draft_of(meeting).former("title", "ar") == {"text": "لقاء آخر", "danish": "Forældremøde"}
    again = save(client, meeting, {**fields_of(client, meeting, "ar"), "revision": "1", **beside}, purpose="جديد")
    assert f'name="beside-purpose" value="{danish}"' in unescape(again.text)


def test_the_danish_stands_beside_what_is_translated(client: FlaskClient, meeting: int) -> None:
    page = page_of(client, meeting)
    danish = draft_of(meeting).wording.purpose["da"]
    assert f'id="purpose-danish" lang="da" dir="ltr">{danish}</p>' in page
    assert re.search(r'<textarea[^>]*name="purpose"[^>]*lang="ar" dir="rtl"', page)
    assert 'id="purpose-state" data-awaits>Not translated yet</p>' in page
    assert '<a class="says" id="next" data-next href="#purpose">' in page
    assert 'name="date"' not in page


def test_typing_danish_sets_its_translations_aside_and_typing_it_again_brings_them_back(
    client: FlaskClient, meeting: int
) -> None:
    danish, english = (draft_of(meeting).wording.purpose[language] for language in ("da", "en"))
    hidden = fields_of(client, meeting)
    for half in (HALF, "", "Noget nyt"):
        save(client, meeting, hidden, HTMX, purpose=half)
    assert draft_of(meeting).former("purpose", "en") == {"text": english, "danish": danish}
    page = page_of(client, meeting, "en")
    assert f">{english}</textarea>" in page
    assert 'id="purpose-state" data-awaits' in page
    save(client, meeting, hidden, HTMX, purpose=danish)
    assert draft_of(meeting).stale is None
    assert draft_of(meeting).wording.purpose["en"] == english


@pytest.mark.parametrize(
    ("typed", "fits", "stale", "kept"),
    [
        (None, False, True, None),
        ("Something else", False, False, "Something else"),
        (None, True, False, "old"),
        ("", False, False, None),
    ],
)
def test_a_stale_translation_waits_until_it_is_typed_anew_or_still_fits(
    client: FlaskClient, meeting: int, typed: str | None, fits: bool, stale: bool, kept: str | None
) -> None:
    english = draft_of(meeting).wording.purpose["en"]
    save(client, meeting, purpose="Noget nyt")
    hidden = fields_of(client, meeting, "en")
    fields = {"purpose": english if typed is None else typed, **({"fits": "purpose"} if fits else {})}
    answered = save(client, meeting, hidden, HTMX, **fields)
    assert answered.status_code == 200
    assert (draft_of(meeting).former("purpose", "en") is not None) is stale
    assert draft_of(meeting).wording.purpose.get("en") == (english if kept == "old" else kept)
    assert ("goTo" in answered.headers.get("HX-Trigger-After-Settle", "")) is fits
    assert save(client, meeting, hidden, HTMX, purpose="Once more").status_code == 200, "the page may save on"


def test_without_javascript_the_way_leads_to_the_danish_and_back_to_the_field(
    client: FlaskClient, meeting: int
) -> None:
    address = f"/meetings/{meeting}/agreement"
    reply = save(client, meeting, fields_of(client, meeting, "ar"), danish="how-1")
    assert reply.headers["Location"] == f"{address}?open=1#how-1"
    save(client, meeting, purpose="Noget nyt")
    reply = save(client, meeting, fields_of(client, meeting, "en"), fits="purpose")
    assert reply.headers["Location"] == f"{address}?lang=en#purpose"
    reply = save(client, meeting, fields_of(client, meeting, "ar"), fits="no-such-field", show="translation")
    assert reply.headers["Location"] == f"/meetings/{meeting}/translation?lang=ar"


def test_opening_and_publishing_say_what_citizens_will_read_in_danish(
    client: FlaskClient, cast: Cast, sign_in: SigningIn
) -> None:
    draft, is_open = a_meeting(cast, state="draft"), a_meeting(cast)
    sign_in(client, cast.mette)
    for meeting_id in (draft, is_open):
        save(client, meeting_id, purpose="Noget nyt")
    for page in (f"/meetings/{draft}", f"/meetings/{is_open}/publication"):
        assert '<bdi lang="en">English</bdi>: 1 to look at again' in client.get(page).text, page
    assert '<bdi lang="en">English</bdi> 1</a>' in page_of(client, draft, "da")


def test_a_suggested_point_comes_in_every_language(client: FlaskClient, cast: Cast, sign_in: SigningIn) -> None:
    draft = a_meeting(cast, state="draft", template="T1", languages=list(LANGUAGES))
    sign_in(client, cast.mette)
    number = re.search(r'value="suggestion-(\d+)"', page_of(client, draft, "da"))
    assert number is not None
    save(client, draft, add=f"suggestion-{number[1]}")
    wording = draft_of(draft).wording
    added = wording.points[-1]
    assert all(added.title.get(language) for language in LANGUAGES)
    unchanged: dict[str, Any] = {f"influence_{added.key}": "TOGETHER", f"text_{added.key}": added.title["da"]}
    save(client, draft, **unchanged)
    assert draft_of(draft).wording.point(added.key).title == added.title


@pytest.mark.parametrize(
    ("text", "beside", "marked"),
    [("Et nyt formål", "Et formål", ["nyt "]), ("Et formål", None, []), ("", "Et", []), ("Et", "", ["Et"])],
)
def test_changed_words_are_marked(text: str, beside: str | None, marked: list[str]) -> None:
    found = pieces(text, beside)
    assert "".join(piece for piece, _ in found) == text
    assert [piece.strip() for piece, is_marked in found if is_marked] == [each.strip() for each in marked]


# The spreadsheet goes out


def test_the_spreadsheet_holds_every_text_beside_its_danish(client: FlaskClient, meeting: int) -> None:
    _, sheet = sheet_of(client, meeting)
    draft = draft_of(meeting)
    number = row_of(sheet, "purpose")
    assert sheet.cell(number, DANISH).value == draft.wording.purpose["da"]
    assert sheet.cell(number, ENGLISH).value == draft.wording.purpose["en"]
    assert sheet.cell(number, TRANSLATION).value is None
    assert sheet.max_row == FIRST - 1 + 11
    assert (sheet.sheet_view.rightToLeft, sheet.freeze_panes) == (True, "C3")
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    assert [sheet.cell(number, column).protection.locked for column in (KEY, DANISH, TRANSLATION)] == [
        True,
        True,
        False,
    ]
    _, english = sheet_of(client, meeting, "en")
    assert (english.sheet_view.rightToLeft, english.max_column) == (False, TRANSLATION)


def test_what_begins_like_a_formula_stays_text(client: FlaskClient, meeting: int) -> None:
    formula = '=HYPERLINK("https://evil.example")'
    save(client, meeting, purpose=formula)
    book, sheet = sheet_of(client, meeting)
    number = row_of(sheet, "purpose")
    assert (sheet.cell(number, DANISH).value, sheet.cell(number, DANISH).data_type) == (formula, "s")
    assert all(cell.data_type in {"s", "n"} for row in sheet.iter_rows() for cell in row)
    sheet.cell(number, DANISH).data_type = "s"
    cell: Any = sheet.cell(number, TRANSLATION)
    cell.value, cell.data_type = "=1+1", "s"
    assert send(client, meeting, packed(book)).status_code == 303
    assert draft_of(meeting).wording.purpose["ar"] == "=1+1"


# And comes back


def test_what_the_translator_wrote_is_taken(client: FlaskClient, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    sheet.cell(row_of(sheet, "purpose"), TRANSLATION).value = "الغرض"
    sheet.cell(row_of(sheet, "title"), TRANSLATION).value = "اجتماع"
    sheet.cell(sheet.max_row + 1, DANISH).value = "Noget, som oversætteren skrev"
    before = draft_of(meeting)
    reply = send(client, meeting, packed(book), follow_redirects=True)
    assert "2 texts taken, 9 unchanged." in reply.text
    assert "Row 14 is not one of the texts." in reply.text
    draft = draft_of(meeting)
    assert draft.wording.purpose["ar"] == "الغرض"
    assert draft.wording.points == before.wording.points
    with reading():
        assert session().get_one(Meeting, meeting).title["ar"] == "اجتماع"
    assert (draft.saved_from, draft.revision > before.revision) == ("", True)


def test_however_many_rows_are_not_ours_it_is_said_in_short(client: FlaskClient, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    for _ in range(200):
        sheet.cell(sheet.max_row + 1, DANISH).value = "Noget andet"
    reply = send(client, meeting, packed(book), follow_redirects=True)
    assert "Row 18 is not one of the texts. and 195 more" in reply.text


def test_a_page_that_was_open_is_told(client: FlaskClient, meeting: int) -> None:
    hidden = fields_of(client, meeting, "ar")
    save(client, meeting, hidden, HTMX, purpose="قديم")
    book, sheet = sheet_of(client, meeting)
    sheet.cell(row_of(sheet, "purpose"), TRANSLATION).value = "الغرض"
    send(client, meeting, packed(book))
    assert save(client, meeting, hidden, HTMX, purpose="قديم").status_code == 409
    assert draft_of(meeting).wording.purpose["ar"] == "الغرض"


def test_what_is_older_than_the_danish_waits_and_never_replaces_what_stands(client: FlaskClient, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    danish = sheet.cell(row_of(sheet, "purpose"), DANISH).value
    sheet.cell(row_of(sheet, "purpose"), TRANSLATION).value = "الغرض"
    sheet.cell(row_of(sheet, "decider"), TRANSLATION).value = "أقدم"
    save(client, meeting, purpose="Noget nyt", decider="Rådet bestemmer.")
    save(client, meeting, fields_of(client, meeting, "ar"), decider="أحدث")
    reply = send(client, meeting, packed(book), follow_redirects=True)
    assert "0 texts taken, 9 unchanged, 1 is older than the Danish." in reply.text
    assert "is older than the Danish, and a newer translation stands here" in reply.text
    draft = draft_of(meeting)
    assert draft.former("purpose", "ar") == {"text": "الغرض", "danish": danish}
    assert draft.wording.decider["ar"] == "أحدث"


def test_what_the_translator_left_alone_changes_nothing_that_was_written_meanwhile(
    client: FlaskClient, meeting: int
) -> None:
    book, _ = sheet_of(client, meeting)
    save(client, meeting, fields_of(client, meeting, "ar"), decider="أحدث")
    assert send(client, meeting, packed(book)).status_code == 303
    assert draft_of(meeting).wording.decider["ar"] == "أحدث"


def test_an_earlier_translation_is_shown_to_the_translator_and_is_fresh_once_copied(
    client: FlaskClient, meeting: int
) -> None:
    old = draft_of(meeting).wording.decider
    save(client, meeting, decider="Rådet bestemmer.")
    book, sheet = sheet_of(client, meeting)
    number = row_of(sheet, "decider")
    assert [sheet.cell(number, column).value for column in (TRANSLATION, 6, 7)] == [None, old["ar"], old["da"]]
    sheet.cell(number, TRANSLATION).value = old["ar"]
    send(client, meeting, packed(book))
    assert draft_of(meeting).wording.decider["ar"] == old["ar"]
    assert draft_of(meeting).former("decider", "ar") is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_sheet_whose_columns_moved_brings_nothing_of_another_language(client: FlaskClient, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    sheet.delete_cols(DANISH)
    before = draft_of(meeting)
    assert "the Danish in the spreadsheet is another one" in send(client, meeting, packed(book)).text
    assert draft_of(meeting).wording == before.wording


def test_one_row_that_is_wrong_keeps_all_from_being_taken(client: FlaskClient, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    sheet.cell(row_of(sheet, "title"), TRANSLATION).value = "x" * 81
    sheet.cell(row_of(sheet, "purpose"), TRANSLATION).value = "الغرض"
    sheet.cell(row_of(sheet, "how-1"), TRANSLATION).value = "كيف"
    sheet.cell(row_of(sheet, "how-1"), DANISH).value = "Rettet i regnearket"
    save(client, meeting, how_1="Rettet her")
    before = draft_of(meeting)
    reply = send(client, meeting, packed(book))
    assert reply.status_code == 422
    page = unescape(reply.text)
    assert "Row 3 (Title): at most 80 characters, not 81." in page
    assert "Row 6 (Point 1: How they do it): the Danish in the spreadsheet is another one" in page
    assert 'aria-describedby="file-wrong"' in page
    assert draft_of(meeting).revision == before.revision


def hostile(kind: str, good: bytes) -> bytes:
    """A file that only looks like a spreadsheet, made from a good one."""
    whole = {"no zip": b"Point 1,Words\n", "cut off": good[: len(good) // 2], "spoilt within": _spoilt_within(good)}
    if kind in whole:
        return whole[kind]
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(good)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = _spoilt(kind, content)
            if not (kind == "nothing in it" and name.startswith("xl/")):
                new.writestr(name, content)
        if kind == "macros":
            new.writestr("xl/vbaProject.bin", b"\0")
        if kind == "bomb":
            new.writestr("xl/media/image1.png", b"\0" * 9_000_000)
        if kind == "many parts":
            for number in range(300):
                new.writestr(f"xl/media/{number}.png", b"")
    return changed.getvalue()


def _spoilt_within(good: bytes) -> bytes:
    """Packed in another way than a spreadsheet is, and damaged."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(good)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_LZMA) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return changed.getvalue().replace(b"\x5d\x00\x00", b"\xff\xff\xff")


def _spoilt(kind: str, sheet: bytes) -> bytes:
    if kind == "entities":
        head = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]>'
        return head + sheet.replace(b"</sheetData>", b'<row r="99"><c t="str"><v>&c;</v></c></row></sheetData>')
    if kind == "no xml":
        return b"\xff\xfe<worksheet"
    if kind == "numbers that are none":
        return re.sub(rb'r="[A-Z]+(\d+)"', rb'r="\1"', sheet).replace(b"<v>", b"<v>x")
    return sheet


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "kind",
    [
        "no zip", "cut off", "nothing in it", "macros", "bomb", "many parts", "entities", "no xml",
        "numbers that are none", "spoilt within",
    ],
)  # fmt: skip
def test_a_file_that_is_no_spreadsheet_is_said_at_its_field(client: FlaskClient, meeting: int, kind: str) -> None:
    book, _ = sheet_of(client, meeting)
    reply = send(client, meeting, hostile(kind, packed(book)))
    assert reply.status_code == 422
    assert 'id="file-wrong"' in reply.text
    assert draft_of(meeting).revision == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_cells_far_away_are_not_looked_for(client: FlaskClient, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    sheet.cell(1_000_000, 9).value = "far"
    found = list(read(packed(book)))
    assert len(found) <= MOST_ROWS
    assert found[0][1][0] == sheet.cell(FIRST, KEY).value


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_is_too_large_is_said_at_its_field_too(client: FlaskClient, meeting: int) -> None:
    reply = send(client, meeting, b"\0" * 300_000)
    assert reply.status_code == 413
    assert 'id="file-wrong"' in reply.text
    elsewhere = client.post(f"/meetings/{meeting}/agreement", data={"purpose": "x" * 300_000})
    assert (elsewhere.status_code, "That was too much" in elsewhere.text) == (413, True)


def test_a_spreadsheet_of_another_meeting_or_language_is_not_taken(
    client: FlaskClient, cast: Cast, meeting: int
) -> None:
    other = a_meeting(cast, state="draft", languages=list(LANGUAGES), wording=a_wording(languages=LANGUAGES))
    for content, words in (
        (packed(sheet_of(client, other)[0]), "of another meeting"),
        (packed(sheet_of(client, meeting, "en")[0]), "in another language"),
        (packed(Workbook()), "None of these rows"),
        (b"", "Choose the spreadsheet first."),
    ):
        reply = send(client, meeting, content)
        assert reply.status_code == 422
        assert words in reply.text
    assert draft_of(meeting).revision == 1


def test_only_languages_that_are_switched_on_have_a_spreadsheet(client: FlaskClient, cast: Cast, meeting: int) -> None:
    assert client.get(f"/meetings/{meeting}/translation.xlsx?lang=pl").status_code == 404
    assert client.get(f"/meetings/{meeting}/translation.xlsx?lang=da").status_code == 404
    assert send(client, meeting, b"x", "pl").status_code == 422
    danish = a_meeting(cast, state="draft", languages=["da"])
    assert client.get(f"/meetings/{danish}/translation").status_code == 303


def test_a_closed_meeting_takes_nothing(client: FlaskClient, cast: Cast, meeting: int) -> None:
    book, sheet = sheet_of(client, meeting)
    sheet.cell(row_of(sheet, "purpose"), TRANSLATION).value = "متأخر"
    with writing():
        opened = session().get_one(Meeting, meeting)
        open_meeting(opened, opened.created_at, cast.mette)
        opened.close(opened.created_at, cast.mette)
    reply = send(client, meeting, packed(book))
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/meetings/{meeting}")
    assert "ar" not in texts_of(draft_of(meeting).wording)["purpose"]
