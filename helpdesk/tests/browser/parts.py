"""The parts of the pages that several tests touch."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page

from helpdesk.tickets.models import Ticket

SignIn = Callable[..., Page]

LIST = "/admin/helpdesk/ticket/"
ADD = f"{LIST}add/"


def address(ticket: Ticket) -> str:
    return f"{LIST}{ticket.pk}/change/"


def rows(page: Page) -> Locator:
    """The tickets that the list shows."""
    return page.locator("table.rows tbody tr")


def row(page: Page, ticket: Ticket) -> Locator:
    return page.locator(f"table.rows tr[data-ticket='{ticket.pk}']")


def cell(page: Page, ticket: Ticket, field: str) -> Locator:
    """The button by which the list changes one field of one ticket."""
    return row(page, ticket).locator(f"button[data-field={field}]")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def fill(page: Page, **fields: Any) -> None:
    """Write into the fields of a form by name; a select takes a value."""
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
