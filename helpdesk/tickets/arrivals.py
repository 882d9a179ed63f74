"""Tickets that come with a past, such as those of a file. `changes.bring_in` writes them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from helpdesk.choices import Channel
from helpdesk.tickets import sla, values
from helpdesk.tickets.fields import CREATABLE
from helpdesk.tickets.loading import insert, load
from helpdesk.tickets.models import Comment, Ticket, TicketSource


@dataclass(frozen=True, slots=True)
class PastMessage:
    """What was said; `author_name` is who said it, where that person has no account here."""

    body: str
    created_at: datetime
    author: User | None = None
    author_name: str = ""
    is_internal: bool = False
    from_requester: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A ticket to be made with its past.

    `fields` are complete and valid, by name. `confirmed` are the labels that are a person's judgement.
    `number` is the id that it is to have, if that is free; `origin` the desk it was born in and its number
    there. `kept` are times that the desk works out itself otherwise: `updated_at` and `due_at`.
    `source` is what the file says besides: ``[[header, text], …]``.
    """

    fields: Mapping[str, Any]
    confirmed: Collection[str] = ()
    number: int | None = None
    origin: tuple[UUID, int] | None = None
    former_assignee: str = ""
    kept: Mapping[str, datetime] = field(default_factory=dict)
    source: Sequence[Sequence[str]] = ()
    messages: Sequence[PastMessage] = ()


def fill(ticket: Ticket, arrival: Arrival, now: datetime) -> tuple[Ticket, list[Comment]]:
    """The new ticket and what was said in it, not saved yet.

    When it was resolved stays unknown where nobody says so.
    """
    ticket.pk, ticket.updated_at, ticket.former_assignee = arrival.number, now, arrival.former_assignee
    for name in arrival.confirmed:
        setattr(ticket, f"{name}_confirmed", True)
    if arrival.origin:
        ticket.origin_desk, ticket.origin_id = arrival.origin
    values.assign(ticket, {"created_at": now, **arrival.fields}, CREATABLE)
    values.keep_resolution(ticket)
    ticket.due_at = sla.due_at(ticket.priority, ticket.created_at)
    values.begin(ticket)
    values.index(ticket)
    comments = _comments_of(ticket, arrival.messages)
    for comment in comments:
        values.hear(ticket, comment)
    for name, moment in arrival.kept.items():
        setattr(ticket, name, moment)
    return ticket, comments


def attach(built: Sequence[tuple[Ticket, list[Comment]]], arrivals: Sequence[Arrival]) -> None:
    """Keep what was said in the new tickets, and what their file said besides."""
    pairs = zip(built, arrivals, strict=True)
    sources = [(ticket.pk, list(came.source)) for (ticket, _), came in pairs if came.source]
    load(TicketSource, ("ticket_id", "data"), sources)
    for ticket, said in built:
        for comment in said:
            comment.ticket_id = ticket.pk
    insert([comment for _, said in built for comment in said])


def _comments_of(ticket: Ticket, messages: Iterable[PastMessage]) -> list[Comment]:
    """The unsaved comments, in the order in which they were said."""
    return [
        Comment(
            ticket=ticket,
            author=message.author,
            author_name=message.author_name,
            body=message.body,
            is_internal=message.is_internal,
            from_requester=message.from_requester,
            channel=Channel.IMPORT,
            created_at=message.created_at,
        )
        for message in sorted(messages, key=lambda message: message.created_at)
    ]
