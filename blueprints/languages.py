"""Languages: which one a page speaks, and how its dates, times and figures are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from babel import Locale
from flask import Flask, g, request
from flask_babel import Babel, format_date, format_decimal, format_time, get_locale, gettext
from flask_login import current_user
from markupsafe import Markup, escape

from blueprints.headers import settings
from models.base import Texts
from models.clock import local
from models.wording import DANISH

NO_BREAK = "\u00a0"


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=_chosen)
    app.jinja_env.globals.update(worded=worded, own_name=own_name)
    app.jinja_env.filters.update(
        long_date=long_date, day_and_month=day_and_month, clock=clock, day_clock=day_clock, percent=percent, sentence=sentence
    )
    app.context_processor(_page_language)


def use(language: str) -> None:
    """Speak ``language`` for the rest of this request."""
    g.language = language


def spoken() -> str:
    """The language of this request, as in ``<html lang>``."""
    return str(get_locale())


def asked_for(among: Sequence[str]) -> str:
    """The first of ``among`` that ``?lang=`` or else the browser's languages ask for; Danish where none fits."""
    named = request.args.get("lang")
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
    """``24. november 2026``, held together by no-break spaces."""
    return format_date(_day(day), "long", rebase=False).replace(" ", NO_BREAK)


def day_and_month(day: date | datetime) -> str:
    """``24. november``."""
    pattern = "d. MMMM" if spoken() == DANISH else "d MMMM"
    return format_date(_day(day), pattern, rebase=False).replace(" ", NO_BREAK)


def clock(moment: datetime | time) -> str:
    """``17.42``: Danish local time."""
    shown = local(moment).time() if isinstance(moment, datetime) else moment
    return format_time(datetime.combine(date.min.replace(year=2000), shown), "short", rebase=False)


def day_clock(moment: datetime) -> str:
    """``24. november 2026 kl. 17.42``."""
    return gettext("%(day)s at %(time)s", day=long_date(moment), time=clock(moment)).replace(" ", NO_BREAK)


def percent(share: float | None) -> str:
    """``84 %`` of a share 0–1; a dash where there is none."""
    if share is None:
        return "–"
    return gettext("%(number)s%%", number=format_decimal(round(share * 100))).replace(" ", NO_BREAK)


def sentence(text: str) -> str:
    """A phrase with a full stop, unless it ends in one of its own."""
    return text if text.rstrip().endswith((".", "!", "?", "…")) else f"{text.rstrip()}."


def _day(day: date | datetime) -> date:
    return local(day).date() if isinstance(day, datetime) else day


def _chosen() -> str:
    if "language" in g:
        return str(g.language)
    among = settings().languages
    if not request.path.startswith("/m/") and current_user.is_authenticated and request.args.get("lang") not in among:
        return str(current_user.viewer.locale)
    return asked_for(among)


def _page_language() -> dict[str, str]:
    language = spoken()
    return {"page_lang": language, "page_dir": direction(language)}
