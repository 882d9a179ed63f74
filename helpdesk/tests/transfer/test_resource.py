"""What a file does to the desk: judged row by row, written by the write path, all of it or nothing."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.parsing import INVISIBLE
from helpdesk.transfer.preview import TicketResult
from helpdesk.transfer.readers import read_csv, read_json
from helpdesk.transfer.resource import TicketResource
from helpdesk.transfer.table import Table
from helpdesk.triage.models import Suggestion

NEW = {"title": "Printer on fire", "description": "It burns.", "category": "technical", "priority": "high"}
MakeTicket = Callable[..., Ticket]


def table(*rows: Mapping[str, Any]) -> Table:
    """The rows as a CSV file with the columns of the first one."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return read_csv(file.getvalue().encode())


def run(user: User, *rows: Mapping[str, Any], **kwargs: Any) -> TicketResult:
    return TicketResource().import_data(table(*rows), user=user, **kwargs)


def counts(result: TicketResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.unchanged, result.refused


def reasons(result: TicketResult) -> list[tuple[int, str, str, str]]:
    return [(problem.row, problem.column, problem.value, problem.reason) for problem in result.problems]


def test_a_dry_run_writes_nothing(lead: User) -> None:
    assert counts(run(lead, NEW, dry_run=True)) == (1, 0, 0, 0)
    assert not Ticket.objects.exists()


def test_a_new_ticket_brings_its_past_along(lead: User, agent: User) -> None:
    past = {
        "status": "Closed",
        "assignee": "amir",
        "created_at": "2026-03-02 09:15",
        "closed_at": "2026-03-03",
    }
    run(lead, NEW | past | {"due_at": "never", "updated_at": ""})
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.assignee) == ("closed", agent)
    assert ticket.created_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert ticket.closed_at == datetime(2026, 3, 3, tzinfo=UTC)


def test_an_empty_category_is_filled_by_triage_and_an_empty_status_is_open(lead: User) -> None:
    run(lead, NEW | {"category": "", "status": " "})
    ticket = Ticket.objects.get()
    assert ticket.category
    assert ticket.status == "open"
    assert Suggestion.objects.get().ticket == ticket


def test_each_written_ticket_has_one_event_by_the_importer_in_one_batch(lead: User, ticket: Ticket) -> None:
    rows = [{"id": ticket.pk, **NEW}, {"id": "", **NEW}, {"id": "", **NEW}]
    assert counts(run(lead, *rows)) == (2, 1, 0, 0)
    events = Event.objects.filter(channel=Channel.IMPORT, actor=lead)
    assert sorted(event.action for event in events) == [Action.CREATED, Action.CREATED, Action.UPDATED]
    assert len({event.batch for event in events}) == 1
    assert isinstance(events[0].batch, UUID)


def test_only_columns_of_the_file_that_differ_are_written(lead: User, ticket: Ticket) -> None:
    run(lead, {"id": ticket.pk, "status": "Resolved", "priority": ticket.priority})
    event = Event.objects.filter(channel=Channel.IMPORT).get()
    assert set(event.changes) == {"status", "resolved_at"}


def test_an_unchanged_row_writes_nothing(lead: User, ticket: Ticket) -> None:
    row = {"id": ticket.pk, "title": f" {ticket.title} ", "category": "BILLING", "created_at": "2020-01-01"}
    assert counts(run(lead, row)) == (0, 0, 1, 0)
    assert not Event.objects.filter(channel=Channel.IMPORT).exists()


def test_an_empty_cell_keeps_a_required_field_and_empties_any_other(
    lead: User, make_ticket: MakeTicket
) -> None:
    ticket = make_ticket(requester_name="Ann", assignee=lead)
    empty = dict.fromkeys(["title", "description", "category", "priority", "status"], "")
    result = run(lead, {"id": ticket.pk, "requester_name": "", "assignee": "", **empty})
    assert [(change.column, change.old, change.new) for change in result.rows[0].changes] == [
        ("requester_name", "Ann", ""),
        ("assignee", "lena", ""),
    ]
    ticket.refresh_from_db()
    assert (ticket.title, ticket.requester_name, ticket.assignee) == (
        "Invoice shows the wrong amount",
        "",
        None,
    )


def test_a_ticket_is_found_by_its_external_source_and_id(lead: User, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(external_source="zendesk", external_id="7")
    rows = [NEW | {"external_source": source, "external_id": "7"} for source in ("zendesk", "jira", "")]
    assert counts(run(lead, *rows)) == (2, 1, 0, 0)
    ticket.refresh_from_db()
    assert ticket.title == NEW["title"]


def test_a_row_without_an_external_id_is_new(lead: User, make_ticket: MakeTicket) -> None:
    make_ticket(external_source="zendesk")
    row = NEW | {"external_source": "zendesk", "external_id": ""}
    assert counts(run(lead, row, row)) == (2, 0, 0, 0)


@pytest.mark.parametrize("number", ["999999", "0", "9" * 18])
def test_an_unknown_id_is_refused_and_never_made(lead: User, number: str) -> None:
    result = run(lead, {"id": number, **NEW})
    assert reasons(result) == [
        (
            2,
            "id",
            number,
            f"There is no ticket {number}. Correct the number, or empty the cell to make a new one.",
        )
    ]
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("number", ["-1", "1.5", "#7", "seven", "9" * 30, "²"])
def test_an_id_that_is_no_number_is_refused(lead: User, number: str) -> None:
    result = run(lead, {"id": number, **NEW})
    assert [problem.column for problem in result.problems] == ["id"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("title", "x" * 201, "Shorten it to 200 characters; it has 201."),
        ("title", " ", "A new ticket needs a title."),
        ("title", "\u200b\u2060", INVISIBLE),
        ("description", "", "A new ticket needs a description."),
        ("description", "x" * 200_001, "Shorten it to 200,000 characters; it has 200,001."),
        ("title", "nul\0", "Remove the character U+0000: it cannot be stored."),
        ("category", "Sales", "Use one of: billing, technical, account, general."),
        ("requester_email", "ann", "Give a valid e-mail address, such as ann@example.com."),
        ("requester_name", "x" * 201, "Shorten it to 200 characters; it has 201."),
        ("external_id", "x" * 101, "Shorten it to 100 characters; it has 101."),
        ("created_at", "soon", "Write the time as 2026-11-23 14:30 or 2026-11-23T14:30:00+01:00."),
        ("assignee", "otto", "Give the user name of somebody who may change tickets, or empty the cell."),
    ],
)
def test_a_bad_cell_is_refused_with_its_place_and_reason(
    lead: User, outsider: User, column: str, value: str, reason: str
) -> None:
    shown = value if len(value) <= 80 else f"{value[:80]}…"
    assert reasons(run(lead, NEW | {column: value})) == [(2, column, shown, reason)]


@pytest.mark.parametrize("column", ["title", "requester_name", "external_source", "external_id", "assignee"])
@pytest.mark.parametrize("character", ["\0", "\ud83d"])
def test_a_character_that_no_database_holds_is_refused(lead: User, column: str, character: str) -> None:
    row = {"external_id": "7"} | NEW | {column: f"A{character}"}
    result = TicketResource().import_data(read_json(json.dumps([row]).encode()), user=lead)
    (problem,) = result.problems
    assert problem.reason == f"Remove the character U+{ord(character):04X}: it cannot be stored."
    assert problem.value.encode()


def test_one_bad_row_among_good_ones_stops_all_of_them(lead: User, ticket: Ticket) -> None:
    rows = [{"id": "", **NEW}, {"id": ticket.pk, **NEW}, {"id": "", **NEW, "priority": "asap"}]
    result = run(lead, *rows)
    assert counts(result) == (1, 1, 0, 1)
    assert result.has_validation_errors()
    assert Event.objects.filter(channel=Channel.IMPORT).count() == 0
    assert Ticket.objects.count() == 1


def test_a_row_may_have_several_mistakes_and_all_are_told(lead: User) -> None:
    result = run(lead, NEW | {"priority": "asap", "status": "done"})
    assert [(problem.row, problem.column) for problem in result.problems] == [(2, "priority"), (2, "status")]
    assert (result.refused, result.problem_count) == (1, 2)


def test_a_file_without_a_title_cannot_make_tickets(lead: User) -> None:
    (problem,) = run(lead, {"id": "", "description": "It burns."}).problems
    assert "The file has no such column" in problem.reason


def test_a_ticket_that_occurs_twice_is_refused(lead: User, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(external_source="zendesk", external_id="7")
    by_id = {"id": ticket.pk, "external_source": "zendesk", "external_id": "7"}
    by_name = by_id | {"id": ""}
    for second in (by_id, by_name):
        (problem,) = run(lead, by_id, second).problems
        assert problem.row == 3
        assert problem.reason.startswith(f"Row 2 is about ticket {ticket.pk} too.")


def test_a_new_external_id_that_occurs_twice_is_refused(lead: User) -> None:
    rows = [NEW | {"external_source": "jira", "external_id": text} for text in ("A-1", " A-1 ")]
    (problem,) = run(lead, *rows).problems
    assert (problem.row, problem.column) == (3, "external_id")


def test_an_external_id_of_another_ticket_is_refused(
    lead: User, ticket: Ticket, make_ticket: MakeTicket
) -> None:
    holder = make_ticket(external_source="zendesk", external_id="7")
    row = {"id": ticket.pk, "external_source": "zendesk", "external_id": "7"}
    (problem,) = run(lead, row).problems
    assert problem.reason.startswith(f"Ticket {holder.pk} has this external source and id.")


def test_an_external_id_is_compared_under_the_source_that_the_ticket_has(
    lead: User, make_ticket: MakeTicket
) -> None:
    make_ticket(external_source="zendesk", external_id="7")
    ticket = make_ticket(external_source="zendesk", external_id="8")
    (problem,) = run(lead, {"id": ticket.pk, "external_id": "7"}).problems
    assert problem.column == "external_id"


def test_a_value_that_could_not_be_entered_today_is_no_change(lead: User, make_ticket: MakeTicket) -> None:
    gone = User.objects.create(username="gone")
    ticket = make_ticket(assignee=gone, requester_email="old@intranet")
    row = {"id": ticket.pk, "assignee": "gone", "requester_email": "old@intranet", "status": "resolved"}
    assert counts(run(lead, row)) == (0, 1, 0, 0)


def test_nothing_is_written_when_the_file_would_now_do_something_else(lead: User, ticket: Ticket) -> None:
    row = {"id": ticket.pk, "status": "closed"}
    preview = run(lead, row, dry_run=True)
    changes.update(ticket, {"status": "in_progress"}, actor=lead, channel=Channel.ADMIN)
    result = run(lead, row, expected=preview.digest)
    assert "Tickets have changed since the preview" in result.base_errors[0].error
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"


def test_a_ticket_deleted_since_the_preview_stops_the_import(lead: User, make_ticket: MakeTicket) -> None:
    first, second = make_ticket(), make_ticket()
    rows = [{"id": first.pk, "status": "open"}, {"id": second.pk, "status": "closed"}]
    preview = run(lead, *rows, dry_run=True)
    changes.delete(first, actor=lead, channel=Channel.ADMIN)
    assert run(lead, *rows, expected=preview.digest).has_errors()
    second.refresh_from_db()
    assert second.status == "open"


def test_an_unforeseen_refusal_of_the_database_undoes_the_whole_import(
    lead: User, make_ticket: MakeTicket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else makes a ticket with the same external id after the rows were judged."""
    judge = TicketResource._judge

    def judge_and_lose_the_race(*args: Any, **options: Any) -> Any:
        work = judge(*args, **options)
        make_ticket(external_source="jira", external_id="A-1")
        return work

    monkeypatch.setattr(TicketResource, "_judge", judge_and_lose_the_race)
    result = run(lead, NEW | {"external_source": "jira", "external_id": "A-1"})
    assert result.has_errors()
    assert Ticket.objects.get().title != NEW["title"]


def test_what_is_shown_is_bounded_and_what_is_counted_is_not(lead: User) -> None:
    good, bad = [NEW] * 150, [NEW | {"priority": "asap"}] * 150
    result = run(lead, *good, *bad, dry_run=True)
    assert (len(result.rows), len(result.problems), result.problem_count, result.new) == (100, 100, 150, 150)


def test_a_long_text_is_shown_around_its_first_difference(lead: User, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(description="a" * 500 + " old")
    result = run(lead, {"id": ticket.pk, "description": "a" * 500 + " new"}, dry_run=True)
    (change,) = result.rows[0].changes
    assert (change.old, change.new) == ("…" + "a" * 19 + " old", "…" + "a" * 19 + " new")


def test_ignored_columns_are_told(lead: User) -> None:
    assert run(lead, NEW | {"Comment": "x"}, dry_run=True).ignored == "Comment"


@pytest.mark.parametrize(
    ("dry_run", "growth"),
    [
        (True, 0),
        (False, 10),
    ],  # SQLite takes 999 values a statement: it writes in smaller batches than PostgreSQL
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    lead: User, agent: User, make_ticket: MakeTicket, dry_run: bool, growth: int
) -> None:
    def queries(count: int) -> int:
        known = [{"id": make_ticket().pk, **NEW, "assignee": "amir", "external_id": ""} for _ in range(count)]
        new = [{"id": "", **NEW, "assignee": "lena", "external_id": f"{count}-{n}"} for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            assert counts(run(lead, *known, *new, dry_run=dry_run)) == (count, count, 0, 0)
        return len(captured)

    assert queries(150) - queries(15) <= growth


def test_a_dry_run_is_three_queries_for_each_thousand_rows(lead: User, ticket: Ticket) -> None:
    rows = [{"id": ticket.pk, **NEW, "assignee": "lena", "external_id": "0"}]
    rows += [{"id": "", **NEW, "assignee": "lena", "external_id": str(n)} for n in range(1, 1001)]
    with CaptureQueriesContext(connection) as captured:
        assert counts(run(lead, *rows, dry_run=True)) == (1000, 1, 0, 0)
    assert len(captured) == 3 + 2  # the second thousand has no id to look up
