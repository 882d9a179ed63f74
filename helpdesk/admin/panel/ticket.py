"""The page of a ticket: the conversation first, the composer always at hand, the fields beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from helpdesk import people, permissions
from helpdesk.admin.forms import DescriptionForm, DetailsForm, FieldsForm, RememberingForm
from helpdesk.admin.panel import brought, composer, fields, offers, timeline, words
from helpdesk.admin.panel.fields import Mistake, deleted
from helpdesk.admin.panel.place import place
from helpdesk.admin.panel.rows import rows
from helpdesk.admin.panel.similar import similar
from helpdesk.choices import UNRESOLVED, Channel
from helpdesk.people import signed_in
from helpdesk.tickets import changes, history
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import as_pk
from helpdesk.workspace import preferences, presence, reading

LATEST = 5
# Of a requester with more tickets than this, nobody needs the exact number.
COUNTED = 1000
FORMS: dict[str, type[RememberingForm]] = {
    "fields": FieldsForm,
    "details": DetailsForm,
    "description": DescriptionForm,
}


@dataclass(frozen=True)
class Requester:
    """Who asks: the last tickets of the same address, and how many there are."""

    name: str
    email: str
    latest: list[tuple[Ticket, str]]
    total: int
    unresolved: int


@dataclass(frozen=True)
class Times:
    first_response: str
    status_for: str
    due: words.Due | None
    created: str
    resolved: str


def show(request: HttpRequest, object_id: str) -> HttpResponse:
    """The page; or, for a browser without scripts, what one of its forms sends."""
    user = signed_in(request)
    if not permissions.can_view(user):
        raise PermissionDenied
    ticket = _find(user, as_pk(object_id), "source")
    if ticket is None:
        pk = as_pk(object_id)
        messages.error(request, deleted(pk) if pk else "There is no such ticket.")
        return redirect("admin:helpdesk_ticket_changelist")
    if request.method != "POST":
        return _page(request, ticket)
    if request.POST.get("part") in FORMS or not composer.may_write(user):
        return _save(request, ticket, request.POST.get("part", ""))
    return _send(request, ticket)


@require_GET
def earlier(request: HttpRequest, pk: int) -> HttpResponse:
    """The piece of the timeline before the key ``before``, as a fragment of the page."""
    user = signed_in(request)
    if not permissions.can_view(user):
        raise PermissionDenied
    ticket = _find(user, pk)
    if ticket is None:
        return HttpResponse(deleted(pk), status=404, content_type="text/plain")
    try:
        before = timeline.key_from(request.GET.get("before", ""))
    except ValueError:
        return HttpResponse("Say before which entry.", status=400, content_type="text/plain")
    piece = timeline.piece(ticket, user, before)
    context = {"ticket": ticket, "piece": piece, "entries": piece.entries}
    return render(request, "helpdesk/panel/ticket/earlier.html", context)


@require_GET
def here(request: HttpRequest, pk: int) -> JsonResponse:
    """What a page asks again and again: who else is here, and what happened after the moment ``after``.

    By asking it says that its reader is here, is ``replying``, and has read up to ``read``.
    """
    user, asked = signed_in(request), request.GET
    if not permissions.can_view(user):
        raise PermissionDenied
    ticket = _find(user, pk)
    if ticket is None:
        return fields.refuse(deleted(pk), 404)
    try:
        presence.beat(user, ticket, is_replying=asked.get("replying") == "1")
        if asked.get("read"):
            reading.mark_read(user, ticket, timeline.moment_from(asked["read"]))
        since = timeline.moment_from(asked.get("after", ""))
    except ValueError:
        return fields.refuse("Say after which moment.", 400)
    except IntegrityError:
        return fields.refuse(deleted(pk), 404)
    answer = composer.latest(ticket, user, timeline.since(ticket, user, since))
    others = [
        {"name": people.name_of(other.user), "replying": other.is_replying}
        for other in presence.others(user, ticket)
    ]
    told = offers.fragments(ticket, may_decide=offers.may_decide(user))
    return JsonResponse({"others": others, "fields": composer.fields_of(ticket), "offers": told, **answer})


def _find(user: User, pk: int | None, *also: str) -> Ticket | None:
    visible = Ticket.objects.visible_to(user).select_related("assignee", "last_message_by", *also)
    return visible.filter(pk=pk).first() if pk else None


def _page(request: HttpRequest, ticket: Ticket, status: int = 200, **own: Any) -> HttpResponse:
    user = signed_in(request)
    may_change, may_write = permissions.can_change(user), composer.may_write(user)
    context = {
        **admin.site.each_context(request),
        "title": f"#{ticket.pk}",
        "ticket": ticket,
        "row": rows([ticket], user)[0],
        "place": place(request, ticket),
        "may_change": may_change,
        "may_write": may_write,
        "may_delete": permissions.can_delete(user),
        "may_decide": offers.may_decide(user),
        "requester": _requester(ticket),
        "times": _times(ticket),
        "similar": similar(ticket),
        "brought": brought.of(ticket),
        "offers": offers.fragments(ticket, may_decide=offers.may_decide(user)),
        "shortcuts": preferences.of(user).has_shortcuts,
        **_conversation(ticket, user),
    }
    if may_write:
        context |= composer.opened(ticket, user, context["place"].query)
    if may_change:
        staff = people.assignable().order_by("first_name", "username")
        context |= {
            "field_options": fields.options(staff),
            **{f"{part}_form": form(instance=ticket) for part, form in FORMS.items()},
        }
    return render(request, "helpdesk/panel/ticket/page.html", context | own, status=status)


def _conversation(ticket: Ticket, user: User) -> dict[str, Any]:
    piece, opening = timeline.piece(ticket, user), timeline.opening(ticket)
    read = reading.read_until(user, ticket)
    said = list(timeline.messages_in([opening, *piece.entries]))
    newest = [ticket.updated_at, *(entry.moment for entry in piece.entries)]
    unread = next((message for message in said if message.moment > read and not message.is_mine), None)
    return {
        "opening": opening,
        "piece": piece,
        "unread": unread if unread is not opening else None,
        "read_until": words.moment(read, timezone.now()),
        "seen": max(newest).isoformat(),
        "read": said[-1].moment.isoformat(),
    }


def _requester(ticket: Ticket) -> Requester:
    name, email = timeline.requester_of(ticket), ticket.requester_email
    if not email:
        return Requester(name, "", [], 0, 0)
    same = Ticket.objects.filter(requester_email=email)
    now = timezone.now()
    latest = [
        (other, words.span(max(now - other.created_at, timedelta(0))))
        for other in same.order_by("-created_at", "-id")[:LATEST]
    ]
    counts = same.order_by("-created_at")[:COUNTED].aggregate(
        total=Count("pk"), unresolved=Count("pk", filter=Q(status__in=UNRESOLVED))
    )
    return Requester(name, email, latest, **counts)


def _times(ticket: Ticket) -> Times:
    now = timezone.now()
    changed = history.last_change(ticket.pk, "status")
    since = changed.created_at if changed else ticket.created_at

    def moment(when: datetime | None) -> str:
        return words.moment(when, now) if when else ""

    answered = ticket.first_responded_at
    return Times(
        first_response=words.span(max(answered - ticket.created_at, timedelta(0))) if answered else "",
        status_for=words.span(max(now - since, timedelta(0))),
        due=words.due(ticket, now, timedelta(minutes=settings.DUE_SOON_MINUTES)),
        created=moment(ticket.created_at),
        resolved=moment(ticket.resolved_at),
    )


def _send(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The composer without scripts: what came meanwhile is shown before the message is added."""
    user = signed_in(request)
    own = {"body": request.POST.get("body", ""), "kind": request.POST.get("kind", "reply")}
    try:
        written = composer.read(request.POST)
        composer.check_resolving(written, user)
        composer.deliver(ticket.pk, written, user)
    except Mistake as why:
        return _page(request, ticket, 400, problem=str(why), **own)
    except composer.Overtaken as why:
        problem = f"{why} Your text is still here: read what is new, then add it."
        return _page(request, why.ticket, 409, problem=problem, **own)
    except Ticket.DoesNotExist:
        messages.error(request, f"{deleted(ticket.pk)} Your text was not added.")
        return redirect("admin:helpdesk_ticket_changelist")
    messages.success(request, f"{written.said} to #{ticket.pk}.")
    if written.then == composer.NEXT:
        here = place(request, ticket)
        return HttpResponseRedirect(here.next or here.link)
    return HttpResponseRedirect(_own_address(request, ticket))


def _save(request: HttpRequest, ticket: Ticket, part: str) -> HttpResponse:
    """A form of fields: those that its sender changed are written, all or none."""
    user = signed_in(request)
    if not permissions.can_change(user):
        raise PermissionDenied
    if part not in FORMS:
        raise PermissionDenied
    form = FORMS[part](request.POST, instance=Ticket.objects.get(pk=ticket.pk))
    if not form.is_valid():
        return _page(request, ticket, 400, **{f"{part}_form": form})
    try:
        changes.update_if(ticket, form.changes(), form.expected(), actor=user, channel=Channel.ADMIN)
    except changes.Conflict as conflict:
        names = ", ".join(conflict.fields).replace("_", " ")
        messages.error(request, f"Somebody else changed {names} meanwhile. Nothing was saved.")
    except Ticket.DoesNotExist:
        messages.error(request, f"{deleted(ticket.pk)} Nothing was saved.")
        return redirect("admin:helpdesk_ticket_changelist")
    else:
        messages.success(request, f"#{ticket.pk} saved." if form.changed_data else "Nothing had changed.")
    return HttpResponseRedirect(_own_address(request, ticket))


def _own_address(request: HttpRequest, ticket: Ticket) -> str:
    query = request.META.get("QUERY_STRING", "")
    return reverse("admin:helpdesk_ticket_change", args=[ticket.pk]) + (f"?{query}" if query else "")
