"""``python -m helpdesk.tests [arguments of pytest]``: the whole suite on SQLite, then on PostgreSQL.

What no database changes is tried once, on PostgreSQL where there is one: what a browser shows of pages that
write little, whose views are asked on both without it, and code that asks no database or brings its own.

PostgreSQL is the one that ``DATABASE_URL`` names, or a throw-away cluster. With ``CI`` set, a missing
PostgreSQL or browser is a failure; otherwise it is said out loud.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from helpdesk.tests import postgres
from helpdesk.tests.browser import chromium

TESTS = "helpdesk/tests"
BROWSER = f"{TESTS}/browser"
PAGES = ("access", "chromium", "dashboard", "look", "sign_in", "suggest", "triage")
WITHOUT_DATABASE = (
    "management/test_benchmark_triage.py",
    "management/test_evaluate_triage.py",
    "test_buffering.py",
    "test_docker.py",
    "test_docs.py",
    "test_settings.py",
    "transfer/mapping",
    "transfer/reading",
    "triage/local",
    "triage/providers",
    "triage/test_contract.py",
    "triage/test_lazy_imports.py",
)
TRIED_ONCE = (
    *(f"{BROWSER}/test_{page}.py" for page in PAGES),
    *(f"{TESTS}/{path}" for path in WITHOUT_DATABASE),
)


@dataclass(frozen=True)
class Result:
    """What became of one run of the suite; `note` says why it did not run."""

    database: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    browser: int = 0
    status: int = 0
    note: str = ""

    def __str__(self) -> str:
        if self.note:
            return f"{self.database:<12}did not run: {self.note}"
        browser = f"{self.browser} of them in a browser" if self.browser else "NONE of them in a browser"
        rest = f"{self.failed} failed, {self.skipped} skipped"
        return f"{self.database:<12}{self.passed} passed ({browser}), {rest}"


def main(arguments: list[str]) -> int:
    """Run both; returns the exit code of the first run that failed, or 0."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ[chromium.TRIED] = missing = chromium.fault()
    if missing and os.environ.get("CI"):
        print(missing)
        return 1
    once = [f"--ignore={path}" for path in TRIED_ONCE if has_postgres() and TESTS not in " ".join(arguments)]
    results = [run("SQLite", "", [*once, *arguments]), on_postgres(arguments)]
    print("\n=== What ran ===", *results, *filter(None, [missing]), sep="\n")
    return next((result.status for result in results if result.status), 0)


def given() -> str:
    """The address of a PostgreSQL that the environment names, if it names one."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def has_postgres() -> bool:
    try:
        return bool(given() or postgres.find_programs())
    except FileNotFoundError:
        return False


def on_postgres(arguments: list[str]) -> Result:
    try:
        with database() as url:
            return run("PostgreSQL", url, arguments)
    except FileNotFoundError as missing:
        return Result("PostgreSQL", note=str(missing), status=1 if os.environ.get("CI") else 0)


@contextmanager
def database() -> Iterator[str]:
    """The address of a PostgreSQL: the given one, or one of our own for as long as this lasts."""
    if url := given():
        yield url
    else:
        with postgres.cluster() as url:
            yield url


def run(name: str, url: str, arguments: list[str]) -> Result:
    print(f"\n=== {name} ===", flush=True)
    with tempfile.TemporaryDirectory(prefix="hd-") as folder:
        Path(folder).chmod(0o711)  # a PostgreSQL that a test starts in it runs as another user than root
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "2",
            "--dist",
            "worksteal",
            f"--junitxml={report}",
            *arguments,
        ]
        environment = os.environ | {"DATABASE_URL": url or "sqlite:///unused.sqlite3", "TMPDIR": folder}
        status = subprocess.run(command, env=environment, check=False).returncode
        return summary(name, report, status)


def summary(name: str, report: Path, status: int) -> Result:
    """Count the tests in pytest's report; without one, pytest itself has failed."""
    if not report.exists():
        return Result(name, status=status or 1, note="pytest ended without a report.")
    cases = ElementTree.parse(report).findall(".//testcase")
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    passed = [case for case in cases if case not in failed and case not in skipped]
    browser = [case for case in passed if ".browser." in case.get("classname", "")]
    return Result(name, len(passed), len(failed), len(skipped), len(browser), status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
