"""What a ticket becomes by a change: its values, and what follows from them. Nothing is written here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from helpdesk.choices import UNRESOLVED, Party, Status
from helpdesk.tickets import history, search, sla
from helpdesk.tickets.fields import BY_NAME, EDITABLE, LABELS
from helpdesk.tickets.history import Changes, Entry
from helpdesk.tickets.models import EXCERPT_LENGTH, Comment, Ticket
from helpdesk.tickets.search import Place

TICK = timedelta(microseconds=1)
# What `index` reads.
TEXTS = frozenset({"title", "description", "requester_name", "requester_email"})
MESSAGE = (
    "last_message_at",
    "last_message_from",
    "last_message_by",
    "last_message_excerpt",
    "waiting_since",
)
PUT_BACK = frozenset(BY_NAME[name].attribute for name in EDITABLE)


class Write(NamedTuple):
    """A locked ticket with its new values: what an event tells of them, and which columns differ.

    `confirmed` are the labels that became a person's judgement by it.
    """

    ticket: Ticket
    changes: Changes
    columns: set[str]
    settled: bool
    confirmed: Sequence[str] = ()

    @property
    def entry(self) -> Entry:
        return Entry(self.ticket.pk, self.changes, self.ticket.updated_at, self.confirmed)


def stamp(ticket: Ticket, at: datetime | None) -> datetime:
    """The moment of a change of this row, which is locked: later than the one before, whatever the clock."""
    return at or max(timezone.now(), ticket.updated_at + TICK)


def is_confirmed(ticket: Ticket) -> bool:
    return any(getattr(ticket, f"{name}_confirmed") for name in LABELS)


def apply(ticket: Ticket, changes: Mapping[str, Any], at: datetime | None, *, judged: bool) -> Write:
    """Give the locked ticket its new values; `judged` labels among them are a person's judgement."""
    moment, before = stamp(ticket, at), history.snapshot(ticket)
    assign(ticket, changes, EDITABLE)
    given = [name for name in LABELS if judged and name in changes]
    confirmed = [name for name in given if not getattr(ticket, f"{name}_confirmed")]
    for name in confirmed:
        setattr(ticket, f"{name}_confirmed", True)
    _follow(ticket, before, moment)
    differs, columns = _compare(ticket, before, moment)
    columns.update(f"{name}_confirmed" for name in confirmed)
    settled = bool(confirmed) or any(name in differs for name in given)
    return Write(ticket, differs, columns, settled, confirmed)


def restore(ticket: Ticket, columns: Mapping[str, Any]) -> Write:
    """Give the locked ticket the values of an earlier moment, by column.

    What the desk derives follows as from any change, except for the times and marks that are named too.
    """
    moment, before = stamp(ticket, None), history.snapshot(ticket)
    marks = {flag for name in LABELS if (flag := f"{name}_confirmed") in columns}
    moved = {flag for flag in marks if getattr(ticket, flag) != columns[flag]}
    for column in columns.keys() & PUT_BACK:
        setattr(ticket, column, columns[column])
    _follow(ticket, before, moment)
    for column in columns.keys() - PUT_BACK:
        setattr(ticket, column, columns[column])
    differs, written = _compare(ticket, before, moment)
    settled = bool(moved) or any(flag.removesuffix("_confirmed") in differs for flag in marks)
    return Write(ticket, differs, written | moved, settled)


def assign(ticket: Ticket, values: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Set fields by name; raises TypeError for one that is not allowed."""
    unknown = [name for name in values if name not in allowed]
    if unknown:
        raise TypeError(f"A ticket has no writable {', '.join(sorted(unknown))}.")
    for name, value in values.items():
        setattr(ticket, name, BY_NAME[name].tidy(value))


def set_resolution(ticket: Ticket, moment: datetime) -> None:
    """Keep the times of resolving and closing in step with the status."""
    if ticket.status in UNRESOLVED:
        ticket.resolved_at = ticket.closed_at = None
    else:
        ticket.resolved_at = ticket.resolved_at or ticket.closed_at or moment
        ticket.closed_at = (ticket.closed_at or moment) if ticket.status == Status.CLOSED else None


def keep_resolution(ticket: Ticket) -> None:
    """The times that came with a ticket, as far as they fit its status; an unknown one stays so."""
    if ticket.status in UNRESOLVED:
        ticket.resolved_at = ticket.closed_at = None
    elif ticket.status == Status.CLOSED:
        ticket.resolved_at = ticket.resolved_at or ticket.closed_at
    else:
        ticket.closed_at = None


def begin(ticket: Ticket) -> None:
    """The description is the first message, and nobody has answered it."""
    ticket.last_message_at = ticket.waiting_since = ticket.created_at
    ticket.last_message_from = Party.REQUESTER
    ticket.last_message_excerpt = excerpt(ticket.description)


def hear(ticket: Ticket, comment: Comment) -> None:
    """What a comment means to the ticket: only a public one of staff answers the requester."""
    moment = comment.created_at
    if comment.from_requester:
        ticket.waiting_since = ticket.waiting_since or moment
    elif not comment.is_internal:
        ticket.waiting_since = None
        if comment.author_id:
            ticket.first_responded_at = ticket.first_responded_at or moment
    ticket.last_message_at = moment
    ticket.last_message_from = Party.REQUESTER if comment.from_requester else Party.STAFF
    ticket.last_message_by = None if comment.from_requester else comment.author
    ticket.last_message_excerpt = excerpt(comment.body)
    place = Place.NOTE if comment.is_internal else Place.REPLY
    ticket.search_text = search.heard(ticket.search_text, place, comment.body)


def excerpt(text: str) -> str:
    """The beginning of a message in one line."""
    return " ".join(text[: 4 * EXCERPT_LENGTH].split())[:EXCERPT_LENGTH]


def index(ticket: Ticket) -> None:
    """What search and triage look the text up by; the words of its comments stay."""
    own = {
        Place.TEXT: f"{ticket.title}\n{ticket.description}",
        Place.REQUESTER: f"{ticket.requester_name}\n{ticket.requester_email}",
    }
    ticket.search_text = search.document(own, ticket.search_text)
    ticket.text_hash = search.fingerprint(ticket.title, ticket.description)


def index_all(ticket: Ticket, comments: Iterable[tuple[bool, str]]) -> None:
    """The same from the ground up: each comment is whether it is an internal note, and its text."""
    said: dict[Place, list[str]] = {Place.REPLY: [], Place.NOTE: []}
    for is_internal, body in comments:
        said[Place.NOTE if is_internal else Place.REPLY].append(body)
    ticket.search_text = search.document({place: "\n".join(bodies) for place, bodies in said.items()})
    index(ticket)


def _follow(ticket: Ticket, before: Mapping[str, Any], moment: datetime) -> None:
    """The times that follow from the status and the priority."""
    if ticket.status != before["status"]:
        set_resolution(ticket, moment)
    if ticket.assignee_id != before["assignee_id"]:
        ticket.former_assignee = ""
    if ticket.priority != before["priority"]:
        ticket.due_at = sla.due_at(ticket.priority, ticket.created_at)


def _compare(ticket: Ticket, before: Mapping[str, Any], moment: datetime) -> tuple[Changes, set[str]]:
    """What differs, for the history, and the columns to be written."""
    differs = history.difference(before, ticket)
    columns = set(differs)
    if "assignee_id" in differs:
        columns.add("former_assignee")
    if differs.keys() & TEXTS:
        index(ticket)
        columns |= {"search_text", "text_hash"}
    if "description" in differs and ticket.last_message_at == ticket.created_at:
        ticket.last_message_excerpt = excerpt(ticket.description)
        columns.add("last_message_excerpt")
    if differs:
        ticket.updated_at = moment
        columns.add("updated_at")
    return differs, columns
