"""What the frame of every page asks for: the command palette's tickets and the sidebar's count."""

from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from helpdesk import permissions
from helpdesk.tickets.models import Ticket

RESULT_LIMIT = 20
BADGE_LIMIT = 99


def search_tickets(request: HttpRequest, search_term: str) -> list[SearchResult]:
    """The newest tickets that match, for people who may see them."""
    if not permissions.can_view(request.user):
        return []
    return [
        SearchResult(
            title=str(ticket),
            description=f"{ticket.get_status_display()} · {ticket.requester_name or ticket.requester_email}",
            link=reverse("admin:helpdesk_ticket_change", args=[ticket.pk]),
            icon="confirmation_number",
        )
        for ticket in Ticket.objects.visible_to(request.user).for_list().find(search_term)[:RESULT_LIMIT]
    ]


def open_count(request: HttpRequest) -> str:
    """How many tickets wait; counted only as far as the badge can show."""
    count = Ticket.objects.unresolved().order_by()[: BADGE_LIMIT + 1].count()
    return f"{BADGE_LIMIT}+" if count > BADGE_LIMIT else str(count)
