"""The difference between two states of a ticket, as events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from helpdesk.choices import VOCABULARIES, Action, Channel
from helpdesk.people import name_of
from helpdesk.tickets.models import Event, Ticket

AUDITED = (
    "title",
    "description",
    "category",
    "priority",
    "status",
    "requester_name",
    "requester_email",
    "assignee_id",
    "external_source",
    "external_id",
    "created_at",
    "first_responded_at",
    "resolved_at",
    "closed_at",
    "due_at",
)
# A ticket keeps its own text: the event of its birth need not repeat it.
BORN_WITH = tuple(name for name in AUDITED if name not in {"title", "description"})
# What follows from other fields is kept for undoing, but tells a reader nothing new.
DERIVED = frozenset({"created_at", "first_responded_at", "resolved_at", "closed_at", "due_at"})
# The event of a comment names the comment's id under one of these.
COMMENTS = frozenset({"reply", "internal note"})
BATCH_SIZE = 500

Changes = dict[str, list[Any]]


@dataclass(frozen=True)
class Author:
    """Who makes a change, by which channel, and in which request or batch."""

    actor: User | None
    channel: Channel
    batch: UUID | None = None


def snapshot(ticket: Ticket, fields: Sequence[str] = AUDITED) -> dict[str, Any]:
    """The audited fields as JSON values; the assignee as an id."""
    return {name: _as_json(getattr(ticket, name)) for name in fields}


def difference(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """``{field: [old, new]}`` of every field that differs."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def births(tickets: Iterable[Ticket]) -> list[tuple[int, Changes]]:
    """What each new ticket started with; empty fields are left out."""
    return [
        (ticket.pk, {name: [None, value] for name, value in snapshot(ticket, BORN_WITH).items() if value})
        for ticket in tickets
    ]


def deaths(tickets: Iterable[Ticket]) -> list[tuple[int, Changes]]:
    """The last state of each ticket, so that a deletion can be read and repaired."""
    return [
        (ticket.pk, {name: [value, None] for name, value in snapshot(ticket).items()}) for ticket in tickets
    ]


def record(action: Action, entries: Sequence[tuple[int, Changes]], author: Author, now: datetime) -> None:
    """Store one event per (ticket id, changes)."""
    events = [
        Event(
            ticket_id=ticket_id,
            action=action,
            channel=author.channel,
            actor=author.actor,
            batch=author.batch,
            changes=changes,
            created_at=now,
        )
        for ticket_id, changes in entries
    ]
    Event.objects.bulk_create(events, batch_size=BATCH_SIZE)


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@dataclass(frozen=True)
class Line:
    """One changed field, in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One event as people read it."""

    event: Event
    lines: list[Line]


def read(ticket_id: int, limit: int = 100) -> list[Entry]:
    """The newest events of a ticket with every value in words; two queries."""
    events = list(Event.objects.for_history(ticket_id)[:limit])
    people = names_in(events)
    return [Entry(event, _lines(event, people)) for event in events]


def names_in(events: Iterable[Event]) -> dict[int, str]:
    """The names of all assignees in these events, by their id; of those who still exist."""
    ids = {pk for event in events for pk in event.changes.get("assignee_id", ()) if pk}
    return {user.pk: name_of(user) for user in User.objects.filter(pk__in=ids)}


def _lines(event: Event, people: dict[int, str]) -> list[Line]:
    return [
        Line(
            name.removesuffix("_id").replace("_", " "),
            _in_words(name, old, people),
            _in_words(name, new, people),
        )
        for name, (old, new) in event.changes.items()
        if name not in DERIVED
    ]


def _in_words(name: str, value: Any, people: dict[int, str]) -> str:
    if value in (None, ""):
        return ""
    if name in COMMENTS:
        return "added"
    if name == "assignee_id":
        return people.get(value, f"user {value}")
    vocabulary = VOCABULARIES.get(name)
    return str(vocabulary(value).label) if vocabulary and value in vocabulary.values else str(value)
