"""What the agreement's page shows: guesses first, new, to be changed, wrong, with a changed text, closed, not open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import render_template, request, url_for
from flask_babel import gettext

from blueprints import languages
from blueprints.access import now
from blueprints.answer_form import AnswerForm
from blueprints.citizen.given import Given
from blueprints.citizen.seen import sign_seen
from blueprints.fragments import asked_by_htmx
from blueprints.headers import settings
from blueprints.languages import own_name, partly_danish, spoken, worded
from blueprints.screen import button_labels, use_palette
from blueprints.set_aside import set_aside
from models.agreement import Agreement
from models.answer import Answer, AnswerDeleted, hash_of_key
from models.base import Texts
from models.guess import mixed
from models.meeting import Meeting, State


def meeting_context(meeting: Meeting, shown: Iterable[Texts] = ()) -> dict[str, Any]:
    """What every page of one meeting shows around its content. ``shown``: the professional's texts on it, beside
    the title."""
    use_palette(meeting.institution.municipality.palette)
    return {
        "meeting": meeting,
        "talk": meeting.is_talk,
        "worded_title": worded(meeting.title),
        "partly_danish": partly_danish([meeting.title, *shown]),
        "other_languages": _other_languages(meeting),
        "fragment": asked_by_htmx(),
        "address_on_paper": f"{urlsplit(settings().public_url).netloc}/m/{meeting.code}",
    }


def speak_for(meeting: Meeting, wanted: str | None) -> None:
    """Speak one of the meeting's languages: the wanted one, else what is asked for, else Danish."""
    offered = [language for language in settings().languages if language in meeting.languages]
    languages.use(wanted if wanted in offered else languages.asked_for(offered))


def first_page(meeting: Meeting, key: str, seen: str) -> str:
    """The page as it opens: where expectations are checked, the guesses come before the text. ``seen`` proves when it
    was shown."""
    guessed = meeting.published.wording.guessed
    if not guessed:
        return new_page(meeting, key, seen=seen)
    around = meeting_context(meeting, [point.title for point in guessed])
    return render_template("citizen/guess.html", **around, key=key, seen=seen, points=mixed(guessed, meeting.code))


def new_page(meeting: Meeting, key: str, given: Given | None = None, seen: str = "") -> str:
    """The page with empty ticks, and the truth beside what was guessed."""
    return _form_page(meeting, "new", key, given or Given(), seen=seen)


def change_page(meeting: Meeting, answer: Answer, key: UUID) -> str:
    """The page with what was answered, to be changed."""
    return _form_page(meeting, "change", str(key), Given.in_answer(answer), answered_in=answer.language)


def again_page(meeting: Meeting, form: AnswerForm) -> str:
    """The answer was deleted: all that was typed, to be sent as a new one with a new key."""
    if meeting.state(now()) is not State.OPEN:
        return closed_page(meeting, form)
    return _form_page(meeting, "again", str(uuid4()), Given.in_form(form), sent=form)


def wrong_page(meeting: Meeting, form: AnswerForm, errors: Mapping[str, str]) -> str:
    """The page with all that was typed and what is wrong with it."""
    return _form_page(meeting, "wrong", str(form.key), Given.in_form(form), sent=form, errors=errors)


def changed_page(meeting: Meeting, form: AnswerForm) -> str:
    """The text has changed: only what changed to read again, and all that was typed and ticked kept."""
    changes = meeting.published.wording.changes_since(meeting.wording_of(form.agreement))
    return _form_page(
        meeting,
        "changed",
        str(form.key),
        Given.in_form(form),
        sent=form,
        changes=changes,
    )


def closed_page(meeting: Meeting, form: AnswerForm | None = None) -> str:
    """The agreement to read, without ticks; what came too late is shown, so that it can be said aloud instead."""
    return _page(meeting, meeting.published, mode="closed", typed_lines=_unsent(meeting, form) if form else [])


def _unsent(meeting: Meeting, form: AnswerForm) -> list[str]:
    """The questions that were typed, without those that an earlier sending stored."""
    try:
        answer = Answer.by_key(meeting.id, hash_of_key(form.key))
    except AnswerDeleted:
        return form.texts
    stored = answer.asked if answer else {}
    return [text for point, text in form.questions.items() if text and text != stored.get(point)]


def not_open_page(meeting: Meeting, form: AnswerForm | None = None) -> str:
    return render_notice(
        meeting,
        typed_lines=form.texts if form else [],
        heading=gettext("The meeting isn't open yet"),
        text=gettext("The meeting isn't open yet. Please wait."),
        next_url=url_for("citizen.agreement", code=meeting.code, lang=spoken()),
        next_words=gettext("Look again"),
    )


def render_notice(meeting: Meeting, **context: Any) -> str:
    template = "citizen/_notice.html" if asked_by_htmx() else "citizen/notice.html"
    return render_template(template, **meeting_context(meeting), **context)


def _form_page(
    meeting: Meeting,
    mode: str,
    key: str,
    given: Given,
    *,
    seen: str = "",
    sent: AnswerForm | None = None,
    answered_in: str = "",
    **context: Any,
) -> str:
    agreement = meeting.published
    wording = agreement.wording
    answered_in = sent.language if sent else answered_in
    return _page(
        meeting,
        agreement,
        mode=mode,
        key=key,
        seen=seen or sign_seen(meeting.code, agreement.number, now()),
        given=given,
        guesses=given.guesses_on(wording),
        set_aside=set_aside(sent, meeting) if sent else [],
        answer_language=answered_in if answered_in in meeting.languages else languages.spoken(),
        **{"errors": {}, **context},
    )


def _page(meeting: Meeting, agreement: Agreement, **context: Any) -> str:
    template = "citizen/_agreement.html" if asked_by_htmx() else "citizen/agreement.html"
    wording = agreement.wording
    shown = wording if context["mode"] in {"new", "closed"} else wording.read_again(context.get("changes"))
    return render_template(
        template,
        **meeting_context(meeting, shown.texts),
        wording=wording,
        number=agreement.number,
        labels=button_labels(len(agreement.points)),
        **context,
    )


def _other_languages(meeting: Meeting) -> list[tuple[str, str, str]]:
    endpoint, arguments = request.endpoint or "", dict(request.view_args or {})
    if endpoint != "citizen.receipt":
        endpoint, arguments = "citizen.agreement", {"code": meeting.code}
    return [
        (language, own_name(language), url_for(endpoint, **{**arguments, "lang": language}))
        for language in settings().languages
        if language in meeting.languages and language != spoken()
    ]
