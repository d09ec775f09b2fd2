"""Languages: which one a page speaks, and how its dates, times and figures are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_percent
from flask import Flask, g, request
from flask_babel import Babel, get_locale, gettext
from flask_login import current_user
from markupsafe import Markup, escape

from blueprints.headers import settings
from config import STAFF_LANGUAGES
from models.base import Texts
from models.clock import local
from models.wording import DANISH

NO_BREAK = "\u00a0"


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=_chosen)
    app.jinja_env.globals.update(worded=worded, own_name=own_name)
    app.jinja_env.filters.update(
        long_date=long_date,
        day_and_month=day_and_month,
        clock=clock,
        day_clock=day_clock,
        clock_on=clock_on,
        percent=percent,
        unbroken=unbroken,
    )
    app.context_processor(_page_language)


def use(language: str) -> None:
    """Speak ``language`` for the rest of this request."""
    g.language = language


def spoken() -> str:
    """The language of this request, as in ``<html lang>``."""
    return str(g.language) if "language" in g else str(get_locale())


def asked_for(among: Sequence[str]) -> str:
    """The first of ``among`` that ``?lang=`` or else the browser's languages ask for; Danish where none fits."""
    named = request.args.get("lang", "")
    if named in among:
        return named
    return request.accept_languages.best_match(among, DANISH) or DANISH


def own_name(language: str) -> str:
    """The language's name in that language."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]


def direction(language: str) -> str:
    return Locale.parse(language).text_direction


def worded(texts: Texts) -> Markup:
    """A text that a professional wrote: in the page's language, else the Danish, marked as such."""
    language = spoken()
    if texts.get(language):
        return escape(texts[language])
    danish = texts.get(DANISH, "")
    return Markup('<span lang="da" dir="ltr">{}</span>').format(danish) if language != DANISH else escape(danish)


def long_date(day: date | datetime) -> str:
    """``24. november 2026``; day and month are held together by a no-break space."""
    return format_date(_day(day), "long", locale=_writing()).replace(" ", NO_BREAK, 1)


def day_and_month(day: date | datetime) -> str:
    """``24. november``."""
    pattern = "d. MMMM" if spoken() == DANISH else "d MMMM"
    return unbroken(format_date(_day(day), pattern, locale=_writing()))


def clock(moment: datetime | time) -> str:
    """``17.42``: Danish local time."""
    return format_time(local(moment).time() if isinstance(moment, datetime) else moment, "short", locale=_writing())


def day_clock(moment: datetime) -> str:
    """``24. november 2026 kl. 17.42``."""
    at = unbroken(gettext("at %(time)s", time=clock(moment)))
    return f"{long_date(moment)} {at}"


def clock_on(moment: datetime, day: date | None) -> str:
    """The hour alone where the moment lies on that day, else with its own day."""
    return clock(moment) if local(moment).date() == day else day_clock(moment)


def percent(share: float | None) -> str:
    """``84 %`` of a share 0–1; a dash where there is none."""
    return "–" if share is None else unbroken(format_percent(share, locale=_writing()))


def unbroken(text: str) -> str:
    """Held together on one line."""
    return text.replace(" ", NO_BREAK)


def _writing() -> Locale:
    """How dates and figures are written: English as in Europe, with the day first and 24 hours."""
    return Locale("en", "GB") if spoken() == "en" else Locale.parse(spoken())


def _day(day: date | datetime) -> date:
    return local(day).date() if isinstance(day, datetime) else day


def _chosen() -> str:
    if "language" in g:
        return str(g.language)
    if request.path.startswith("/m/"):
        return asked_for(settings().languages)
    among = STAFF_LANGUAGES if g.get("is_staff_page") or request.blueprint == "account" else settings().languages
    if current_user.is_authenticated and request.args.get("lang") not in among:
        return str(current_user.viewer.locale)
    return asked_for(among)


def _page_language() -> dict[str, str]:
    language = spoken()
    return {"page_lang": language, "page_dir": direction(language)}
