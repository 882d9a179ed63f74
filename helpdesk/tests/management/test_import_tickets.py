"""`manage.py import_tickets`: the same job, worked off by the command."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from helpdesk.choices import ImportState
from helpdesk.tests.transfer.importing.files import as_csv, some_rows
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.importing import writing
from helpdesk.transfer.models import Import

pytestmark = pytest.mark.django_db


def run(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("import_tickets", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_bytes(as_csv(*some_rows(3)))
    return path


def test_a_file_is_imported_and_undone(file: Path, lead: User) -> None:
    assert "3 new, 0 changed, 0 unchanged, 0 skipped, 0 refused" in run(file, "--as", "lena")
    assert set(Event.objects.values_list("actor", flat=True)) == {lead.pk}
    assert "3 removed" in run("--undo", Import.objects.get().pk, "--as", "lena")
    assert not Ticket.objects.exists()


def test_a_dry_run_writes_nothing(file: Path, lead: User) -> None:
    assert "3 new" in run(file, "--dry-run", "--as", "lena")
    assert not Ticket.objects.exists()


def test_the_mapping_and_the_refused_rows_are_files(tmp_path: Path, lead: User) -> None:
    rows, mapping, errors = tmp_path / "a.csv", tmp_path / "m.json", tmp_path / "errors.csv"
    rows.write_bytes(as_csv({"x": "One", "y": "", "z": ""}, {"x": "Two", "y": "nowhere", "z": "7"}))
    mapping.write_text(json.dumps({"columns": ["title", "desk", "id"]}))
    with pytest.raises(CommandError, match="Some rows are refused"):
        run(rows, "--mapping", mapping, "--as", "lena")
    said = run(rows, "--mapping", mapping, "--as", "lena", "--without-refused", "--errors", errors)
    assert "1 new" in said
    assert "Not the mark of a desk" in said
    assert errors.read_text().splitlines()[1].startswith("Two,nowhere,7,")


def test_an_import_goes_on_where_it_failed(file: Path, lead: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_piece", lambda job, size: 1 / 0)
        with pytest.raises(CommandError, match="ZeroDivisionError"):
            run(file, "--as", "lena", "--without-refused")
    job = Import.objects.get()
    run("--resume", job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_new) == (ImportState.DONE, 3)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Name a file"),
        (("a.csv", "--undo", "1"), "Name a file"),
        (("no such file.csv", "--as", "lena"), "cannot be read"),
        (("--undo", "7", "--as", "lena"), "no import 7"),
        ((__file__,), "whose import"),
        ((__file__, "--as", "nobody"), "whose import"),
        ((__file__, "--as", "lena", "--mapping", __file__), "is no mapping"),
    ],
)
def test_what_cannot_be_done_is_said(lead: User, arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*arguments)
    assert not Import.objects.exists()
