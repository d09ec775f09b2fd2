"""What LibreOffice Calc with Danish settings makes of the ``excel-da`` files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.exported import FILES, shown_code, the_meeting
from tests.factories import Cast, sign_in

#: `;` between, `"` around, UTF-8, from line 1, Danish, and texts that look like numbers read as such.
DANISH_CALC = "CSV:59,34,76,1,,1030,false,true"
NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def opened(folder: Path) -> dict[str, list[list[tuple[str, str]]]]:
    """Per file its rows of cells: kind and text; a formula's kind is ``formula``."""
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += [f"--infilter={DANISH_CALC}", "--convert-to", "fods", "--outdir", str(folder), *FILES]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return {file: sheet(folder / file.replace(".csv", ".fods")) for file in FILES}


def sheet(path: Path) -> list[list[tuple[str, str]]]:
    tree = ElementTree.parse(path)  # noqa: S314 – LibreOffice wrote it a moment ago
    rows = [
        [cell(each) for each in row.iterfind("table:table-cell", NAMES)]
        for row in tree.iterfind(".//table:table-row", NAMES)
    ]
    return [row for row in rows if any(text for _, text in row)]


def cell(element: ElementTree.Element) -> tuple[str, str]:
    def attribute(space: str, name: str) -> str | None:
        return element.get(f"{{{NAMES[space]}}}{name}")

    kind = "formula" if attribute("table", "formula") else attribute("office", "value-type") or ""
    value = attribute("office", "value") or attribute("office", "date-value")
    return kind, value or "".join(element.itertext()).strip()


@pytest.mark.slow
def test_calc_puts_everything_in_its_column_and_runs_nothing(client: FlaskClient, cast: Cast, tmp_path: Path) -> None:
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not installed: what it makes of the files was not seen")
    meeting, _ = the_meeting(cast)
    sign_in(client, cast.leif)
    for file in FILES:
        (tmp_path / file).write_bytes(client.get(f"/exports/{file}").data)
    sheets = opened(tmp_path)
    code = ("string", shown_code(meeting))
    for rows in sheets.values():
        assert rows[0][0] == ("string", "mødekode")
        assert {row[0] for row in rows[1:]} == {code}
        assert {row[1] for row in rows[1:]} == {("date", "2024-11-21")}
        assert not [each for row in rows for each in row if each[0] == "formula"]
    assert sheets["points.csv"][1][8] == ("string", "'=1+1")
    assert sheets["points.csv"][1][7] == ("string", "Vi laver det sammen")
    assert sheets["meetings.csv"][1][3] == ("string", '\'=Møde; "ny", æøå')
    assert ("float", "0.375") in sheets["meetings.csv"][1]
