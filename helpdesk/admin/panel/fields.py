"""One field of one ticket, changed where it stands and taken back by one key."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST

from helpdesk import people, permissions
from helpdesk.admin.panel import words
from helpdesk.choices import VOCABULARIES, Action, Channel
from helpdesk.tickets import changes, history, undo
from helpdesk.tickets.fields import BY_NAME
from helpdesk.tickets.models import TITLE_LENGTH, Event, Ticket
from helpdesk.tickets.parsing import as_pk
from helpdesk.tickets.undo_record import Undo

NOBODY = "Nobody"
# What the panel changes where it stands.
CHANGEABLE = (*VOCABULARIES, "assignee", "title")


class Mistake(Exception):
    """What was sent is no value of the field; the message says what is."""


def options(staff: Iterable[User]) -> dict[str, list[dict[str, str]]]:
    """What each field of the panel can be changed to, for its menus."""
    found = {
        name: [{"value": value, "label": label, "icon": icon(name, value)} for value, label in kind.choices]
        for name, kind in VOCABULARIES.items()
    }
    named = [{"value": str(user.pk), "label": people.name_of(user), "icon": ""} for user in staff]
    return {**found, "assignee": [{"value": "", "label": NOBODY, "icon": ""}, *named]}


def icon(field: str, value: str) -> str:
    """The classes of the mark that stands for a value; a category has none."""
    return "" if field == "category" else f"mark {field}-{value}"


@require_POST
def change_field(request: HttpRequest, pk: int) -> JsonResponse:
    """Write ``value`` into ``field``, if it still holds what the page showed (``was``).

    Answers 200 with what is there now and the ``batch`` that takes it back; 409 with the value that somebody
    else wrote meanwhile; 404 when the ticket is gone; 403 and 400 with the reason.
    """
    user = people.signed_in(request)
    if not permissions.can_change(user):
        return refuse("You may read tickets, not change them.", 403)
    field, sent = request.POST.get("field", ""), request.POST
    try:
        value, was = read(field, sent.get("value", "")), read(field, sent.get("was", ""), known=True)
    except Mistake as why:
        return refuse(str(why), 400)
    batch = uuid4()
    try:
        ticket = changes.update_if(
            pk, {field: value}, {field: was}, actor=user, channel=Channel.ADMIN, batch=batch
        )
    except changes.Conflict as conflict:
        return JsonResponse(_conflict(conflict.ticket, field, user), status=409)
    except Ticket.DoesNotExist:
        return refuse(deleted(pk), 404)
    old, new = label_of(field, was), label_of(field, value)
    said = f"{field.capitalize()} of #{pk}: {old} → {new}"
    return JsonResponse({"said": said, "batch": str(batch), **shown(ticket, field)})


@require_POST
def undo_change(request: HttpRequest) -> JsonResponse:
    """Take back a batch of one's own, or, for whoever may change many tickets, anybody's."""
    user = people.signed_in(request)
    if not permissions.can_change(user):
        return refuse("You may read tickets, not change them.", 403)
    try:
        batch = UUID(request.POST.get("batch", ""))
    except ValueError:
        return refuse("Send the batch that is to be undone.", 400)
    own = Event.objects.filter(batch=batch, actor=user).exists()
    if not (own or permissions.can_change_many(user)):
        return refuse("You can undo your own changes.", 403)
    try:
        row = undo.undo(batch, actor=user, channel=Channel.ADMIN)
    except undo.UndoRefused as why:
        return refuse(str(why), 409)
    events = Event.objects.filter(batch=batch).order_by("pk")[:2]
    answer: dict[str, Any] = {"said": undone(row), "left": row.left, "finished": bool(row.finished_at)}
    if len(events) == 1 and (ticket := Ticket.objects.filter(pk=events[0].ticket_id).first()):
        names = (name.removesuffix("_id") for name in events[0].changes)
        answer["tickets"] = [shown(ticket, name) for name in names if name in CHANGEABLE]
    return JsonResponse(answer)


def shown(ticket: Ticket, field: str) -> dict[str, Any]:
    """A field as the page shows it, and the due time, which follows from priority and status."""
    value = getattr(ticket, field)
    return {
        "ticket": ticket.pk,
        "field": field,
        "value": _key(value),
        "label": label_of(field, value),
        "due": clock(ticket),
    }


def clock(ticket: Ticket) -> str:
    """The due clock as a fragment of the page."""
    soon = timedelta(minutes=settings.DUE_SOON_MINUTES)
    return render_to_string("helpdesk/panel/due.html", {"due": words.due(ticket, timezone.now(), soon)})


def deleted(pk: int) -> str:
    """Who deleted a ticket and when, as far as the history knows."""
    event = Event.objects.for_history(pk).filter(action=Action.DELETED).first()
    if event is None:
        return f"There is no ticket #{pk}."
    who = f" by {people.name_of(event.actor)}" if event.actor else ""
    return f"#{pk} was deleted{who} {ago(event)}."


def ago(event: Event) -> str:
    """How long ago, in one unit."""
    seconds = (timezone.now() - event.created_at).total_seconds()
    return f"{max(int(seconds), 0)} s ago" if seconds < 60 else f"{timesince(event.created_at, depth=1)} ago"


def read(field: str, text: str, *, known: bool = False) -> Any:
    """The value that a text stands for; `known` ones may be people who can be given no more tickets."""
    if field in VOCABULARIES:
        if text not in VOCABULARIES[field].values:
            raise Mistake(f"Choose one of: {', '.join(VOCABULARIES[field].values)}.")
        return text
    if field == "assignee":
        if not text:
            return None
        pk = as_pk(text)
        user = (User.objects if known else people.assignable()).filter(pk=pk).first() if pk else None
        if user is None and not known:
            raise Mistake("This person cannot be given tickets. Reload the page and choose another one.")
        return user
    if field == "title":
        return _title(text)
    raise Mistake("This field cannot be changed here.")


def _title(text: str) -> str:
    try:
        title = str(BY_NAME["title"].parser(text))
    except ValueError as why:
        raise Mistake(str(why)) from None
    if len(title) > TITLE_LENGTH:
        raise Mistake(f"A title has at most {TITLE_LENGTH} characters; this one has {len(title)}.")
    return title


def _key(value: Any) -> str:
    return str(value.pk) if isinstance(value, User) else value or ""


def label_of(field: str, value: Any) -> str:
    if field in VOCABULARIES:
        return str(VOCABULARIES[field](value).label)
    if field == "assignee":
        return people.name_of(value) or NOBODY
    return str(value)


def _conflict(ticket: Ticket, field: str, user: User) -> dict[str, Any]:
    event = history.last_change(ticket.pk, field)
    who = (people.name_of(event.actor) if event else None) or "A program"
    return {
        "detail": f"{'You' if event and event.actor == user else who} changed this meanwhile.",
        "by": who,
        "when": ago(event) if event else "",
        **shown(ticket, field),
    }


def undone(row: Undo) -> str:
    if not row.finished_at:
        return f"Undoing {row.total} tickets in the background."
    if row.left_count:
        return f"Undone. {row.restored} put back, {row.left_count} changed since and left."
    return "Undone." if row.total == 1 else f"Undone. {row.restored} put back."


def refuse(detail: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
