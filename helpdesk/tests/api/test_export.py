"""Tickets out by the API: the filters of the list, the columns and parts asked for, and the record."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tests.transfer.importing.files import imported
from helpdesk.tickets import comments
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.models import TicketExport

pytestmark = pytest.mark.django_db
EXPORT = "/api/tickets/export/"
MakeTicket = Callable[..., Ticket]


@pytest.fixture
def api(api_as: Callable[[User], APIClient], exporter: User) -> APIClient:
    return api_as(exporter)


def taken(api: APIClient, **params: Any) -> str:
    response = api.get(EXPORT, params)
    assert response.status_code == 200, response.json()
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_what_the_filters_leave_is_exported_and_on_record(
    api: APIClient, exporter: User, make_ticket: MakeTicket
) -> None:
    make_ticket(title="Kept", status="closed")
    make_ticket(title="Left out")
    rows = list(csv.DictReader(io.StringIO(taken(api, status="closed"))))
    assert ([row["title"] for row in rows], tuple(rows[0])) == (["Kept"], COLUMNS)
    told = TicketExport.objects.get()
    assert (told.owner, told.channel, told.format, told.rows) == (exporter, Channel.API, "csv", 1)
    assert (told.query, told.columns) == ({"status": "closed"}, [*COLUMNS])


def test_columns_and_parts_are_chosen(api: APIClient, lead: User, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(title="Printer", external_source="old", external_id="1")
    comments.add(ticket, "On its way", author=lead, channel=Channel.ADMIN)
    imported(b"title,description,external_source,external_id,Survey\nOther,Text,old,2,Good\n", lead)
    said = taken(api, format="jsonl", columns="id,title", parts="comments,history,source")
    other, printer = map(json.loads, said.splitlines())
    assert list(printer) == ["id", "title", "comments", "history", "source"]
    assert (printer["comments"][0]["body"], printer["comments"][0]["author"]) == ("On its way", "lena")
    assert [event["action"] for event in printer["history"]] == ["created", "commented"]
    assert other["source"] == [["Survey", "Good"]]
    assert "comments" not in json.loads(taken(api, format="jsonl").splitlines()[0])


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"format": "pdf"}, "format"),
        ({"format": "csv,json"}, "format"),
        ({"columns": "id,nonsense"}, "columns"),
        ({"format": "jsonl", "parts": "secrets"}, "parts"),
        ({"parts": "comments"}, "parts"),
        ({"status": "nonsense"}, "status"),
        ({"stats": "closed"}, "stats"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(api: APIClient, params: dict[str, str], name: str) -> None:
    response = api.get(EXPORT, params)
    assert (response.status_code, list(response.json())) == (400, [name])
    assert not TicketExport.objects.exists()


def test_a_text_that_no_sheet_can_hold_is_refused(api: APIClient, make_ticket: MakeTicket) -> None:
    make_ticket(description="x" * 40_000)
    assert "format" in api.get(EXPORT, {"format": "xlsx"}).json()


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "xlsx"])
def test_an_empty_desk_has_an_export(api: APIClient, name: str) -> None:
    response = api.get(EXPORT, {"format": name})
    assert response.status_code == 200
    b"".join(response.streaming_content)


def test_an_export_is_never_open(settings: Any, ticket: Ticket) -> None:
    settings.HELPDESK_API_OPEN = True
    assert APIClient().get(EXPORT).status_code == 401
