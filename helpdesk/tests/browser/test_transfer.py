"""Tickets in and out as files."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from helpdesk.tests.browser.parts import LIST, SignIn
from helpdesk.tests.transfer.importing.files import run
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.importing import writing
from helpdesk.transfer.models import Import, TicketExport

GOOD = """\
title,description,category,priority,external_source,external_id
Screen is black,It does not start.,technical,high,old,1
Wrong invoice,The amount is wrong.,Billing,,old,2
"""


@pytest.fixture
def page(sign_in: SignIn, lead: User) -> Page:
    page = sign_in(lead)
    page.goto(LIST)
    return page


def upload(page: Page, content: str) -> Import:
    page.get_by_role("link", name="Import").last.click()
    page.locator("[name=file]").set_input_files(
        {"name": "tickets.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name="tickets.csv")).to_be_visible()
    job = run(Import.objects.latest("pk"))
    page.get_by_role("button", name="Continue to values").click()
    page.get_by_role("button", name="Continue to preview").click()
    expect(page.get_by_role("heading", name="tickets.csv")).to_be_visible()
    return job


def download(page: Page) -> str:
    """Press the button of the export page; returns the CSV file with its line ends."""
    page.locator("select[name=format]").select_option(label="csv")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export", exact=True).click()
    return waiting.value.path().read_bytes().decode("utf-8-sig")


def test_a_file_is_imported_after_a_look_and_taken_back_again(page: Page, lead: User) -> None:
    """The page follows the worker by itself."""
    job = run(upload(page, GOOD))
    expect(page.get_by_role("link", name="New 2")).to_be_visible()
    assert not Ticket.objects.exists()
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("button", name="Cancel and undo")).to_be_visible()
    run(job)
    page.get_by_role("link", name="Tickets of this import").click()
    expect(page.get_by_text("Screen is black")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo import").click()
    expect(page.get_by_text("Being undone")).to_be_visible()
    run(job)
    expect(page.get_by_text("2 removed")).to_be_visible()
    assert not Ticket.objects.exists()


def test_refused_rows_come_back_as_a_file_and_a_running_import_is_cancelled(page: Page, lead: User) -> None:
    job = run(upload(page, f"{GOOD},,billing,high,old,3\n"))
    page.get_by_role("link", name="Refused 1").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Refused rows as a file").click()
    (refused,) = csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8-sig")))
    assert (refused["external_id"], refused["refused because"].partition(".")[0]) == (
        "3",
        "No title and no text",
    )
    page.get_by_label("Without the refused").check()
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("button", name="Cancel and undo")).to_be_visible()
    writing.write_piece(job, 1)
    expect(page.get_by_text("1 of 2 rows")).to_be_visible()
    page.get_by_role("button", name="Cancel and undo").click()
    expect(page.get_by_text("What it has written is being taken back")).to_be_visible()
    run(job)
    expect(page.get_by_label("Outcome").get_by_text("Cancelled")).to_be_visible()
    assert not Ticket.objects.exists()


def test_the_tickets_of_the_filtered_list_are_exported(
    page: Page, make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket(title="Kept", status="closed")
    make_ticket(title="Left out")
    page.goto(f"{LIST}?status=closed")
    page.get_by_role("link", name="Export", exact=True).click()
    text = download(page)
    assert [row["title"] for row in csv.DictReader(io.StringIO(text))] == ["Kept"]


def test_the_selected_tickets_are_exported(page: Page, make_ticket: Callable[..., Ticket]) -> None:
    chosen = [make_ticket(title="Kept"), make_ticket(title="Kept too")]
    make_ticket(title="Left out")
    page.reload()
    for ticket in chosen:
        page.get_by_role("checkbox", name=f"Select #{ticket.pk}").check()
    page.locator("#bulk-bar").get_by_role("link", name="Export").click()
    text = download(page)
    assert {row["title"] for row in csv.DictReader(io.StringIO(text))} == {"Kept", "Kept too"}


def test_a_large_export_is_followed_and_fetched(
    page: Page, make_ticket: Callable[..., Ticket], settings: Any
) -> None:
    """The page follows the worker by itself."""
    settings.EXPORT_AT_ONCE = 0
    make_ticket(title="Kept")
    page.reload()
    page.get_by_role("link", name="Export", exact=True).click()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    jobs.write.call(TicketExport.objects.get().pk)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    assert [row["title"] for row in csv.DictReader(io.StringIO(text))] == ["Kept"]


def test_an_agent_is_offered_neither(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(LIST)
    expect(page.get_by_role("link", name="New ticket")).to_be_visible()
    expect(page.get_by_role("link", name="Import")).to_have_count(0)
    expect(page.get_by_role("link", name="Export")).to_have_count(0)
