"""Which Chromium is driven: the one named, the system's, or Playwright's own; and how."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


def chromium_path() -> Path | None:
    """The Chromium to drive, or None where there is none.

    `CHROMIUM` in the environment decides alone: a wrong path there is FileNotFoundError, not a silent other browser.
    """
    if named := os.environ.get("CHROMIUM"):
        return Path(named).resolve(strict=True)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        downloaded = Path(playwright.chromium.executable_path)
    return downloaded if downloaded.exists() else None


def main() -> None:
    """Fetch Playwright's Chromium where none is installed. Failing that is said and is not fatal: the tests decide."""
    if chromium_path():
        return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if chromium_path() is None:
        sys.stderr.write("No Chromium could be had: the browser tests are skipped, and fail where CI is set.\n")


if __name__ == "__main__":
    main()
