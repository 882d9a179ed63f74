"""The pages of exports: a large one from the form to its file, and who sees which."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.jobs.models import Worker
from helpdesk.tests.transfer.exporting.jobs import run, stored, wanted
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.models import TicketExport

pytestmark = pytest.mark.django_db
AdminAs = Callable[[User], Client]
MakeTicket = Callable[..., Ticket]
ALL, FORM = reverse("admin:helpdesk_exports"), reverse("admin:helpdesk_ticket_export")


@pytest.fixture
def desk(admin_as: AdminAs, lead: User) -> Client:
    return admin_as(lead)


@pytest.fixture
def large(make_ticket: MakeTicket, settings: Any) -> list[Ticket]:
    """More tickets than are sent at once."""
    settings.EXPORT_AT_ONCE = 1
    return [make_ticket(title=f"Printer {number}") for number in range(2)]


def ask(desk: Client, query: str = "", file_format: int = 0) -> HttpResponse:
    columns = {f"ticketresource_{name}": "on" for name in ("id", "title")}
    return desk.post(FORM + query, {"format": file_format, "resource": 0, **columns})


def address(name: str, export: TicketExport) -> str:
    return reverse(f"admin:helpdesk_export{name}", args=[export.pk])


def shown(desk: Client, url: str, status: int = 200) -> str:
    response = desk.get(url)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_a_large_export_is_left_to_the_worker_and_fetched(
    desk: Client, lead: User, large: list[Ticket]
) -> None:
    response = ask(desk, "?status=open&q=printer&o=number")
    export = TicketExport.objects.get()
    assert (response.status_code, response["Location"]) == (302, address("", export))
    assert export.query == {"status": "open", "q": "printer", "o": "number"}
    page = shown(desk, address("", export))
    assert "<b>Waiting</b>" in page
    assert "No worker is running" in page
    assert "Cancel" in page
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now())
    assert "No worker" not in shown(desk, address("_progress", export))
    assert desk.get(address("_progress", export)).headers.get("HX-Refresh") is None
    run(export)
    assert desk.get(address("_progress", export))["HX-Refresh"] == "true"
    assert "2 tickets. It can be fetched until" in shown(desk, address("", export))
    lines = [f"{ticket.pk},{ticket.title}" for ticket in large]
    file = b"".join(desk.get(address("_download", export)).streaming_content)
    assert file.decode("utf-8-sig").splitlines() == ["id,title", *lines]


def test_a_double_click_asks_once_and_too_many_are_told_on_the_form(
    desk: Client, large: list[Ticket]
) -> None:
    assert ask(desk)["Location"] == ask(desk)["Location"]
    ask(desk, file_format=2)
    ask(desk, file_format=3)
    page = ask(desk, "?status=open", 3)
    assert (page.status_code, "Wait for them, or cancel one" in page.content.decode()) == (200, True)


def test_it_is_cancelled_while_it_waits(desk: Client, large: list[Ticket]) -> None:
    ask(desk)
    export = TicketExport.objects.get()
    assert desk.get(address("_remove", export)).status_code == 302
    assert TicketExport.objects.get().state == "waiting", "a GET does nothing"
    page = desk.post(address("_remove", export), follow=True).content.decode()
    assert "The export is cancelled." in page
    assert "Export again" in page
    assert "It has no file any more" in desk.post(address("_remove", export), follow=True).content.decode()


def test_a_file_that_expired_is_a_page_in_words(desk: Client, lead: User, ticket: Ticket) -> None:
    export = run(jobs.ask(wanted(lead)))
    TicketExport.objects.update(expires_at=timezone.now())
    page = shown(desk, address("_download", export), 410)
    assert "Export the tickets again to get them as they are now" in page
    assert "Expired" in shown(desk, ALL)


def test_a_file_that_was_removed_or_is_lost_is_a_page_in_words(
    desk: Client, lead: User, ticket: Ticket
) -> None:
    lost = run(jobs.ask(wanted(lead)))
    default_storage.delete(lost.file.name)
    assert "not in the storage any more" in shown(desk, address("_download", lost), 410)
    export = run(jobs.ask(wanted(lead)))
    assert "The file is removed." in desk.post(address("_remove", export), follow=True).content.decode()
    assert "Somebody removed the file" in shown(desk, address("_download", export), 410)
    assert stored() == []


def test_one_that_is_not_finished_has_no_file_yet(desk: Client, lead: User) -> None:
    export = jobs.ask(wanted(lead))
    assert "Waiting" in shown(desk, address("_download", export), 404)


def test_a_failure_is_said_on_the_page(desk: Client, lead: User, make_ticket: MakeTicket) -> None:
    make_ticket(description="x" * 40_000)
    export = run(jobs.ask(wanted(lead, format="xlsx", columns=["id", "description"])))
    assert "Export CSV or JSON instead" in shown(desk, address("", export))


def test_the_list_is_the_record_of_who_took_what(
    desk: Client, lead: User, exporter: User, ticket: Ticket, large: list[Ticket], settings: Any
) -> None:
    settings.EXPORT_AT_ONCE = 100
    b"".join(ask(desk, "?status=open"))
    run(jobs.ask(wanted(exporter, format="json")))
    jobs.ask(wanted(exporter))
    page = shown(desk, ALL)
    for words in ("Sent at once", "status: open", "Download", "Earlier exports", "Eve", "all tickets"):
        assert words in page


def test_a_desk_without_exports_says_so(desk: Client) -> None:
    assert "Nothing has been exported yet" in shown(desk, ALL)


def test_exports_of_others_are_seen_by_leads_only(
    admin_as: AdminAs, desk: Client, lead: User, exporter: User, ticket: Ticket
) -> None:
    others, own = run(jobs.ask(wanted(lead))), run(jobs.ask(wanted(exporter)))
    eve = admin_as(exporter)
    for name in ("", "_progress", "_download", "_remove"):
        assert eve.get(address(name, others)).status_code == 404
    assert eve.post(address("_remove", others)).status_code == 404
    assert address("", others) not in shown(eve, ALL)
    assert address("", own) in shown(desk, ALL)
    assert b"".join(desk.get(address("_download", own)).streaming_content)
