"""A code is read aloud, typed and pasted in every way that people have."""

import pytest

from models.code import ALPHABET, LENGTH, LONGEST_TYPED, new_code, parse_code, shown_code


@pytest.mark.parametrize(
    "typed",
    [
        "K7M4QX2P",
        "k7m4qx2p",
        "K7M4-QX2P",
        " k7m4 qx2p ",
        "k7m4\u2013qx2p",
        "k-7-m-4-q-x-2-p",
        "http://localhost:8000/m/K7M4QX2P",
        "https://afstemt.example/m/k7m4qx2p/ar?lang=da#top",
        "afstemt.example/m/K7M4-QX2P/",
        "/m/K7M4QX2P",
        "m/k7m4-qx2p",
        "https://afstemt.example/join?lang=da&code=k7m4%20qx2p",
        "K\u0667M\u0664-QX\u0662P",
        "K7M4\u00a0QX2P",
    ],
)
def test_every_spelling_of_a_code_is_the_code(typed: str) -> None:
    assert parse_code(typed) == "K7M4QX2P"


@pytest.mark.parametrize("typed", ["DEMO-DEMO", "dem0dem0", "DEM0-DEMO"])
def test_the_letter_o_is_a_nought(typed: str) -> None:
    assert parse_code(typed) == "DEM0DEM0"


@pytest.mark.parametrize("typed", ["1111LLLL", "iiiillll", "11111111"])
def test_the_letters_i_and_l_are_a_one(typed: str) -> None:
    assert parse_code(typed) == "11111111"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "K7M4QX2",
        "K7M4QX2PP",
        "K7M4QX2U",
        "ÆØÅÆØÅÆØ",
        "K7M4QX2½",
        "https://afstemt.example/",
        "https://afstemt.example/m/",
        "http://[broken/m/K7M4QX2",
        "\x00" * 8,
        "K7M4QX2P" * LONGEST_TYPED,
    ],
)
def test_what_can_not_be_a_code_is_none(typed: str) -> None:
    assert parse_code(typed) is None


def test_a_code_is_shown_in_two_halves() -> None:
    assert shown_code("K7M4QX2P") == "K7M4-QX2P"


def test_a_new_code_has_eight_characters_that_no_one_mistakes() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("OILU")
    assert all(parse_code(code) == code for code in codes)


def test_a_new_code_is_no_number_and_no_date_to_a_spreadsheet(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("123E4567MAR12026K7M4QX2P")
    monkeypatch.setattr("models.code.secrets.choice", lambda _: next(drawn))
    assert new_code() == "K7M4QX2P"
