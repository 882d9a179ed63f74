"""How Chromium is started, and why it cannot be."""

import os
import shutil
from typing import Any

from playwright.sync_api import Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
# Set by `python -m helpdesk.tests`, which has tried already: the fault, or empty.
TRIED = "HELPDESK_NO_BROWSER"
NO_BROWSER = f"No browser: install one of {', '.join(NAMES)} (on Debian: apt-get install chromium)."
NO_DRIVER = "The browser's driver does not start: on Debian, apt-get install libatomic1."
NO_START = "{path} does not start: run it by hand to see why, or install another of {names}."


def launch_options() -> dict[str, Any]:
    """For Playwright: this machine's own Chromium."""
    root = os.geteuid() == 0
    path = next(filter(None, map(shutil.which, NAMES)), None)
    return {"executable_path": path, "args": [*QUIET, "--no-sandbox"] if root else QUIET}


def fault() -> str:
    """Why no browser can be driven on this machine and what to install; empty when one can."""
    options = launch_options()
    path = options["executable_path"]
    if path is None:
        return NO_BROWSER
    try:
        with sync_playwright() as playwright:
            try:
                playwright.chromium.launch(**options).close()
            except Error:
                return NO_START.format(path=path, names=", ".join(NAMES))
    except Exception:  # noqa: BLE001  a driver that dies at once is reported by whatever it broke
        return NO_DRIVER
    return ""
