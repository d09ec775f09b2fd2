"""The poster as a PDF: scanned from the page, it leads to the meeting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import Config
from models.base import writing
from models.municipality import Municipality
from tests.factories import Cast, a_meeting, code_of, sign_in
from tests.pdf_pages import decoded, pages_of, picture, words

#: Points of a page, upright.
PAPERS = {"a4": (595, 842), "a3": (842, 1191)}


@pytest.mark.parametrize("size", PAPERS)
def test_the_code_on_the_paper_leads_to_the_meeting_at_the_public_address(
    settings: Config, cast: Cast, size: str
) -> None:
    app = create_app(replace(settings, public_url="https://afstemt.eksempelby.example"))
    mette = app.test_client()
    sign_in(mette, cast.mette)
    meeting = a_meeting(cast, title={"da": "Hvordan får vi bedre frikvarterer på mellemtrinnet på Ærø? " * 2})
    reply = mette.get(f"/meetings/{meeting}/poster.pdf?size={size}")
    assert reply.content_type == "application/pdf"
    code = code_of(meeting)
    assert reply.headers["Content-Disposition"] == f'inline; filename="afstemt-{code[:4]}-{code[4:]}-{size}.pdf"'
    with pages_of(reply.data) as pdf:
        assert len(pdf) == 1
        assert [round(side) for side in pdf.get_page_size(0)] == list(PAPERS[size])
        assert decoded(picture(pdf)) == [f"https://afstemt.eksempelby.example/m/{code}"]
    said = words(reply.data)
    assert f"{code[:4]}-{code[4:]}" in said
    assert "afstemt.eksempelby.example" in said


def test_it_is_danish_and_calls_in_every_language_of_the_meeting(app: Flask, cast: Cast) -> None:
    mette = app.test_client()
    sign_in(mette, cast.mette)
    languages = a_meeting(cast, languages=["da", "en", "ar"])
    said = words(mette.get(f"/meetings/{languages}/poster.pdf?lang=en").data)
    for expected in ("Egeskolen, Aulaen", "kl. 17.00", "Forældremøde i 3. klasse", "Eksempelby Kommune"):
        assert expected in said
    assert "Scan og se, hvad du kan påvirke Scan and see what you can influence" in said
    danish = a_meeting(cast, languages=["da"])
    assert "Scan and see" not in words(mette.get(f"/meetings/{danish}/poster.pdf").data)


def test_a_demo_says_so_and_a_draft_without_facts_has_a_poster(mette: FlaskClient, cast: Cast) -> None:
    bare = a_meeting(cast, state="draft", title={}, place="", held_on=None, held_at=None)
    assert "Demo" not in words(mette.get(f"/meetings/{bare}/poster.pdf").data)
    with writing() as database:
        database.get_one(Municipality, cast.municipality.id).is_demo = True
    assert "Demo · Egeskolen" in words(mette.get(f"/meetings/{bare}/poster.pdf").data)


def test_another_paper_is_not_found(mette: FlaskClient, cast: Cast) -> None:
    assert mette.get(f"/meetings/{a_meeting(cast)}/poster.pdf?size=a5").status_code == 404
