"""Every package that is installed is the one that was tried, on each Python that Helpdesk runs on."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)(?: ; (.+?))?(?:\s+#.*)?$")
REQUIREMENTS = [
    line
    for name in ("requirements.txt", "requirements-dev.txt")
    for line in (ROOT / name).read_text().splitlines()
    if not line.startswith("-r ")
]


def pins(lines: list[str]) -> list[tuple[str, str]]:
    """Name and version of each line; one that is no pin is an error."""
    found = [PIN.match(line) for line in lines]
    assert not [line for line, match in zip(lines, found, strict=True) if not match]
    return [(re.sub(r"[-_.]+", "-", match[1]).lower(), match[2]) for match in found if match]


LOCKED = pins((ROOT / "project" / "constraints.txt").read_text().splitlines())


@pytest.mark.parametrize(("name", "version"), pins(REQUIREMENTS))
def test_a_requirement_is_locked_as_it_is_pinned(name: str, version: str) -> None:
    assert (name, version) in LOCKED, "write project/constraints.txt anew by make lock"


def test_what_requirements_require_is_locked_too() -> None:
    assert {"sqlparse", "numpy", "urllib3", "typing-extensions"} <= {name for name, _ in LOCKED}
    assert len(LOCKED) > len(REQUIREMENTS) * 2


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile", "README.md"])
def test_whoever_installs_uses_it(file: str) -> None:
    installs = re.findall(r"^.*\binstall -r requirements.*$", (ROOT / file).read_text(), re.MULTILINE)
    assert installs
    assert all(" -c " in line for line in installs)
