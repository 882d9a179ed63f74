"""The rows of the list: what is said about a ticket in one line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from helpdesk import people
from helpdesk.admin.panel import words
from helpdesk.admin.panel.found import where
from helpdesk.admin.panel.words import Due
from helpdesk.choices import Category, Party, Priority, Status
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.search import Search

CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class ListRow:
    """A ticket as the list shows it; `waits` when the requester wrote last and nobody has answered.

    `avatar` is ``me`` for the viewer's own, ``nobody`` without an assignee, else empty.
    """

    ticket: Ticket
    category: str
    priority: str
    status: str
    requester: str
    assignee: str
    avatar: str
    activity_by: str
    activity_ago: str
    waits: bool
    due: Due | None
    unread: bool
    found: str


def rows(
    tickets: Iterable[Ticket],
    viewer: User,
    unread: Collection[int] = (),
    search: Search | None = None,
) -> list[ListRow]:
    """The tickets need their assignee and the author of the last message at hand."""
    now, soon = timezone.now(), timedelta(minutes=settings.DUE_SOON_MINUTES)
    return [
        _row(ticket, viewer, now, soon, ticket.pk in unread, where(ticket, search) if search else "")
        for ticket in tickets
    ]


def _row(ticket: Ticket, viewer: User, now: datetime, soon: timedelta, unread: bool, found: str) -> ListRow:
    return ListRow(
        ticket=ticket,
        category=str(Category(ticket.category).label),
        priority=str(Priority(ticket.priority).label),
        status=str(Status(ticket.status).label),
        requester=ticket.requester_name or ticket.requester_email,
        assignee=people.name_of(ticket.assignee) or "",
        avatar={None: "nobody", viewer.pk: "me"}.get(ticket.assignee_id, ""),
        activity_by=_speaker(ticket),
        activity_ago=words.span(max(now - (ticket.last_message_at or ticket.created_at), timedelta(0))),
        waits=ticket.is_waiting,
        due=words.due(ticket, now, soon),
        unread=unread,
        found=found,
    )


def _speaker(ticket: Ticket) -> str:
    """Who wrote last, by one name: a column has no room for two."""
    if ticket.last_message_from == Party.REQUESTER:
        return CUSTOMER
    author = ticket.last_message_by
    return (author.first_name or author.get_username()) if author else "staff"
