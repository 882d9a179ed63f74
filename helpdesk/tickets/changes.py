"""The one write path of tickets: atomic, audited, writing only what changed, and announcing what it did.

What follows a change hears of it through `helpdesk.jobs`: as ``ticket.created``, ``ticket.updated``,
``ticket.commented``, ``ticket.deleted``, and as ``labels.settled`` when a person set or confirmed a label.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from helpdesk.choices import Action, Channel
from helpdesk.jobs import outbox
from helpdesk.jobs.outbox import CHUNK
from helpdesk.tickets import history, numbers, sla, values
from helpdesk.tickets.arrivals import Arrival, attach, fill
from helpdesk.tickets.fields import CREATABLE, LABELS
from helpdesk.tickets.history import Author, Changes, Entry
from helpdesk.tickets.loading import insert
from helpdesk.tickets.models import Comment, Ticket
from helpdesk.tickets.values import Write

# By these a person changes a label on purpose.
BY_HAND = frozenset({Channel.ADMIN, Channel.API, Channel.AI})
SETTLED = "labels.settled"


class Conflict(Exception):
    """Somebody has changed these `fields` meanwhile; `ticket` holds what they are now. Nothing is written."""

    def __init__(self, ticket: Ticket, fields: Sequence[str]) -> None:
        super().__init__(f"Somebody else changed {', '.join(fields)} of #{ticket.pk} meanwhile.")
        self.ticket = ticket
        self.fields = fields


def create_many(
    rows: Sequence[Mapping[str, Any]],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
    at: datetime | None = None,
    confirmed: Sequence[Collection[str]] = (),
) -> list[Ticket]:
    """Make a ticket of each row, all or none, with a number of queries that only grows by the thousand.

    A row is complete and valid: `helpdesk.intake` sees to that. `confirmed` names, for each row, the labels
    that are a person's judgement. `at` is the moment of the change, for those who replay the past.
    """
    now = at or timezone.now()
    with transaction.atomic():
        judged = confirmed or [()] * len(rows)
        drafted = [_build(row, now, names) for row, names in zip(rows, judged, strict=True)]
        tickets = Ticket.objects.bulk_create(drafted, batch_size=CHUNK)
        entries = [Entry(ticket.pk, history.birth(ticket), now) for ticket in tickets]
        history.record(Action.CREATED, entries, Author(actor, channel, batch))
        outbox.announce(SETTLED, [ticket.pk for ticket in tickets if values.is_confirmed(ticket)])
    return tickets


def bring_in(arrivals: Sequence[Arrival], author: Author) -> list[Ticket]:
    """Make tickets that come with a past, with their comments and what their file said besides, all or none.

    What was said before is no event of this desk: the ticket's birth is the only one. A number or an origin
    that another ticket has is an IntegrityError.
    """
    now = timezone.now()
    with transaction.atomic():
        built = [fill(Ticket(), arrival, now) for arrival in arrivals]
        tickets = numbers.given([ticket for ticket, _ in built])
        insert(tickets)
        attach(built, arrivals)
        entries = [Entry(ticket.pk, history.birth(ticket), now) for ticket in tickets]
        history.record(Action.CREATED, entries, author)
        author.announce(SETTLED, [ticket.pk for ticket in tickets if values.is_confirmed(ticket)])
    return tickets


def update(
    ticket: Ticket | int,
    changes: Mapping[str, Any],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Write `changes` on a fresh, locked row and return it; raises `Ticket.DoesNotExist` if it is gone."""
    with transaction.atomic():
        fresh = _fresh(ticket)
        write = values.apply(fresh, changes, at, judged=actor is not None and channel in BY_HAND)
        _save([write], Author(actor, channel, batch))
    return fresh


def update_if(
    ticket: Ticket | int,
    changes: Mapping[str, Any],
    expected: Mapping[str, Any],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
) -> Ticket:
    """The same as `update`, only while each field still holds its value in `expected`.

    Raises `Conflict` when one holds neither that nor the new value already. `history.last_change` tells who
    it was, and `undo.undo(batch)` takes the change back.
    """
    with transaction.atomic():
        fresh = _fresh(ticket)
        changed = [
            name
            for name, value in expected.items()
            if getattr(fresh, name) not in (value, changes.get(name, value))
        ]
        if changed:
            raise Conflict(fresh, changed)
        write = values.apply(fresh, changes, None, judged=actor is not None and channel in BY_HAND)
        _save([write], Author(actor, channel, batch))
    return fresh


def update_many(
    ids: Iterable[int],
    changes: Mapping[str, Any],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
) -> int:
    """Write the same `changes` on many tickets; returns how many really changed."""
    return len(update_each(dict.fromkeys(ids, changes), actor=actor, channel=channel, batch=batch))


def update_each(
    changes_by_id: Mapping[int, Mapping[str, Any]],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
    confirmed: bool | None = None,
) -> list[Ticket]:
    """Write each ticket's own changes, all or none; returns the tickets that really changed.

    `confirmed` says whether the labels among them are a person's judgement, to be learned from; if it is not
    given, those of a person are, unless they came in a file.
    """
    judged = confirmed if confirmed is not None else actor is not None and channel in BY_HAND
    changed: list[Ticket] = []
    with transaction.atomic():
        for chunk in _locked(changes_by_id):
            writes = [values.apply(ticket, changes_by_id[ticket.pk], None, judged=judged) for ticket in chunk]
            _save(writes, Author(actor, channel, batch))
            changed += [write.ticket for write in writes if write.changes]
    return changed


def update_unmoved(
    changes_by_id: Mapping[int, Mapping[str, Any]],
    seen: Mapping[int, datetime],
    author: Author,
    *,
    confirmed: bool,
) -> tuple[set[int], set[int]]:
    """Write each ticket's own changes where its `updated_at` is still the one that was `seen`.

    Returns the ids of the tickets that were as they were seen, and of those among them that really changed.
    `confirmed` says whether the labels among the changes are a person's judgement.
    """
    unmoved: set[int] = set()
    changed: set[int] = set()
    with transaction.atomic():
        for chunk in _locked(changes_by_id):
            tickets = [ticket for ticket in chunk if ticket.updated_at == seen[ticket.pk]]
            writes = [
                values.apply(ticket, changes_by_id[ticket.pk], None, judged=confirmed) for ticket in tickets
            ]
            _save(writes, author)
            unmoved |= {ticket.pk for ticket in tickets}
            changed |= {write.ticket.pk for write in writes if write.changes}
    return unmoved, changed


def put_back(values_by_id: Mapping[int, Mapping[str, Any]], author: Author) -> None:
    """Write what tickets held before a change, by column; for `helpdesk.tickets.undo`, in its transaction."""
    for chunk in _locked(values_by_id):
        _save([values.restore(ticket, values_by_id[ticket.pk]) for ticket in chunk], author)


def confirm_labels(ticket: Ticket, names: Collection[str] = LABELS) -> None:
    """A person looked at these labels of the ticket and agrees: the local model may learn them.

    This changes nothing that a reader of the ticket sees, so it leaves no line in its history.
    """
    flags = {f"{name}_confirmed": True for name in names}
    with transaction.atomic():
        if flags and Ticket.objects.filter(pk=ticket.pk).exclude(**flags).update(**flags):
            outbox.announce(SETTLED, [ticket.pk])
    for flag in flags:
        setattr(ticket, flag, True)


def note_comment(ticket: Ticket, comment: Comment, at: datetime | None) -> Changes:
    """Keep the locked ticket in step with a comment that is about to be stored, and date the comment.

    Returns what changed; `helpdesk.tickets.comments` calls it in the comment's transaction.
    """
    comment.created_at = ticket.updated_at = values.stamp(ticket, at)
    before = history.snapshot(ticket)
    values.hear(ticket, comment)
    columns = {"updated_at", "first_responded_at", "search_text", *values.MESSAGE}
    Ticket.objects.filter(pk=ticket.pk).update(**{name: getattr(ticket, name) for name in columns})
    return history.difference(before, ticket)


def delete(ticket: Ticket | int, *, actor: User | None, channel: Channel, batch: UUID | None = None) -> None:
    """Delete one ticket; its last state stays in the history."""
    pk = ticket if isinstance(ticket, int) else ticket.pk
    delete_many([pk], actor=actor, channel=channel, batch=batch)


def delete_many(
    ids: Iterable[int], *, actor: User | None, channel: Channel, batch: UUID | None = None
) -> int:
    """Delete many tickets, all or none; returns how many there were."""
    count = 0
    with transaction.atomic():
        for chunk in _locked(ids):
            entries = [Entry(row.pk, history.death(row), values.stamp(row, None)) for row in chunk]
            history.record(Action.DELETED, entries, Author(actor, channel, batch))
            Ticket.objects.filter(pk__in=[ticket.pk for ticket in chunk]).delete()
            count += len(chunk)
    return count


def reindex(ids: Iterable[int]) -> None:
    """Write what these tickets are found by anew, from what they and their comments say.

    A ticket is not locked while its text is read: when it changes meanwhile, it is read again.
    """
    for pk in ids:
        while ticket := Ticket.objects.filter(pk=pk).first():
            values.index_all(ticket, ticket.comments.values_list("is_internal", "body"))
            same = Ticket.objects.filter(pk=pk, updated_at=ticket.updated_at)
            if same.update(search_text=ticket.search_text):
                break


def _fresh(ticket: Ticket | int) -> Ticket:
    """The row as it is, locked, with its assignee at hand."""
    pk = ticket if isinstance(ticket, int) else ticket.pk
    return Ticket.objects.select_related("assignee").select_for_update(of=("self",)).get(pk=pk)


def _locked(ids: Iterable[int]) -> Iterator[list[Ticket]]:
    """Fresh rows in chunks, locked in the order of their ids so that two writers cannot block each other."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        rows = Ticket.objects.select_for_update().filter(pk__in=ordered[start : start + CHUNK])
        yield list(rows.order_by("pk"))


def _build(data: Mapping[str, Any], now: datetime, confirmed: Collection[str]) -> Ticket:
    ticket = Ticket(updated_at=now, **{f"{name}_confirmed": True for name in confirmed})
    values.assign(ticket, {"created_at": now, **data}, CREATABLE)
    values.set_resolution(ticket, now)
    ticket.due_at = sla.due_at(ticket.priority, ticket.created_at)
    values.begin(ticket)
    values.index(ticket)
    return ticket


def _save(writes: Sequence[Write], author: Author) -> None:
    """Write the columns that differ, the events of the tickets that changed, and the announcements."""
    written = [write for write in writes if write.columns]
    if len(written) == 1:
        ticket = written[0].ticket
        columns = {column: getattr(ticket, column) for column in written[0].columns}
        Ticket.objects.filter(pk=ticket.pk).update(**columns)
    elif written:
        # An upsert of rows that are locked, so known to exist; `bulk_update` would build a huge CASE.
        names = set().union(*(write.columns for write in written))
        Ticket.objects.bulk_create(
            [write.ticket for write in written],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=sorted("assignee" if name == "assignee_id" else name for name in names),
            batch_size=CHUNK,
        )
    history.record(Action.UPDATED, [write.entry for write in written if write.changes], author)
    author.announce(SETTLED, [write.ticket.pk for write in written if write.settled])
