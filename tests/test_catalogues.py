"""Every screen word has its translation, with the same placeholders, in every language that the application speaks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CATALOGUES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
# The same words as in `make translations`; were they to differ, the extraction below would find too little.
KEYWORDS = ("lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")
Identity = tuple[str | None, str]


def texts(value: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """The forms of a message or translation: one, or one for each plural."""
    return [value] if isinstance(value, str) else list(value or ())


def placeholders(text: str) -> set[str]:
    """What is filled in, with its type: `%(count)d`."""
    return set(PLACEHOLDER.findall(text))


def identities(catalogue: Catalog) -> set[Identity]:
    """What gettext finds a message by: its context and its (singular) English."""
    return {(message.context, texts(message.id)[0]) for message in catalogue if message.id}


def catalogue_of(path: Path) -> Catalog:
    """The catalogue in this file. Raises PoFileError where gettext could not read it."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def faults(message: Message, plurals: int) -> list[str]:
    """What keeps this message from being shown well: a missing form, a fuzzy mark, placeholders that differ."""
    sources, forms = texts(message.id), texts(message.string)
    found = [] if not message.fuzzy else ["fuzzy"]
    if len(forms) != (plurals if message.pluralizable else 1) or not all(form.strip() for form in forms):
        return [*found, "not translated"]
    known = set().union(*map(placeholders, sources))
    # "One answer" may leave its number out; the last plural form and a plain message may not.
    if any(not placeholders(form) <= known for form in forms) or placeholders(forms[-1]) != placeholders(sources[-1]):
        found.append("placeholders differ")
    return found


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What a fresh extraction from code and templates finds."""
    template = tmp_path_factory.mktemp("extracted") / "messages.pot"
    options = ["--mapping=babel.cfg", f"--output={template}", *(f"--keyword={keyword}" for keyword in KEYWORDS)]
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract", *options, "."]
    subprocess.run(command, cwd=ROOT, check=True)
    with template.open("rb") as file:
        return read_po(file, abort_invalid=True)


def test_danish_is_among_the_catalogues() -> None:
    assert "da" in [path.parent.parent.name for path in CATALOGUES]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_message_is_translated_with_the_same_placeholders(path: Path) -> None:
    catalogue = catalogue_of(path)
    found = [
        f"{message.id!r}: {fault}"
        for message in catalogue
        if message.id
        for fault in faults(message, catalogue.num_plurals)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_extraction_finds_what_the_catalogue_holds_and_nothing_else(path: Path, extracted: Catalog) -> None:
    held, wanted = identities(catalogue_of(path)), identities(extracted)
    assert wanted, "extraction found no message at all"
    assert not wanted - held, f"not in {path.parent.parent.name}: run `make translations` and translate"
    assert not held - wanted, f"no longer on any screen, still in {path.parent.parent.name}: run `make translations`"


@pytest.mark.parametrize(
    ("source", "translation", "fault"),
    [
        ("Open", "", "not translated"),
        ("%(count)d answers", "svar", "placeholders differ"),
        ("%(count)d answers", "%(antal)d svar", "placeholders differ"),
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
