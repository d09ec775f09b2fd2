"""Every screen word has its translation, with the same placeholders, in every language whose readers see it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from blueprints.languages import WRITTEN_IN
from config import LANGUAGES, STAFF_LANGUAGES

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "translations"
CATALOGUES = sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))
CITIZENS_LANGUAGES = [language for language in LANGUAGES if language not in STAFF_LANGUAGES]
READY_MADE = "templates"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
BLANK = re.compile(r"\{[^{}]*\}")
# The same words as in `make translations`; were they to differ, the extraction below would find too little.
KEYWORDS = ("lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")
WITHOUT_WORDS = ".* _* node_modules"
Identity = tuple[str | None, str]

#: Which of its forms a language uses for a number, by its own grammar (Unicode CLDR).
NUMBERS = (0, 1, 2, 3, 5, 11, 21, 100)
FORMS = {
    "da": (1, 0, 1, 1, 1, 1, 1, 1),
    "ar": (0, 1, 2, 3, 3, 5, 5, 4),
    "uk": (2, 0, 1, 1, 2, 2, 0, 2),
    "pl": (2, 0, 1, 1, 2, 2, 2, 2),
    "tr": (0, 0, 0, 0, 0, 0, 0, 0),
}


def name(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


def texts(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The forms of a message or translation: one, or one for each plural."""
    return [value] if isinstance(value, str) else list(value or ())


def placeholders(text: str) -> set[str]:
    """What is filled in, with its type: `%(count)d`."""
    return set(PLACEHOLDER.findall(text))


def identities(catalogue: Catalog) -> set[Identity]:
    """What gettext finds a message by: its context and its (singular) source."""
    return {(message.context, texts(message.id)[0]) for message in catalogue if message.id}


def catalogue_of(path: Path) -> Catalog:
    """The catalogue in this file. Raises PoFileError where gettext could not read it."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def faults(message: Message, plurals: int) -> list[str]:
    """What keeps this message from being shown well: a missing form, a fuzzy mark, placeholders or blanks that
    differ."""
    sources, forms = texts(message.id), texts(message.string)
    found = [] if not message.fuzzy else ["fuzzy"]
    if len(forms) != (plurals if message.pluralizable else 1) or not all(form.strip() for form in forms):
        return [*found, "not translated"]
    known = set().union(*map(placeholders, sources))
    # "One answer" may leave its number out; the last plural form and a plain message may not.
    if any(not placeholders(form) <= known for form in forms) or placeholders(forms[-1]) != placeholders(sources[-1]):
        found.append("placeholders differ")
    # A blank is worded anew in each language; a place for the script keeps its name.
    if any(len(BLANK.findall(form)) != len(BLANK.findall(sources[-1])) for form in forms):
        found.append("blanks differ")
    return found


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[Identity]]:
    """What a fresh extraction with a mapping finds, each made once."""
    made: dict[str, set[Identity]] = {}

    def find(mapping: str) -> set[Identity]:
        if mapping not in made:
            template = tmp_path_factory.mktemp("extracted") / "words.pot"
            options = [
                f"--mapping={mapping}",
                f"--output={template}",
                *(f"--keyword={keyword}" for keyword in KEYWORDS),
                f"--ignore-dirs={WITHOUT_WORDS}",
            ]
            command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", *options, "."]
            subprocess.run(command, cwd=ROOT, check=True)
            with template.open("rb") as file:
                made[mapping] = identities(read_po(file, abort_invalid=True))
        return made[mapping]

    return find


def test_a_language_is_one_folder_and_one_line() -> None:
    with_catalogue = {language for language in LANGUAGES if language != WRITTEN_IN}
    assert {path.parent.parent.name for path in CATALOGUES} == with_catalogue
    expected = {"da-messages", *(f"{each}-{stem}" for each in CITIZENS_LANGUAGES for stem in ("messages", READY_MADE))}
    assert {name(path) for path in CATALOGUES} == expected


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_every_message_is_translated_with_the_same_placeholders(path: Path) -> None:
    catalogue = catalogue_of(path)
    found = [
        f"{message.id!r}: {fault}"
        for message in catalogue
        if message.id
        for fault in faults(message, catalogue.num_plurals)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_extraction_finds_what_the_catalogue_holds_and_nothing_else(
    path: Path, extracted: Callable[[str], set[Identity]]
) -> None:
    """Danish has every word of the screens, other languages those that citizens read."""
    mapping = {"da-messages": "babel.cfg"}.get(name(path), "babel-citizen.cfg")
    held = identities(catalogue_of(path))
    wanted = extracted("babel-templates.cfg" if path.stem == READY_MADE else mapping)
    assert wanted, "extraction found no message at all"
    assert not wanted - held, f"not in {name(path)}: run `make translations` and translate"
    assert not held - wanted, f"no longer said anywhere, still in {name(path)}: run `make translations`"


@pytest.mark.parametrize("path", CATALOGUES, ids=name)
def test_every_catalogue_names_its_reader_or_says_that_there_is_none(path: Path) -> None:
    named = dict(catalogue_of(path).mime_headers).get("Language-Team", "").strip()
    assert named not in {"", path.parent.parent.name}
    assert "LL@li.org" not in named, "what Babel writes into a new catalogue is nobody"


@pytest.mark.parametrize("language", FORMS)
def test_every_number_has_the_form_that_its_language_gives_it(language: str) -> None:
    one, many = "%(num)d point was unclear to you", "%(num)d points were unclear to you"
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    message = catalogue_of(path)[one]
    assert message is not None
    with path.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    said = [compiled.ngettext(one, many, number) for number in NUMBERS]
    assert said == [texts(message.string)[form] for form in FORMS[language]]


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("Open", "", "not translated"),
        ("%(count)d answers", "svar", "placeholders differ"),
        ("%(count)d answers", "%(antal)d svar", "placeholders differ"),
        ("We meet on {date}.", "Vi mødes.", "blanks differ"),
        ("We meet.", "Vi mødes {dato}.", "blanks differ"),
        (("%(count)d answer", "%(count)d answers"), ("%(count)d svar", ""), "not translated"),
        (("One answer", "%(count)d answers"), ("Et svar", "svar"), "placeholders differ"),
    ],
)
def test_each_fault_is_found(source: str | tuple[str, ...], translation: str | tuple[str, ...], fault: str) -> None:
    assert faults(Message(source, translation), plurals=2) == [fault]


def test_a_fuzzy_translation_is_a_fault() -> None:
    assert faults(Message("Open", "Åbn", flags=["fuzzy"]), plurals=2) == ["fuzzy"]


def test_a_singular_may_leave_its_number_out() -> None:
    message = Message(("%(count)d answer", "%(count)d answers"), ("Et svar", "%(count)d svar"))
    assert not faults(message, plurals=2)
