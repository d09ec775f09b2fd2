"""Languages and contact of the municipality whose administrator asks."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from blueprints import access
from blueprints.access import administrators_only, now, viewer
from blueprints.answer_form import parse_number
from blueprints.headers import settings
from blueprints.languages import own_name, reader
from blueprints.municipality import municipality
from blueprints.municipality.forms import ContactForm, LanguagesForm
from config import STAFF_LANGUAGES
from models.base import reading, writing
from models.municipality import CONTACT, Municipality
from models.wording import DANISH


@municipality.route("/languages", methods=["GET", "POST"])
@administrators_only
def languages() -> str | Response | tuple[str, int]:
    """Which languages its citizens may read. Meetings that have one that is switched off keep it."""
    form = LanguagesForm()
    form.languages.choices = [(each, own_name(each)) for each in settings().languages if each != DANISH]
    if not form.validate_on_submit():
        return _page("languages.html", form, reader=reader, staff_languages=STAFF_LANGUAGES)
    with writing():
        chosen = [each for each, _name in form.languages.choices if each in form.languages.data]
        _asked_for().switch_languages(chosen, viewer(), now())
    return _saved("municipality.languages")


@municipality.route("/contact", methods=["GET", "POST"])
@administrators_only
def contact() -> str | Response | tuple[str, int]:
    """How its citizens reach it: shown in the privacy notice and the accessibility statement."""
    with reading():
        form = ContactForm(data=_asked_for().contact)
    if not form.validate_on_submit():
        return _page("contact.html", form)
    with writing():
        _asked_for().change_contact({name: form[name].data for name in CONTACT}, viewer(), now())
    return _saved("municipality.contact")


def _asked_for() -> Municipality:
    """The municipality that ``?municipality=`` names, else the viewer's first; 404 where it is not theirs."""
    named = request.args.get("municipality")
    return access.municipality(None if named is None else parse_number(named) or 0)


def _page(template: str, form: LanguagesForm | ContactForm, **context: Any) -> str | tuple[str, int]:
    with reading():
        page = render_template(
            f"municipality/{template}",
            form=form,
            municipality=_asked_for(),
            municipalities=Municipality.administered_by(viewer()),
            **context,
        )
    return (page, 422) if form.is_submitted() else page


def _saved(endpoint: str) -> Response:
    flash(gettext("It is saved."))
    return redirect(url_for(endpoint, municipality=request.args.get("municipality")), 303)
