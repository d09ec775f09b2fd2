"""What is missing, in plain words: a short word at the field, a whole phrase in a list, and where the field stands."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from blueprints.languages import own_name
from models.lack import MOST_GUESSED_POINTS, MOST_POINTS_TO_INFLUENCE, Lack, Reason
from models.meeting import Meeting
from models.translation import FIELDS_OF_PARTS
from models.wording import DANISH, Wording

_FIELDS = {"place": "room", **{part: part for part in ("title", "date", "closes", "purpose", "decider", "points")}}


def field_of(lack: Lack, wording: Wording) -> str:
    """The name of the field where it is missing, which is its id too."""
    if lack.part == "steps":
        return f"step-{wording.steps[0].key}-date" if wording.steps else "steps"
    if lack.key is None:
        return _FIELDS[lack.part]
    return f"{FIELDS_OF_PARTS.get(lack.part, lack.part)}-{lack.key}"


def address_of(lack: Lack, meeting: Meeting) -> str:
    """The writing page at that field, in its language."""
    language = lack.language if lack.language != DANISH else None
    anchor = field_of(lack, meeting.draft.wording)
    # The browser opens a closed point by itself only when the place it goes to is found in its text.
    in_point = lack.part != "guess" and any(point.key == lack.key for point in meeting.draft.wording.points)
    open_key = lack.key if in_point else None
    return url_for("meetings.write", meeting_id=meeting.id, lang=language, open=open_key, _anchor=anchor)


def at_field(lack: Lack) -> tuple[str, str]:
    """What to say at the field, and an example or reason where that helps."""
    if lack.reason is Reason.MISSING:
        return gettext("Missing"), _example(lack.part)
    if lack.reason is Reason.PLACEHOLDER:
        return gettext("Fill in what stands in { }."), ""
    if lack.reason is Reason.TWICE:
        return gettext("This point stands here twice."), gettext("Remove one of them, or word them differently.")
    if lack.reason is Reason.TOO_MANY_GUESSES:
        return gettext("At most %(number)d points. Leave this one out, or another.", number=MOST_GUESSED_POINTS), ""
    return in_list(lack, Wording()), ""


def in_list(lack: Lack, wording: Wording) -> str:
    """The whole phrase, for a list away from the field."""
    number = _number_of(lack, wording)
    if lack.reason is Reason.PLACEHOLDER:
        sentence = _placeholder(lack, number)
        return sentence if lack.language == DANISH else f"{sentence} ({own_name(lack.language)})"
    if lack.reason is not Reason.MISSING:
        return _rule(lack, number)
    known = {
        "title": gettext("What is point %(number)d about?", number=number)
        if lack.key
        else gettext("The meeting's title"),
        "place": gettext("The room or place"),
        "date": gettext("The date of the meeting"),
        "purpose": gettext("Why you meet"),
        "decider": gettext("Who decides in the end?"),
        "influence": gettext("How much can they influence point %(number)d?", number=number),
        "how": gettext("How can they influence point %(number)d?", number=number),
        "why": gettext("Why is point %(number)d fixed?", number=number),
        "decided_by": gettext("Who has decided point %(number)d?", number=number),
        "step": gettext("What happens in step %(number)d?", number=number),
    }
    return str(known[lack.part])


def ends_before_it_begins() -> str:
    return str(gettext("The meeting ends before it begins."))


def hard_to_read(lix: int) -> str:
    return str(gettext("Hard to read (LIX %(number)d)", number=lix))


def hard_words(found: str) -> str:
    return str(gettext("Hard words: %(words)s.", words=found)) if found else ""


def _rule(lack: Lack, number: int) -> str:
    if lack.reason is Reason.IN_THE_PAST:
        return str(
            gettext("The time when the meeting ends has passed")
            if lack.part == "closes"
            else gettext("The date has passed")
        )
    known = {
        Reason.TWICE: gettext("Point %(number)d stands here twice", number=number),
        Reason.TOO_MANY: gettext("At most %(number)d points that they can influence", number=MOST_POINTS_TO_INFLUENCE),
        Reason.TOO_MANY_GUESSES: gettext(
            "The expectation check takes at most %(most)d points: leave out point %(number)d, or another",
            most=MOST_GUESSED_POINTS,
            number=number,
        ),
        Reason.NOTHING_TO_INFLUENCE: gettext("At least one point that they can influence"),
        Reason.NOTHING_FIXED: gettext("At least one point that is fixed"),
        Reason.NO_DATED_STEP: gettext("A date for at least one next step"),
    }
    return str(known[lack.reason])


def _placeholder(lack: Lack, number: int) -> str:
    if lack.part == "step":
        return str(gettext("Fill in what stands in { } in step %(number)d", number=number))
    if lack.key is not None:
        label = {
            "title": gettext("Point"),
            "how": gettext("How they do it"),
            "why": gettext("Why is it fixed?"),
            "decided_by": gettext("Who has decided it?"),
        }[lack.part]
        return str(gettext("Fill in what stands in { } in point %(number)d: %(field)s", number=number, field=label))
    known = {
        "title": gettext("Fill in what stands in { } in the title"),
        "place": gettext("Fill in what stands in { } in the place"),
        "purpose": gettext("Fill in what stands in { } in why you meet"),
        "decider": gettext("Fill in what stands in { } in who decides"),
    }
    return str(known[lack.part])


def _number_of(lack: Lack, wording: Wording) -> int:
    keys = [step.key for step in wording.steps] if lack.part == "step" else [point.key for point in wording.points]
    return keys.index(lack.key) + 1 if lack.key in keys else 0


def _example(part: str) -> str:
    known = {
        "decided_by": gettext("Write for example the municipality, the town council or a law."),
        "decider": gettext("Write for example: The head teacher decides on 12 January."),
        "how": gettext("Write for example: Say it at your table."),
        "place": gettext("Write for example: The assembly hall."),
    }
    return str(known.get(part, ""))
