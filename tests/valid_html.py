"""Whether pages are valid HTML, asked of one html-validate that stays for all tests: starting takes longer."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HTML_VALIDATE = HERE.parent / "node_modules" / "html-validate"
DOCUMENT_AROUND_FRAGMENT = '<!doctype html>\n<html lang="en"><head><title>Fragment</title></head><body>{}</body></html>'


def assert_valid_html(pages: dict[str, str]) -> None:
    """Fail with every message of html-validate about these pages.

    A key says which page it is (`GET /join, dark`), and names it in the messages. A fragment is judged as the whole
    body of a document. Without Node or html-validate the test is skipped, and fails where CI is set.
    """
    assert pages, "no page to validate"
    node = shutil.which("node")
    if node is None or not HTML_VALIDATE.exists():
        missing = "html-validate is not installed (it needs Node, then `make test`): the pages' HTML is not checked"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    documents = {
        name: page if "<html" in page else DOCUMENT_AROUND_FRAGMENT.format(page) for name, page in pages.items()
    }
    messages = _messages_about(documents, node)
    assert not messages, f"invalid HTML:\n{messages}"


def _messages_about(documents: dict[str, str], node: str) -> str:
    judge = _judge(node)
    assert judge.stdin is not None
    assert judge.stdout is not None
    judge.stdin.write(f"{json.dumps(documents)}\n")
    judge.stdin.flush()
    return str(json.loads(judge.stdout.readline()))


@cache
def _judge(node: str) -> subprocess.Popen[str]:
    """It ends with this process, whose end closes its input."""
    return subprocess.Popen(
        [node, HERE / "valid_html.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
