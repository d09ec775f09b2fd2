"""A translation belongs to the Danish that it was made from: it is published while that stands, and never lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import translation
from models.base import Texts, session, writing
from models.drafting import copy_meeting
from models.keeping import keep_translations, keep_typed
from models.meeting import Meeting
from models.publishing import NotReady, discard_draft, open_meeting, publish_draft
from models.translation import Former, Standing, is_same, settled_texts, shown_texts, standing
from models.wording import DANISH
from tests.factories import Cast, a_meeting, a_point, a_wording

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
LANGUAGES = ("en", "ar")

danish_texts = st.sampled_from(["", "Et", "Et  ", "Et formål", "Et\nformål", "Noget andet", "{klasse}"])
languages = st.sampled_from(LANGUAGES)
translations = st.sampled_from(["A", "A purpose", "غرض", "Something else"])
acts = st.one_of(
    st.tuples(st.just("danish"), danish_texts),
    st.tuples(st.just("typed"), languages, translations),
    st.tuples(st.just("from_a_file"), languages, translations, danish_texts),
    st.tuples(st.just("still_fits"), languages),
    st.tuples(st.just("sent_again"), languages),
)


class OneText:
    """A text as it is kept, and ``truth``: of each language what was written last, and the Danish that it is of."""

    def __init__(self) -> None:
        self.texts: Texts = {}
        self.aside: dict[str, Former] = {}
        self.truth: dict[str, tuple[str, str]] = {}

    @property
    def now(self) -> str:
        return self.texts.get(DANISH, "")

    def danish(self, text: str) -> None:
        self._save({**self.texts, DANISH: text})

    def typed(self, language: str, text: str) -> None:
        if language not in self.aside or not is_same(self.aside[language]["text"], text):
            self.truth[language] = (text, self.now)
        self._save({**self.texts, language: text})

    def from_a_file(self, language: str, text: str, made_from: str) -> None:
        if language not in self.texts or is_same(made_from, self.now):
            self.truth[language] = (text, made_from)
        self.texts, self.aside = translation.given(self.texts, self.aside, language, text, made_from)

    def still_fits(self, language: str) -> None:
        if language in self.aside:
            self.from_a_file(language, self.aside[language]["text"], self.now)

    def sent_again(self, language: str) -> None:
        shown = self.aside[language]["text"] if language in self.aside else self.texts.get(language, "")
        self._save({**self.texts, language: shown})

    def _save(self, after: Texts) -> None:
        self.texts, self.aside = settled_texts(self.texts, after, self.aside)

    def check(self) -> None:
        assert {*self.texts, *self.aside} - {DANISH} == set(self.truth)
        for language, (text, made_from) in self.truth.items():
            if is_same(made_from, self.now):
                assert (self.texts[language], language in self.aside) == (text, False)
            else:
                assert language not in self.texts
                assert self.aside[language]["text"] == text
                assert is_same(self.aside[language]["danish"], made_from)


@given(st.lists(acts, max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_translation_is_lost_and_none_is_published_beside_another_danish(done: list[tuple[str, ...]]) -> None:
    text = OneText()
    for act, *arguments in done:
        getattr(text, act)(*arguments)
        text.check()


def meeting_of(meeting_id: int) -> Meeting:
    return session().get_one(Meeting, meeting_id)


def say(meeting: Meeting, cast: Cast, **danish: str) -> None:
    """Save these Danish texts, as the writing page does."""
    texts = translation.texts_of(meeting.draft.wording)
    named = {name.replace("_", "-"): text for name, text in danish.items()}
    changed = {field: {**texts[field], DANISH: text} for field, text in named.items() if field in texts}
    facts = {"title": {**meeting.title, DANISH: danish["title"]}} if "title" in danish else {}
    wording = translation.with_texts(meeting.draft.wording, changed)
    keep_typed(meeting, wording, facts, cast.mette, NOW, "page", meeting.draft.revision)


@pytest.fixture
def draft(cast: Cast) -> int:
    return a_meeting(cast, state="draft", now=NOW)


def test_half_typed_danish_keeps_the_danish_that_the_translation_is_of(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        danish, english = (meeting.draft.wording.purpose[language] for language in ("da", "en"))
        for typed in ("Formålet", "", "Formålet er nyt."):
            say(meeting, cast, purpose=typed)
        assert meeting.draft.former("purpose", "en") == {"text": english, "danish": danish}
        assert meeting.prepared.purpose == {"da": "Formålet er nyt."}
        say(meeting, cast, purpose=f" {danish}\n")
        assert meeting.draft.former("purpose", "en") is None
        assert meeting.prepared.purpose["en"] == english


def test_the_title_follows_the_same_rule(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        say(meeting, cast, title="Noget andet")
        assert meeting.title == {"da": "Noget andet"}
        keep_translations(meeting, "en", {"title": ("Something else", "Noget andet")}, cast.mette, NOW)
        assert meeting.title == {"da": "Noget andet", "en": "Something else"}
        assert meeting.draft.stale is None


def test_an_older_translation_never_takes_the_place_of_one_that_stands(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        before = meeting.draft.wording
        keep_translations(meeting, "en", {"purpose": ("Old words", "En ældre tekst")}, cast.mette, NOW)
        assert meeting.draft.wording == before
        keep_translations(meeting, "ar", {"purpose": ("غرض", "En ældre tekst")}, cast.mette, NOW)
        assert meeting.draft.former("purpose", "ar") == {"text": "غرض", "danish": "En ældre tekst"}


def test_what_is_taken_from_elsewhere_is_told_to_every_open_page(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        meeting.draft.saved_from, seen = "an open page", meeting.draft.revision
        keep_translations(
            meeting, "en", {"purpose": ("New words", meeting.draft.wording.purpose["da"])}, cast.mette, NOW
        )
        assert meeting.draft.saved_from == ""
        assert meeting.draft.revision > seen


def test_a_removed_point_comes_back_with_its_stale_translation(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        say(meeting, cast, text_1="Noget helt andet")
        former = meeting.draft.former("text-1", "en")
        assert former is not None
        meeting.draft.remove(1, cast.mette.id, NOW)
        assert meeting.draft.stale is None
        meeting.draft.undo_removal(cast.mette.id, NOW)
        assert meeting.draft.former("text-1", "en") == former


def test_a_copy_brings_stale_translations_along(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        say(meeting, cast, purpose="Noget helt andet", title="En anden titel")
        copied = copy_meeting(meeting, cast.mette, NOW)
        assert copied.draft.stale == meeting.draft.stale is not None


def test_giving_the_changes_up_brings_the_published_words_and_drops_what_was_set_aside(cast: Cast) -> None:
    # Equal English of different Danish, under keys that the published version will have the other way round.
    points = tuple(a_point(key, how={"da": f"Sig det {key} gange.", "en": "Tell us."}) for key in (2, 1))
    wording = a_wording(points=(*points, a_wording().points[-1]))
    open_meeting = a_meeting(cast, now=NOW, wording=wording)
    with writing():
        meeting = meeting_of(open_meeting)
        say(meeting, cast, text_2="Noget nyt", purpose="Noget nyt", title="En anden titel")
        assert set(meeting.draft.stale or {}) == {"text-2", "purpose", "title"}
        discard_draft(meeting, cast.mette, NOW)
        assert set(meeting.draft.stale or {}) == {"title"}
        assert not meeting.has_unpublished_changes


def test_giving_the_changes_up_keeps_what_was_stale_when_the_version_was_published(cast: Cast) -> None:
    open_meeting = a_meeting(cast, now=NOW, wording=a_wording(points=tuple(reversed(a_wording().points))))
    with writing():
        meeting = meeting_of(open_meeting)
        key = meeting.draft.wording.can[0].key
        say(meeting, cast, purpose="Andet formål", **{f"how_{key}": "Sig det nu.", "step_4": "Vi skriver snart."})
        before = meeting.draft.stale or {}
        publish_draft(meeting, NOW, cast.mette)
        identity = meeting.published.wording.can[0].identity
        say(meeting, cast, purpose="Tredje formål", decider="Rådet")
        discard_draft(meeting, cast.mette, NOW)
        after, now_at = meeting.draft.stale or {}, {each.identity: each.key for each in meeting.draft.wording.points}
        (step,) = meeting.draft.wording.steps
        assert after == {
            "purpose": before["purpose"],
            f"how-{now_at[identity]}": before[f"how-{key}"],
            f"step-{step.key}": before["step-4"],
        }
        assert not meeting.has_unpublished_changes


def test_progress_counts_what_citizens_see_in_each_language_that_is_switched_on(cast: Cast) -> None:
    point = a_point(1, how={})
    draft = a_meeting(cast, state="draft", now=NOW, languages=["da", "en", "ar"], wording=a_wording(points=(point,)))
    with writing():
        meeting = meeting_of(draft)
        say(meeting, cast, decider="Noget nyt", why_1="Ses ikke")
        english, arabic = meeting.translations
    # Title, purpose, the point's title, decider, step: how it is done is not there in Danish yet.
    assert (english.language, english.translated, english.stale, english.missing) == ("en", 4, 1, 0)
    assert (arabic.language, arabic.every, arabic.missing, arabic.is_done) == ("ar", 5, 5, False)
    assert list(shown_texts(meeting.title, meeting.draft.wording)) == [
        "title", "purpose", "text-1", "how-1", "decider", "step-4",
    ]  # fmt: skip


def test_without_danish_there_is_nothing_to_translate() -> None:
    assert standing({"en": "Words"}, {}, "en") is None
    assert standing({"da": "Ord", "en": " "}, {}, "en") is Standing.MISSING


def test_a_stale_translation_with_braces_keeps_nothing_from_opening(cast: Cast, draft: int) -> None:
    with writing():
        meeting = meeting_of(draft)
        danish = meeting.draft.wording.purpose["da"]
        keep_translations(meeting, "en", {"purpose": ("For {class}", danish)}, cast.mette, NOW)
        with pytest.raises(NotReady):
            open_meeting(meeting, NOW, cast.mette)
        say(meeting, cast, purpose="For 3. klasse")
        assert open_meeting(meeting, NOW, cast.mette).wording.purpose == {"da": "For 3. klasse"}
