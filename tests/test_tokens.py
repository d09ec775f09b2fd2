"""The colours of static/tokens.css: every pair of text and ground that the stylesheets use reaches 7:1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = re.sub(r"/\*.*?\*/", "", (Path(__file__).parents[1] / "static" / "tokens.css").read_text(), flags=re.DOTALL)
DARK_STARTS = CSS.index("@media screen and (prefers-color-scheme:dark)")
DARK_ENDS = CSS.index("@media print")
SCHEMES = {"light": CSS[:DARK_STARTS], "dark": CSS[DARK_STARTS:DARK_ENDS]}
PALETTES = ("fjord", "skov", "lyng", "ler", "skifer", "hav")

TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "soft", "brand", "can", "fixed", "unclear") for ground in ("paper", "ground")),
    *((text, "brand-bg") for text in ("ink", "soft", "brand", "can", "unclear")),
    *((text, "can-bg") for text in ("ink", "brand", "can")),
    ("fixed", "fixed-bg"),
    *((text, "unclear-bg") for text in ("ink", "brand", "can", "unclear")),
    ("on-brand", "brand"),
    ("on-slab", "slab"),
    ("paper", "ink"),
]


def colours(palette: str, scheme: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in dict.fromkeys(("light", scheme)):
        for selector in (":root", f"[data-palette={palette}]"):
            for block in re.findall(rf"{re.escape(selector)}\{{(.*?)\}}", SCHEMES[each], flags=re.DOTALL):
                found |= dict(re.findall(r"--([\w-]+):(#[0-9a-f]+|var\(--[\w-]+\))", block))
    return {name: found[value[6:-1]] if value.startswith("var") else value for name, value in found.items()}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_weak(pairs: list[tuple[str, str]], palette: str, scheme: str, least: float) -> list[str]:
    tokens = colours(palette, scheme)
    measured = [(text, ground, contrast(tokens[text], tokens[ground])) for text, ground in pairs]
    return [f"{text} on {ground}: {ratio:.2f}" for text, ground, ratio in measured if ratio < least]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("palette", PALETTES)
def test_every_text_is_read_at_seven_to_one(palette: str, scheme: str) -> None:
    assert too_weak(TEXT_ON_GROUND, palette, scheme, 7) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("palette", PALETTES)
def test_a_field_has_a_border_that_is_seen(palette: str, scheme: str) -> None:
    assert too_weak([("edge", "paper"), ("edge", "ground"), ("brand", "ground")], palette, scheme, 3) == []


def test_each_palette_has_its_own_colour_in_both_schemes() -> None:
    for scheme in SCHEMES:
        assert len({colours(palette, scheme)["brand"] for palette in PALETTES}) == len(PALETTES)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
