"""Every page and state that somebody sees, one after the other: each test decides what it looks at there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page, expect

from config import LANGUAGES
from models.base import writing
from models.meeting import Meeting, MeetingForm
from models.municipality import Municipality
from models.person import Person
from models.publishing import publish_draft
from models.question import Question
from models.talked_about import TalkedAbout
from tests.browser.conftest import Devices, Live, look_again, signed_in
from tests.factories import PASSWORD, Cast, a_meeting, a_point, a_wording, answer, code_of, points_of

#: Texts in the first three of the languages: in the others the Danish stands, marked as such.
WRITTEN = ("da", "en", "ar")
DOORS = ("/", "/privacy", "/was", "/offline", "/join?code=K7M4QX2B", "/nowhere")
OF_AN_OPEN_MEETING = (
    "", "/agreement", "/agreement?lang=en", "/translation?lang=en", "/publication", "/withdrawal", "/closure",
    "/deletion", "/record", "/poster", "/paper/sheet", "/paper", "/voiding", "/room", "/room?view=split",
    "/room?view=questions", "/room?view=projector", "/room?view=projector-split", "/preview",
)  # fmt: skip
#: What is folded is looked at, too.
UNFOLD = "() => { document.querySelectorAll('details').forEach(each => { each.open = true }) }"
#: Sent without the page's script, as where there is none.
PLAINLY = "form => { form.submit() }"


def switch_on_all_languages(cast: Cast) -> None:
    with writing() as database:
        found = database.get_one(Municipality, cast.municipality.id)
        found.switch_languages(LANGUAGES, cast.anna, datetime.now(UTC))


def a_full_meeting(cast: Cast, **facts: Any) -> int:
    """A meeting in every language, with all that an agreement may ask for."""
    first, *others = a_wording(languages=WRITTEN).points
    points = (replace(first, asks_guess=True, asks_hands=True), *others)
    return a_meeting(cast, languages=list(LANGUAGES), wording=a_wording(languages=WRITTEN, points=points), **facts)


def citizens(live: Live, cast: Cast, devices: Devices, page: Page, language: str) -> Iterator[str]:
    """What a citizen sees on a phone, in this language."""
    for refusal in (409, 410, 422):
        devices.expect(f"Error Code {refusal}")
    for door in DOORS:
        page.goto(live.at(f"{door}{'&' if '?' in door else '?'}lang={language}"))
        yield door
    talk = a_full_meeting(cast, form=MeetingForm.INDIVIDUAL_TALK)
    for name, each in (*((state, a_full_meeting(cast, state=state)) for state in ("draft", "closed")), ("talk", talk)):
        page.goto(live.at(f"/m/{code_of(each)}/{language}"))
        yield name
    meeting = a_full_meeting(cast)
    yield from before_the_receipt(cast, page, meeting, live.at(f"/m/{code_of(meeting)}/{language}"))
    yield from from_the_receipt_on(cast, page, meeting, live.at(f"/m/{code_of(meeting)}/{language}"))


def before_the_receipt(cast: Cast, page: Page, meeting: int, address: str) -> Iterator[str]:
    """A guess, the truth, an answer that is refused twice and then taken."""
    page.goto(address)
    page.locator("[type=radio]").first.check()
    yield "guess"
    page.locator(".guesses .send .button").click()
    page.wait_for_selector("[data-mode=new] .guessed")
    yield "new"
    page.locator("#easy").check()
    yield "easy reading"
    page.locator("#easy").uncheck()
    tick(page, meeting)
    yield "ticked"
    page.locator("textarea:visible").evaluate("field => { field.removeAttribute('maxlength') }")
    page.locator("textarea:visible").fill("Hvad? " * 60)
    page.locator("form#answer").evaluate(PLAINLY)
    page.wait_for_selector("[data-mode=wrong]")
    yield "wrong"
    page.locator("textarea:visible").fill("Hvad?")
    change_the_text(cast, meeting)
    page.locator("form#answer .send .button").click()
    page.wait_for_selector("[data-mode=changed]")
    yield "changed"
    page.locator("form#answer .send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    yield "receipt"


def from_the_receipt_on(cast: Cast, page: Page, meeting: int, address: str) -> Iterator[str]:
    """The answer is changed, asked about, replied to, deleted, and sent again from another tab."""
    receipt = page.url
    page.goto(f"{receipt}&change=1")
    yield "change"
    page.goto(receipt)
    talk_about(cast, meeting)
    look_again(page)
    expect(page.locator("#invitations form")).to_be_visible()
    expect(page.locator("#replies .card")).to_be_visible()
    yield "invitation and reply"
    page.goto(f"{receipt}&delete=1")
    yield "deletion asked"
    page.goto(address)
    yield "answered before"
    page.goto(f"{receipt}&delete=1")
    page.locator("form[action*=deletion] .button").first.click()
    page.wait_for_selector("[data-spent]")
    yield "deleted"
    page.goto(address)
    page.locator(".skip-guesses button").click()
    key = receipt.split("/answers/")[1].split("?")[0]
    page.locator("form#answer [name=key]").evaluate("(field, key) => { field.value = key }", key)
    page.locator("form#answer").evaluate(PLAINLY)
    page.wait_for_selector("[data-mode=again]")
    yield "sent again after deletion"


def tick(page: Page, meeting: int) -> None:
    """The first point is unclear, with a reason and a question, and the citizen would like to join in."""
    for box in ("unclear", "offer", f"why-{points_of(meeting)[0]}", "helped"):
        page.locator(f"[name={box}]").first.check()
    page.locator("textarea:visible").first.fill("Hvad?")


def change_the_text(cast: Cast, meeting: int) -> None:
    """A version in which the second point is another."""
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        first, _, *others = found.draft.wording.points
        new = a_point(2, title={"da": "Et nyt punkt", "en": "A new point"})
        found.draft.save(replace(found.draft.wording, points=(first, new, *others)), cast.mette.id, now)
        publish_draft(found, now, cast.mette)


def talk_about(cast: Cast, meeting: int) -> None:
    """The first point is explained, and the question about it has a reply that all may read."""
    now = datetime.now(UTC)
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        TalkedAbout.mark(found, points_of(meeting)[0], cast.mette, now, {"da": "Det betyder det her."})
        question, *_ = Question.of_meeting(found)
        question.mark_answered(cast.mette, now, {"da": "Det betyder ja."})
        question.publish(cast.mette, now)


def tablets(live: Live, cast: Cast, devices: Devices, page: Page, language: str) -> Iterator[str]:
    """What a citizen sees on the tablet that goes round, in this language."""
    for refusal in (409, 422):
        devices.expect(f"Error Code {refusal}")
    meeting = a_full_meeting(cast)
    start = live.at(f"/meetings/{meeting}/shared?lang={language}")
    page.goto(live.at(f"/meetings/{meeting}/room?view=split"))
    page.locator("form[action$=lending]").evaluate(PLAINLY)
    page.wait_for_selector("[data-idle]")
    page.goto(start)
    yield "guess"
    page.locator("[type=radio]").first.check()
    page.locator(".send .button.big").click()
    page.wait_for_selector("[data-labels]")
    yield "new"
    tick(page, meeting)
    yield "ticked"
    page.evaluate("() => { document.querySelector('#still-there').showModal() }")
    yield "still there?"
    page.locator("#still-there button").click()
    page.locator("textarea:visible").first.evaluate("field => { field.removeAttribute('maxlength') }")
    page.locator("textarea:visible").first.fill("Hvad? " * 60)
    page.locator("form[data-labels]").evaluate(PLAINLY)
    page.wait_for_selector("[aria-invalid]")
    yield "wrong"
    page.locator("[aria-invalid]").fill("Hvad?")
    page.locator(".send .button.big").click()
    page.wait_for_selector(".thanks")
    yield "thanks"
    page.goto(live.at(f"/meetings/{meeting}/shared/return?lang={language}"))
    yield "return"
    page.locator("#password").fill(f"not {PASSWORD}")
    page.locator("form .button.big").click()
    page.wait_for_selector("#wrong")
    yield "wrong password"
    with writing() as database:
        database.get_one(Meeting, meeting).close(datetime.now(UTC), cast.mette)
    page.goto(start)
    yield "over"
    page.context.clear_cookies()
    page.goto(start)
    yield "signed out"


def staff(live: Live, cast: Cast, devices: Devices, page: Page, language: str) -> Iterator[str]:
    """What Mette sees at her desk and in the room, in this language; then Leif and Anna."""
    for refusal in (400, 404, 409, 422):
        devices.expect(f"Error Code {refusal}")
    devices.expect('The specified value "yesterday"')
    with writing() as database:
        for person in (cast.mette, cast.leif, cast.anna):
            database.get_one(Person, person.id).locale = language
    draft = a_meeting(cast, state="draft", place="")
    closed, meeting = a_full_meeting(cast, state="closed"), a_full_meeting(cast)
    for _ in range(4):
        answer(meeting, doubts=(1,), questions={1: "Hvad betyder det?"})
    talk_about(cast, meeting)
    change_the_draft(cast, meeting)
    paths = ["/meetings", "/meetings/new", "/meetings/new?form=BOARD", "/nowhere"]
    paths += [f"/meetings/{meeting}{path}" for path in OF_AN_OPEN_MEETING]
    paths += [f"/meetings/{draft}{path}" for path in ("", "/agreement", "/room", "/preview")]
    paths += [f"/meetings/{closed}{path}" for path in ("", "/room?view=split", "/record")]
    for path in paths:
        page.goto(live.at(path))
        page.evaluate(UNFOLD)
        yield path
    yield from refusals(live, page, draft, closed, meeting)
    page.context.clear_cookies()
    page.goto(live.at(f"/sign-in?lang={language}"))
    yield "sign in"
    page.locator("#email").fill("nobody@eksempelby.example")
    page.locator("#password").fill("wrong")
    page.locator("main form .button.big").click()
    page.wait_for_selector("#wrong")
    yield "wrong password"
    for person, places in ((cast.leif, ("/exports", "/exports?from=2026-01-01&to=yesterday", "/meetings")),
                           (cast.anna, ("/municipality/languages", "/municipality/contact"))):  # fmt: skip
        page.context.clear_cookies()
        signed_in(page.context, live, person).close()
        for path in places:
            page.goto(live.at(path))
            yield path
    page.locator("#accessibility_email").fill("nobody")
    page.locator("main form").evaluate(PLAINLY)
    page.wait_for_selector(".errors")
    yield "a wrong contact"


def refusals(live: Live, page: Page, draft: int, closed: int, meeting: int) -> Iterator[str]:
    """Forms that come back with what is wrong in them."""
    page.goto(live.at(f"/meetings/{draft}/agreement"))
    page.locator(".actionbar .button:visible").last.click()
    page.wait_for_selector("#summary")
    yield "not ready to open"
    for path, field, typed in (
        (f"/meetings/{closed}", "#closes", ""),
        (f"/meetings/{meeting}/paper", "#headcount", "many"),
        (f"/meetings/{meeting}/voiding", "#from", ""),
    ):
        page.goto(live.at(path))
        page.locator(field).fill(typed)
        page.locator(f"form:has({field})").evaluate(PLAINLY)
        page.wait_for_selector("[aria-invalid]")
        yield f"{path} {field}"


def change_the_draft(cast: Cast, meeting: int) -> None:
    """Something to publish."""
    with writing() as database:
        found = database.get_one(Meeting, meeting)
        words = replace(found.draft.wording, decider={"da": "Byrådet bestemmer."})
        found.draft.save(words, cast.mette.id, datetime.now(UTC))
