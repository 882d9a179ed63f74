"""The one cheap question that a page asks again and again."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from helpdesk import permissions
from helpdesk.admin.panel.listing import filters
from helpdesk.people import signed_in
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import as_pk
from helpdesk.tickets.query import Invalid

# A list says "99+" beyond it.
LIMIT = 99


@require_GET
def new_tickets(request: HttpRequest) -> JsonResponse:
    """How many tickets of this list have a number higher than ``after``: ``{count}``, at most `LIMIT`."""
    user = signed_in(request)
    if not permissions.can_view(user):
        raise PermissionDenied
    after = as_pk(request.GET.get("after", ""))
    given = request.GET.copy()
    given.pop("after", None)
    try:
        asked = filters(given)
        tickets = Ticket.objects.visible_to(user).matching(asked, user).find(given.get("q", ""), user)
    except Invalid:
        return JsonResponse({"count": 0})
    return JsonResponse({"count": tickets.filter(pk__gt=after or 0).order_by()[:LIMIT].count()})
