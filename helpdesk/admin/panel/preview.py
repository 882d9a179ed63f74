"""A ticket beside the list: what it says, and the last of what was said."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from helpdesk import permissions
from helpdesk.admin.panel.composer import may_write, opened
from helpdesk.admin.panel.fields import deleted
from helpdesk.admin.panel.rows import rows
from helpdesk.admin.panel.timeline import message, opening
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket

MESSAGES = 3


@require_GET
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    if not permissions.can_view(user):
        raise PermissionDenied
    found = Ticket.objects.visible_to(user).select_related("assignee", "last_message_by").filter(pk=pk)
    if not found:
        return HttpResponse(deleted(pk), status=404, content_type="text/plain")
    newest = found[0].comments.select_related("author").order_by("-created_at", "-id")[: MESSAGES + 1]
    ticket = found[0]
    query = request.GET.get("_changelist_filters", "")
    first, now = opening(ticket), timezone.now()
    context: dict[str, Any] = {
        "ticket": ticket,
        "row": rows(found, user)[0],
        "back": f"?{urlencode({'_changelist_filters': query})}" if query else "",
        "opening": first,
        "requester": {"name": first.who},
        "seen": ticket.updated_at.isoformat(),
        "may_write": may_write(user),
        "may_change": permissions.can_change(user),
        "messages": [message(comment, ticket, user, now) for comment in newest[:MESSAGES]][::-1],
        "has_more": len(newest) > MESSAGES,
    }
    if may_write(user):
        context |= opened(ticket, user, context["back"])
    return render(request, "helpdesk/panel/preview.html", context)
