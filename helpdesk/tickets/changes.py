"""The one write path of tickets: atomic, audited, and writing only what changed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from helpdesk.choices import UNRESOLVED, Action, Channel, Status
from helpdesk.tickets import history, search, sla
from helpdesk.tickets.history import Author, Changes
from helpdesk.tickets.models import Ticket
from helpdesk.triage import classify
from helpdesk.triage.prediction import Prediction

EDITABLE = frozenset(
    {
        "title",
        "description",
        "category",
        "priority",
        "status",
        "requester_name",
        "requester_email",
        "assignee",
        "external_source",
        "external_id",
    }
)
# A new ticket may bring its past along, as imports and demo data do.
CREATABLE = EDITABLE | {"created_at", "first_responded_at", "resolved_at", "closed_at"}
CHUNK = 1000
LABELS = ("category", "priority")
# By these a person changes a label on purpose.
JUDGED = frozenset({Channel.ADMIN, Channel.API, Channel.AI})
_TIDY: dict[str, Callable[[str], str]] = {
    "title": str.strip,
    "requester_name": str.strip,
    "requester_email": lambda address: address.strip().lower(),
    "external_source": str.strip,
    "external_id": str.strip,
}


def create(
    data: Mapping[str, Any],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Make one ticket of valid `data`; a blank category or priority is filled by the local classifier.

    `at` is the moment of the change, for those who replay the past; now, if it is not given.
    """
    return create_drafts(
        [classify.complete(data, recall=True)], actor=actor, channel=channel, batch=batch, at=at
    )[0]


def create_many(
    rows: Sequence[Mapping[str, Any]], *, actor: User | None, channel: Channel, batch: UUID | None = None
) -> list[Ticket]:
    """Make a ticket of each row, all or none, with a number of queries that only grows by the thousand."""
    return create_drafts([classify.complete(row) for row in rows], actor=actor, channel=channel, batch=batch)


def create_drafts(
    drafts: Sequence[classify.Draft],
    *,
    actor: User | None,
    channel: Channel,
    batch: UUID | None = None,
    at: datetime | None = None,
    confirm: bool | None = None,
) -> list[Ticket]:
    """`create_many` for rows that `triage.complete` has filled already.

    `confirm` says whether the given labels are a person's judgement, to be learned from; if it is not given,
    those of the admin's form are, and those that a program sends are not.
    """
    now = at or timezone.now()
    judged = confirm if confirm is not None else actor is not None and channel == Channel.ADMIN
    with transaction.atomic():
        drafted = [_build(data, now, _given(data, guess) if judged else ()) for data, guess in drafts]
        tickets = Ticket.objects.bulk_create(drafted, batch_size=CHUNK)
        history.record(Action.CREATED, history.births(tickets), Author(actor, channel, batch), now)
        filled = [(ticket, guess) for ticket, (_, guess) in zip(tickets, drafts, strict=True) if guess]
        classify.record_filled(filled, actor=actor)
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
    pk = ticket if isinstance(ticket, int) else ticket.pk
    update_each({pk: changes}, actor=actor, channel=channel, batch=batch, at=at)
    return Ticket.objects.select_related("assignee").get(pk=pk)


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
    at: datetime | None = None,
    confirm: bool | None = None,
) -> list[Ticket]:
    """Write each ticket's own changes, all or none; returns the tickets that really changed.

    `confirm` says whether the labels among them are a person's judgement, to be learned from; if it is not
    given, those of a person are, unless they came in a file.
    """
    now = at or timezone.now()
    judged = confirm if confirm is not None else actor is not None and channel in JUDGED
    changed: list[Ticket] = []
    with transaction.atomic():
        for chunk in _locked(changes_by_id):
            deltas = [(ticket, _apply(ticket, changes_by_id[ticket.pk], now)) for ticket in chunk]
            if judged:
                _confirm(chunk, changes_by_id)
            deltas = [(ticket, delta) for ticket, delta in deltas if delta]
            _save(deltas, now)
            entries = [(ticket.pk, delta) for ticket, delta in deltas]
            history.record(Action.UPDATED, entries, Author(actor, channel, batch), now)
            changed += [ticket for ticket, _ in deltas]
    return changed


def confirm_labels(ticket: Ticket) -> None:
    """A person looked at the ticket's labels and agrees: the local model may learn them.

    This changes nothing that a reader of the ticket sees, so it leaves no line in its history.
    """
    Ticket.objects.filter(pk=ticket.pk).update(category_confirmed=True, priority_confirmed=True)


def note_comment(ticket: Ticket, *, is_reply: bool, now: datetime) -> Changes:
    """Keep the ticket's times right when somebody comments; call it inside the comment's transaction."""
    fresh = Ticket.objects.select_for_update().get(pk=ticket.pk)
    before = history.snapshot(fresh)
    if is_reply and fresh.first_responded_at is None:
        fresh.first_responded_at = now
    delta = history.difference(before, history.snapshot(fresh))
    _save([(fresh, delta)], now)
    return delta


def delete(ticket: Ticket | int, *, actor: User | None, channel: Channel, batch: UUID | None = None) -> None:
    """Delete one ticket; its last state stays in the history."""
    pk = ticket if isinstance(ticket, int) else ticket.pk
    delete_many([pk], actor=actor, channel=channel, batch=batch)


def delete_many(
    ids: Iterable[int], *, actor: User | None, channel: Channel, batch: UUID | None = None
) -> int:
    """Delete many tickets, all or none; returns how many there were."""
    now = timezone.now()
    count = 0
    with transaction.atomic():
        for chunk in _locked(ids):
            history.record(Action.DELETED, history.deaths(chunk), Author(actor, channel, batch), now)
            Ticket.objects.filter(pk__in=[ticket.pk for ticket in chunk]).delete()
            count += len(chunk)
    return count


def _locked(ids: Iterable[int]) -> Iterator[list[Ticket]]:
    """Fresh rows in chunks, locked in the order of their ids so that two writers cannot block each other."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        rows = Ticket.objects.select_for_update().filter(pk__in=ordered[start : start + CHUNK])
        yield list(rows.order_by("pk"))


def _given(data: Mapping[str, Any], guess: Prediction | None) -> tuple[str, ...]:
    """The labels of a new ticket that came with it, and were not filled."""
    return tuple(name for name in LABELS if guess is None or data[name] != getattr(guess, name).value)


def _confirm(chunk: Sequence[Ticket], changes_by_id: Mapping[int, Mapping[str, Any]]) -> None:
    """Note which labels are a person's judgement from now on, also where the value stays the same."""
    for name in LABELS:
        named = [ticket for ticket in chunk if name in changes_by_id[ticket.pk]]
        new = [ticket.pk for ticket in named if not getattr(ticket, f"{name}_confirmed")]
        if new:
            Ticket.objects.filter(pk__in=new).update(**{f"{name}_confirmed": True})
        for ticket in named:
            setattr(ticket, f"{name}_confirmed", True)


def _build(data: Mapping[str, Any], now: datetime, confirmed: Sequence[str]) -> Ticket:
    ticket = Ticket(updated_at=now, **{f"{name}_confirmed": True for name in confirmed})
    _assign(ticket, {"created_at": now, **data}, CREATABLE)
    _derive(ticket, now)
    _index(ticket)
    return ticket


def _apply(ticket: Ticket, changes: Mapping[str, Any], now: datetime) -> Changes:
    before = history.snapshot(ticket)
    _assign(ticket, changes, EDITABLE)
    _derive(ticket, now)
    delta = history.difference(before, history.snapshot(ticket))
    if delta.keys() & {"title", "description"}:
        _index(ticket)
    return delta


def _index(ticket: Ticket) -> None:
    """What search and triage look the text up by."""
    ticket.search_text = search.document(ticket.title, ticket.description)
    ticket.text_hash = search.fingerprint(ticket.title, ticket.description)


def _assign(ticket: Ticket, values: Mapping[str, Any], allowed: frozenset[str]) -> None:
    unknown = values.keys() - allowed
    if unknown:
        raise TypeError(f"A ticket has no writable {', '.join(sorted(unknown))}.")
    for name, value in values.items():
        setattr(ticket, name, _TIDY[name](value) if name in _TIDY else value)


def _derive(ticket: Ticket, now: datetime) -> None:
    """Keep what follows from the other fields: the times of resolving and closing, and the due time."""
    if ticket.status in UNRESOLVED:
        ticket.resolved_at = ticket.closed_at = None
    else:
        ticket.resolved_at = ticket.resolved_at or ticket.closed_at or now
        ticket.closed_at = (ticket.closed_at or now) if ticket.status == Status.CLOSED else None
    ticket.due_at = sla.due_at(ticket.priority, ticket.created_at)


def _save(deltas: Sequence[tuple[Ticket, Changes]], now: datetime) -> None:
    """Write only the fields that differ, and what follows from them."""
    for ticket, _ in deltas:
        ticket.updated_at = now
    fields = {
        name.removesuffix("_id") if name == "assignee_id" else name for _, delta in deltas for name in delta
    }
    if fields & {"title", "description"}:
        fields |= {"search_text", "text_hash"}
    # An upsert of rows that are locked, so known to exist; `bulk_update` would build a huge CASE.
    Ticket.objects.bulk_create(
        [ticket for ticket, _ in deltas],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=sorted(fields | {"updated_at"}),
        batch_size=CHUNK,
    )
