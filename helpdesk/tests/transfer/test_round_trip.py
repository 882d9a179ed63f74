"""An export, imported into an empty desk, is exported the same again."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.contrib.auth.models import User
from openpyxl import load_workbook

from helpdesk.choices import Channel, ImportState
from helpdesk.tests.transfer.importing.files import as_csv, counts, imported, previewed
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.formats import CSV, FORMATS, JSON, XLSX, JSONLines, TicketFormat
from helpdesk.transfer.importing.identity import mark_of_this_desk
from helpdesk.transfer.models import Desk, Import
from helpdesk.transfer.resource import TicketResource

pytestmark = pytest.mark.django_db
MakeTicket = Callable[..., Ticket]
ODD = ["=1+1", "'=1+1", "@you", "tab\tand\r\nlines", "Ünï©ødé 🎉", "#N/A", "1.0", "NULL", "a;b,c|d"]


def written(file_format: type[TicketFormat]) -> bytes:
    tickets = Ticket.objects.order_by("-created_at", "-id")
    return b"".join(file_format().export_data(TicketResource().export(tickets)))


def another_desk() -> None:
    """Nothing is left but the people who moved along, and the mark is a new one."""
    for model in (Import, Ticket, Event, Desk):
        model.objects.all().delete()


@pytest.fixture
def desk(lead: User, agent: User, make_ticket: MakeTicket) -> None:
    for number, text in enumerate(ODD):
        make_ticket(title=f"T {text}", description=text, requester_name=text, external_id=f"{number}{text}")
    make_ticket(status="closed", requester_email="ann@example.com", external_source="old", external_id="1")
    made = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    late = make_ticket(assignee=agent, created_at=made, priority="high", status="resolved")
    changes.update(late, {"priority": "low"}, actor=lead, channel=Channel.ADMIN)
    gone = make_ticket(title="Deleted")
    changes.delete(gone, actor=lead, channel=Channel.ADMIN)
    make_ticket(title="After a gap")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("file_format", [CSV, JSON, JSONLines])
def test_it_is_the_same_to_the_byte(file_format: type[TicketFormat], lead: User, agent: User) -> None:
    first, total = written(file_format), Ticket.objects.count()
    another_desk()
    agent.delete()
    job = imported(first, lead, name=f"tickets.{file_format.extensions[0]}")
    assert (job.state, job.message, job.done_new) == (ImportState.DONE, "", total)
    assert written(file_format).decode() == first.decode()
    highest = Ticket.objects.latest("pk").pk
    assert (
        changes.create_many(
            [{"title": "Next", "description": "Text", "category": "general", "priority": "low"}],
            actor=None,
            channel=Channel.SYSTEM,
        )[0].pk
        > highest
    ), "the sequence has moved past what was kept"


@pytest.mark.usefixtures("desk")
def test_a_workbook_is_the_same_by_cell(lead: User) -> None:
    first = written(XLSX)
    another_desk()
    imported(first, lead, name="tickets.xlsx")
    tables = [
        list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
        for content in (first, written(XLSX))
    ]
    assert tables[0] == tables[1]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("file_format", FORMATS)
def test_into_the_same_desk_it_changes_nothing(file_format: type[TicketFormat], lead: User) -> None:
    job = previewed(written(file_format), lead, name=f"tickets.{file_format.extensions[0]}")
    assert counts(job) == (0, 0, Ticket.objects.count(), 0, 0)


def test_into_a_desk_with_tickets_it_takes_free_numbers_and_is_known_again(
    lead: User, make_ticket: MakeTicket
) -> None:
    born = make_ticket(title="First")
    mark, content = mark_of_this_desk(), written(CSV)
    another_desk()
    own = make_ticket(title="Ours")
    Ticket.objects.filter(pk=own.pk).delete()
    taken = changes.create_many(
        [{"title": "Ours", "description": "Text", "category": "general", "priority": "low"}],
        actor=None, channel=Channel.SYSTEM,
    )[0]  # fmt: skip
    job = imported(content.replace(b",%d,First" % born.pk, b",%d,First" % taken.pk), lead)
    assert job.done_new == 1
    came = Ticket.objects.exclude(pk=taken.pk).get()
    assert (came.title, came.origin_desk, came.origin_id) == ("First", mark, taken.pk)
    again = previewed(written(CSV), lead)
    assert counts(again) == (0, 0, 2, 0, 0)


def test_an_export_of_few_columns_is_known_as_our_own(lead: User, ticket: Ticket) -> None:
    row = {"desk": mark_of_this_desk(), "id": ticket.pk, "priority": "low"}
    assert counts(imported(as_csv(row), lead)) == (0, 1, 0, 0, 0)
    assert Ticket.objects.get().priority == "low"


def test_a_number_beyond_all_measure_is_not_taken_over(lead: User, make_ticket: MakeTicket) -> None:
    made = make_ticket(title="First")
    content = written(CSV).replace(b",%d,First" % made.pk, b",999999999999,First")
    another_desk()
    imported(content, lead)
    assert Ticket.objects.get().pk < 1_000_000
