"""The engine of every PDF: languages, directions, tables. Nothing here needs a database."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import groupby

import pytest
from babel.dates import format_date
from PIL.Image import Image

from blueprints.languages import unbroken
from blueprints.pdf import ANY_LANGUAGE, MARGIN, UNKNOWN_LETTER, Document
from blueprints.pdf_style import BODY, POINT, Style
from config import LANGUAGES, ROOT, STAFF_LANGUAGES
from tests.pdf_pages import pages_of, picture, places, words

MADE_AT = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
#: Four letters that all join, without a dot beside them.
JOINED = "محمد"
LARGE = Style(40)
SCALE = 2.0


def a_document(language: str = "da", foot: str = "") -> Document:
    return Document("Prøve", language, MADE_AT, foot=foot)


def inked(page: Image) -> list[tuple[int, int]]:
    """The spans of columns, first and last, in which the page is not white."""
    ink = page.point(lambda value: 255 - value)
    columns = [ink.crop((x, 0, x + 1, page.height)).getbbox() is not None for x in range(page.width)]
    spans, x = [], 0
    for is_inked, run in groupby(columns):
        length = len(list(run))
        if is_inked:
            spans.append((x, x + length - 1))
        x += length
    return spans


def test_arabic_is_joined_and_begins_at_the_right() -> None:
    document = a_document("ar")
    document.write(JOINED, LARGE)
    with pages_of(document.to_bytes()) as pdf:
        page = picture(pdf, scale=SCALE)
    spans = inked(page)
    assert len(spans) == 1
    right = page.width - MARGIN / POINT * SCALE
    assert right - 6 * SCALE < spans[0][1] <= right
    assert spans[0][0] > page.width / 2


def test_numbers_and_latin_words_keep_their_place_in_a_line_of_arabic() -> None:
    document = a_document("ar")
    document.write(f"{JOINED} 2026 Egeskolen {JOINED}")
    at = places(document.to_bytes(), ("2", "6", "E", "n"))
    assert at["E"] < at["n"] < at["2"] < at["6"]


def test_a_text_in_any_language_is_written_in_the_direction_of_its_first_letter_where_the_page_begins() -> None:
    document = a_document("da")
    document.write(f"{JOINED} 7", LARGE, ANY_LANGUAGE)
    document.write("Hvornår?", LARGE, ANY_LANGUAGE)
    data = document.to_bytes()
    assert places(data, ("7",))["7"][0] == pytest.approx(MARGIN / POINT, abs=3)
    assert places(data, ("H",))["H"][0] == pytest.approx(MARGIN / POINT, abs=6)


def test_every_script_of_the_languages_is_in_the_fonts() -> None:
    sentences = ["Blåbærgrød på Ærø", "Zażółć gęślą jaźń", "İğne, şöyle, ağaç", "Ґанок, їжак, щастя є", "1–2 €"]
    document = a_document()
    for sentence in sentences:
        document.write(sentence)
        document.write(sentence, Style(10, bold=True))
    found = words(document.to_bytes())
    assert [found.count(sentence) for sentence in sentences] == [2] * len(sentences)


def test_a_letter_that_no_font_has_is_marked_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    document = a_document()
    document.write("Må vi 👍 her?")
    assert words(document.to_bytes()) == "Må vi \N{REPLACEMENT CHARACTER} her?"
    assert not [each for each in caplog.records if each.levelname == "WARNING"]


def test_the_same_document_is_the_same_file() -> None:
    def made() -> bytes:
        document = a_document(foot="Egeskolen")
        document.heading("Overskrift", 1)
        document.facts([("Hvornår", "23. november"), ("Journalnummer", "")])
        return document.to_bytes()

    assert made() == made()


def test_a_long_table_names_its_columns_on_every_page_and_every_page_its_number() -> None:
    document = a_document(foot="Egeskolen")
    document.table(["Punkt", "Svar"], [[f"Række {number} " * 9, "3"] for number in range(60)], [0.7, 0.3])
    data = document.to_bytes()
    with pages_of(data) as pdf:
        pages = len(pdf)
    found = words(data)
    assert pages > 2
    assert found.count("Punkt Svar") == pages
    assert [f"Egeskolen {number}/{pages}" in found for number in range(1, pages + 1)] == [True] * pages
    assert found.count("Række 59") == 9


def test_the_number_of_every_page_stands_at_its_end_in_its_own_size() -> None:
    document = a_document(foot="Egeskolen")
    document.write("Stort", LARGE)
    document.new_page()
    document.write("Stort", LARGE)
    with pages_of(document.to_bytes()) as pdf:
        right = pdf.get_page_size(0)[0] - MARGIN / POINT
        for number in range(2):
            _, last = inked(picture(pdf, number, SCALE))[-1]
            assert right - 2 < last / SCALE <= right + 0.5


def test_a_heading_is_not_left_alone_at_the_foot_of_a_page() -> None:
    document = a_document(foot="Egeskolen")
    while document.top < 262:
        document.write("Linje", BODY)
    document.heading("Overskrift")
    document.write("Tekst")
    assert words(document.to_bytes(), 1) == "Overskrift Tekst Egeskolen 2/2"


def test_no_start_of_the_application_waits_for_the_maker_of_pdfs() -> None:
    told = "import app, sys; print('fpdf' in sys.modules or 'uharfbuzz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each not in STAFF_LANGUAGES])
def test_every_letter_of_what_only_citizens_read_is_drawn(language: str) -> None:
    """Its words and its dates: a Ukrainian one holds a narrow space that the fonts lack."""
    said = "".join(path.read_text() for path in (ROOT / "translations" / language).rglob("*.po"))
    dates = (format_date(date(2026, month, 1), "long", locale=language) for month in range(1, 13))
    document = a_document(language)
    document.write(" ".join(sorted({letter for letter in said if letter.isprintable()})))
    for each in dates:
        document.write(each)
    assert UNKNOWN_LETTER not in words(document.to_bytes())


def test_a_phone_number_held_together_keeps_its_order_in_arabic() -> None:
    document = a_document("ar")
    document.write(f"{JOINED} {unbroken('12 34 56')}.")
    at = places(document.to_bytes(), ("1", "3", "5"))
    assert at["1"] < at["3"] < at["5"]
