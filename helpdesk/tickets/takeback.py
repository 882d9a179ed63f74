"""What each ticket gets back by an undo: what nobody has changed since. Nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from helpdesk.choices import Action
from helpdesk.tickets.fields import BY_NAME, EDITABLE, LABELS
from helpdesk.tickets.models import Event, EventQuerySet, Ticket
from helpdesk.tickets.undo_record import Undo

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


@dataclass
class Plan:
    """What one ticket gets back, by column, and why it does not get the rest, by field.

    `removes`: it was made by these changes, and goes altogether.
    """

    ticket: Ticket
    columns: dict[str, Any] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    removes: bool = False

    def leave(self, column: str, reason: str) -> None:
        self.columns.pop(column, None)
        self.left[NAMES[column]] = reason


def plans(row: Undo, ids: Sequence[int], tickets: Mapping[int, Ticket]) -> list[Plan]:
    """One for each ticket that is still here; the tickets are locked."""
    events: dict[int, list[Event]] = defaultdict(list)
    for event in undone_by(row).filter(ticket_id__in=ids).order_by("-pk"):
        events[event.ticket_id].append(event)
    oldest = min((event.pk for told in events.values() for event in told), default=0)
    later = _written_since(row, ids, oldest)
    touched = _touched_since(row, ids, oldest) if row.removes else set()
    found = [
        _removal(ticket, touched)
        if row.removes and _is_made(events[pk])
        else _plan(ticket, events[pk], later.get(pk, {}))
        for pk, ticket in sorted(tickets.items())
    ]
    _leave_what_is_gone(found)
    _leave_what_is_taken(found)
    return found


def undone_by(row: Undo) -> EventQuerySet:
    """The events that it takes back."""
    wanted = {"batch": row.of_batch} if row.of_batch else {"pk": row.event_id}
    return Event.objects.filter(**wanted)


def _is_made(events: Iterable[Event]) -> bool:
    return any(event.action == Action.CREATED for event in events)


def _removal(ticket: Ticket, touched: set[int]) -> Plan:
    if ticket.pk in touched:
        return Plan(ticket, left={"": CHANGED})
    return Plan(ticket, removes=True)


def _others(row: Undo, ids: Sequence[int], oldest: int) -> EventQuerySet:
    """What was done to these tickets since, but for the undo itself."""
    own = [batch for batch in (row.of_batch, row.batch) if batch]
    return Event.objects.filter(ticket_id__in=ids, pk__gt=oldest).exclude(batch__in=own)


def _touched_since(row: Undo, ids: Sequence[int], oldest: int) -> set[int]:
    """Tickets that somebody has worked on."""
    own = [batch for batch in (row.of_batch, row.batch) if batch]
    since = Event.objects.filter(ticket_id__in=ids, pk__gt=oldest)
    return set(by_others(since, own).values_list("ticket_id", flat=True))


def by_others(events: EventQuerySet, batches: Sequence[UUID]) -> EventQuerySet:
    """Those of no such batch and by somebody: a rule that applied a suggestion by itself is nobody."""
    return events.exclude(batch__in=batches).exclude(action=Action.UPDATED, actor=None)


def _written_since(row: Undo, ids: Sequence[int], oldest: int) -> dict[int, dict[str, int]]:
    """The newest event of others that wrote a column and still stands: ``{ticket: {column: event}}``.

    A change that was undone, and its undo, cancel each other out. A ticket's events are written under its
    lock, so their ids are in the order of the changes.
    """
    others = _others(row, ids, oldest).filter(action=Action.UPDATED)
    events = list(others.order_by("pk").only("ticket_id", "batch", "changes"))
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


def _plan(ticket: Ticket, events: Iterable[Event], later: Mapping[str, int]) -> Plan:
    """Step back through the events, the newest first, as far as each column is still theirs."""
    plan = Plan(ticket)
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


def _beside(event: Event, column: str, plan: Plan) -> dict[str, Any]:
    """What goes back together with a column: the times of a status, the mark of a person at a label."""
    if column == "status":
        olds = {name: event.changes[name][0] for name in TIMES if name in event.changes}
        return {name: old and datetime.fromisoformat(old) for name, old in olds.items()}
    if column not in LABELS:
        return {}
    flag = f"{column}_confirmed"
    judged_by_it = column in (event.confirmed or ())
    return {flag: not judged_by_it and plan.columns.get(flag, getattr(plan.ticket, flag))}


def _leave_what_is_gone(plans: Sequence[Plan]) -> None:
    """An assignee may have left the desk for good."""
    wanted = {pk for plan in plans if (pk := plan.columns.get("assignee_id"))}
    gone = wanted - set(User.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    for plan in plans:
        if plan.columns.get("assignee_id") in gone:
            plan.leave("assignee_id", PERSON_GONE)


def _leave_what_is_taken(plans: Sequence[Plan]) -> None:
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
