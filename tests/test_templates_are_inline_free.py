"""The content security policy allows nothing inline, so no template may hold anything inline."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parent.parent / "templates"
FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "text inside a script": r"<script[^>]*>\s*[^<\s]",
    "an inline style sheet": r"<style\b",
    "a style attribute": r"\sstyle\s*=",
    "an event handler": r"\son[a-z]+\s*=",
    "a script address": r"javascript:",
    "an htmx attribute that is not valid HTML (write data-hx-)": r"(?<!data-)\bhx-[a-z-]+(:[a-z-]+)?\s*=",
    "an htmx event handler": r"data-hx-on\b",
    "unescaped output": r"\|\s*safe\b|autoescape\s+false|\bMarkup\(",
}


def forbidden_in(source: str) -> list[str]:
    """What of the forbidden stands in this template, each with its line. Comments count: they are easily revived."""
    return [
        f"{source[: match.start()].count(chr(10)) + 1}: {what}: {match.group().strip()}"
        for what, pattern in FORBIDDEN.items()
        for match in re.finditer(pattern, source, re.IGNORECASE)
    ]


def test_no_template_holds_anything_inline() -> None:
    templates = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
    assert templates, f"no templates in {TEMPLATES}"
    found = [
        f"{path.relative_to(TEMPLATES)}:{what}"
        for path in templates
        for what in forbidden_in(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<script src="/a.js">alert(1)</script>',
        "<style>p{}</style>",
        '<p\nstyle="color:red">',
        '<body onload="x()">',
        '<a href="javascript:x()">',
        '<form hx-post="/">',
        '<form data-hx-on:click="x()">',
        "{{ text|safe }}",
        "{% autoescape false %}",
    ],
)
def test_each_inline_thing_is_found(source: str) -> None:
    assert forbidden_in(source)


def test_outside_scripts_and_htmx_as_data_are_allowed() -> None:
    assert not forbidden_in('<script src="{{ url }}" defer></script><form data-hx-post="/x" class="once style"></form>')
