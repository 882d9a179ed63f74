"""A value as a cell shows it, and a ticket as its cells."""

from datetime import datetime
from typing import Any

from helpdesk.tickets.models import Ticket


def as_text(value: Any) -> str:
    """None is an empty cell; a time is ISO 8601 with its zone, to the microsecond."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def value_of(ticket: Ticket, column: str) -> Any:
    """The assignee by user name, all else as it is."""
    value = getattr(ticket, column)
    return value.username if column == "assignee" and value else value
