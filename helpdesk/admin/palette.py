"""What the frame of every page asks for: the palette (search or jump to) and the sidebar's count."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from helpdesk import people, permissions
from helpdesk.tickets.models import Ticket

RESULT_LIMIT = 20
QUERY_LIMIT = 200
BADGE_LIMIT = 99


class Destination(NamedTuple):
    """One line of the palette; `note` says what it is."""

    title: str
    note: str
    icon: str
    link: str


def palette(request: HttpRequest) -> HttpResponse:
    """Tickets by number, words or requester, then pages and actions; without words all of the latter."""
    words = request.GET.get("q", "")[:QUERY_LIMIT].replace("\0", "").strip()
    places = [place for place in _places(request) if words.casefold() in place.title.casefold()]
    found = [*_tickets(request, words), *places] if words else places
    return render(request, "helpdesk/frame/palette.html", {"found": found})


def _tickets(request: HttpRequest, words: str) -> Iterator[Destination]:
    """The newest that match, for people who may see them."""
    if not permissions.can_view(request.user):
        return
    for ticket in Ticket.objects.visible_to(request.user).for_list().find(words, request.user)[:RESULT_LIMIT]:
        requester = ticket.requester_name or ticket.requester_email
        yield Destination(
            str(ticket),
            " · ".join(filter(None, [ticket.get_status_display(), requester])),
            "confirmation_number",
            reverse("admin:helpdesk_ticket_change", args=[ticket.pk]),
        )


def _places(request: HttpRequest) -> Iterator[Destination]:
    """The actions this person may take, and the pages of the sidebar."""
    user = people.signed_in(request)
    if permissions.can_create(user):
        yield Destination("New ticket", "action", "add", reverse("admin:helpdesk_ticket_add"))
    if permissions.can_import(user):
        yield Destination("Import tickets", "action", "upload", reverse("admin:helpdesk_ticket_import"))
    if permissions.can_export(user):
        yield Destination("Export tickets", "action", "download", reverse("admin:helpdesk_ticket_export"))
    for group in admin.site.get_sidebar_list(request):  # type: ignore[attr-defined]  # the site is unfold's
        for item in group["items"]:
            if item.get("has_permission"):
                yield Destination(str(item["title"]), "page", item["icon"], str(item["link"]))
    if user.has_usable_password():
        yield Destination("Change password", "page", "password", reverse("admin:password_change"))


def open_count(request: HttpRequest) -> str:
    """How many tickets wait; counted only as far as the badge can show."""
    count = Ticket.objects.unresolved().order_by()[: BADGE_LIMIT + 1].count()
    return f"{BADGE_LIMIT}+" if count > BADGE_LIMIT else str(count)
