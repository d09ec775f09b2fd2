"""Whether pages are valid HTML, asked of html-validate once for all of them."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parent.parent
VALIDATOR = ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
DOCUMENT_AROUND_FRAGMENT = '<!doctype html>\n<html lang="en"><head><title>Fragment</title></head><body>{}</body></html>'


def assert_valid_html(pages: dict[str, str]) -> None:
    """Fail with every message of html-validate about these pages.

    A key says which page it is (`GET /join, dark`), and names it in the messages. A fragment is judged as the whole
    body of a document. Without Node or html-validate the test is skipped, and fails where CI is set.
    """
    assert pages, "no page to validate"
    node = shutil.which("node")
    if node is None or not VALIDATOR.exists():
        missing = "html-validate is not installed (it needs Node, then `make test`): the pages' HTML is not checked"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with TemporaryDirectory() as directory:
        named = {Path(directory, f"{number}.html"): name for number, name in enumerate(pages)}
        for file, name in named.items():
            page = pages[name]
            file.write_text(page if "<html" in page else DOCUMENT_AROUND_FRAGMENT.format(page), encoding="utf-8")
        told = subprocess.run(
            [node, VALIDATOR, "--config", ROOT / ".htmlvalidate.json", "--formatter", "text", *named],
            capture_output=True,
            text=True,
            check=False,
        )
    messages = told.stdout + told.stderr
    for file, name in named.items():
        messages = messages.replace(str(file), name)
    assert told.returncode == 0, f"invalid HTML:\n{messages}"
