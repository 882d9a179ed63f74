"""Files as nobody should send them, and what breaks below an import: each through the whole job."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import OperationalError

from helpdesk.choices import Channel, ImportState
from helpdesk.tests.transfer.importing.files import (
    ORDINARY,
    as_csv,
    counts,
    imported,
    previewed,
    run,
    some_rows,
)
from helpdesk.tests.transfer.reading.test_workbooks import BOMB, SHEET, altered, workbook
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception, writing

pytestmark = pytest.mark.django_db
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
ENTITIES = (
    f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]><worksheet><sheetData><row><c t="str"><v>&e9;</v></c></row>'
    "</sheetData></worksheet>"
)


def wide(columns: int) -> bytes:
    names = ",".join(f"c{number}" for number in range(columns))
    return f"{names}\n{',' * (columns - 1)}\n".encode()


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("picture.csv", lambda: PICTURE, "Save the tickets as CSV"),
        (
            "bomb.xlsx",
            lambda: altered(workbook(["id"], [1]), "xl/styles.xml", " " * (101 << 20)),
            "unpacks to",
        ),
        ("entities.xlsx", lambda: altered(workbook(["id"], [1]), SHEET, ENTITIES), "damaged|No sheet"),
        (
            "formulas.xlsx",
            lambda: workbook(["=A2", "=B2"], ["=1+1", '=CMD("calc")']),
            "open the file in Excel",
        ),
        ("wide.csv", lambda: wide(20_000), "20,000 columns; at most 1,000"),
        ("header.csv", lambda: b"title,description\r\n", "Add a row"),
        ("header.xlsx", lambda: workbook(["title", "description"]), "no rows"),
    ],
)
def test_a_file_that_is_no_table_ends_with_a_sentence(
    lead: User, name: str, content: Callable[[], bytes], cure: str
) -> None:
    job = imported(content(), lead, name=name)
    assert job.state == ImportState.FAILED
    assert re.search(cure, job.message), job.message
    assert not Ticket.objects.exists()


def test_a_cell_may_be_huge_and_is_kept_whole(lead: User) -> None:
    text = "x" * 200_000
    job = imported(as_csv({**ORDINARY, "description": text, "Log": text}), lead)
    assert job.state == ImportState.DONE
    ticket = Ticket.objects.get()
    assert (len(ticket.description), len(dict(ticket.source.data)["Log"])) == (200_000, 200_000)


def test_characters_that_no_database_takes_are_replaced(lead: User) -> None:
    job = imported(as_csv({**ORDINARY, "title": "Prin\0ter", "Lo\0g": "\0"}), lead)
    assert job.state == ImportState.DONE, job.message
    assert "\0" not in Ticket.objects.get().title


def test_they_may_stand_anywhere_in_the_file(lead: User) -> None:
    odd = {name: f"{text}\0" for name, text in ORDINARY.items()} | {"Lo\0g": "x"}
    file = as_csv(odd, {**odd, "title": "Other"}).removesuffix(b"\r\n") + b",mo\0re\r\n"
    job = imported(file, lead, all_or_nothing=False)
    assert job.state == ImportState.DONE, job.message
    assert (Ticket.objects.count(), job.refused) == (1, 1)


def test_what_is_not_a_number_is_a_text(lead: User) -> None:
    row = {**ORDINARY, "title": float("nan"), "Score": float("inf"), "created_at": float("nan")}
    job = imported(json.dumps([row, ORDINARY]).encode(), lead, name="t.json", all_or_nothing=False)
    assert (job.state, Ticket.objects.count() + job.refused) == (ImportState.DONE, 2)


def test_a_formula_in_every_cell_is_a_text(lead: User) -> None:
    row = {**ORDINARY, "title": "=1+1", "description": '=CMD("calc")', "=HEAD": "=A1"}
    assert imported(as_csv(row), lead).state == ImportState.DONE
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description) == ("=1+1", '=CMD("calc")')
    assert ticket.source.data == [["=HEAD", "=A1"]]


@pytest.mark.parametrize("moment", ["0000-01-01 00:00:00", "9999-12-31T23:59:59-14:00", "99999-01-01"])
def test_an_impossible_time_is_named_and_takes_no_row_along(lead: User, moment: str) -> None:
    rows = [{**row, "created_at": "2026-01-05T08:12:00Z"} for row in some_rows(3)]
    job = previewed(as_csv(*rows, {**rows[0], "external_id": 9, "created_at": moment}), lead)
    assert job.state == ImportState.READY
    odd = job.rows.get(number=5)
    assert moment in str(odd.problems + odd.warnings) or odd.values.get("created_at")
    jobs.start(job, all_or_nothing=False)
    run(job)
    assert (job.state, Ticket.objects.count()) == (ImportState.DONE, 3 + job.new - 3)


def test_the_same_file_twice_at_the_same_moment_is_one_import(lead: User, agent: User) -> None:
    one, other = previewed(as_csv(*some_rows(5)), lead), previewed(as_csv(*some_rows(5)), agent)
    for job in (one, other):
        jobs.start(job, all_or_nothing=True)
    writing.write_piece(one, 2)
    writing.write_piece(other, 3)
    run(one)
    run(other)
    assert (Ticket.objects.count(), Event.objects.count()) == (5, 5)
    assert (one.done_new + other.done_new, one.done_skipped + other.done_skipped) == (5, 5)


def test_a_connection_that_is_lost_in_a_piece_costs_nothing(lead: User, monkeypatch: Any) -> None:
    job = previewed(as_csv(*some_rows(5)), lead)
    jobs.start(job, all_or_nothing=True)
    writing.write_piece(job, 2)

    def lost(rows: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setattr(writing, "_mark", lost)
        with pytest.raises(OperationalError):
            jobs.work(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, Ticket.objects.count()) == (ImportState.RUNNING, 2), "the worker takes it up again"
    run(job)
    assert (job.state, counts(job), job.done_new, Event.objects.count()) == ("done", (5, 0, 0, 0, 0), 5, 5)


def test_a_storage_that_cannot_be_read_is_said(lead: User, monkeypatch: Any) -> None:
    def broken(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._open", broken)
    job = imported(as_csv(*some_rows(1)), lead)
    assert job.state == ImportState.FAILED
    assert "Input/output error" in job.message


class Untouched(ContentFile):
    """As large as it says; nobody may read it to find that out."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError

    def chunks(self, *_: Any) -> Any:
        raise AssertionError


def test_a_file_that_is_too_large_is_refused_unread(lead: User) -> None:
    file = Untouched(b"")
    file.size = 3 << 30
    with pytest.raises(jobs.Refused, match=r"3,072 MB; the limit is 2,048 MB\. Split it"):
        reception.receive(file, "huge.csv", owner=lead, channel=Channel.API, key="k")
