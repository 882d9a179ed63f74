"""A machine that cannot drive a browser is told so in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.tests.browser import chromium

FAULT = "from helpdesk.tests.browser import chromium; print(chromium.fault())"


def fault_with_path(folder: Path) -> str:
    """In a process of its own: this one already runs Playwright."""
    environment = os.environ | {"PATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", FAULT], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_no_browser(tmp_path: Path):
    assert fault_with_path(tmp_path) == chromium.NO_BROWSER


def test_a_browser_that_does_not_start(tmp_path: Path):
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert fault_with_path(tmp_path).startswith(f"{broken} does not start")


def test_a_driver_that_does_not_start(tmp_path: Path):
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 127\n")
    node.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
        assert fault_with_path(tmp_path) == chromium.NO_DRIVER
