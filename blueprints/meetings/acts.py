"""Opening, publishing, closing, reopening, deleting: acts are nouns. What can't be undone at once asks first."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from blueprints import access
from blueprints.access import now, staff, viewer
from blueprints.languages import day_clock
from blueprints.meetings import meetings
from blueprints.meetings.keeping import keep_in
from blueprints.meetings.one import meeting_page
from blueprints.meetings.typed import parse_moment, wrong_moment
from blueprints.meetings.writing import as_typed, changed_elsewhere
from models.agreement import TooManyVersions
from models.base import reading, writing
from models.draft import DraftChanged
from models.erasure import erase
from models.lack import lacks_in
from models.meeting import Meeting, State, WrongState
from models.publishing import NothingToPublish, NotReady, discard_draft, open_meeting, outdated_by_draft, publish_draft
from models.summary import answers_to, keep_totals, totals
from models.wording import Wording

Answer = str | Response | BaseResponse


@meetings.post("/<int:meeting_id>/opening")
@staff
def opening(meeting_id: int) -> Answer:
    """Open; pressed on the writing page, what stands there is saved first."""
    errors: dict[str, str] = {}
    try:
        if "revision" in request.form:
            errors = _kept(meeting_id)
        if not errors:
            with writing():
                open_meeting(access.meeting_to_run(meeting_id), now(), viewer())
    except DraftChanged as change:
        return changed_elsewhere(meeting_id, change)
    except NotReady:
        return as_typed(meeting_id, {}, 422, summary=True)
    except WrongState:
        return _already(meeting_id, gettext("The meeting was opened before."))
    if errors:
        return as_typed(meeting_id, errors, 422)
    flash(gettext("The meeting is open. Show the QR code, so that people can answer."))
    return _to_meeting(meeting_id)


@meetings.get("/<int:meeting_id>/publication")
@staff
def publication(meeting_id: int) -> Answer:
    """Whom a new version touches, before it is published."""
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is not State.OPEN:
            return _already(meeting_id, gettext("Only an open meeting gets a new version."))
        lacks = lacks_in(meeting.prepared)
        if not lacks:
            return render_template("meetings/publication.html", meeting=meeting, **_touched(meeting))
    return as_typed(meeting_id, {}, 422, summary=True)


@meetings.post("/<int:meeting_id>/publication")
@staff
def publish(meeting_id: int) -> Answer:
    try:
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            if request.form.get("revision") != str(meeting.draft.revision):
                raise DraftChanged(meeting.draft.saved_at, meeting.draft.saved_by.name)
            number = publish_draft(meeting, now(), viewer()).number
    except DraftChanged:
        flash(gettext("The text has changed meanwhile. Look at it once more."), "attention")
        return redirect(url_for("meetings.publication", meeting_id=meeting_id), 303)
    except NotReady:
        return as_typed(meeting_id, {}, 422, summary=True)
    except NothingToPublish:
        return _already(meeting_id, gettext("There was nothing new to publish."))
    except TooManyVersions:
        return _already(meeting_id, gettext("The meeting can't have more versions. Copy it to a new meeting."))
    except WrongState:
        return _already(meeting_id, gettext("Only an open meeting gets a new version."))
    flash(gettext("Version %(number)d is published.", number=number))
    return _to_meeting(meeting_id)


@meetings.route("/<int:meeting_id>/withdrawal", methods=["GET", "POST"])
@staff
def withdrawal(meeting_id: int) -> Answer:
    """Give up the changes that were prepared for the next version."""
    if request.method == "GET":
        with reading():
            meeting = access.meeting_to_run(meeting_id)
            if meeting.newest is None:
                return _already(meeting_id, gettext("Nothing is published yet."))
            return render_template("meetings/withdrawal.html", meeting=meeting, **_touched(meeting))
    try:
        with writing():
            discard_draft(access.meeting_to_run(meeting_id), viewer(), now())
    except WrongState:
        return _already(meeting_id, gettext("Nothing is published yet."))
    flash(gettext("The changes are undone. The text is as published."))
    return redirect(url_for("meetings.write", meeting_id=meeting_id), 303)


@meetings.get("/<int:meeting_id>/closure")
@staff
def closure(meeting_id: int) -> Answer:
    with reading():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is not State.OPEN:
            return _already(meeting_id, gettext("The meeting is not open."))
        return render_template("meetings/closure.html", meeting=meeting, totals=totals(meeting))


@meetings.post("/<int:meeting_id>/closure")
@staff
def close(meeting_id: int) -> Answer:
    try:
        with writing():
            meeting = access.meeting_to_run(meeting_id)
            meeting.close(now(), viewer())
            keep_totals(meeting)
    except WrongState:
        return _already(meeting_id, gettext("The meeting is not open."))
    flash(gettext("The meeting is closed. You can open it again for 24 hours."))
    return _to_meeting(meeting_id)


@meetings.post("/<int:meeting_id>/reopening")
@staff
def reopening(meeting_id: int) -> Answer:
    with reading():
        access.meeting_to_run(meeting_id)
    text = request.form.get("closes", "")
    try:
        closes_at = parse_moment(text)
    except ValueError:
        closes_at = None
    if closes_at is None or closes_at <= now():
        error = wrong_moment() if closes_at is None else gettext("The end must lie ahead.")
        return meeting_page(meeting_id, 422, closes=text, closes_error=error)
    try:
        with writing():
            access.meeting_to_run(meeting_id).reopen(now(), viewer(), closes_at)
    except WrongState:
        return _already(
            meeting_id, gettext("The meeting can't be opened again: more than 24 hours have passed, or it is open.")
        )
    flash(gettext("The meeting is open again until %(moment)s.", moment=day_clock(closes_at)))
    return _to_meeting(meeting_id)


@meetings.route("/<int:meeting_id>/deletion", methods=["GET", "POST"])
@staff
def deletion(meeting_id: int) -> Answer:
    """Delete, after a page that says what is lost."""
    if request.method == "GET":
        with reading():
            meeting = access.meeting_to_run(meeting_id)
            return render_template(
                "meetings/deletion.html", meeting=meeting, totals=totals(meeting), state=meeting.state(now())
            )
    with writing():
        access.meeting_to_run(meeting_id).delete(viewer(), now())
    erase()
    flash(gettext("The meeting is deleted."))
    return redirect(url_for("meetings.index"), 303)


def _kept(meeting_id: int) -> dict[str, str]:
    with writing():
        meeting = access.meeting_to_run(meeting_id)
        if meeting.state(now()) is not State.DRAFT:
            raise WrongState
        return keep_in(meeting).errors


def _touched(meeting: Meeting) -> dict[str, object]:
    """What the draft changes for those who have answered: points by what becomes of them, and how many answers."""
    if meeting.newest is None:
        raise WrongState
    old, new = meeting.newest.wording, meeting.prepared.frozen()
    figures = totals(meeting)
    outdated = answers_to(meeting, outdated_by_draft(meeting))
    splits = 0 < outdated < figures.answers
    return {
        **_points_of_one_side_only(old, new),
        **_asked(old, new),
        "purpose_changed": old.purpose.get("da") != new.purpose.get("da"),
        "decider_changed": old.decider.get("da") != new.decider.get("da"),
        "outdated": outdated,
        "answers": figures.answers,
        "is_protected": splits and not figures.shows_split(meeting.smallest_group),
        "nothing_new": not meeting.has_unpublished_changes,
    }


def _points_of_one_side_only(old: Wording, new: Wording) -> dict[str, object]:
    """The points that are not the same in both: changed where both have one of that title, else added or removed."""
    kept = old.identities & new.identities
    added = {point.title["da"]: point for point in new.points if point.identity not in kept}
    removed = {point.title["da"]: point for point in old.points if point.identity not in kept}
    return {
        "changed": [point for title, point in added.items() if title in removed],
        "added": [point for title, point in added.items() if title not in removed],
        "removed": [point for title, point in removed.items() if title not in added],
    }


def _asked(old: Wording, new: Wording) -> dict[str, object]:
    """What the draft changes in the expectation check, and which points ask for hands now or no longer."""
    asked_before = {point.identity for point in old.points if point.asks_hands}
    asked_now = {point.identity for point in new.points if point.asks_hands}
    return {
        "guessed": new.guessed,
        "guessed_before": old.guessed,
        "check_changed": {point.identity for point in old.guessed} != {point.identity for point in new.guessed},
        "asking": [point for point in new.points if point.identity in asked_now - asked_before],
        "asking_no_more": [point for point in new.points if point.identity in asked_before - asked_now],
    }


def _already(meeting_id: int, sentence: str) -> BaseResponse:
    flash(sentence, "attention")
    return _to_meeting(meeting_id)


def _to_meeting(meeting_id: int) -> BaseResponse:
    return redirect(url_for("meetings.meeting", meeting_id=meeting_id), 303)
