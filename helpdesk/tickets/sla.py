"""When a ticket is due and when it is late: pure functions of times."""

from datetime import datetime, timedelta

from helpdesk.choices import Priority

RESOLUTION_TARGETS = {
    Priority.CRITICAL: timedelta(hours=4),
    Priority.HIGH: timedelta(days=1),
    Priority.MEDIUM: timedelta(days=3),
    Priority.LOW: timedelta(days=7),
}


def due_at(priority: str, created_at: datetime) -> datetime:
    """The moment by which a ticket of this priority should be resolved."""
    return created_at + RESOLUTION_TARGETS[Priority(priority)]


def is_overdue(due: datetime | None, resolved: datetime | None, now: datetime) -> bool:
    """Whether the ticket missed its due time, or is missing it now."""
    return due is not None and due < (resolved or now)
