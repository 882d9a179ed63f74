"""Where a ticket stands in the list that one came from, and what comes before and after it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from helpdesk.admin.panel.listing import filters
from helpdesk.choices import Queue
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import Invalid
from helpdesk.tickets.queues import URGENT

# Beyond it nobody goes from ticket to ticket; the number is said as "1,000+".
MOST = 1000
KEPT = "_changelist_filters"


@dataclass(frozen=True)
class ListPlace:
    """`at` counts from 1; it is 0 when the ticket is not, or no more, in the list. Links may be empty."""

    title: str
    link: str
    at: int
    total: str
    previous: str
    next: str
    query: str


def place(request: HttpRequest, ticket: Ticket) -> ListPlace:
    """One query, of ids only."""
    kept = request.GET.get(KEPT, "")[:2000]
    ids = _ids(QueryDict(kept), signed_in(request))
    at = ids.index(ticket.pk) + 1 if ticket.pk in ids else 0
    query = f"?{urlencode({KEPT: kept})}" if kept else ""
    changelist = reverse("admin:helpdesk_ticket_changelist")
    return ListPlace(
        title=_title(QueryDict(kept)),
        link=f"{changelist}?{kept}" if kept else changelist,
        at=at,
        total=f"{MOST:,}+" if len(ids) >= MOST else f"{len(ids):,}",
        previous=_page(ids[at - 2], query) if at > 1 else "",
        # A ticket that has left the list is followed by what is first now.
        next=_page(ids[at], query) if at < len(ids) else "",
        query=query,
    )


def _ids(given: QueryDict, viewer: User) -> list[int]:
    try:
        found = Ticket.objects.visible_to(viewer).matching(filters(given), viewer)
    except Invalid:
        return []
    ordered = found.find(given.get("q", ""), viewer).in_order(given.get("o", URGENT))
    return list(ordered.values_list("pk", flat=True)[:MOST])


def _title(given: QueryDict) -> str:
    queue = given.get("queue", "")
    return str(Queue(queue).label) if queue in Queue.values else ""


def _page(pk: int, query: str) -> str:
    return reverse("admin:helpdesk_ticket_change", args=[pk]) + query
