"""What citizens read is all in their language: found by asking for every page there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.support import Translations
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_locale

from app import create_app
from blueprints.languages import NO_READER
from config import LANGUAGES, Config
from models.base import DatabaseGone, session, writing
from models.meeting import Meeting, MeetingForm
from models.municipality import Municipality
from models.publishing import publish_draft
from tests.factories import (
    Cast,
    a_meeting,
    a_point,
    a_wording,
    answer,
    code_of,
    csrf_token,
    points_of,
    switch_languages,
)
from tests.test_catalogues import FOLDER, catalogue_of, identities
from tests.test_whole_app import STATES, Place, as_, rules

POLISH = "pl"
Asked = set[tuple[str | None, str]]


@pytest.fixture
def asked_in_polish(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Every word that a page asks the catalogue for while it speaks Polish."""
    asked: Asked = set()

    def note(context: str | None, word: str) -> None:
        if str(get_locale()) == POLISH:
            asked.add((context, word))

    for method, with_context in (("ugettext", False), ("ungettext", False), ("upgettext", True), ("unpgettext", True)):
        monkeypatch.setattr(Translations, method, _noting(note, getattr(Translations, method), with_context))
    return asked


def _noting(
    note: Callable[[str | None, str], None], method: Callable[..., str], with_context: bool
) -> Callable[..., str]:
    def noting(self: Translations, *arguments: object) -> str:
        context, word = arguments[:2] if with_context else (None, arguments[0])
        note(context if context is None else str(context), str(word))
        return method(self, *arguments)

    return noting


def look_at_everything(app: Flask, client: FlaskClient, place: Place, under: str = "") -> None:
    """Ask for each page whose address holds this, in Polish."""
    for rule in rules(app):
        if "GET" not in (rule.methods or set()) or under not in rule.rule:
            continue
        more = {"lang": POLISH} if "lang" in rule.arguments else {}
        for state in ({}, *STATES.get(rule.endpoint, ())):
            client.get(place.address(app, rule, **more), query_string={**state, "lang": POLISH})


def a_polish_meeting(cast: Cast, state: str = "open", form: MeetingForm = MeetingForm.PARENTS_MEETING) -> int:
    point = a_point(1, asks_guess=True, asks_hands=True)
    wording = a_wording()
    wording = replace(wording, points=(point, *wording.points[1:]))
    return a_meeting(cast, state=state, form=form, languages=["da", "en", POLISH], wording=wording)


def refusals(client: FlaskClient, cast: Cast, meeting: int) -> None:
    """What a citizen is told when an answer can't be taken as it is, from the phone and from the lent tablet."""
    address, points = f"/m/{code_of(meeting)}", points_of(meeting)
    fields = {"key": str(uuid4()), "agreement": "1", "lang": POLISH, f"question-{points[0]}": "?" * 281}
    client.post(f"{address}/answers?lang={POLISH}", data=fields)
    client.post(f"{address}/answers?lang={POLISH}", data={**fields, "key": "none"})
    client.post(f"{address}/guess?lang={POLISH}", data={"lang": POLISH, f"guess-{points[0]}": "yes"})
    deleted = answer(meeting, doubts=(1,), language=POLISH)
    client.post(f"{address}/answers/{deleted}/deletion?lang={POLISH}")
    client.get(f"{address}/answers/{deleted}?lang={POLISH}")
    client.post(f"{address}/answers?lang={POLISH}", data={**fields, "key": str(deleted), f"question-{points[0]}": ""})
    with writing():
        found = session().get_one(Meeting, meeting)
        changed = replace(
            found.draft.wording, points=(a_point(1, title={"da": "Nyt"}), *found.draft.wording.points[1:])
        )
        found.draft.save(changed, cast.mette.id, datetime.now(UTC))
        publish_draft(found, datetime.now(UTC), cast.mette)
    client.post(f"{address}/answers?lang={POLISH}", data={**fields, f"question-{points[0]}": ""})
    with writing():
        session().get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    client.post(f"{address}/answers?lang={POLISH}", data={**fields, f"question-{points[0]}": ""})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_page_is_half_in_english(app: Flask, cast: Cast, asked_in_polish: Asked) -> None:
    """The catalogues hold just what `babel-citizen.cfg` extracts: so whatever a page says in a language that only
    citizens read must stand in it, and a page of staff must say nothing in it."""
    switch_languages(cast, "da", "en", POLISH)
    lent = as_(app, cast.mette)
    meeting = a_polish_meeting(cast)
    lent.post(f"/meetings/{meeting}/lending", data={"csrf_token": csrf_token(lent)})
    place = Place(meeting)
    look_at_everything(app, app.test_client(), place)
    look_at_everything(app, as_(app, cast.mette), place)
    look_at_everything(app, as_(app, cast.anna), place, under="/municipality")
    look_at_everything(app, lent, place, under="/shared")
    for each in (
        a_polish_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK),
        a_polish_meeting(cast, state="closed"),
        a_polish_meeting(cast, state="draft"),
    ):
        app.test_client().get(f"/m/{code_of(each)}/{POLISH}")
    refusals(app.test_client(), cast, meeting)
    known = identities(catalogue_of(FOLDER / POLISH / "LC_MESSAGES" / "messages.po"))
    assert len(asked_in_polish) > len(known) / 2
    assert asked_in_polish <= known, "add the module to babel-citizen.cfg, or speak the viewer's language there"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_of_no_meeting_speak_what_some_municipality_has_switched_on(client: FlaskClient, cast: Cast) -> None:
    assert '<html lang="da"' in client.get("/privacy?lang=uk").text
    switch_languages(cast, "da", "uk")
    with writing():
        other = session().get_one(Municipality, cast.elsewhere.municipality_id)
        other.switch_languages(["ar"], cast.anna, datetime.now(UTC))
    for address in ("/privacy", "/", "/nowhere", "/join"):
        page = client.get(address, query_string={"lang": "uk", "code": "K7M4QX2B"}).text
        assert '<html lang="uk" dir="ltr"' in page, address
        assert 'hreflang="ar" dir="rtl"' in page
        assert 'hreflang="pl"' not in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_database_the_error_page_still_speaks(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> frozenset[str]:
        raise DatabaseGone

    monkeypatch.setattr(Municipality, "languages_of_all", gone)
    assert '<html lang="tr"' in client.get("/nowhere?lang=tr").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_sentence_says_that_a_text_is_in_danish_for_want_of_a_translation(client: FlaskClient, cast: Cast) -> None:
    whole = a_meeting(cast, languages=["da", "en", POLISH])
    partly = a_meeting(cast, languages=["da", "en"], wording=a_wording(purpose={"da": "Vi mødes."}))
    said = "Some of the text is in Danish"
    assert said not in client.get(f"/m/{code_of(whole)}/en").text
    assert client.get(f"/m/{code_of(partly)}/en").text.count(said) == 1
    assert said not in client.get(f"/m/{code_of(partly)}/da").text
    key = answer(partly, language="en")
    assert said not in client.get(f"/m/{code_of(partly)}/answers/{key}").text, "the receipt shows no purpose"
    assert said not in client.get(f"/m/{code_of(partly)}/answers/{key}?change=1").text, "nor does what is changed"


@pytest.fixture
def read_by_olena(tmp_path: Path) -> Path:
    """A folder of translations whose Ukrainian has a native reader, and whose Polish has none."""
    for language, named in (("uk", "Olena Bondar"), (POLISH, NO_READER)):
        path = tmp_path / language / "LC_MESSAGES" / "messages.mo"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_mo(file, Catalog(locale=language, language_team=named))
    return tmp_path


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_in_a_language_without_a_reader_say_that_danish_counts(
    settings: Config, cast: Cast, read_by_olena: Path
) -> None:
    switch_languages(cast, *LANGUAGES)
    meeting = a_meeting(cast, languages=list(LANGUAGES))
    settings.instance_dir.mkdir()
    app = create_app(replace(settings, translations=(str(read_by_olena),)))
    client = app.test_client()
    for language, quiet in (("en", False), ("uk", False), (POLISH, True)):
        for address in (f"/m/{code_of(meeting)}/{language}", f"/privacy?lang={language}"):
            assert ("Danish is the text that counts" in client.get(address).text) is quiet, address
    page = as_(app, cast.anna).get("/municipality/languages?lang=en").text
    assert "Read by Olena Bondar." in page


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_hours_count_to_24_in_every_language(app: Flask, client: FlaskClient, cast: Cast) -> None:
    meeting = a_meeting(cast, languages=list(LANGUAGES))
    for language in LANGUAGES:
        assert ("17.00" if language == "da" else "17:00") in client.get(f"/m/{code_of(meeting)}/{language}").text
