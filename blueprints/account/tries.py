"""A try to prove who one is, with mail and password: counted before it is checked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from blueprints.access import now
from blueprints.account.passwords import LONGEST_PASSWORD, fits
from blueprints.addresses import hashed, hashed_address
from blueprints.headers import settings
from models.base import writing
from models.person import Person
from models.throttle import Kind, give_back, take


class PasswordForm(FlaskForm):
    password = PasswordField(_("Password"), [DataRequired(_("Write your password.")), Length(max=LONGEST_PASSWORD)])


def who_proves_it(email: str, password: str) -> Person | None:
    """The person, when the password fits. A try is counted before it is checked and given back when it was right, so
    that many at once can't get past the throttle. Hashing stands outside every transaction. Raises ``Throttled``."""
    config = settings()
    tries = [
        (Kind.SIGN_IN_OF_EMAIL, hashed(email.strip().lower()), config.sign_ins_per_email),
        (Kind.SIGN_IN_FROM_ADDRESS, hashed_address(), config.sign_ins_per_address),
    ]
    with writing():
        for kind, subject, allowance in tries:
            take(kind, subject, allowance, now())
        person = Person.by_email(email)
    if not fits(password, person.password_hash if person else None):
        return None
    with writing():
        for kind, subject, allowance in tries:
            give_back(kind, subject, allowance)
    return person
