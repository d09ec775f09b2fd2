"""Help with reading on a real phone: read aloud by a voice that the test plays, and easy reading by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select

from models.answer import Answer
from models.base import reading, session
from models.question import LONGEST_QUESTION
from tests.browser.conftest import SCHEMES, Devices, Live, axe
from tests.factories import Cast, a_meeting, a_wording, code_of, points_of

NewDevice = Callable[..., BrowserContext]

#: A phone's voices: none until they are there; what is said, how fast, and "cut" where it was cut off.
VOICES = """
const speech = new EventTarget();
let now = null;
Object.assign(speech, {
  heard: [], speaking: false, pending: false, voices: [],
  getVoices() { return this.voices },
  speak(said) { now = said; this.speaking = true; this.heard.push([said.text, said.lang, said.rate]) },
  cancel() {
    const cut = now;
    now = null;
    this.speaking = false;
    if (cut) { this.heard.push('cut'); setTimeout(() => cut.onerror({ type: 'error', target: cut })) }
  },
  end() { const said = now; now = null; this.speaking = false; said.onend({ type: 'end', target: said }) },
  arrive(voices) {
    this.voices = voices.map(([lang, localService]) => ({ lang, localService }));
    this.dispatchEvent(new Event('voiceschanged'));
  },
  after(number) {
    return new Promise((done) => {
      const look = () => (this.heard.length >= number ? done(this.heard.slice(number - 1)) : setTimeout(look, 5));
      look();
    });
  },
});
Object.defineProperty(window, 'speechSynthesis', { value: speech });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
"""
WITHOUT_HIGHLIGHTS = "Object.defineProperty(CSS, 'highlights', { value: undefined })"
HIGHLIGHTED = "[...(CSS.highlights.get('aloud') || [])].map(String)"
BEHIND_THE_BAR = """() => {
  const [first] = document.getElementsByName('unclear'), next = document.querySelectorAll('.point .listen')[1];
  first.focus({ preventScroll: true });
  scrollBy(0, next.getBoundingClientRect().bottom - innerHeight);
}"""
ABOVE_THE_BAR = """document.activeElement.matches('.listen') && document.activeElement.getBoundingClientRect().bottom
  <= document.getElementById('player').getBoundingClientRect().top"""
IN_ORDER = [
    "Formålet er at aftale børnenes skærmtid.",
    "Skolens leder bestemmer til sidst.",
    "Vi lytter, og så beslutter vi",
    "Punkt 1: skærme i frikvarteret",
    "Sådan gør du: Sig det til os kl. 8.00.",
    "Punkt 2: skærme i frikvarteret",
    "Ramme 1: skoletiden",
    "Loven siger det.",
    "Folketinget",
    "15.\u00a0januar 2031",
    "Vi skriver til jer om resultatet.",
    "Du siger ikke ja til planen.",
]


def opened(live: Live, context: BrowserContext, meeting: int, language: str = "da", script: str = VOICES) -> Page:
    context.add_init_script(script)
    page = context.new_page()
    page.goto(live.at(f"/m/{code_of(meeting)}/{language}"))
    return page


def voices(page: Page, *found: tuple[str, bool]) -> None:
    page.evaluate("found => speechSynthesis.arrive(found)", found)


def heard(page: Page) -> list[Any]:
    return list(page.evaluate("speechSynthesis.heard"))


def heard_after(page: Page, number: int) -> list[Any]:
    """What came as number ``number`` and after it, once it is there."""
    return list(page.evaluate("number => speechSynthesis.after(number)", number))


def read_on(page: Page, sentences: int = 1) -> None:
    for _ in range(sentences):
        page.evaluate("speechSynthesis.end()")


def stored(meeting: int) -> Answer:
    with reading():
        return session().scalars(select(Answer).where(Answer.meeting_id == meeting)).one()


def a_meeting_at_eight(cast: Cast) -> int:
    first, *others = a_wording().points
    point = replace(first, how={"da": "Sig det til os kl. 8.00. Eller skriv.", "en": "Tell us."})
    return a_meeting(cast, wording=a_wording(points=(point, *others)))


def test_the_page_is_read_sentence_by_sentence(live: Live, cast: Cast, phone: NewDevice) -> None:
    meeting = a_meeting_at_eight(cast)
    page = opened(live, phone(), meeting)
    aloud, (toggle, slower, stop) = page.locator(".aids .listen"), page.locator("#player button").all()
    for none in ([("en-US", True)], [("da-DK", False)]):
        voices(page, *none)
        expect(page.locator(".listen:visible")).to_have_count(0)
    voices(page, ("en-US", True), ("da_DK", True))
    expect(page.locator(".listen:visible")).to_have_count(4)
    axe(page)

    aloud.click()
    expect(aloud).to_have_attribute("aria-pressed", "true")
    expect(toggle).to_be_focused()
    assert page.evaluate(HIGHLIGHTED) == [heard(page)[-1][0]] == [page.locator("h1").inner_text()]
    while page.evaluate("speechSynthesis.speaking"):
        read_on(page)
    texts = [text for text, *_ in heard(page)]
    assert [text for text in texts if text in IN_ORDER] == [*IN_ORDER[:5], IN_ORDER[2], *IN_ORDER[5:]]
    assert not {"Det er uklart for mig", "Jeg har forstået"} & set(texts)
    assert {(lang, rate) for _, lang, rate in heard(page)} == {("da-DK", 1)}
    assert page.evaluate(HIGHLIGHTED) == []

    page.locator(".point .listen").nth(1).click()
    before = len(heard(page))
    read_on(page)
    read = heard(page)[-1]
    assert read[0] == IN_ORDER[5]
    toggle.click()
    assert heard(page)[before + 1 :] == ["cut"]
    assert page.evaluate(HIGHLIGHTED) == [read[0]]
    toggle.click()
    assert heard(page)[-1] == read
    slower.click()
    expect(slower).to_have_attribute("aria-pressed", "true")
    assert heard_after(page, before + 5) == [[read[0], "da-DK", 0.7]]
    axe(page)
    # What Tab comes to next would stand behind the bar.
    page.evaluate(BEHIND_THE_BAR)
    page.keyboard.press("Tab")
    assert page.evaluate(ABOVE_THE_BAR)
    stop.click()
    expect(page.locator("#player")).to_be_hidden()
    expect(page.locator(".point .listen").nth(1)).to_be_focused()
    assert heard(page)[-1] == "cut"


@pytest.mark.slow
def test_reading_stops_with_its_page_and_takes_nothing_along(live: Live, cast: Cast, phone: NewDevice) -> None:
    """On a phone that can't mark text without touching the page, too."""
    meeting = a_meeting(cast)
    page = opened(live, phone(), meeting, "en", VOICES + WITHOUT_HIGHLIGHTS)
    voices(page, ("en-GB", True))
    page.locator("[name=unclear]").first.check()
    page.locator("textarea:visible").fill("Also at noon?")
    page.locator("[name=helped]").check()
    before = page.locator("main").inner_html()
    page.locator(".aids .listen").click()
    read_on(page, 3)
    expect(page.locator("mark")).to_have_text(heard(page)[-1][0])
    page.keyboard.press("Escape")
    assert page.locator("main").inner_html() == before
    page.locator(".point .listen").first.click()
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    expect(page.locator("#player")).to_be_hidden()
    assert heard(page)[-1] == "cut"
    expect(page.get_by_text("A relative or a helper helped you")).to_be_visible()
    answer = stored(meeting)
    assert (answer.helped, list(answer.asked.values())) == (True, ["Also at noon?"])

    voices(page, ("en-GB", True))
    page.locator(".aids .listen").click()
    assert heard(page)[-1][0] == "Thank you for your answer"
    page.get_by_role("link", name="Change my answer").click()
    page.locator("[name=helped]:checked").uncheck()
    page.locator(".send .button").click()
    page.wait_for_selector("[data-mode=receipt]")
    assert not stored(meeting).helped


class Keyboard:
    """Easy reading on a page, by keyboard alone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sections = page.locator("#sections")
        self.back, self.forward = self.sections.locator("button").all()
        self.question = page.locator("textarea:visible")

    def press(self, what: Locator, key: str = "Enter", times: int = 1) -> None:
        for _ in range(times):
            what.focus()
            self.page.keyboard.press(key)

    def is_at(self, number: int, heading: str) -> None:
        expect(self.sections.get_by_role("status")).to_have_text(f"{number} of 6")
        expect(self.page.get_by_role("heading", name=heading)).to_be_focused()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", SCHEMES)
def test_easy_reading_goes_one_section_at_a_time(live: Live, cast: Cast, devices: Devices, scheme: str) -> None:
    page = opened(live, devices.narrow(color_scheme=scheme), a_meeting(cast), "en")
    easy = Keyboard(page)
    expect(easy.sections).to_be_hidden()
    easy.press(page.locator("#easy"), "Space")
    expect(page.locator(".lead .picture")).to_be_visible()
    expect(page.locator("main h2:visible")).to_have_count(0)
    easy.press(easy.forward)
    easy.is_at(2, "Who decides in the end?")
    easy.press(easy.forward)
    easy.is_at(3, "What you can influence")
    axe(page)
    easy.press(easy.back)
    easy.is_at(2, "Who decides in the end?")
    expect(page.locator(".send")).to_be_hidden()
    page.reload()
    expect(page.locator("#easy")).to_be_checked()
    expect(easy.sections.get_by_role("status")).to_have_text("1 of 6")
    easy.press(easy.forward, times=5)
    easy.is_at(6, "Send your answer")
    expect(page.locator(".send .button")).to_be_visible()
    axe(page)
    page.emulate_media(media="print")
    for heading in ("Parents", "What is fixed"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.slow
def test_easy_reading_leads_to_what_is_wrong_and_loses_nothing(live: Live, cast: Cast, devices: Devices) -> None:
    devices.expect("Error Code 422")
    meeting = a_meeting(cast)
    page = opened(live, devices.narrow(), meeting, "en")
    easy = Keyboard(page)
    easy.press(page.locator("#easy"), "Space")
    easy.press(easy.forward, times=2)
    easy.press(page.locator("[name=unclear]").first, "Space")
    easy.question.evaluate("field => { field.maxLength = 999 }")
    easy.question.fill("x" * (LONGEST_QUESTION + 1))
    easy.press(easy.forward, times=3)
    easy.press(page.locator(".send .button"))
    expect(page.locator("main")).to_have_attribute("data-mode", "wrong")
    expect(page.locator("h1")).to_be_focused()
    easy.press(page.get_by_role("alert").get_by_role("link"))
    expect(page.locator(f"#question-{points_of(meeting)[0]}")).to_be_focused()
    easy.question.fill("Also at noon?")
    easy.press(page.locator("#easy"), "Space")
    expect(easy.sections).to_be_hidden()
    assert page.evaluate("localStorage.getItem('afstemt:easy')") is None
    expect(easy.question).to_have_value("Also at noon?")
    easy.press(page.locator(".send .button"))
    page.wait_for_selector("[data-mode=receipt]")
    assert list(stored(meeting).asked.values()) == ["Also at noon?"]
