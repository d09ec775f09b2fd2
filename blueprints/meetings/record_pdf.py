"""The record as a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from babel import Locale
from flask_babel import force_locale, gettext

from blueprints.agreement_pdf import said_in, write_additions, write_agreement
from blueprints.headers import settings
from blueprints.languages import clock_on, day_at, day_clock, long_date, percent, spoken
from blueprints.meetings.recorded import Record, RecordPoint
from blueprints.pdf import Document
from blueprints.pdf_style import SMALL, STRONG
from blueprints.screen import form_label, method_label
from models.agreement import Agreement
from models.wording import DANISH

COLUMNS = (0.42, 0.11, 0.15, 0.15, 0.17)
LONGEST_FOOT = 90


def write_record(record: Record) -> Document:
    """Everything of the record, in the language that is spoken, then the agreement in the meeting's other ones."""
    meeting = record.meeting
    title = said_in(meeting.title)[0]
    foot = " · ".join(filter(None, (meeting.institution.name, title, meeting.shown_code)))
    document = Document(f"{gettext('Record of the meeting')}: {title}", spoken(), record.at, foot=_short(foot))
    _write_head(document, record, title)
    _write_figures(document, record)
    write_additions(document, [each.point for each in record.points], record.talks, record.questions)
    _write_agreement(document, record)
    for language in settings().languages:
        if language in meeting.languages and language != DANISH:
            _write_translation(document, record, language)
    return document


def _write_head(document: Document, record: Record, title: str) -> None:
    meeting = record.meeting
    municipality = meeting.institution.municipality
    demo = "Demo · " if municipality.is_demo else ""
    document.write(f"{demo}{municipality.name} · {meeting.institution.name}", SMALL)
    document.heading(f"{gettext('Record of the meeting')}: {title}", 1)
    document.write(gettext("As of %(moment)s", moment=day_clock(record.at)), SMALL)
    if record.late_until:
        more = gettext(
            "Answers given without network may still come until %(moment)s.", moment=day_clock(record.late_until)
        )
        document.write(more, SMALL)
    document.space(2)
    held = day_at(long_date(meeting.held_on), meeting.held_at) if meeting.held_on else ""
    document.facts(
        [
            (gettext("When"), held),
            (gettext("Where"), ", ".join(filter(None, (meeting.institution.name, meeting.place)))),
            (gettext("Kind of meeting"), f"{form_label(meeting.form)} · {method_label(meeting.method)}"),
            (gettext("Leader of the meeting"), meeting.owner.name),
            (gettext("Code"), meeting.shown_code),
            (gettext("Opened"), day_clock(meeting.opened_at) if meeting.opened_at else ""),
            (gettext("Closed"), day_clock(meeting.closing) if meeting.closing else ""),
            (gettext("Journal number"), meeting.journal_number),
            (gettext("KLE number"), meeting.kle_number),
        ]
    )


def _write_figures(document: Document, record: Record) -> None:
    figures, meeting = record.totals, record.meeting
    document.heading(gettext("Answers"))
    present = gettext("%(answers)d of %(heads)d", answers=figures.answers, heads=meeting.headcount or 0)
    facts = [(gettext("Answers"), present if meeting.headcount else str(figures.answers))]
    if record.shows_split:
        first, latest = percent(figures.share_first), percent(figures.share_now)
        facts.append(
            (gettext("Said that all is clear"), gettext("first %(first)s, now %(now)s", first=first, now=latest))
        )
        if figures.outdated:
            facts.append((gettext("Answered an earlier version"), str(figures.outdated)))
        if figures.late:
            facts.append((gettext("Given without network, came after closing"), str(figures.late)))
    if figures.voided:
        facts.append((gettext("Voided answers, not counted"), str(figures.voided)))
    document.facts(facts)
    for said in _why_no_more(record):
        document.write(said)
    document.table(
        [
            gettext("Point"),
            gettext("Answers"),
            gettext("Unclear first"),
            gettext("Unclear now"),
            gettext("Talked about"),
        ],
        [_figures_of(each, record.meeting.held_on) for each in record.points],
        COLUMNS,
    )
    document.write(
        gettext("The answers are neither consent nor a hearing of the parties nor a hearing statement."), STRONG
    )
    document.write(
        gettext("Everybody says for themselves whether a point is clear. Answers are counted, not persons."), SMALL
    )


def _why_no_more(record: Record) -> Iterator[str]:
    """Why there are no figures that split the answers, or no answers any more."""
    figures, ended_at = record.totals, record.meeting.answers_ended_at
    if not figures.answers:
        yield gettext("Nobody answered.")
        return
    if ended_at is not None:
        deleted = gettext("The answers were deleted on %(date)s.", date=long_date(ended_at))
        kept = gettext("Only how many there were is kept.") if figures.is_bare else gettext("Their figures are kept.")
        yield f"{deleted} {kept}"
    if not record.shows_split and not figures.is_bare:
        limit = record.smallest_group
        yield gettext("Too few answers to show shares. They are shown from %(number)d answers.", number=limit)


def _figures_of(each: RecordPoint, held_on: date | None) -> list[str]:
    title = said_in(each.point.title)[0]
    if not each.is_current:
        title = f"{title} ({gettext('in an earlier version')})"
    counts = [each.counts.answers, each.counts.unclear_first, each.counts.unclear_now] if each.counts else None
    talked = ", ".join(clock_on(talk.at, held_on) for talk in each.talks)
    return [title, *(map(str, counts) if counts else ["–"] * 3), talked or "–"]


def _write_agreement(document: Document, record: Record) -> None:
    document.space(7)
    document.heading(gettext("The agreement, version %(number)d", number=record.agreement.number), 1)
    _write_frozen(document, record.agreement)
    write_agreement(document, record.agreement.wording, talk=record.meeting.is_talk)
    if record.earlier:
        document.heading(gettext("Earlier versions"))
    for each in record.earlier:
        document.keep(16)
        document.write(gettext("Version %(number)d", number=each.number), STRONG)
        _write_frozen(document, each)


def _write_frozen(document: Document, agreement: Agreement) -> None:
    published = gettext("Published %(moment)s", moment=day_clock(agreement.published_at))
    document.write(f"{published}\n{gettext('Fingerprint of the text (SHA-256):')}\n{agreement.content_hash}", SMALL)


def _write_translation(document: Document, record: Record, language: str) -> None:
    """On a page of its own, in that language alone."""
    document.new_page()
    name = Locale.parse(language).get_display_name(spoken())
    document.write(gettext("The agreement in %(language)s", language=name), SMALL)
    with force_locale(language), document.speaking(language):
        title, wrote = said_in(record.meeting.title)
        document.heading(title, 1, wrote)
        write_agreement(document, record.agreement.wording, talk=record.meeting.is_talk)


def _short(foot: str) -> str:
    """On one line."""
    return foot if len(foot) <= LONGEST_FOOT else f"{foot[: LONGEST_FOOT - 1]}…"
