"""LIX and the words that make a text hard."""

import time

import pytest

from models.readability import BODIES, HARD_WORDS_SHOWN, Level, lix, readability


def test_lix_is_words_per_sentence_plus_the_share_of_long_words() -> None:
    assert lix("Vi spiser en god middag sammen. Forældrene kommer også.") == 16  # 9 / 2 + 100 * 1 / 9 = 15.6


@pytest.mark.parametrize("text", ["", "  \n", "–", "… ! ?", "{dato}", "https://afstemt.example/m/K7M4QX2P"])
def test_a_text_without_words_has_no_lix(text: str) -> None:
    assert lix(text) is None
    assert readability([text]).lix is None
    assert readability([text]).level is None


@pytest.mark.parametrize("end", [". ", "! ", "? ", ": ", "\n", "\r\n", ".” ", " … "])
def test_a_sentence_ends_at_each_of_its_marks(end: str) -> None:
    assert lix(f"Vi ser på det nu{end}så går vi hjem") == 5  # 9 / 2 = 4.5


@pytest.mark.parametrize(
    "text",
    ["Vi ses kl. 17.30 i dag.", "Vi ses 12. januar i år.", "Vi har 1.234,5 kr. til mad.", "Mød op kl. 17:30 i dag."],
)
def test_a_point_inside_a_time_date_or_sum_ends_no_sentence(text: str) -> None:
    assert lix(text) == len(text.split())


def test_an_abbreviation_before_a_capital_letter_does_end_a_sentence() -> None:
    assert lix("Vi har 500 kr. Det er nok.") == 4  # 7 / 2 = 3.5


def test_a_number_is_a_word_but_never_a_long_one() -> None:
    assert lix("Vi er 12345678 her") == 4


def test_a_word_with_a_hyphen_is_one_word_and_the_hyphen_no_letter() -> None:
    assert lix("en it-chef her") == 3
    assert readability(["en it-cheferne her"]).hard_words == ("it-cheferne",)


def test_seven_letters_are_long_and_six_are_not() -> None:
    assert lix("æøåæøå") == 1
    assert lix("æøåæøåæ") == 101


def test_letters_typed_as_two_marks_count_as_one() -> None:
    assert lix("a\u030aret ga\u030ar") == lix("året går") == 2


def test_each_text_is_a_sentence_of_its_own() -> None:
    assert readability(["Regler for pauser", "Vi ses"]).lix == 3  # 5 / 2 = 2.5
    assert readability(["Regler for pauser Vi ses"]).lix == 5


@pytest.mark.parametrize(
    ("words", "long", "level"),
    [
        (15, 1, Level.EASY),
        (25, 0, Level.EASY),
        (26, 0, Level.SOMEWHAT_HARD),
        (29, 0, Level.SOMEWHAT_HARD),
        (30, 0, Level.HARD),
    ],
)
def test_the_level_warns_above_25_and_from_30(words: int, long: int, level: Level) -> None:
    assert readability([" ".join(["ord"] * (words - long) + ["sværere"] * long)]).level is level


@pytest.mark.parametrize(
    "name",
    [
        "Byrådet",
        "byrådets",
        "Kommunen",
        "Skolebestyrelsen",
        "skolebestyrelsens",
        "Folketinget",
        "folkeskoleloven",
        "Børneudvalget",
        "Fødevarestyrelsen",
        "Bygningsreglementet",
        "Barnets lov",
    ],
)
def test_names_of_bodies_and_laws_are_left_out(name: str) -> None:
    found = readability([f"{name} siger ja til en plan"])
    assert (found.lix, found.hard_words) == (5, ())


@pytest.mark.parametrize("word", ["området", "forslaget", "bestemmelse"])
def test_a_word_that_only_resembles_a_name_stays(word: str) -> None:
    assert readability([word]).hard_words == (word,)


def test_the_writer_may_leave_out_more_names() -> None:
    texts = ["Eksempelby Kommunes plan for Egeskolen er god"]
    assert readability(texts).hard_words == ("eksempelby", "egeskolen")
    assert readability(texts, BODIES | {"Eksempelby Kommune", "Egeskolen"}).hard_words == ()


def test_without_names_every_word_counts() -> None:
    assert readability(["Byrådet bestemmer"], names=()).hard_words == ("bestemmer", "byrådet")


def test_hard_words_are_distinct_longest_first_then_most_frequent() -> None:
    texts = ["Behandling af personoplysninger.", "Overholde. At afdække. At afdække", "afgørelse afgørelse"]
    assert readability(texts).hard_words == ("personoplysninger", "behandling", "afgørelse", "overholde", "afdække")


def test_at_most_eight_hard_words_are_shown() -> None:
    assert len(readability(["langtord" + "x" * number for number in range(20)]).hard_words) == HARD_WORDS_SHOWN


def test_placeholders_and_addresses_are_no_words() -> None:
    text = "Send svar til {Myndighed}, https://afstemt.example/mere eller afdelingen@afstemt.example. Så er du klar."
    assert lix(text) == 4  # 8 / 2


@pytest.mark.parametrize("piece", ["a", ".", "@", "{", "www.", "12. ", "a-", "\n"])
def test_no_text_makes_it_slow(piece: str) -> None:
    begun = time.process_time()
    readability([piece * 50_000 + "x"])
    assert time.process_time() - begun < 2
