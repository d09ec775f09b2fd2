"""What the shared tablet shows: the citizens' agreement, without a receipt, a key to keep or a way to anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask import render_template, url_for

from blueprints import languages
from blueprints.access import now
from blueprints.answer_form import QUESTION, AnswerForm
from blueprints.headers import settings
from blueprints.languages import own_name, partly_danish, spoken, worded
from blueprints.room.turns import turn
from blueprints.screen import button_labels, use_palette
from blueprints.set_aside import set_aside
from models.base import Texts
from models.guess import Expectation, mixed
from models.meeting import Meeting
from models.wording import DANISH

Guesses = Mapping[int, Expectation]


def speak_for(meeting: Meeting, wanted: str | None) -> None:
    """Speak the wanted one of the meeting's languages, else Danish: the tablet's own language says nothing of who holds
    it."""
    languages.use(wanted if wanted in _offered(meeting) else DANISH)


def start_page(meeting: Meeting) -> str:
    """How a turn begins: with the expectation check where the agreement has one, else with the agreement."""
    return guess_page(meeting, {}) if meeting.published.wording.guessed else new_page(meeting, {})


def guess_page(meeting: Meeting, guesses: Guesses) -> str:
    guessed = mixed(meeting.published.wording.guessed, meeting.code)
    titles = [point.title for point in guessed]
    return _page("shared/guess.html", meeting, titles, guessed=guessed, given=guesses)


def new_page(meeting: Meeting, guesses: Guesses) -> str:
    """The agreement with empty ticks, and what is so beside what was guessed."""
    form = AnswerForm(key=uuid4(), agreement=None, language=spoken(), guesses=dict(guesses))
    return _agreement(meeting, "new", form)


def wrong_page(meeting: Meeting, form: AnswerForm, errors: Mapping[str, str]) -> str:
    """All that was typed and what is wrong with it."""
    return _agreement(meeting, "wrong", form, errors=errors)


def changed_page(meeting: Meeting, form: AnswerForm) -> str:
    """The text has changed: only what changed to read again, and all that was typed and ticked kept."""
    changes = meeting.published.wording.changes_since(meeting.wording_of(form.agreement))
    return _agreement(
        meeting,
        "changed",
        form,
        changes=changes,
    )


def thanks_page(meeting: Meeting) -> str:
    return _page("shared/thanks.html", meeting)


def over_page(meeting: Meeting, form: AnswerForm | None = None) -> str:
    """The meeting is over; what came too late is shown, so that it can be said aloud instead."""
    return _page("shared/over.html", meeting, typed_lines=form.texts if form else [])


def _agreement(
    meeting: Meeting, mode: str, form: AnswerForm, errors: Mapping[str, str] | None = None, **context: Any
) -> str:
    agreement = meeting.published
    # What this version does not ask for would be refused, again and again.
    asked = {point.id for point in agreement.wording.guessed}
    wording = agreement.wording
    return _page(
        "shared/agreement.html",
        meeting,
        (wording if mode == "new" else wording.read_again(context.get("changes"))).texts,
        mode=mode,
        form=form,
        wording=wording,
        number=agreement.number,
        guesses={point: guess for point, guess in form.guesses.items() if point in asked},
        errors=errors or {},
        does_not_fit=any(not name.startswith(QUESTION) for name in errors or {}),
        set_aside=set_aside(form, meeting),
        answer_language=form.language if form.language in meeting.languages else spoken(),
        labels=button_labels(len(wording.points)),
        privacy_address=f"{urlsplit(settings().public_url).netloc}{url_for('site.privacy')}",
        **context,
    )


def _page(template: str, meeting: Meeting, shown: Iterable[Texts] = (), **context: Any) -> str:
    use_palette(meeting.institution.municipality.palette)
    return render_template(
        template,
        meeting=meeting,
        meeting_id=meeting.id,
        talk=meeting.is_talk,
        turn=turn(),
        worded_title=worded(meeting.title),
        partly_danish=partly_danish([meeting.title, *shown]),
        now=now(),
        languages=[(language, own_name(language)) for language in _offered(meeting)],
        **context,
    )


def _offered(meeting: Meeting) -> list[str]:
    return [language for language in settings().languages if language in meeting.languages]
