"""The writing page, saved as one writes, and its preview."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from blueprints import access, languages
from blueprints.access import now, staff, viewer
from blueprints.answer_form import parse_number
from blueprints.fragments import asked_by_htmx
from blueprints.headers import CSP_FRAMED_BY_US, settings
from blueprints.meetings import meetings, typed
from blueprints.meetings.keeping import Kept, keep, language_typed
from blueprints.meetings.page import WritingPage
from models.base import reading
from models.draft import DraftChanged
from models.guess import mixed
from models.keeping import languages_to_pick
from models.meeting import Meeting, State, WrongState
from models.wording import DANISH, Wording


@meetings.route("/<int:meeting_id>/agreement", methods=["GET", "POST"])
@staff
def write(meeting_id: int) -> str | Response | BaseResponse:
    if request.method == "POST":
        return _save(meeting_id)
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is State.CLOSED:
            flash(gettext("The meeting is closed. Its text can't be changed."), "attention")
            return redirect(url_for("meetings.meeting", meeting_id=meeting_id), 303)
        asked = request.args.get("lang", DANISH)
        page = new_page(meeting, asked if asked in meeting.languages else DANISH)
        return _rendered("meetings/write.html", page)


@meetings.get("/<int:meeting_id>/preview")
@staff
def preview(meeting_id: int) -> Response:
    """The saved draft as citizens will see it, or the guesses before it; nothing can be sent from it."""
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        asked = request.args.get("lang", DANISH)
        languages.use(asked if asked in meeting.languages else DANISH)
        wording = _with_ids(meeting.prepared.frozen())
        guessing = "guess" in request.args and bool(wording.guessed)
        others = [
            (code, languages.own_name(code), _preview_in(meeting_id, code, guessing))
            for code in meeting.languages
            if code != languages.spoken()
        ]
        with force_locale(viewer().locale):
            called = gettext("Preview")
            bar = render_template(
                "meetings/_preview_bar.html",
                meeting=meeting,
                guessing=guessing,
                other_step=_preview_in(meeting_id, languages.spoken(), not guessing) if wording.guessed else None,
                framed="framed" in request.args,
                staff_lang=viewer().locale,
            )
        page = render_template(
            "meetings/preview.html",
            bar=Markup(bar),  # noqa: S704 (our own template)
            called=called,
            meeting=meeting,
            wording=wording,
            guessing=guessing,
            guessed=mixed(wording.guessed, meeting.code),
            partly_danish=languages.partly_danish([meeting.title, *wording.texts]),
            other_languages=others,
        )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = CSP_FRAMED_BY_US
    return response


def _preview_in(meeting_id: int, language: str, guessing: bool) -> str:
    """The preview's other language or step, framed as this one is."""
    framed, guess = request.args.get("framed"), 1 if guessing else None
    return url_for("meetings.preview", meeting_id=meeting_id, lang=language, framed=framed, guess=guess)


def _with_ids(wording: Wording) -> Wording:
    """A draft's points have no ids yet; its keys name the fields of the preview as well."""
    return replace(wording, points=tuple(replace(point, id=point.key) for point in wording.points))


def new_page(meeting: Meeting, language: str) -> WritingPage:
    """The page as it opens."""
    # `lang` names the language that is written here; the page around it speaks the writer's own.
    languages.use(viewer().locale)
    opened = parse_number(request.args.get("open", ""))
    return WritingPage(
        meeting=meeting,
        language=language,
        now=now(),
        values=typed.shown(meeting, language),
        errors={},
        opened=frozenset() if opened is None else frozenset([opened]),
        token=secrets.token_urlsafe(12),
    )


def as_typed(meeting_id: int, errors: dict[str, str], status: int, **context: object) -> Response:
    """The page again with everything that was typed, whether it could be saved or not."""
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        page = new_page(meeting, language_typed())
        page.errors = errors
        page.values.update({name: value for name, value in request.form.items() if name in page.values})
        page.beside = typed.beside(request.form, page.values)
        return make_response(_rendered("meetings/write.html", page, **context), status)


def changed_elsewhere(meeting_id: int, change: DraftChanged) -> Response:
    """409: who saved meanwhile, and the choice between theirs and mine. Nothing that was typed is lost."""
    if not asked_by_htmx():
        return as_typed(meeting_id, {}, 409, change=change)
    with reading():
        page = new_page(access.meeting_to_run(meeting_id), language_typed())
        response = make_response(_rendered("meetings/_conflict.html", page, change=change, oob=True), 409)
    response.headers["HX-Reswap"] = "none"
    return response


def closed_meanwhile(meeting_id: int) -> Response | BaseResponse:
    """409: the text of a closed meeting can't be changed any more."""
    if asked_by_htmx():
        response = make_response(render_template("meetings/_closed.html"), 409)
        response.headers["HX-Reswap"] = "none"
        return response
    with reading():
        access.meeting_to_run(meeting_id)
    flash(gettext("The meeting is closed. Its text can't be changed."), "attention")
    return redirect(url_for("meetings.meeting", meeting_id=meeting_id), 303)


def _save(meeting_id: int) -> Response | BaseResponse:
    try:
        kept = keep(meeting_id)
    except DraftChanged as change:
        return changed_elsewhere(meeting_id, change)
    except WrongState:
        return closed_meanwhile(meeting_id)
    if asked_by_htmx():
        return _fragment(meeting_id, kept)
    if kept.errors:
        return as_typed(meeting_id, kept.errors, 422)
    return redirect(_onward(meeting_id, kept), 303)


def _fragment(meeting_id: int, kept: Kept) -> Response:
    """The status pieces, and after an act the list that it changed; never a field that somebody types in."""
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        page = new_page(meeting, language_typed())
        page.errors = kept.errors
        page.opened = frozenset([kept.key] if kept.key else [])
        changes_list = bool(kept.act) and not kept.errors
        template = f"meetings/_{kept.kind}.html" if changes_list else "meetings/_status.html"
        response = make_response(_rendered(template, page, oob=True))
        if changes_list:
            response.headers["HX-Retarget"] = f"#{kept.kind}"
            response.headers["HX-Reswap"] = "outerHTML"
            response.headers["HX-Trigger-After-Settle"] = json.dumps({"goTo": {"id": _focus(kept, page)}})
        else:
            response.headers["HX-Reswap"] = "none"
        if kept.fitting:
            response.headers["HX-Trigger-After-Settle"] = json.dumps({"goTo": {"id": kept.fitting}})
    return response


def _focus(kept: Kept, page: WritingPage) -> str:
    """The id of what comes next: the new field, the moved point's button, or the way back."""
    if kept.key is None:
        return "undo" if kept.act == "remove" else f"h-{kept.kind}"
    if kept.kind == "steps":
        return f"step-{kept.key}"
    if kept.act == "add":
        return f"text-{kept.key}"
    if kept.act == "undo":
        return f"summary-{kept.key}"
    keys = [point.key for point in page.points]
    at_end = keys and keys[0 if kept.act == "up" else -1] == kept.key
    return f"{({'up': 'down', 'down': 'up'}[kept.act]) if at_end else kept.act}-{kept.key}"


def _onward(meeting_id: int, kept: Kept) -> str:
    """Where a form without JavaScript comes back to."""
    show = request.form.get("show", "")
    if show in {"preview", "publication", "meeting", "translation"}:
        language = request.form.get("lang") if show in {"preview", "translation"} else None
        return url_for(f"meetings.{show}", meeting_id=meeting_id, lang=language)
    if field := request.form.get("danish", ""):
        key = parse_number(field.rpartition("-")[2])
        return url_for("meetings.write", meeting_id=meeting_id, open=key, _anchor=field)
    language = show if show in settings().languages else request.form.get("lang", DANISH)
    anchor = kept.fitting or None
    if kept.act:
        anchor = f"{'point' if kept.kind == 'points' else 'step'}-{kept.key}" if kept.key else f"h-{kept.kind}"
    open_key = kept.key if kept.kind == "points" and kept.act in {"add", "undo"} else None
    return url_for(
        "meetings.write",
        meeting_id=meeting_id,
        lang=language if language != DANISH and language in settings().languages else None,
        open=open_key,
        _anchor=anchor,
    )


def _rendered(template: str, page: WritingPage, **context: object) -> str:
    pickable = languages_to_pick(page.meeting)
    choices = [(code, languages.own_name(code)) for code in settings().languages if code in pickable]
    return render_template(template, page=page, meeting=page.meeting, choices=choices, **context)
