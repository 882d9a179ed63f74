"""Taking changes back: of each ticket what nobody has changed since; once, and told as a change itself."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes
from helpdesk.tickets.history import Author
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.takeback import DELETED, by_others, plans, undone_by
from helpdesk.tickets.undo_record import Undo

# So many tickets are put back in one transaction, which on SQLite holds up every other writer, and so many of
# those that were left are listed.
CHUNK = 100
LISTED = 1000


class UndoRefused(Exception):
    """Nothing was done; the message says why."""


def undo(
    target: Event | UUID, *, actor: User | None, channel: Channel, removes: bool = False, waits: bool = False
) -> Undo:
    """Take back one event, or all events of a batch; raises `UndoRefused`, also the second time.

    A field is put back while its value is still the one of this change and nobody else has written it since;
    `left` lists the others. `removes`: what the batch has made is deleted again, unless somebody has touched
    it. Up to `CHUNK` tickets are done at once; of more, a worker does the rest, and the row tells how far it
    is: `done` of `total`, and `finished_at`. With `waits` none is done: the caller calls `go_on_once`.
    Who may undo is who may make the change.
    """
    thing: dict[str, UUID | Event] = {"event": target} if isinstance(target, Event) else {"of_batch": target}
    row = Undo(**thing, actor=actor, channel=channel, removes=removes)
    row.total = _total(row)
    try:
        with transaction.atomic():
            row.save()
            if not waits and not _go_on(row):
                go_on.enqueue(row.pk)
    except IntegrityError:
        known = Undo.objects.filter(**thing).first()
        if known is None:
            raise
        raise UndoRefused(_again(known)) from None
    return row


def _total(row: Undo) -> int:
    """How many tickets there are to look at; raises `UndoRefused` when there is nothing to undo."""
    events = undone_by(row)
    if not events.exists():
        raise UndoRefused("There is no such change.")
    if not row.removes and not events.filter(action=Action.UPDATED).exists():
        raise UndoRefused("Only changes of fields can be undone: a new, a deleted ticket or a comment stays.")
    return events.order_by().values("ticket_id").distinct().count()


def _again(known: Undo) -> str:
    return "This is being undone." if known.finished_at is None else "This was undone before."


def touched(batch: UUID) -> int:
    """How many tickets of a batch somebody has worked on since: an undo leaves what they changed."""
    since = Event.objects.filter(ticket_id=OuterRef("ticket_id"), pk__gt=OuterRef("pk"))
    others = by_others(since, [batch])
    return Event.objects.filter(Exists(others), batch=batch).order_by().values("ticket_id").distinct().count()


def made_by_what_is_undone(ids: Sequence[int]) -> set[int]:
    """Those of these tickets whose making is taken back, or was but for what somebody has touched."""
    batches = Undo.objects.filter(of_batch__isnull=False).values("of_batch")
    made = Event.objects.filter(ticket_id__in=ids, action=Action.CREATED, batch__in=batches)
    return set(made.order_by().values_list("ticket_id", flat=True))


@task()
def go_on(undo_id: int) -> None:
    """Put back the next tickets. Each is done once, however often this is called."""
    with transaction.atomic():
        if not go_on_once(undo_id):
            go_on.enqueue(undo_id)


@transaction.atomic
def go_on_once(undo_id: int) -> bool:
    """One piece; whether it was the last."""
    row = Undo.objects.select_for_update().get(pk=undo_id)
    return row.finished_at is not None or _go_on(row)


def _go_on(row: Undo) -> bool:
    """One chunk, in the order of the tickets' ids; whether it was the last."""
    waiting = undone_by(row).filter(ticket_id__gt=row.cursor).order_by("ticket_id")
    ids = list(waiting.values_list("ticket_id", flat=True).distinct()[:CHUNK])
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.select_for_update().filter(pk__in=ids)}
    found = plans(row, ids, tickets)
    author = Author(row.actor, Channel(row.channel), row.batch)
    changes.put_back({plan.ticket.pk: plan.columns for plan in found if plan.columns}, author)
    gone = [plan.ticket.pk for plan in found if plan.removes]
    if gone:
        changes.delete_many(gone, actor=author.actor, channel=author.channel, batch=author.batch)
    left = [[plan.ticket.pk, sorted(plan.left), "; ".join(sorted({*plan.left.values()}))] for plan in found]
    left += [[pk, [], DELETED] for pk in ids if pk not in tickets]
    left = [line for line in left if line[-1]]
    row.done += len(ids)
    row.restored += sum(bool(plan.columns) for plan in found)
    row.removed += len(gone)
    row.left_count += len(left)
    row.left = (row.left + left)[:LISTED]
    row.cursor = ids[-1] if ids else row.cursor
    if row.done >= row.total or not ids:
        row.finished_at = timezone.now()
    row.save()
    return row.finished_at is not None
