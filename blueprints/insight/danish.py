"""The Danish words of the ``excel-da`` files. They are part of the file format: the same whichever language its reader
uses on screen, and kept for good, since spreadsheets build on them."""

from models.meeting import MeetingForm, Method, State
from models.wording import Influence

_MEETING = {
    "meeting_code": "mødekode",
    "meeting_date": "mødedato",
    "institution": "sted",
}
_KIND = {"form": "mødeform", "method": "metode"}

#: Per file its columns in their order: the name in ``plain``, and the header in ``excel-da``.
ANSWERS = {
    **_MEETING,
    **_KIND,
    "agreement": "udgave",
    "answer_ref": "svar",
    "answered_at": "besvaret",
    "changed": "ændret",
    "language": "sprog",
    "helped": "hjulpet",
    "channel": "kanal",
    "understood_first": "klart først",
    "understood_now": "klart nu",
    "unclear_first": "uklart først",
    "unclear_now": "uklart nu",
    "late": "forsinket",
}
POINTS = {
    **_MEETING,
    **_KIND,
    "agreement": "udgave",
    "position": "nr.",
    "influence": "indflydelse",
    "point": "punkt",
    "answers": "svar",
    "unclear_first": "uklart først",
    "unclear_now": "uklart nu",
    "cleared": "blev klart",
    "raised_later": "uklart senere",
    "talked_about_at": "talt om",
    "expected_influence_share": "forventede indflydelse",
    "offers": "tilbud om hjælp",
    "outcome": "resultat",
}
MEETINGS = {
    **_MEETING,
    "title": "titel",
    **_KIND,
    "state": "tilstand",
    "opened_at": "åbnet",
    "closed_at": "lukket",
    "headcount": "fremmødte",
    "answers": "svar",
    "own_phone": "egen telefon",
    "shared": "delt tablet",
    "paper": "papir",
    "voided": "annulleret",
    "understood_first_share": "andel klart først",
    "understood_now_share": "andel klart nu",
    "points_open": "kan påvirkes",
    "points_fixed": "ligger fast",
    "questions": "spørgsmål",
    "preparation_done_share": "forberedt",
    "promises": "løfter",
    "promises_kept": "holdt",
    "promises_overdue": "over tiden",
}

WORDS: dict[MeetingForm | Method | State | Influence, str] = {
    MeetingForm.PARENTS_MEETING: "Forældremøde",
    MeetingForm.BOARD: "Bestyrelse",
    MeetingForm.RELATIVES_COUNCIL: "Pårørenderåd",
    MeetingForm.HEARING: "Høring",
    MeetingForm.COMMITTEE_17_4: "§ 17, stk. 4-udvalg",
    MeetingForm.PROJECT: "Projekt",
    Method.CO_CREATION: "Samskabelse",
    Method.STRENGTHENED_CONTACT: "Styrket Borgerkontakt",
    Method.HEARING: "Høring",
    Method.OTHER: "Andet",
    State.OPEN: "Åbent",
    State.CLOSED: "Lukket",
    Influence.YOU_DECIDE: "I bestemmer",
    Influence.TOGETHER: "Vi laver det sammen",
    Influence.WE_LISTEN: "Vi lytter, og så beslutter vi",
    Influence.FIXED: "Det ligger fast",
}
