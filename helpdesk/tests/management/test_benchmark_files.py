"""The benchmark of files: what it prints, in this process and on the tests' own database."""

import json
from contextlib import nullcontext
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from helpdesk.management.commands import benchmark_files
from helpdesk.management.commands.benchmark_files import Measured
from helpdesk.tickets.models import Ticket

FIGURES = [
    *(f"labelled {step}, {rows}" for rows in (10, 100) for step in benchmark_files.STEPS.values()),
    *(f"unlabelled {step}, 10" for step in benchmark_files.STEPS.values()),
]
EXPORTS = ["export csv, 10", *(f"export {name}, 100" for name in ("csv", "xlsx", "json", "jsonl"))]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    def measured(worker: Any, *arguments: str) -> Measured:
        output = StringIO()
        call_command("benchmark_files", *arguments, stdout=output)
        return Measured(**json.loads(output.getvalue()))

    monkeypatch.setattr(benchmark_files, "scratch_database", lambda: nullcontext("here"))
    monkeypatch.setattr(benchmark_files.Worker, "_measured", measured)
    monkeypatch.setattr(benchmark_files.Command, "_disturb", lambda *arguments: None)


@pytest.mark.django_db
def test_every_step_stands_beside_what_the_database_does_by_itself(here: None) -> None:
    output = StringIO()
    call_command("benchmark", "files", "--rows", "100", stdout=output)
    names = [line[:40].strip() for line in output.getvalue().splitlines()[1:]]
    bare = (r"\copy into a bare table", "COPY … TO")
    if connection.vendor == "sqlite":
        bare = ("INSERT into a bare table", "SELECT and csv.writer")
    assert names == [*FIGURES, f"{bare[0]}, 100", *EXPORTS, f"{bare[1]}, 100"]
    assert Ticket.objects.count() == 120


@pytest.mark.django_db(transaction=True)
def test_writers_beside_it_tell_how_long_each_change_took(make_ticket: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(benchmark_files, "PAUSE", 0.001)
    ticket = make_ticket()
    with benchmark_files.writing_meanwhile([ticket.pk]) as waits:
        while len(waits) < 2:  # of two changes in a row, one at least is to another priority
            pass
    assert min(waits) > 0
    assert ticket.events.count() >= 2


@pytest.mark.parametrize("few", [["--rows", "99"], ["--writers", "0"]])
def test_too_few_to_measure(few: list[str]) -> None:
    with pytest.raises(CommandError, match="Measure at least 100 rows, and at least 1 writer"):
        call_command("benchmark", "files", *few)
