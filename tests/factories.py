"""One cast of people with their places, and what they make: meetings, agreements, answers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from models.answer import hash_of_key
from models.base import Texts, reading, session, writing
from models.clock import local
from models.drafting import draft_meeting
from models.facts import name_deputies
from models.institution import Institution
from models.meeting import Meeting, MeetingForm, Method
from models.municipality import Municipality
from models.person import Membership, Person, Role, Viewer
from models.publishing import open_meeting
from models.receiving import receive
from models.submission import Submission
from models.wording import Influence, Step, WordedPoint, Wording

PASSWORD = "hestesko og havregrød"
#: Of PASSWORD, argon2id at the least cost there is: nothing here is worth guessing.
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$g5yiQDHnHI4$yRI4OMyEMoea1veOXdSlDXwY9OG3sYMyRi+mE4pEvjI"

TRANSLATED = {
    "Formålet er at aftale børnenes skærmtid.": "The purpose is to agree on the children's screen time.",
    "Skolens leder bestemmer til sidst.": "The head of the school decides in the end.",
    "Vi skriver til jer om resultatet.": "We write to you about the result.",
}
#: Of what stands in English in the wordings made here.
ARABIC = {
    "The purpose is to agree on the children's screen time.": "نريد أن نتّفق على وقت الأطفال أمام الشاشة.",
    "The head of the school decides in the end.": "مدير المدرسة يقرّر في النهاية.",
    "We write to you about the result.": "نكتب لكم عن النتيجة.",
    "screens in the break": "الشاشات في الاستراحة",
    "school hours": "ساعات الدوام المدرسي",
    "The law says so.": "هذا ما يقوله القانون.",
    "Parliament": "البرلمان",
    "Tell us tonight.": "قولوا لنا ذلك هذا المساء.",
}
STEP_ON = date(2031, 1, 15)


@dataclass(frozen=True)
class Cast:
    """A municipality with a school and a care home, a school of another municipality, and who works there."""

    municipality: Municipality
    school: Institution
    care_home: Institution
    elsewhere: Institution
    mette: Viewer
    karen: Viewer
    leif: Viewer
    anna: Viewer
    omar: Viewer
    piet: Viewer

    @property
    def everyone(self) -> dict[str, Viewer]:
        """Each person by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Viewer)}


def a_cast() -> Cast:
    """The cast, stored."""
    with writing() as database:
        municipality = Municipality(name="Eksempelby Kommune", privacy_contact="dpo@eksempelby.example")
        another = Municipality(name="Nabokøbing Kommune")
        school = Institution(municipality=municipality, name="Egeskolen")
        care_home = Institution(municipality=municipality, name="Plejehjemmet Solgården")
        elsewhere = Institution(municipality=another, name="Nabokøbing Skole")
        database.add_all([school, care_home, elsewhere])
        database.flush()
        people = {
            "mette": _person("Mette Holm", Role.PROFESSIONAL, school),
            "karen": _person("Karen Lund", Role.PROFESSIONAL, school),
            "leif": _person("Leif Krogh", Role.MANAGER, school),
            "anna": _person("Anna Friis", Role.ADMINISTRATOR, municipality),
            "omar": _person("Omar Said", Role.PROFESSIONAL, care_home),
            "piet": _person("Piet Vos", Role.PROFESSIONAL, elsewhere),
        }
        database.add_all(people.values())
        database.flush()
        viewers = {name: person.viewer() for name, person in people.items()}
        return Cast(municipality, school, care_home, elsewhere, **viewers)


def switch_languages(cast: Cast, *languages: str) -> None:
    """Switch on just these for the citizens of the cast's municipality, by Anna."""
    with writing() as database:
        it = database.get_one(Municipality, cast.municipality.id)
        it.switch_languages(languages, cast.anna, datetime.now(UTC))


def a_person(name: str, role: Role, place: Institution | Municipality, **columns: Any) -> Viewer:
    """A person with one role, inside ``writing()``. Their password is PASSWORD."""
    person = _person(name, role, place, **columns)
    session().add(person)
    session().flush()
    return person.viewer()


def _person(name: str, role: Role, place: Institution | Municipality, **columns: Any) -> Person:
    email = f"{name.split(maxsplit=1)[0].lower()}@eksempelby.example"
    person = Person(**{"name": name, "email": email, "password_hash": PASSWORD_HASH, "phone": "12 34 56 78", **columns})
    where = "municipality_id" if isinstance(place, Municipality) else "institution_id"
    person.memberships.append(Membership(role=role, **{where: place.id}))
    return person


def sign_in(client: FlaskClient, viewer: Viewer, now: datetime | None = None) -> None:
    """Sign the client in as this person: a real row and a real cookie, without waiting for the password's hash."""
    token = secrets.token_urlsafe(32)
    with writing() as database:
        database.get_one(Person, viewer.id).sign_in(token, now or datetime.now(UTC))
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True


def csrf_token(client: FlaskClient) -> str:
    """What the field ``csrf_token`` of a staff form must hold for this client."""
    with client.session_transaction() as cookie:
        raw = cookie.setdefault("csrf_token", secrets.token_hex())
    return str(URLSafeTimedSerializer(client.application.config["SECRET_KEY"], salt="wtf-csrf-token").dumps(raw))


def texts(danish: str, english: str, languages: Collection[str] = ("da", "en")) -> Texts:
    """A text in these languages, of which Arabic is known for what the wordings here say."""
    known = {"da": danish, "en": english, "ar": arabic(english) if "ar" in languages else ""}
    return {language: known[language] for language in languages}


def arabic(english: str) -> str:
    """What ``texts`` says in Arabic; a number before the words stays before them."""
    number = re.match(r"(?:Point|Limit) (\d+): ", english)
    return f"{number[1]}: {ARABIC[english[number.end() :]]}" if number else ARABIC[english]


def a_point(
    key: int,
    influence: Influence = Influence.WE_LISTEN,
    languages: Collection[str] = ("da", "en"),
    number: int | None = None,
    **overrides: Any,
) -> WordedPoint:
    """A filled point; its title holds ``number``, else its key."""
    number = number or key
    titles = texts(f"Punkt {number}: skærme i frikvarteret", f"Point {number}: screens in the break", languages)
    point = WordedPoint(key=key, influence=influence, title=titles)
    if point.is_fixed:
        point = replace(point, title=texts(f"Ramme {number}: skoletiden", f"Limit {number}: school hours", languages))
        why = texts("Loven siger det.", "The law says so.", languages)
        point = replace(point, why=why, decided_by=texts("Folketinget", "Parliament", languages))
    else:
        point = replace(point, how=texts("Sig det til os i aften.", "Tell us tonight.", languages))
    return replace(point, **overrides)


def a_wording(can: int = 2, fixed: int = 1, languages: Collection[str] = ("da", "en"), **overrides: Any) -> Wording:
    """A wording that is ready to open: ``can`` points to influence, then ``fixed`` ones, and a dated step. With more
    points it holds all of what it holds with fewer."""
    purpose, decider, step = (texts(danish, english, languages) for danish, english in TRANSLATED.items())
    wording = Wording(
        purpose=purpose,
        decider=decider,
        points=(
            *(a_point(key, languages=languages) for key in range(1, can + 1)),
            *(a_point(can + number, Influence.FIXED, languages, number) for number in range(1, fixed + 1)),
        ),
        steps=(Step(key=can + fixed + 1, text=step, on=STEP_ON),),
    )
    return replace(wording, **overrides)


def a_meeting(
    cast: Cast,
    owner: Viewer | None = None,
    state: str = "open",
    *,
    wording: Wording | None = None,
    form: MeetingForm = MeetingForm.PARENTS_MEETING,
    method: Method = Method.OTHER,
    deputies: Iterable[Viewer] = (),
    now: datetime | None = None,
    **facts: Any,
) -> int:
    """A stored meeting of the owner (Mette) at their institution, ``draft``, ``open`` or ``closed``; its id. It is held
    the day after ``now`` unless the facts say otherwise."""
    owner, now = owner or cast.mette, now or datetime.now(UTC)
    known: dict[str, Any] = {
        "title": texts("Forældremøde i 3. klasse", "Parents' meeting in year 3"),
        "place": "Aulaen",
        "held_on": local(now).date() + timedelta(days=1),
        "held_at": time(17, 0),
        "languages": ["da", "en"],
        "contact_name": owner.name,
        "contact_phone": "12 34 56 78",
    }
    with writing() as database:
        institution = database.get_one(Institution, min(owner.professional_at))
        meeting = draft_meeting(institution, owner, form, method, wording or a_wording(), now, **{**known, **facts})
        if ids := [deputy.id for deputy in deputies]:
            name_deputies(meeting, [database.get_one(Person, id) for id in ids], owner, now)
        if state != "draft":
            open_meeting(meeting, now, owner)
        if state == "closed":
            meeting.close(now, owner)
        return meeting.id


def code_of(meeting_id: int) -> str:
    """The meeting's code, as it is stored."""
    with reading() as database:
        return database.get_one(Meeting, meeting_id).code


def points_of(meeting_id: int, agreement: int | None = None) -> list[int]:
    """The ids of the points of a version, else of the newest, in their order."""
    with reading() as database:
        agreements = database.get_one(Meeting, meeting_id).agreements
        return [point.point_id for point in agreements[agreement - 1 if agreement else -1].points]


def answer(
    meeting_id: int,
    doubts: Iterable[int] = (),
    questions: Mapping[int, str] | None = None,
    key: UUID | None = None,
    agreement: int | None = None,
    language: str = "da",
    *,
    now: datetime | None = None,
    **more: Any,
) -> UUID:
    """A citizen's answer, new or changed, to a version, else to the newest; its key. Doubts and questions go by the
    position of the point in that version, beginning at 1. ``more``: what else a ``Submission`` holds."""
    key = key or uuid4()
    points = points_of(meeting_id, agreement)
    with writing() as database:
        meeting = database.get_one(Meeting, meeting_id)
        submission = Submission(
            key_hash=hash_of_key(key),
            agreement=agreement or len(meeting.agreements),
            language=language,
            doubts=frozenset(points[position - 1] for position in doubts),
            questions={points[position - 1]: text for position, text in (questions or {}).items()},
            **more,
        )
        receive(meeting.code, submission, now or datetime.now(UTC), sender=None)
    return key
