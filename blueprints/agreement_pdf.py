"""What an agreement says, written into a PDF in the language that is spoken: the record's and the citizen's copy's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from flask_babel import gettext

from blueprints.languages import day_clock, long_date, spoken
from blueprints.pdf import ANY_LANGUAGE, Document
from blueprints.pdf_style import BODY, LEAD, SMALL, STRONG, Style
from blueprints.screen import influence_label
from models.base import Texts
from models.question import Question
from models.talked_about import TalkedAbout
from models.wording import DANISH, WordedPoint, Wording

#: What is left of the page when one point is begun: its title is not torn from its text.
POINT_BEGINS = 18.0
ABOVE = replace(SMALL, space=0.3)


def write_agreement(document: Document, wording: Wording, *, talk: bool, level: int = 2) -> None:
    """Purpose, points by what can be done with them, who decides in the end, and what happens next; under headings of
    this level."""
    write_texts(document, wording.purpose, LEAD)
    if wording.can:
        document.heading(gettext("What you can influence"), level)
    for point in wording.can:
        _write_point(document, point, talk)
    if wording.fixed:
        document.heading(gettext("What is fixed"), level)
    for point in wording.fixed:
        _write_point(document, point, talk)
    document.heading(gettext("Who decides in the end?"), level)
    write_texts(document, wording.decider)
    write_steps(document, wording, level)


def write_additions(
    document: Document, points: Sequence[WordedPoint], talks: Collection[TalkedAbout], questions: Collection[Question]
) -> None:
    """What was explained, asked and replied along the way, by point: dated, and no part of the agreement. Only what all
    citizens of the meeting may see."""
    explained = [talk for talk in talks if talk.explanation]
    added = {*(talk.point_id for talk in explained), *(question.point_id for question in questions)}
    if not any(point.id in added for point in points):
        return
    document.heading(gettext("Explained and replied along the way"), 2)
    for point in points:
        if point.id not in added:
            continue
        title, language = said_in(point.title)
        document.heading(title, 3, language)
        for talk in explained:
            if talk.point_id == point.id:
                _write_said(
                    document, gettext("Explained %(moment)s", moment=day_clock(talk.at)), talk.said_in(spoken())
                )
        for question in questions:
            if question.point_id == point.id:
                _write_question(document, question)


def write_quote(document: Document, above: str, text: str) -> None:
    """What a citizen wrote, in whichever language, under these words of ours."""
    document.keep(POINT_BEGINS)
    document.write(above, ABOVE)
    document.write(f"”{text}”", BODY, ANY_LANGUAGE)


def write_steps(document: Document, wording: Wording, level: int = 2) -> None:
    """What happens next, and when."""
    document.heading(gettext("What happens now"), level)
    for step in wording.steps:
        document.keep(POINT_BEGINS)
        if step.on:
            document.write(long_date(step.on), STRONG)
        write_texts(document, step.text)


def write_texts(document: Document, texts: Texts, style: Style = BODY, before: str = "") -> None:
    """A text that a professional wrote, after these words of ours; in Danish where the language lacks it."""
    text, language = said_in(texts)
    if not before:
        document.write(text, style, language)
    elif language == spoken():
        document.write(f"{before} {text}", style, language)
    else:
        document.write(before, style)
        document.write(text, style, language)


def said_in(texts: Texts) -> tuple[str, str]:
    """A text that a professional wrote and the language that it is in: the one spoken, else Danish."""
    language = spoken()
    return (texts[language], language) if texts.get(language) else (texts.get(DANISH, ""), DANISH)


def _write_point(document: Document, point: WordedPoint, talk: bool) -> None:
    document.keep(POINT_BEGINS)
    write_texts(document, point.title, STRONG)
    if point.is_fixed:
        write_texts(document, point.why, before=gettext("Why?"))
        if point.decided_by:
            write_texts(document, point.decided_by, before=gettext("Who decides?"))
    else:
        if point.influence:
            document.write(influence_label(point.influence, talk), SMALL)
        write_texts(document, point.how, before=f"{gettext('How to do it')}:")
    document.space(1.5)


def _write_question(document: Document, question: Question) -> None:
    if question.is_published and question.text:
        write_quote(document, gettext("Question from a citizen"), question.text)
    if question.replied_at:
        moment = day_clock(question.replied_at)
        _write_said(document, gettext("Replied %(moment)s", moment=moment), question.replied_in(spoken()))


def _write_said(document: Document, above: str, said: tuple[str, str] | None) -> None:
    if said is None:
        return
    language, text = said
    document.keep(POINT_BEGINS)
    document.write(above, ABOVE)
    document.write(text, BODY, language)
