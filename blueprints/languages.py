"""Languages: which one a page speaks, and how its dates, times and figures are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from gettext import GNUTranslations
from pathlib import Path
from urllib.parse import quote, urlencode

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_percent
from flask import Flask, current_app, g, request
from flask_babel import Babel, get_locale, gettext
from flask_login import current_user
from markupsafe import Markup, escape

from blueprints.headers import WITHOUT_SESSION, settings
from config import STAFF_LANGUAGES
from models.base import DatabaseGone, Texts, reading
from models.clock import local
from models.municipality import Municipality
from models.wording import DANISH, translated

NO_BREAK = "\u00a0"
#: The words stand in the code in this language: it has no catalogue.
WRITTEN_IN = "en"
#: What a catalogue's header says in `Language-Team:` until somebody who grew up with the language has read its words.
#: From then on it names them.
NO_READER = "no native reader yet"


def init_app(app: Flask) -> None:
    Babel(app, locale_selector=_chosen)
    config = app.config["SETTINGS"]
    app.extensions["readers"] = {each: _named_in(config.translations, each) for each in config.languages}
    app.jinja_env.globals.update(
        worded=worded, own_name=own_name, direction=direction, page_languages=page_languages, is_read=is_read
    )
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


def offered() -> tuple[str, ...]:
    """What pages that belong to no meeting speak: what the server's municipalities have switched on. While the database
    is gone nobody knows, and the page that says so speaks every language."""
    if "offered_languages" not in g:
        try:
            with reading():
                switched_on = Municipality.languages_of_all()
        except DatabaseGone:
            return settings().languages
        g.offered_languages = tuple(each for each in settings().languages if each in switched_on)
    return g.offered_languages  # type: ignore[no-any-return]


def page_languages() -> list[tuple[str, str, str]]:
    """The other languages of a public page that belongs to no meeting: code, own name and address. None of a page that
    answers to something sent: it could not be asked for again."""
    if request.method != "GET" or g.get("is_staff_page") or request.blueprint == "account":
        return []
    # Browsers read `/\` and a tab between two slashes as `//`, after which another site is named.
    path, arguments = quote(request.path), request.args.to_dict(flat=True)
    return [
        (each, own_name(each), f"{path}?{urlencode({**arguments, 'lang': each})}")
        for each in offered()
        if each != spoken()
    ]


def reader(language: str) -> str | None:
    """Who, having grown up with the language, has read the words of its catalogue; None while nobody has."""
    return current_app.extensions["readers"].get(language)  # type: ignore[no-any-return]


def is_read(language: str) -> bool:
    """Whether its words may stand alone. Otherwise its pages say that the Danish text counts."""
    return language == WRITTEN_IN or reader(language) is not None


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


def partly_danish(shown: Iterable[Texts]) -> bool:
    """Whether one of these texts that a professional wrote stands here in Danish for want of a translation."""
    return not all(translated(texts, spoken()) for texts in shown)


def long_date(day: date | datetime) -> str:
    """``24. november 2026``; day and month are held together by a no-break space."""
    return format_date(_day(day), "long", locale=_writing()).replace(" ", NO_BREAK, 1)


def day_and_month(day: date | datetime) -> str:
    """``24. november``."""
    pattern = "d. MMMM" if spoken() == DANISH else "d MMMM"
    return unbroken(format_date(_day(day), pattern, locale=_writing()))


def clock(moment: datetime | time) -> str:
    """``17.42``: Danish local time, counted to 24 in every language, as on everything else that hangs in Denmark."""
    hour = local(moment).time() if isinstance(moment, datetime) else moment
    return format_time(hour, "HH.mm" if spoken() == DANISH else "HH:mm", locale=_writing())


def day_at(day: str, at: time | None) -> str:
    """A worded day and the Danish hour, where there is one."""
    return gettext("%(day)s at %(time)s", day=day, time=clock(at)) if at else day


def day_clock(moment: datetime) -> str:
    """``24. november 2026 kl. 17.42``."""
    at = unbroken(gettext("at %(time)s", time=clock(moment)))
    return f"{long_date(moment)} {at}"


def clock_on(moment: datetime, day: date | None) -> str:
    """The hour alone where the moment lies on that day, else with its own day."""
    return clock(moment) if local(moment).date() == day else day_clock(moment)


def percent(share: float | None) -> str:
    """``84 %`` of a share 0–1; a dash where there is none. Only all are 100 %, and only none are 0 %."""
    if share is None:
        return "–"
    shown = share if share in {0, 1} else min(max(share, 0.01), 0.99)
    return unbroken(format_percent(shown, locale=_writing()))


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
    if request.path.startswith(WITHOUT_SESSION):
        return asked_for(offered())
    among = STAFF_LANGUAGES if g.get("is_staff_page") or request.blueprint == "account" else offered()
    if current_user.is_authenticated and request.args.get("lang") not in among:
        return str(current_user.viewer.locale)
    return asked_for(among)


def _page_language() -> dict[str, str]:
    language = spoken()
    return {"page_lang": language, "page_dir": direction(language)}


def _named_in(folders: Iterable[str], language: str) -> str | None:
    """The reader that the header of the compiled catalogue names."""
    for folder in folders:
        path = Path(folder) / language / "LC_MESSAGES" / "messages.mo"
        if path.exists():
            with path.open("rb") as file:
                named = GNUTranslations(file).info().get("language-team", "").strip()
            return named if named and named != NO_READER else None
    return None
