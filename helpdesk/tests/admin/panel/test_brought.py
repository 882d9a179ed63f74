"""What the file of an imported ticket said besides its fields, on the ticket's page."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from helpdesk.admin.panel import brought
from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import change_url
from helpdesk.tests.transfer.importing.files import ORDINARY, as_csv, imported
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket, TicketSource

pytestmark = pytest.mark.django_db
AdminAs = Callable[[User], Client]
EVIL = "<script>alert(1)</script>"


def page(client: Client, ticket: Ticket) -> str:
    return client.get(change_url(ticket.pk)).content.decode()


def whole(ticket: Ticket) -> str:
    return reverse("admin:helpdesk_ticket_source", args=[ticket.pk])


def test_what_was_not_mapped_is_shown_escaped(viewer: User, lead: User, admin_as: AdminAs) -> None:
    imported(as_csv({**ORDINARY, "Survey": f"Good {EVIL}", EVIL: "odd", "assignee": "Björn Dahl"}), lead)
    said = page(admin_as(viewer), Ticket.objects.get())
    for words in ("From the file it came with", "Survey", "Good &lt;script&gt;", "&lt;script&gt;alert(1)"):
        assert words in said
    assert EVIL not in said
    assert "<bdi>Björn Dahl</bdi> in the file, without an account here" in " ".join(said.split())


def test_a_text_that_was_cut_is_there_as_a_whole(viewer: User, lead: User, admin_as: AdminAs) -> None:
    title = "A very long title " * 40
    imported(as_csv({**ORDINARY, "title": title}), lead)
    ticket, client = Ticket.objects.get(), admin_as(viewer)
    assert len(ticket.title) < len(title.strip())
    assert title.strip() in page(client, ticket)
    assert "<summary" in page(client, ticket).partition("From the file")[2]


def test_more_than_a_page_holds_is_a_file(viewer: User, ticket: Ticket, admin_as: AdminAs) -> None:
    data = [["Log", "x" * (brought.SHOWN + 1)], *([f"Column {n}", str(n)] for n in range(brought.COLUMNS))]
    TicketSource.objects.create(ticket=ticket, data=data)
    client = admin_as(viewer)
    said = page(client, ticket)
    assert "x" * brought.SHOWN in said
    assert "x" * (brought.SHOWN + 1) not in said
    assert whole(ticket) in said
    text = b"".join(client.get(whole(ticket)).streaming_content).decode()
    assert f"[Log]\n{'x' * (brought.SHOWN + 1)}\n" in text
    assert "[Column 99]\n99\n" in text


def test_a_ticket_that_came_with_no_file_says_nothing_of_one(
    viewer: User, ticket: Ticket, admin_as: AdminAs
) -> None:
    client = admin_as(viewer)
    assert "From the file" not in page(client, ticket)
    assert client.get(whole(ticket)).status_code == 404


def test_a_former_assignee_is_told_until_somebody_takes_the_ticket(
    lead: User, agent: User, admin_as: AdminAs
) -> None:
    imported(as_csv({**ORDINARY, "assignee": "Björn Dahl"}), lead)
    ticket, client = Ticket.objects.get(), admin_as(agent)
    assert "without an account here" in page(client, ticket)
    changes.update(ticket, {"assignee": agent}, actor=lead, channel=Channel.ADMIN)
    assert "without an account here" not in page(client, ticket)
