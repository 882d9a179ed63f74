"""Tickets in and out as files."""

import csv
import io
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from helpdesk.tests.browser.parts import LIST, SignIn
from helpdesk.tickets.models import Event, Ticket

GOOD = """\
title,description,category,priority
Screen is black,It does not start.,technical,high
Wrong invoice,The amount is wrong.,Billing,
"""
BAD = GOOD + "Third,Something.,sales,low\n"


@pytest.fixture
def page(sign_in: SignIn, lead: User) -> Page:
    page = sign_in(lead)
    page.goto(f"{LIST}import/")
    return page


def upload(page: Page, content: str, name: str = "tickets.csv") -> None:
    page.locator("[name=import_file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Preview").click()


def download(page: Page) -> str:
    """Press the button of the export page; returns the CSV file with its line ends."""
    page.locator("select[name=format]").select_option(label="csv")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Submit").click()
    return waiting.value.path().read_bytes().decode("utf-8-sig")


def test_one_bad_row_stops_the_file_and_is_named(page: Page) -> None:
    upload(page, BAD)
    problem = page.locator("[aria-labelledby=problems-title]")
    expect(problem).to_contain_text("Nothing was imported.")
    expect(problem.get_by_role("row").last).to_contain_text("category")
    expect(problem.get_by_role("row").last).to_contain_text("sales")
    expect(page.get_by_role("button", name="Confirm import")).to_have_count(0)
    assert not Ticket.objects.exists()


def test_a_good_file_is_imported_after_its_preview_is_confirmed(page: Page, lead: User) -> None:
    upload(page, GOOD)
    expect(page.get_by_label("What the file would do")).to_contain_text("2 new")
    expect(page.locator("[aria-labelledby=preview-title]")).to_contain_text("Screen is black")
    assert not Ticket.objects.exists()
    page.get_by_role("button", name="Confirm import").click()
    expect(page.get_by_text("Imported: 2 new")).to_be_visible()
    assert set(Ticket.objects.values_list("category", flat=True)) == {"technical", "billing"}
    assert set(Event.objects.values_list("actor", "channel")) == {(lead.pk, "import")}


def test_a_file_of_another_kind_is_refused_in_words(page: Page) -> None:
    upload(page, "%PDF-1.4", "tickets.pdf")
    expect(page.get_by_text("Choose .csv, .xlsx or .json.")).to_be_visible()


def test_the_tickets_of_the_filtered_list_are_exported(
    page: Page, make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket(title="Kept", status="closed")
    make_ticket(title="Left out")
    page.goto(f"{LIST}?status=closed")
    page.get_by_role("link", name="Export").click()
    text = download(page)
    assert [row["title"] for row in csv.DictReader(io.StringIO(text))] == ["Kept"]


def test_an_export_can_be_imported_again(page: Page, make_ticket: Callable[..., Ticket]) -> None:
    make_ticket(title="=1+1", description="Two\nlines, and a comma")
    page.goto(f"{LIST}export/")
    text = download(page)
    page.goto(f"{LIST}import/")
    upload(page, text)
    expect(page.get_by_label("What the file would do")).to_contain_text("1 unchanged")


def test_an_agent_is_offered_neither(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(LIST)
    expect(page.get_by_role("link", name="New ticket")).to_be_visible()
    expect(page.get_by_role("link", name="Import")).to_have_count(0)
    expect(page.get_by_role("link", name="Export")).to_have_count(0)
