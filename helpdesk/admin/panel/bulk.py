"""Many tickets at once: what it would do, doing it, how far it is, and stopping it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from helpdesk import permissions
from helpdesk.admin.panel.fields import Mistake, label_of, read, refuse
from helpdesk.admin.panel.listing import BULK_FIELDS, filters
from helpdesk.people import signed_in
from helpdesk.tickets import bulk
from helpdesk.tickets.bulk import BulkChange, TooMany
from helpdesk.tickets.parsing import as_pk
from helpdesk.tickets.query import Invalid


class BulkRequest:
    """What the bar of the list sends: tickets by ``ids`` or as the ``query`` of a list, and the new value."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        """Raises `Mistake` for what makes no sense."""
        sent = request.POST
        self.field, self.text = sent.get("field", ""), sent.get("value", "")
        if self.field not in BULK_FIELDS:
            raise Mistake("This field cannot be changed for many tickets.")
        self.value = read(self.field, self.text)
        self.values = {self.field: self.value.pk if isinstance(self.value, User) else self.value}
        self.limit = None if permissions.can_change_many(user) else settings.BULK_LIMIT_AGENTS
        self.ids: list[int] | None = None
        self.query: dict[str, str] = {}
        if sent.get("all"):
            given = QueryDict(sent.get("query", "").removeprefix("?"))
            self.query = filters(given) | {"q": given.get("q", "")}
        else:
            self.ids = [pk for text in sent.getlist("ids") if (pk := as_pk(text))]

    def label(self, value: Any) -> str:
        return label_of(self.field, value)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The dialog that asks: how many are meant, how many differ, and some of them."""
    user = signed_in(request)
    if not permissions.can_change(user):
        return refuse("You may read tickets, not change them.", 403)
    try:
        asked = BulkRequest(request, user)
        tickets = bulk.chosen(asked.ids, asked.query, user)
        seen = bulk.preview(tickets, asked.values, asked.limit)
    except (Mistake, Invalid, TooMany) as why:
        return refuse(str(why), 400)
    some = [(ticket.pk, ticket.title, asked.label(getattr(ticket, asked.field))) for ticket in seen.some]
    context = {"seen": seen, "some": some, "field": asked.field, "after": asked.label(asked.value)}
    return render(request, "helpdesk/panel/bulk_preview.html", context)


@require_POST
def change(request: HttpRequest) -> JsonResponse:
    """Begin; small ones are done when this answers, of others `progress` tells how far they are."""
    user = signed_in(request)
    if not permissions.can_change(user):
        return refuse("You may read tickets, not change them.", 403)
    try:
        asked = BulkRequest(request, user)
        row = bulk.start(asked.ids, asked.query, asked.values, actor=user, limit=asked.limit)
    except (Mistake, Invalid, TooMany) as why:
        return refuse(str(why), 400)
    return JsonResponse(_told(row))


@require_GET
def progress(request: HttpRequest, batch: UUID) -> JsonResponse:
    return JsonResponse(_told(_own(request, batch)))


@require_POST
def cancel(request: HttpRequest, batch: UUID) -> JsonResponse:
    row = _own(request, batch)
    bulk.cancel(row)
    return JsonResponse(_told(row))


def _own(request: HttpRequest, batch: UUID) -> BulkChange:
    """A change of this person, or anybody's for whoever may change many; raises Http404 for others'."""
    user = signed_in(request)
    if not permissions.can_change(user):
        raise PermissionDenied
    rows = BulkChange.objects.all()
    if not permissions.can_change_many(user):
        rows = rows.filter(actor=user)
    return get_object_or_404(rows, pk=batch)


def _told(row: BulkChange) -> dict[str, Any]:
    name, value = next(iter(row.values.items()))
    if name == "assignee":
        value = User.objects.filter(pk=value).first()
    noun = "ticket" if row.changed == 1 else "tickets"
    stopped = " before it was stopped" if row.cancelled_at else ""
    return {
        "said": f"{row.changed:,} {noun} set to {label_of(name, value)}{stopped}.",
        "batch": str(row.batch),
        "total": row.total,
        "done": row.done,
        "finished": row.finished_at is not None,
    }
