"""What an administrator types about the municipality."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectMultipleField, StringField, TelField, TextAreaField, URLField, ValidationError
from wtforms.validators import Length, Optional, Regexp

from blueprints.answer_form import clean_text

LONGEST_MAIL = 254
LONGEST_PHONE = 30
LONGEST_LINE = 200
LONGEST_ADDRESS = 500


def _trimmed(text: str | None) -> str:
    return clean_text(" ".join((text or "").split()))


def _is_https(_form: FlaskForm, field: URLField) -> None:
    try:
        parts = urlsplit(field.data)
        reachable = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        reachable = False
    if not reachable or " " in field.data:
        raise ValidationError(gettext("Write an address such as https://example.dk/page."))


class LanguagesForm(FlaskForm):
    """Danish is no choice: it is always on."""

    languages = SelectMultipleField(_("Languages"))


class ContactForm(FlaskForm):
    address = StringField(_("Address of the municipality"), [Length(max=LONGEST_LINE)], filters=[_trimmed])
    privacy_contact = TextAreaField(
        _("Who answers questions about personal data"), [Length(max=LONGEST_LINE)], filters=[_trimmed]
    )
    accessibility_email = EmailField(
        _("Mail for those who meet a barrier"),
        [
            Optional(),
            Length(max=LONGEST_MAIL),
            Regexp(
                r"[^@\s]+@[^@\s]+\.[^@\s]+$",
                message=_("Write a mail address such as %(example)s.", example="navn@kommune.dk"),
            ),
        ],
        filters=[_trimmed],
    )
    accessibility_phone = TelField(
        _("Phone for those who meet a barrier"),
        [
            Optional(),
            Length(max=LONGEST_PHONE),
            Regexp(r"\+?[0-9 ]{8,}$", message=_("Write a phone number such as %(example)s.", example="12 34 56 78")),
        ],
        filters=[_trimmed],
    )
    accessibility_statement = URLField(
        _("Where the accessibility statement is published"),
        [Optional(), Length(max=LONGEST_ADDRESS), _is_https],
        filters=[_trimmed],
    )
