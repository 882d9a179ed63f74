"""The import and export pages: what a lead sees and does there, and what nobody else may."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from helpdesk.admin import transfer
from helpdesk.choices import Channel
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer import uploads

MakeTicket = Callable[..., Ticket]
AdminAs = Callable[[User], Client]
LIST = reverse("admin:helpdesk_ticket_changelist")
IMPORT = reverse("admin:helpdesk_ticket_import")
CONFIRM = reverse("admin:helpdesk_ticket_process_import")
EXPORT = reverse("admin:helpdesk_ticket_export")
# The library takes a form as sent only if it has a field beside the file; a browser sends this one.
TOKEN_OF_THE_FORM = {"csrfmiddlewaretoken": "x"}
HEADER = "title,description,category,priority\r\n"
GOOD = HEADER + "Printer on fire,It burns.,technical,high\r\n"


@pytest.fixture
def desk(admin_as: AdminAs, lead: User) -> Client:
    return admin_as(lead)


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_directory", lambda: tmp_path)
    monkeypatch.setattr(uploads.tempfile, "tempdir", str(tmp_path))


def upload(desk: Client, content: str | bytes, name: str = "tickets.csv") -> HttpResponse:
    data = content.encode() if isinstance(content, str) else content
    response = desk.post(IMPORT, {"import_file": SimpleUploadedFile(name, data), **TOKEN_OF_THE_FORM})
    assert response.status_code == 200
    return response


def token(response: HttpResponse) -> str:
    return response.context["confirm_form"].initial["token"]


def confirm(desk: Client, token: str) -> list[str]:
    response = desk.post(CONFIRM, {"token": token}, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def export(desk: Client, query: str = "", file_format: int = 0) -> HttpResponse:
    columns = {f"ticketresource_{name}": "on" for name in ("id", "title")}
    return desk.post(EXPORT + query, {"format": file_format, "resource": 0, **columns})


def test_a_file_is_previewed_and_then_imported(desk: Client, lead: User) -> None:
    page = upload(desk, GOOD)
    assert "Printer on fire" in page.content.decode()
    assert not Ticket.objects.exists()
    assert confirm(desk, token(page)) == ["Imported: 1 new, 0 changed, 0 unchanged."]
    assert Event.objects.get().actor == lead
    assert Event.objects.get().channel == Channel.IMPORT


def test_a_second_confirmation_imports_nothing(desk: Client) -> None:
    sent = token(upload(desk, GOOD))
    confirm(desk, sent)
    (message,) = confirm(desk, sent)
    assert "This upload was imported already" in message
    assert Ticket.objects.count() == 1


def test_a_confirmation_without_a_token_is_told_what_to_do(desk: Client) -> None:
    assert "upload the file again" in confirm(desk, "")[0]


def test_tickets_that_changed_since_the_preview_stop_the_import(
    desk: Client, lead: User, ticket: Ticket
) -> None:
    page = upload(desk, f"id,status\r\n{ticket.pk},closed\r\n")
    changes.update(ticket, {"status": "resolved"}, actor=lead, channel=Channel.ADMIN)
    assert "Tickets have changed since the preview" in confirm(desk, token(page))[0]
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


def test_a_preview_shows_each_row_and_its_differences(desk: Client, make_ticket: MakeTicket) -> None:
    changed, same = make_ticket(), make_ticket()
    rows = f"{changed.pk},{changed.title},closed,\r\n{same.pk},{same.title},open,\r\n"
    html = upload(desk, "id,title,status,Comment\r\n" + rows).content.decode()
    assert re.search(r"<del>open</del>.*<ins>closed</ins>", html)
    assert [word in html for word in ("Changed", "Unchanged", "ignored: Comment")] == [True] * 3


def test_a_file_that_changes_nothing_cannot_be_confirmed(desk: Client, ticket: Ticket) -> None:
    page = upload(desk, f"id,status\r\n{ticket.pk},open\r\n")
    assert "confirm_form" not in page.context
    assert "There is nothing to import" in page.content.decode()


def test_every_mistake_is_listed_and_nothing_can_be_confirmed(desk: Client, tmp_path: Path) -> None:
    page = upload(desk, GOOD + "A,a,Sales,high\r\nB,,billing,asap\r\n")
    html = page.content.decode()
    assert "3 mistakes to correct" in html
    assert "Use one of: billing, technical, account, general." in html
    assert "confirm_form" not in page.context
    assert list(tmp_path.iterdir()) == []


def test_a_text_of_the_file_is_never_markup(desk: Client) -> None:
    evil = "<script>alert(1)</script>"
    pages = [f"{HEADER}{evil},a,,\r\n", f"{HEADER}A,a,{evil},\r\n", f"title,description,{evil}\r\nA,a,\r\n"]
    for content in pages:
        html = upload(desk, content).content.decode()
        assert evil not in html
        assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tickets.csv", b"", "The file is empty"),
        ("tickets.csv", b"\xef\xbb\xbf", "The file is empty"),
        ("tickets.csv", b"title,description\r\n", "a header but no rows"),
        ("tickets.csv", b"Owner,Text\r\na,b\r\n", "Found: Owner, Text."),
        ("tickets.csv", b"\x89PNG\r\n\x1a\n\0\0\0\0", "Save it again as CSV"),
        ("tickets.csv", b'title,description\r\nA,"cut', "A double quote is missing"),
        ("tickets.xlsx", b"title,description\r\nA,a\r\n", "The file is no Excel workbook"),
        ("tickets.json", b"title,description\r\nA,a\r\n", "The file is no valid JSON"),
        ("tickets.pdf", b"%PDF", "Choose .csv, .xlsx or .json"),
        ("tickets", b"title", "Choose .csv, .xlsx or .json"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_beside_the_field(
    desk: Client, name: str, content: bytes, message: str
) -> None:
    page = upload(desk, content, name)
    assert message in page.context["form"].errors["import_file"][0]


def test_a_form_without_a_file_says_so(desk: Client) -> None:
    assert desk.post(IMPORT, {}).status_code == 200
    page = desk.post(IMPORT, TOKEN_OF_THE_FORM)
    assert page.context["form"].errors["import_file"] == ["This field is required."]


def test_a_file_over_the_limit_is_refused_with_the_limit(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "MAX_BYTES", 1 << 20)
    page = upload(desk, HEADER.encode() + b"x" * (1 << 20))
    assert "the limit is 1 MB" in page.context["form"].errors["import_file"][0]


@pytest.mark.parametrize("name", ["tickets.CSV", "tickets.tsv", "tickets.txt"])
def test_the_name_of_the_file_says_its_format(desk: Client, name: str) -> None:
    page = upload(desk, "title\tdescription\r\nA\ta\r\n", name)
    assert page.context["result"].new == 1


def test_the_sample_of_the_import_page_can_be_imported(desk: Client) -> None:
    assert "helpdesk/ticket-import-sample.csv" in desk.get(IMPORT).content.decode()
    sample = Path(finders.find("helpdesk/ticket-import-sample.csv")).read_bytes()
    page = upload(desk, sample)
    assert (page.context["result"].new, page.context["result"].ignored) == (2, "")


def test_the_sample_of_the_repository_can_be_imported(desk: Client) -> None:
    page = upload(desk, (django_settings.BASE_DIR / "fixtures" / "tickets.csv").read_bytes())
    result = page.context["result"]
    assert (result.problems, result.ignored) == ([], "")
    assert confirm(desk, token(page)) == [f"Imported: {result.total_rows} new, 0 changed, 0 unchanged."]


def test_an_export_keeps_the_filters_and_the_search_of_the_list(
    desk: Client, make_ticket: MakeTicket
) -> None:
    make_ticket(status="closed", title="Printer on fire")
    make_ticket(title="Printer is cold")
    content = export(desk, "?status=closed&q=printer").getvalue().decode("utf-8-sig")
    assert content.splitlines()[1:] == [f"{Ticket.objects.get(status='closed').pk},Printer on fire"]


@pytest.mark.parametrize(("number", "extension"), [(0, "csv"), (1, "xlsx"), (2, "json")])
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
    statuses = [desk.get(IMPORT), desk.post(CONFIRM), desk.get(EXPORT), export(desk)]
    assert [response.status_code for response in statuses] == [403] * 4
    assert IMPORT not in desk.get(LIST).content.decode()


def test_a_confirmation_is_a_post(desk: Client) -> None:
    assert desk.get(CONFIRM).status_code == 405


def test_the_queries_of_a_preview_and_a_confirmation_do_not_grow_with_the_rows(desk: Client) -> None:
    def queries(count: int) -> tuple[int, int]:
        rows = "".join(f"Ticket {number},Text,billing,low\r\n" for number in range(count))
        with CaptureQueriesContext(connection) as preview:
            page = upload(desk, HEADER + rows)
        with CaptureQueriesContext(connection) as writing:
            confirm(desk, token(page))
        return len(preview), len(writing)

    few, many = queries(30), queries(300)
    assert few[0] == many[0]
    assert many[1] - few[1] <= 10  # SQLite writes in batches of its own
