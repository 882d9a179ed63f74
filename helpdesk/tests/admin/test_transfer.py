"""The export page: what a lead sees and does there, and what nobody else may."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.choices import Channel
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.models import TicketExport

MakeTicket = Callable[..., Ticket]
AdminAs = Callable[[User], Client]
LIST = reverse("admin:helpdesk_ticket_changelist")
IMPORT = reverse("admin:helpdesk_ticket_import")
EXPORT = reverse("admin:helpdesk_ticket_export")


@pytest.fixture
def desk(admin_as: AdminAs, lead: User) -> Client:
    return admin_as(lead)


def export(desk: Client, query: str = "", file_format: int = 0) -> HttpResponse:
    columns = {f"ticketresource_{name}": "on" for name in ("id", "title")}
    return desk.post(EXPORT + query, {"format": file_format, "resource": 0, **columns})


def test_an_export_keeps_the_filters_and_the_search_of_the_list(
    desk: Client, make_ticket: MakeTicket
) -> None:
    make_ticket(status="closed", title="Printer on fire")
    make_ticket(title="Printer is cold")
    content = export(desk, "?status=closed&q=printer").getvalue().decode("utf-8-sig")
    assert content.splitlines()[1:] == [f"{Ticket.objects.get(status='closed').pk},Printer on fire"]


@pytest.mark.parametrize(("number", "extension"), [(0, "csv"), (1, "xlsx"), (2, "json"), (3, "jsonl")])
def test_a_file_is_named_after_the_day(desk: Client, ticket: Ticket, number: int, extension: str) -> None:
    response = export(desk, file_format=number)
    name = f"tickets-{timezone.localdate().isoformat()}.{extension}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.getvalue()


def test_the_export_page_links_from_the_list_with_its_filters(desk: Client, ticket: Ticket) -> None:
    assert f"{EXPORT}?status=open" in desk.get(f"{LIST}?status=open").content.decode()
    assert desk.get(f"{EXPORT}?status=open").status_code == 200


@pytest.mark.parametrize("query", ["created_at__gte=never", "id__in=a,b", "nonsense=1"])
def test_filters_that_the_list_would_refuse_are_dropped_and_told(desk: Client, query: str) -> None:
    response = desk.get(f"{EXPORT}?{query}", follow=True)
    assert response.redirect_chain == [(EXPORT, 302)]
    assert "The filters were not valid" in str(*response.context["messages"])


def test_a_text_that_no_cell_can_hold_is_answered_on_the_page(desk: Client, make_ticket: MakeTicket) -> None:
    make_ticket(title="Long", description="x" * 40_000)
    columns = {"ticketresource_id": "on", "ticketresource_description": "on"}
    response = desk.post(EXPORT, {"format": 1, "resource": 0, **columns})
    assert "Export CSV or JSON instead" in response.content.decode()


def test_an_export_without_a_format_or_a_column_is_answered_on_the_page(desk: Client) -> None:
    assert desk.post(EXPORT, {"resource": 0}).context["form"].errors
    assert "Select at least 1 field" in desk.post(EXPORT, {"resource": 0, "format": 0}).content.decode()


@pytest.mark.parametrize("name", ["viewer", "agent"])
def test_only_leads_import_and_export(request: pytest.FixtureRequest, admin_as: AdminAs, name: str) -> None:
    desk = admin_as(request.getfixturevalue(name))
    statuses = [desk.get(IMPORT), desk.get(EXPORT), export(desk)]
    assert [response.status_code for response in statuses] == [403] * 3
    assert IMPORT not in desk.get(LIST).content.decode()


def test_an_export_is_on_record_and_its_choices_are_remembered(
    desk: Client, lead: User, ticket: Ticket
) -> None:
    response = desk.post(
        f"{EXPORT}?status=open",
        {"format": 3, "resource": 0, "ticketresource_id": "on", "parts": ["comments"]},
    )
    (line,) = b"".join(response.streaming_content).decode().splitlines()
    assert json.loads(line) == {"id": ticket.pk, "comments": []}
    told = TicketExport.objects.get()
    assert (told.owner, told.channel, told.format, told.columns) == (lead, Channel.ADMIN, "jsonl", ["id"])
    assert (told.query, told.parts, told.rows) == ({"status": "open"}, ["comments"], 1)
    form = desk.get(EXPORT).context["form"]
    assert form["format"].value() == "3"
    assert form["ticketresource_id"].value() is True
    assert form["ticketresource_title"].value() is False
