"""The difference between two states of a ticket, as events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import User

from helpdesk.choices import VOCABULARIES, Action, Channel
from helpdesk.jobs import outbox
from helpdesk.people import name_of
from helpdesk.tickets.fields import AUDITED, BY_NAME, DERIVED
from helpdesk.tickets.loading import load
from helpdesk.tickets.models import NOTE, REPLY, Event, Ticket

# A ticket keeps its own text: the event of its birth need not repeat it.
BORN_WITH = tuple(name for name in AUDITED if name not in {"title", "description"})
COMMENTS = frozenset({REPLY, NOTE})
COLUMNS = ("ticket_id", "action", "channel", "actor_id", "batch", "changes", "confirmed", "created_at")

Changes = dict[str, list[Any]]


@dataclass(frozen=True)
class Author:
    """Who makes a change, by which channel, and in which request or batch.

    `announces`: whoever makes many pieces of one change leaves it out, and announces all at the end.
    """

    actor: User | None
    channel: Channel
    batch: UUID | None = None
    announces: bool = True

    def announce(self, kind: str, ids: Sequence[int]) -> None:
        if self.announces:
            outbox.announce(kind, ids)


class Entry(NamedTuple):
    """One change of one ticket; `confirmed` are the labels that became a person's judgement by it."""

    ticket_id: int
    changes: Changes
    moment: datetime
    confirmed: Sequence[str] = ()


def snapshot(ticket: Ticket) -> dict[str, Any]:
    """The audited values as they are, to be compared with those after a change."""
    return {name: getattr(ticket, name) for name in AUDITED}


def difference(before: Mapping[str, Any], ticket: Ticket) -> Changes:
    """``{field: [old, new]}``, in JSON values, of every audited field that differs from `before`."""
    return {
        name: [_as_json(old), _as_json(new)]
        for name, old in before.items()
        if old != (new := getattr(ticket, name))
    }


def birth(ticket: Ticket) -> Changes:
    """What a new ticket started with; empty fields are left out."""
    values = ((name, getattr(ticket, name)) for name in BORN_WITH)
    return {name: [None, _as_json(value)] for name, value in values if value}


def death(ticket: Ticket) -> Changes:
    """The last state of a ticket, so that a deletion can be read and repaired."""
    return {name: [_as_json(getattr(ticket, name)), None] for name in AUDITED}


def record(action: Action, entries: Sequence[Entry], author: Author) -> None:
    """Store one event per entry, and announce them: there is no event that nothing can follow."""
    by = author.actor.pk if author.actor else None
    common = (str(action), str(author.channel), by, author.batch)
    load(
        Event,
        COLUMNS,
        [
            (entry.ticket_id, *common, entry.changes, list(entry.confirmed) or None, entry.moment)
            for entry in entries
        ],
    )
    author.announce(f"ticket.{action}", [entry.ticket_id for entry in entries])


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@dataclass(frozen=True)
class ChangeInWords:
    """One changed field, in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Told:
    """One event as people read it."""

    event: Event
    lines: list[ChangeInWords]


def read(ticket_id: int, limit: int = 100) -> list[Told]:
    """The newest events of a ticket with every value in words; two queries."""
    return tell(Event.objects.for_history(ticket_id)[:limit])


def tell(events: Iterable[Event]) -> list[Told]:
    """These events with every value in words; one query for the people in them."""
    found = list(events)
    people = names_in(found) if found else {}
    return [Told(event, _lines(event, people)) for event in found]


def last_change(ticket_id: int, field: str) -> Event | None:
    """The newest event that changed this field of a ticket, with its actor at hand."""
    attribute = BY_NAME[field].attribute
    return Event.objects.for_history(ticket_id).filter(changes__has_key=attribute).first()


def names_in(events: Iterable[Event]) -> dict[int, str]:
    """The names of all assignees in these events, by their id; of those who still exist."""
    ids = {pk for event in events for pk in event.changes.get("assignee_id", ()) if pk}
    return {user.pk: name_of(user) for user in User.objects.filter(pk__in=ids)}


def _lines(event: Event, people: dict[int, str]) -> list[ChangeInWords]:
    return [
        ChangeInWords(
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
