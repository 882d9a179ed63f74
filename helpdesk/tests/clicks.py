"""``python -m helpdesk.tests.clicks``: what the journeys of a day take, beside what they once took."""

import sys
from pathlib import Path
from typing import Any

import pytest

# Clicks and page loads by mouse on the list and the form that the panel replaced; None: there was no way.
BEFORE: dict[str, tuple[int, int] | None] = {
    "10 tickets triaged by keyboard": (51, 21),
    "20 tickets triaged by keyboard": (101, 41),
    "5 tickets answered": (15, 10),
    "20 tickets closed by an agent": (21, 1),
    "A ticket handed over with a note": (5, 2),
    "8 tickets of a colleague taken over": (6, 2),
    "The tickets of a requester found by name": None,
    "What changed since this morning": None,
    "A wrong label corrected": (2, 1),
    "The next ticket": (2, 2),
}
HEAD = f"{'':44}{'clicks':>8}{'keys':>6}{'loads':>7}    before: clicks and loads"


class Table:
    """A plugin of pytest that writes down what the journeys count."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            found = dict(report.user_properties).get("journey")
            if found:
                journey, clicks, keys, loads = found
                before = BEFORE[journey]
                was = f"{before[0]} and {before[1]}" if before else "not possible"
                self.lines.append(f"{journey:44}{clicks:>8}{keys:>6}{loads:>7}    {was}")


def main() -> int:
    table = Table()
    tests = Path(__file__).parent / "browser" / "test_journeys.py"
    status = pytest.main(["-q", "--no-header", str(tests), *sys.argv[1:]], plugins=[table])
    sys.stdout.write("\n".join([HEAD, *table.lines, ""]))
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
