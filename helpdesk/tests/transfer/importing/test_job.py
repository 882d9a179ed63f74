"""An import from the upload to its end: what it writes, and what people can do with it meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Action, Channel, ImportState, Standing
from helpdesk.jobs.models import Worker
from helpdesk.tests.transfer.importing.files import (
    ORDINARY,
    as_csv,
    counts,
    imported,
    previewed,
    run,
    some_rows,
    upload,
)  # fmt: skip
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.undo_record import Undo
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception, staging, writing
from helpdesk.transfer.models import Import
from helpdesk.triage.models import Suggestion

pytestmark = pytest.mark.django_db
MakeTicket = Callable[..., Ticket]


def announced() -> list[tuple[str, list[int]]]:
    """What waits to be delivered: kinds with their ids."""
    found = DBTaskResult.objects.filter(task_path__endswith="delivery.deliver").order_by("enqueued_at")
    return [tuple(result.args_kwargs["args"]) for result in found]


def test_a_preview_writes_nothing_and_the_start_writes_what_it_shows(lead: User) -> None:
    job = previewed(as_csv(*some_rows(3)), lead)
    assert (job.state, counts(job)) == (ImportState.READY, (3, 0, 0, 0, 0))
    assert not Ticket.objects.exists()
    jobs.start(job, all_or_nothing=True)
    run(job)
    assert (job.state, job.done_new) == (ImportState.DONE, 3)
    assert sorted(Ticket.objects.values_list("title", "external_id")) == [
        ("Printer 1", "1"), ("Printer 2", "2"), ("Printer 3", "3"),
    ]  # fmt: skip


def test_each_ticket_has_one_event_by_the_owner_in_one_batch(lead: User) -> None:
    job = imported(as_csv(*some_rows(3)), lead)
    events = Event.objects.values_list("action", "actor", "channel", "batch")
    assert list(events) == [(Action.CREATED, lead.pk, Channel.IMPORT, job.batch)] * 3


def test_the_same_file_again_changes_nothing(lead: User) -> None:
    content = as_csv(*some_rows(3))
    imported(content, lead)
    again = imported(content, lead)
    assert (again.state, counts(again)) == (ImportState.DONE, (0, 0, 3, 0, 0))
    assert "nothing to import" in again.message
    assert Event.objects.count() == 3


def test_a_changed_row_changes_its_ticket_and_shows_the_difference(lead: User) -> None:
    imported(as_csv(*some_rows(2)), lead)
    job = previewed(as_csv(*some_rows(1, priority="low"), *some_rows(2)[1:]), lead)
    assert counts(job) == (0, 1, 1, 0, 0)
    assert job.rows.get(standing=Standing.CHANGED).differences == {"priority": ["high", "low"]}
    jobs.start(job, all_or_nothing=True)
    assert run(job).done_changed == 1
    assert Ticket.objects.get(external_id="1").priority == "low"


def test_a_ticket_changed_since_the_preview_is_skipped_and_listed(lead: User, agent: User) -> None:
    imported(as_csv(*some_rows(2)), lead)
    job = previewed(as_csv(*some_rows(2, priority="low")), lead)
    touched = Ticket.objects.get(external_id="1")
    changes.update(touched, {"priority": "critical"}, actor=agent, channel=Channel.ADMIN)
    jobs.start(job, all_or_nothing=True)
    run(job)
    assert (job.state, job.done_changed, job.done_skipped) == (ImportState.DONE, 1, 1)
    assert dict(Ticket.objects.values_list("external_id", "priority")) == {"1": "critical", "2": "low"}
    assert job.rows.get(standing=Standing.SKIPPED).problems == [writing.MOVED]


def test_a_ticket_made_since_the_preview_is_not_made_twice(lead: User, make_ticket: MakeTicket) -> None:
    job = previewed(as_csv(*some_rows(2)), lead)
    make_ticket(external_source="old", external_id="1")
    jobs.start(job, all_or_nothing=True)
    run(job)
    assert (job.done_new, job.done_skipped) == (1, 1)
    assert Ticket.objects.count() == 2


def test_an_id_alone_never_means_our_ticket(lead: User, ticket: Ticket) -> None:
    job = imported(as_csv({"id": ticket.pk, **ORDINARY}), lead)
    assert counts(job) == (1, 0, 0, 0, 0)
    assert Ticket.objects.get(pk=ticket.pk).title == ticket.title


def test_an_id_means_our_ticket_where_a_person_says_so(lead: User, ticket: Ticket) -> None:
    job = run(upload(as_csv({"id": ticket.pk, **ORDINARY}), lead, waits_in=ImportState.MAPPING))
    assert job.mapping is not None
    jobs.judge(job, mapping=job.mapping | {"id_is_ours": True}, waits_in="")
    run(job)
    assert counts(job) == (0, 1, 0, 0, 0)
    assert Ticket.objects.get().title == ORDINARY["title"]


def test_nothing_is_written_where_one_row_is_refused_and_all_was_wanted(lead: User) -> None:
    rows = with_a_bad_one(3)
    job = imported(as_csv(*rows), lead)
    assert (job.state, counts(job)) == (ImportState.FAILED, (2, 0, 0, 0, 1))
    assert "refused" in job.message
    assert not Ticket.objects.exists()
    left = imported(as_csv(*rows), lead, all_or_nothing=False)
    assert (left.state, left.done_new) == (ImportState.DONE, 2)


def test_the_refused_row_keeps_its_cells(lead: User) -> None:
    rows = with_a_bad_one(2)
    job = previewed(as_csv(*rows), lead)
    refused = job.rows.get(standing=Standing.REFUSED)
    assert refused.extra == {"cells": [str(value) for value in rows[1].values()]}
    assert refused.problems == [["desk", "nowhere", "Not the mark of a desk", refused.problems[0][3]]]


def test_rows_that_are_not_to_be_written_stay_as_the_preview_has_them(lead: User) -> None:
    rows = with_a_bad_one(4)
    imported(as_csv(rows[0]), lead)
    job = previewed(as_csv(*rows, rows[3]), lead)
    before = list(job.rows.order_by("number").values_list("standing", "problems"))
    assert [standing for standing, _ in before] == ["unchanged", "refused", "new", "skipped", "new"]
    jobs.start(job, all_or_nothing=False)
    run(job)
    assert list(job.rows.order_by("number").values_list("standing", "problems")) == before
    assert (job.done_new, job.done_changed, job.done_skipped) == (2, 0, 0)


def with_a_bad_one(count: int) -> list[dict[str, Any]]:
    """The second row is refused."""
    rows = [{**row, "desk": "", "id": ""} for row in some_rows(count)]
    rows[1] |= {"desk": "nowhere", "id": "7"}
    return rows


@pytest.mark.parametrize(
    ("rule", "description", "skipped"),
    [("later", "Two.", 2), ("skip", "One.", 3), ("join", "One.\n\nTwo.", 2)],
)
def test_a_ticket_twice_in_one_file(lead: User, rule: str, description: str, skipped: int) -> None:
    rows = [{**some_rows(1)[0], "description": text} for text in ("One.", "Two.")]
    mapping = {"columns": list(rows[0]), "rules": {"twice": rule}}
    job = imported(as_csv(*rows), lead, mapping=mapping)
    assert counts(job) == (1, 0, 0, 1, 0)
    assert Ticket.objects.get().description == description
    assert job.rows.get(standing=Standing.SKIPPED).number == skipped
    again = imported(as_csv(*rows), lead, mapping=mapping)
    assert counts(again) == (0, 0, 1, 1, 0)


def test_what_was_imported_is_announced_once_at_the_end_and_under_its_own_name(lead: User) -> None:
    job = previewed(as_csv(*some_rows(3)), lead)
    jobs.start(job, all_or_nothing=True, labels_right=True)
    while job.state == ImportState.RUNNING:
        assert announced() == []
        writing.write_piece(job, 1)
        job.refresh_from_db()
    run(job)
    made = sorted(Ticket.objects.values_list("pk", flat=True))
    assert (changes.SETTLED, made) in [tuple(pair) for pair in announced()]
    assert not [kind for kind, _ in announced() if kind == "ticket.created"]


def test_blanks_are_filled_with_a_suggestion_and_what_was_resolved_without_one(lead: User) -> None:
    rows = [
        {"title": "Refund", "description": "I want my money back", "status": status, "external_id": number}
        for number, status in enumerate(["open", "resolved"], 1)
    ]
    job = imported(as_csv(*rows), lead, labels_right=True)
    assert job.state == ImportState.DONE
    old = Ticket.objects.get(status="resolved")
    assert (old.category, old.priority, old.resolved_at) == ("general", "medium", None)
    assert (old.category_confirmed, old.priority_confirmed) == (False, False)
    assert Suggestion.objects.get().ticket == Ticket.objects.get(status="open")


def test_labels_said_to_be_right_are_a_persons_and_the_filled_ones_are_not(lead: User) -> None:
    rows = [{**ORDINARY, "priority": "", "external_id": 1}, {**ORDINARY, "category": "", "external_id": 2}]
    imported(as_csv(*rows), lead, labels_right=True)
    marks = Ticket.objects.order_by("external_id").values_list("category_confirmed", "priority_confirmed")
    assert list(marks) == [(True, False), (False, True)]


def test_labels_of_known_tickets_become_right_too(lead: User) -> None:
    imported(as_csv(*some_rows(2)), lead)
    assert not Ticket.objects.filter(category_confirmed=True).exists()
    imported(as_csv(*some_rows(2)), lead, labels_right=True)
    assert Ticket.objects.filter(category_confirmed=True, priority_confirmed=True).count() == 2


def test_a_failure_takes_back_what_was_written(lead: User, monkeypatch: Any) -> None:
    job = previewed(as_csv(*some_rows(4)), lead)
    jobs.start(job, all_or_nothing=True)
    writing.write_piece(job, 2)
    touched = Ticket.objects.get(external_id="1")
    changes.update(touched, {"priority": "low"}, actor=lead, channel=Channel.ADMIN)

    def breaks(job: Import, size: int) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "write_piece", breaks)
    run(job)
    assert (job.state, "ZeroDivisionError" in job.message) == (ImportState.FAILED, True)
    assert list(Ticket.objects.values_list("external_id", flat=True)) == ["1"]
    assert Undo.objects.get().left == [[touched.pk, [""], "changed since"]]
    assert announced() == [(changes.SETTLED, [touched.pk])], "by the hand of the person only"


def test_a_failure_without_all_or_nothing_keeps_it_and_can_go_on(lead: User, monkeypatch: Any) -> None:
    job = previewed(as_csv(*some_rows(4)), lead)
    jobs.start(job, all_or_nothing=False)
    writing.write_piece(job, 2)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_piece", lambda job, size: 1 / 0)
        run(job)
    assert (job.state, Ticket.objects.count()) == (ImportState.FAILED, 2)
    jobs.resume(job)
    run(job)
    assert (job.state, job.done_new, Ticket.objects.count()) == (ImportState.DONE, 4, 4)


def test_cancel_takes_back_what_was_written(lead: User) -> None:
    job = previewed(as_csv(*some_rows(4)), lead)
    jobs.start(job, all_or_nothing=False)
    writing.write_piece(job, 2)
    jobs.cancel(job)
    run(job)
    assert (job.state, Ticket.objects.count()) == (ImportState.CANCELLED, 0)
    with pytest.raises(jobs.Refused):
        jobs.cancel(job)


@pytest.mark.parametrize("state", ["scanning", "mapping", "judging", "ready"])
def test_cancel_before_anything_is_written(lead: User, state: str) -> None:
    job = upload(as_csv(*some_rows(2)), lead)
    Import.objects.update(state=state)
    job.refresh_from_db()
    jobs.cancel(job)
    assert run(job).state == ImportState.CANCELLED
    assert not Ticket.objects.exists()


def test_undo_removes_what_was_made_and_puts_the_rest_back(lead: User, make_ticket: MakeTicket) -> None:
    known = make_ticket(external_source="old", external_id="1", priority="low")
    job = imported(as_csv(*some_rows(3)), lead)
    assert (job.done_new, job.done_changed) == (2, 1)
    jobs.undo_all(job, actor=lead, channel=Channel.API)
    run(job)
    assert job.state == ImportState.UNDONE
    back = Ticket.objects.get()
    assert (back.pk, back.priority, back.title) == (known.pk, "low", known.title)
    row = Undo.objects.get()
    assert (row.removed, row.restored, row.left_count, row.actor, row.channel) == (2, 1, 0, lead, "api")
    with pytest.raises(jobs.Refused):
        jobs.undo_all(job, actor=lead, channel=Channel.API)


def test_undo_leaves_what_somebody_touched(lead: User, agent: User) -> None:
    job = imported(as_csv(*some_rows(2)), lead)
    touched = Ticket.objects.get(external_id="2")
    changes.update(touched, {"status": "in_progress"}, actor=agent, channel=Channel.ADMIN)
    jobs.undo_all(job, actor=lead, channel=Channel.ADMIN)
    run(job)
    assert Ticket.objects.get().pk == touched.pk
    assert Undo.objects.get().left_count == 1


def test_an_old_import_is_not_undone(lead: User) -> None:
    job = imported(as_csv(*some_rows(1)), lead)
    job.created_at = timezone.now() - timedelta(days=15)
    with pytest.raises(jobs.Refused, match="older"):
        jobs.undo_all(job, actor=lead, channel=Channel.ADMIN)


def test_rows_that_the_database_refuses_are_set_aside_one_by_one(lead: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(writing, "_taken", lambda rows: (set(), set(), set()))
    job = previewed(as_csv(*some_rows(20)), lead)
    imported(as_csv(*some_rows(20)[7:8]), lead)
    jobs.start(job, all_or_nothing=False)
    run(job)
    assert (job.done_new, job.refused) == (19, 1)
    assert job.rows.get(standing=Standing.REFUSED).problems == [writing.MISFIT]


def test_the_times_of_a_ticket_are_kept_and_an_unknown_one_stays_unknown(lead: User) -> None:
    moment = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    rows = [{**ORDINARY, "status": "closed", "created_at": moment.isoformat()}]
    imported(as_csv(*rows), lead)
    ticket = Ticket.objects.get()
    assert (ticket.created_at, ticket.resolved_at, ticket.closed_at) == (moment, None, None)
    assert ticket.updated_at > moment


def test_a_file_that_cannot_be_read_says_why(lead: User) -> None:
    job = imported(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, lead, name="picture.csv")
    assert job.state == ImportState.FAILED
    assert job.message


def test_a_file_that_is_gone_says_what_to_set(lead: User) -> None:
    job = upload(as_csv(*some_rows(1)), lead)
    job.file.storage.delete(job.file.name)
    run(job)
    assert (job.state, "STORAGE_DIR" in job.message) == (ImportState.FAILED, True)


def test_only_a_header(lead: User) -> None:
    job = imported(b"title,description\r\n", lead)
    assert (job.state, "no rows" in job.message) == (ImportState.FAILED, True)


def test_too_many_rows_and_too_many_bytes(lead: User) -> None:
    with override_settings(IMPORT_MAX_ROWS=2):
        job = imported(as_csv(*some_rows(3)), lead)
    assert (job.state, "at most 2" in job.message) == (ImportState.FAILED, True)
    with override_settings(IMPORT_MAX_BYTES=10), pytest.raises(jobs.Refused, match="limit"):
        upload(as_csv(*some_rows(3)), lead)


def test_a_file_that_is_not_taken_leaves_nothing_behind(lead: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(reception, "go_on", None)
    folder = Path(settings.STORAGE_DIR)
    before = {*folder.rglob("*")}
    with pytest.raises(AttributeError):
        upload(as_csv(*some_rows(1)), lead)
    assert not Import.objects.exists()
    assert {path for path in folder.rglob("*") if path.is_file()} <= before


def test_the_worker_that_is_absent_is_seen(lead: User) -> None:
    job = upload(as_csv(*some_rows(1)), lead)
    assert jobs.is_left_alone(job)
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now())
    assert not jobs.is_left_alone(job)
    assert not jobs.is_left_alone(run(job))


def test_the_judgement_goes_on_in_slices(lead: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(staging, "PIECE", 2)
    job = upload(as_csv(*some_rows(7)), lead)
    for _ in range(20):
        jobs.work(job.pk, seconds=0)
    job.refresh_from_db()
    assert (job.state, job.done_new) == (ImportState.DONE, 7)
    assert Ticket.objects.count() == 7
