"""Taking changes back: of each ticket what nobody has changed since; once, and told as a change itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes
from helpdesk.tickets.fields import BY_NAME, EDITABLE, LABELS
from helpdesk.tickets.history import Author
from helpdesk.tickets.models import Event, EventQuerySet, Ticket, Undo

# So many tickets are put back in one transaction, which on SQLite holds up every other writer, and so many of
# those that were left are listed.
CHUNK = 200
LISTED = 1000
NAMES = {BY_NAME[name].attribute: name for name in EDITABLE}
# They belong to the status.
TIMES = ("resolved_at", "closed_at")
CHANGED, DELETED = "changed since", "deleted since"
PERSON_GONE, NUMBER_TAKEN = "the person is gone", "another ticket has this external id now"
NO_CHANGE = {
    Action.CREATED: "a new ticket stays",
    Action.COMMENTED: "what was said stays",
    Action.DELETED: "a deletion cannot be undone",
}


class UndoRefused(Exception):
    """Nothing was done; the message says why."""


@dataclass
class _Plan:
    """What one ticket gets back, by column, and why it does not get the rest, by field."""

    ticket: Ticket
    columns: dict[str, Any] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    def leave(self, column: str, reason: str) -> None:
        self.columns.pop(column, None)
        self.left[NAMES[column]] = reason


def undo(target: Event | UUID, *, actor: User | None, channel: Channel) -> Undo:
    """Take back one event, or all events of a batch; raises `UndoRefused`, also the second time.

    A field is put back while its value is still the one of this change and nobody else has written it since;
    `left` lists the others. Up to `CHUNK` tickets are done at once; of more, a worker does the rest, and the
    row tells how far it is: `done` of `total`, and `finished_at`. Who may undo is who may make the change.
    """
    thing: dict[str, Any] = {"event": target} if isinstance(target, Event) else {"of_batch": target}
    row = Undo(**thing, actor=actor, channel=channel)
    events = _events(row)
    if not events.exists():
        raise UndoRefused("There is no such change.")
    if not events.filter(action=Action.UPDATED).exists():
        raise UndoRefused("Only changes of fields can be undone: a new, a deleted ticket or a comment stays.")
    row.total = events.order_by().values("ticket_id").distinct().count()
    try:
        with transaction.atomic():
            row.save()
            _go_on(row)
    except IntegrityError:
        known = Undo.objects.filter(**thing).first()
        if known is None:
            raise
        again = "This is being undone." if known.finished_at is None else "This was undone before."
        raise UndoRefused(again) from None
    return row


@task()
def go_on(undo_id: int) -> None:
    """Put back the next tickets. Each is done once, however often this is called."""
    with transaction.atomic():
        row = Undo.objects.select_for_update().get(pk=undo_id)
        if row.finished_at is None:
            _go_on(row)


def _go_on(row: Undo) -> None:
    """One chunk, in the order of the tickets' ids, and word to a worker if there are more."""
    waiting = _events(row).filter(ticket_id__gt=row.cursor).order_by("ticket_id")
    ids = list(waiting.values_list("ticket_id", flat=True).distinct()[:CHUNK])
    tickets = {ticket.pk: ticket for ticket in Ticket.objects.select_for_update().filter(pk__in=ids)}
    plans = _plans(row, ids, tickets)
    _leave_what_is_gone(plans)
    _leave_what_is_taken(plans)
    changes.put_back(
        {plan.ticket.pk: plan.columns for plan in plans if plan.columns},
        Author(row.actor, Channel(row.channel), row.batch),
    )
    left = [[plan.ticket.pk, sorted(plan.left), "; ".join(sorted({*plan.left.values()}))] for plan in plans]
    left += [[pk, [], DELETED] for pk in ids if pk not in tickets]
    left = [line for line in left if line[-1]]
    row.done += len(ids)
    row.restored += sum(bool(plan.columns) for plan in plans)
    row.left_count += len(left)
    row.left = (row.left + left)[:LISTED]
    row.cursor = ids[-1] if ids else row.cursor
    if row.done >= row.total or not ids:
        row.finished_at = timezone.now()
    row.save()
    if row.finished_at is None:
        go_on.enqueue(row.pk)


def _events(row: Undo) -> EventQuerySet:
    wanted = {"batch": row.of_batch} if row.of_batch else {"pk": row.event_id}
    return Event.objects.filter(**wanted)


def _plans(row: Undo, ids: Sequence[int], tickets: Mapping[int, Ticket]) -> list[_Plan]:
    """One for each ticket that is still here; the tickets are locked."""
    events: dict[int, list[Event]] = defaultdict(list)
    for event in _events(row).filter(ticket_id__in=ids).order_by("-pk"):
        events[event.ticket_id].append(event)
    oldest = min((event.pk for told in events.values() for event in told), default=0)
    later = _written_since(row, ids, oldest)
    return [_plan(ticket, events[pk], later.get(pk, {})) for pk, ticket in sorted(tickets.items())]


def _written_since(row: Undo, ids: Sequence[int], oldest: int) -> dict[int, dict[str, int]]:
    """The newest event of others that wrote a column and still stands: ``{ticket: {column: event}}``.

    A change that was undone, and its undo, cancel each other out. A ticket's events are written under its
    lock, so their ids are in the order of the changes.
    """
    own = [batch for batch in (row.of_batch, row.batch) if batch]
    others = Event.objects.filter(ticket_id__in=ids, pk__gt=oldest, action=Action.UPDATED)
    events = list(others.exclude(batch__in=own).order_by("pk").only("ticket_id", "batch", "changes"))
    undone = dict(
        Undo.objects.filter(batch__in={event.batch for event in events}).in_bulk(field_name="batch")
    )
    stacks: dict[tuple[int, str], list[Event]] = defaultdict(list)
    for event in events:
        for column in event.changes:
            stack = stacks[event.ticket_id, column]
            target = undone.get(event.batch)
            if not (target and stack and _is_of(target, stack[-1])):
                stack.append(event)
            while target and stack and _is_of(target, stack[-1]):
                stack.pop()
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for (ticket_id, column), stack in stacks.items():
        found[ticket_id][column] = stack[-1].pk if stack else 0
    return found


def _is_of(target: Undo, event: Event) -> bool:
    """Whether this event is one of those that were undone."""
    return target.event_id == event.pk or (event.batch is not None and target.of_batch == event.batch)


def _plan(ticket: Ticket, events: Iterable[Event], later: Mapping[str, int]) -> _Plan:
    """Step back through the events, the newest first, as far as each column is still theirs."""
    plan = _Plan(ticket)
    for event in events:
        if event.action != Action.UPDATED:
            plan.left[""] = NO_CHANGE[Action(event.action)]
            continue
        for column, (old, new) in event.changes.items():
            if column not in NAMES:
                continue
            now = plan.columns.get(column, getattr(ticket, column))
            if now == new and later.get(column, 0) < event.pk:
                plan.columns |= {column: old, **_beside(event, column, plan)}
            else:
                plan.left[NAMES[column]] = CHANGED
    return plan


def _beside(event: Event, column: str, plan: _Plan) -> dict[str, Any]:
    """What goes back together with a column: the times of a status, the mark of a person at a label."""
    if column == "status":
        olds = {name: event.changes[name][0] for name in TIMES if name in event.changes}
        return {name: old and datetime.fromisoformat(old) for name, old in olds.items()}
    if column not in LABELS:
        return {}
    flag = f"{column}_confirmed"
    judged_by_it = column in (event.confirmed or ())
    return {flag: not judged_by_it and plan.columns.get(flag, getattr(plan.ticket, flag))}


def _leave_what_is_gone(plans: Sequence[_Plan]) -> None:
    """An assignee may have left the desk for good."""
    wanted = {pk for plan in plans if (pk := plan.columns.get("assignee_id"))}
    gone = wanted - set(User.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for plan in plans:
        if plan.columns.get("assignee_id") in gone:
            plan.leave("assignee_id", PERSON_GONE)


def _leave_what_is_taken(plans: Sequence[_Plan]) -> None:
    """The number in another system may belong to another ticket by now."""
    pair = ("external_source", "external_id")
    wanted = {
        plan.ticket.pk: tuple(plan.columns.get(name, getattr(plan.ticket, name)) for name in pair)
        for plan in plans
        if plan.columns.keys() & {*pair}
    }
    if not wanted:
        return
    holders = Ticket.objects.filter(external_id__in={number for _, number in wanted.values() if number})
    taken = {(source, number): pk for source, number, pk in holders.values_list(*pair, "pk")}
    for plan in plans:
        number = wanted.get(plan.ticket.pk)
        if number and number[1] and taken.setdefault(number, plan.ticket.pk) != plan.ticket.pk:
            for name in plan.columns.keys() & {*pair}:
                plan.leave(name, NUMBER_TAKEN)
