"""Whatever happens, and whenever: the worker is killed, a colleague edits, the import is taken back."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from helpdesk.choices import Channel, ImportState
from helpdesk.tests.conftest import person
from helpdesk.tests.transfer.importing.files import as_csv, imported, previewed, run, some_rows, upload
from helpdesk.tickets import changes
from helpdesk.tickets.models import Comment, Event, Ticket, TicketSource
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import staging, writing
from helpdesk.transfer.models import Import

pytestmark = pytest.mark.django_db
COLUMNS = [f.attname for f in Ticket._meta.concrete_fields if f.attname != "updated_at"]
Rows = list[tuple[int, str, str]]
PRIORITIES = st.sampled_from(["low", "high", "", "critical"])
ROWS = st.lists(
    st.tuples(st.integers(1, 6), PRIORITIES, st.text("ab ü'=\n", max_size=8)), min_size=1, max_size=7
)
# After so many calls of a step the worker ends: before it, or once it is done.
KILLS = st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=4)
SLOW = hypothesis_settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Killed(BaseException):
    """The worker ends in the middle, as by kill -9."""


def table(rows: Rows, **fields: Any) -> bytes:
    return as_csv(
        *(
            {
                "title": f"Ticket {number}", "description": f"Text {text}", "priority": priority,
                "category": "billing", "external_source": "old", "external_id": number, **fields,
            }
            for number, priority, text in rows
        )
    )  # fmt: skip


def desk() -> list[tuple[Any, ...]]:
    """All that the desk knows of its tickets, but for ids and the times of the import itself."""
    columns = [name for name in COLUMNS if name != "id" and not name.endswith("_at")]
    columns.remove("waiting_since")
    return sorted(Ticket.objects.values_list(*columns), key=repr)


def whole_desk() -> list[Any]:
    return [
        sorted(Ticket.objects.values_list(*COLUMNS), key=repr),
        sorted(Comment.objects.values_list(), key=repr),
        sorted(TicketSource.objects.values_list(), key=repr),
    ]


def clear() -> None:
    for model in (Import, Ticket, Event):
        model.objects.all().delete()


@SLOW
@given(rows=ROWS, kills=KILLS, size=st.integers(1, 3))
def test_killed_at_any_piece_and_resumed_it_gives_the_same_desk(
    lead: User, monkeypatch: pytest.MonkeyPatch, rows: Rows, kills: list[tuple[int, bool]], size: int
) -> None:
    """A transaction is the smallest thing that can be killed: what it had not committed was not done."""
    clear()
    imported(table(rows), lead)
    undisturbed, events = desk(), Event.objects.count()
    clear()
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "FIRST_PIECE", size)
        patch.setattr(staging, "PIECE", size)
        countdown = iter(kills)
        for target, name in [(staging, "_keep"), (writing, "_write"), (writing, "announce_piece")]:
            patch.setattr(target, name, dying(getattr(target, name), countdown))
        job = upload(table(rows), lead)
        for _ in range(50):
            try:
                run(job)
                break
            except Killed:
                job.refresh_from_db()
    assert job.state == ImportState.DONE
    assert (desk(), Event.objects.count()) == (undisturbed, events)


def dying(step: Any, countdown: Any) -> Any:
    """The same step, which ends the worker after so many calls: before it, or once it is done."""
    left, after = next(countdown, (None, False))

    def call(*args: Any) -> Any:
        nonlocal left, after
        if left == 0:
            if after:
                step(*args)
            left, after = next(countdown, (None, False))
            raise Killed
        left = None if left is None else left - 1
        return step(*args)

    return call


@SLOW
@given(before=ROWS, rows=ROWS)
def test_import_then_undo_gives_the_desk_before(lead: User, before: Rows, rows: Rows) -> None:
    clear()
    imported(table(before), lead)
    known = whole_desk()
    job = imported(table(rows, status="resolved"), lead)
    if job.started_at:
        jobs.undo_all(job, actor=lead, channel=Channel.ADMIN)
        assert run(job).state == ImportState.UNDONE
    assert whole_desk() == known


@SLOW
@given(moment=st.integers(0, 8), number=st.integers(1, 6))
def test_an_edit_at_any_moment_survives(
    lead: User, monkeypatch: pytest.MonkeyPatch, moment: int, number: int
) -> None:
    clear()
    imported(as_csv(*some_rows(6)), lead)
    colleague = User.objects.filter(username="bob").first() or person("bob", "Agent")
    job = previewed(as_csv(*some_rows(6, priority="low", title="New")), lead)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "FIRST_PIECE", 1)
        patch.setattr(writing, "LARGEST", 1)
        step, left = writing.write_piece, moment

        def write(job: Import, size: int) -> int:
            nonlocal left
            if left == 0:
                ticket = Ticket.objects.get(external_id=str(number))
                changes.update(ticket, {"priority": "critical"}, actor=colleague, channel=Channel.ADMIN)
            left -= 1
            return step(job, size)

        patch.setattr(writing, "write_piece", write)
        jobs.start(job, all_or_nothing=True)
        run(job)
    edited = Ticket.objects.get(external_id=str(number))
    assert edited.priority == ("critical" if moment <= 6 else "low")
    jobs.undo_all(job, actor=lead, channel=Channel.ADMIN)
    run(job)
    assert Ticket.objects.get(pk=edited.pk).priority == ("critical" if moment <= 6 else "high")
