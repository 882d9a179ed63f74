"""A large export: written by the worker, fetched until it expires, and nothing left behind."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel, JobState
from helpdesk.tests.transfer.exporting.jobs import run, stored, wanted
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.exporting import content
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.exporting.content import pieces_of
from helpdesk.transfer.models import TicketExport

pytestmark = pytest.mark.django_db
MakeTicket = Callable[..., Ticket]


@pytest.mark.parametrize("name", ["csv", "json", "jsonl"])
def test_the_worker_writes_what_is_sent_at_once(lead: User, make_ticket: MakeTicket, name: str) -> None:
    for number in range(5):
        make_ticket(title=f"Printer {number}", status="closed" if number else "open")
    how = {"format": name, "query": {"status": "closed", "o": "-number"}}
    export = run(jobs.ask(wanted(lead, **how)))
    assert (export.state, export.rows, export.total, export.is_fetchable) == (JobState.DONE, 4, 4, True)
    with export.file.open("rb") as file:
        assert file.read() == b"".join(pieces_of(wanted(lead, **how)))


def test_a_sheet_is_written_too(lead: User, ticket: Ticket) -> None:
    export = run(jobs.ask(wanted(lead, format="xlsx")))
    with export.file.open("rb") as file:
        assert file.read(2) == b"PK"


def test_what_me_means_is_who_asked(lead: User, agent: User, make_ticket: MakeTicket) -> None:
    make_ticket(assignee=lead)
    make_ticket(assignee=agent)
    assert run(jobs.ask(wanted(agent, query={"assignee": "me"}))).rows == 1


@pytest.mark.parametrize(
    ("name", "parts", "count", "fits"),
    [
        ("csv", [], 10, True),
        ("csv", [], 11, False),
        ("xlsx", [], 2, False),
        ("jsonl", ["comments"], 1, True),
        ("jsonl", ["comments"], 2, False),
    ],
)
def test_how_many_are_sent_at_once(
    lead: User, make_ticket: MakeTicket, settings: Any, name: str, parts: list[str], count: int, *, fits: bool
) -> None:
    settings.EXPORT_AT_ONCE = 10
    for _ in range(count):
        make_ticket()
    assert content.fits(wanted(lead, format=name, parts=parts)) is fits


def test_the_same_is_not_begun_twice_and_too_many_are_refused(lead: User) -> None:
    first = jobs.ask(wanted(lead))
    assert jobs.ask(wanted(lead)) == first
    jobs.ask(wanted(lead, format="json"))
    jobs.ask(wanted(lead, format="jsonl"))
    with pytest.raises(jobs.ExportRefused, match="cancel one"):
        jobs.ask(wanted(lead, format="xlsx"))
    jobs.remove(first)
    jobs.ask(wanted(lead, format="xlsx"))


def test_who_cancels_while_it_is_written_finds_nothing_left(
    lead: User, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = jobs.ask(wanted(lead))
    over = jobs.Watch.over

    def cancelled(watch: jobs.Watch, rows: Iterator[Any]) -> Iterator[Any]:
        for row in over(watch, chain(rows, [()])):
            yield row
            jobs.remove(export)
            watch.look()

    monkeypatch.setattr(jobs.Watch, "over", cancelled)
    run(export)
    assert (export.state, export.is_fetchable, stored()) == (JobState.CANCELLED, False, [])
    assert run(export).state == JobState.CANCELLED, "it does not begin again"


def test_a_second_worker_leaves_no_file_to_the_first(lead: User, ticket: Ticket) -> None:
    """Whose heartbeat was late: it finds that it was replaced, and removes only what is its own."""
    export = jobs.ask(wanted(lead))
    late = jobs._claim(export.pk)
    assert late is not None
    run(export)
    with pytest.raises(jobs.Stopped):
        jobs._write(late)
    export.refresh_from_db()
    assert (export.state, stored()) == (JobState.DONE, [export.file.name.rpartition("/")[2]])


def test_what_a_killed_worker_left_is_removed_when_it_is_written_anew(lead: User, ticket: Ticket) -> None:
    export = jobs.ask(wanted(lead))
    killed = jobs._claim(export.pk)
    assert killed is not None
    killed.file.storage.save(killed.file.name, jobs.File(jobs.io.BytesIO(b"half")))
    run(export)
    assert (export.state, len(stored())) == (JobState.DONE, 1)


def test_a_full_disk_is_said_and_leaves_nothing(
    lead: User, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(storage: FileSystemStorage, name: str, file: Any) -> str:
        half = Path(storage.path(name))
        half.parent.mkdir(parents=True, exist_ok=True)
        half.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    export = run(jobs.ask(wanted(lead)))
    assert (export.state, bool(export.file), stored()) == (JobState.FAILED, False, [])
    assert "no room" in export.message


def test_a_text_that_no_cell_can_hold_is_said(lead: User, make_ticket: MakeTicket) -> None:
    make_ticket(description="x" * 40_000)
    export = run(jobs.ask(wanted(lead, format="xlsx", columns=["id", "description"])))
    assert (export.state, stored()) == (JobState.FAILED, [])
    assert "Export CSV or JSON instead" in export.message


def test_an_error_of_the_program_is_said(lead: User, ticket: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "pieces_of", lambda *_: 1 / 0)
    export = run(jobs.ask(wanted(lead)))
    assert "ZeroDivisionError" in export.message


def test_a_database_that_is_away_is_waited_for(
    lead: User, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(export: TicketExport, watch: Any) -> Iterator[bytes]:
        yield b"id"
        raise OperationalError("server closed the connection")

    export = jobs.ask(wanted(lead))
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "pieces_of", away)
        with pytest.raises(OperationalError):
            run(export)
    assert stored() == []
    assert run(export).state == JobState.DONE


def test_who_has_left_gets_nothing(lead: User, ticket: Ticket) -> None:
    export = jobs.ask(wanted(lead))
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert (run(export).state, stored()) == (JobState.FAILED, [])


def test_a_file_expires_and_who_took_what_stays_on_record(lead: User, ticket: Ticket, settings: Any) -> None:
    settings.EXPORT_DAYS = 2
    export = run(jobs.ask(wanted(lead)))
    assert export.finished_at is not None
    assert export.expires_at == export.finished_at + timedelta(days=2)
    due = DBTaskResult.objects.get(task_path__endswith="exporting.job.sweep")
    assert due.run_after == export.expires_at
    jobs.sweep.call()
    assert len(stored()) == 1
    TicketExport.objects.update(expires_at=timezone.now())
    jobs.sweep.call()
    export.refresh_from_db()
    assert (stored(), bool(export.file), export.is_fetchable) == ([], False, False)
    assert (export.owner, export.channel, export.rows) == (lead, Channel.ADMIN, 1)


def test_a_file_that_expired_is_not_fetched_before_it_is_removed_either(lead: User, ticket: Ticket) -> None:
    export = run(jobs.ask(wanted(lead)))
    export.expires_at = timezone.now()
    assert not export.is_fetchable


def test_a_file_is_removed_by_hand_once(lead: User, ticket: Ticket) -> None:
    export = run(jobs.ask(wanted(lead)))
    jobs.remove(export)
    assert (export.state, bool(export.file), stored()) == (JobState.DONE, False, [])
    with pytest.raises(jobs.ExportRefused, match="no file"):
        jobs.remove(export)


@pytest.mark.django_db(transaction=True)
def test_how_far_it_is_is_told_while_it_is_read(
    lead: User, make_ticket: MakeTicket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite too, where who reads cannot write; whoever cancels is heard."""
    monkeypatch.setattr(jobs, "TELL_SECONDS", 0.001)
    for _ in range(3):
        make_ticket()
    jobs.ask(wanted(lead))
    export = jobs._claim(TicketExport.objects.get().pk)
    assert export is not None
    watch = jobs.Watch(TicketExport.objects.filter(pk=export.pk, state=JobState.RUNNING))
    with watch.telling(), pytest.raises(jobs.Stopped):
        read_and_cancel(watch, export)


def read_and_cancel(watch: jobs.Watch, export: TicketExport) -> None:
    for _ in watch.over(Ticket.objects.order_by("pk").iterator(chunk_size=1)):
        if watch.rows == 2:
            elsewhere(lambda: cancel_when_told(export, rows=2))
            until(lambda: not watch.is_wanted)


def elsewhere(work: Callable[[], None]) -> None:
    """As another process would, with a connection of its own."""

    def connected() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(connected).result()


def cancel_when_told(export: TicketExport, rows: int) -> None:
    until(lambda: TicketExport.objects.filter(pk=export.pk, rows=rows).exists())
    jobs.remove(export)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.001)
