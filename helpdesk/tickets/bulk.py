"""One change of many tickets: looked at before, made in pieces, stopped, and taken back as one batch."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import Channel
from helpdesk.tickets import changes
from helpdesk.tickets.fields import BY_NAME, Kind
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet

# So many tickets are changed in one transaction, which on SQLite holds up every other writer; so many such
# pieces are made while the person waits; and no more than so many tickets are changed in all.
CHUNK, AT_ONCE, MOST = 200, 5, 100_000
SHOWN = 5
# What the tickets of a list can be asked for, as its address says it.
Query = Mapping[str, str]


class TooMany(Exception):
    """More tickets than this person, or anybody, may change at once; nothing was done."""


class BulkChange(models.Model):
    """What is done to many tickets. Its events carry `batch`, by which `helpdesk.tickets.undo` takes it back.

    The tickets are `ids`, or without them all that `query` finds up to the number `last`. `values` are field
    names with values in JSON: a person by id.
    """

    batch = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    values = models.JSONField()
    ids = models.JSONField(null=True)
    query = models.JSONField(default=dict)
    last = models.BigIntegerField(help_text="The highest number there was: what came later is not meant.")
    total = models.PositiveIntegerField(help_text="Tickets to look at.")
    done = models.PositiveIntegerField(default=0, help_text="Tickets looked at.")
    changed = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0, help_text="The last ticket looked at.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    cancelled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "helpdesk"
        ordering = ["-created_at"]
        default_permissions = ()
        indexes = [
            models.Index("actor", name="bulk_unfinished", condition=models.Q(finished_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.total} tickets: {self.values}"


class Preview(NamedTuple):
    """What a change would do: to `total` tickets, of which `same` have the value; some of the others."""

    total: int
    same: int
    some: Sequence[Ticket]

    @property
    def differ(self) -> int:
        return self.total - self.same


def chosen(ids: Sequence[int] | None, query: Query, viewer: User) -> TicketQuerySet:
    """The tickets that are meant; raises `query.Invalid` for filters that make no sense."""
    tickets: TicketQuerySet = Ticket.objects.visible_to(viewer)
    if ids is not None:
        return tickets.filter(pk__in=ids)
    filters = {name: text for name, text in query.items() if name != "q"}
    return tickets.matching(filters, viewer).find(query.get("q", ""), viewer)


def preview(tickets: TicketQuerySet, values: Mapping[str, Any], limit: int | None) -> Preview:
    """Look before the change; raises `TooMany` above `limit`, which is `MOST` for those without one."""
    allowed = MOST if limit is None else limit
    total = tickets.order_by()[: allowed + 1].count()
    if total > allowed:
        raise TooMany(
            f"More than {allowed:,} tickets are meant. Narrow the filters"
            + (", or ask a lead: they have no such limit." if limit is not None else ".")
        )
    columns = {BY_NAME[name].attribute: value for name, value in values.items()}
    same = tickets.filter(**columns).order_by().count()
    some = tickets.exclude(**columns).select_related("assignee").order_by("-pk")[:SHOWN]
    return Preview(total, same, list(some))


def start(
    ids: Sequence[int] | None, query: Query, values: Mapping[str, Any], *, actor: User, limit: int | None
) -> BulkChange:
    """Change `AT_ONCE` pieces of them now and leave the rest to a worker; `finished_at` tells which it was.

    Each piece is a transaction of its own: a ticket that somebody deletes meanwhile is left out, and one that
    changes meanwhile is judged by what it is when its turn comes. Raises `TooMany`.
    """
    tickets = chosen(ids, query, actor)
    seen = preview(tickets, values, limit)
    newest = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with transaction.atomic():
        row = BulkChange.objects.create(
            actor=actor,
            values=dict(values),
            ids=None if ids is None else list(ids),
            query=dict(query),
            last=newest,
            total=seen.total,
        )
        # The worker also takes over when this process ends in the middle.
        go_on.enqueue(str(row.pk))
    for _ in range(AT_ONCE):
        if not go_on_once(row.pk):
            break
    row.refresh_from_db()
    return row


def cancel(row: BulkChange) -> None:
    """Stop after the piece that is being made; what is done stays, and can be undone."""
    BulkChange.objects.filter(pk=row.pk, finished_at=None).update(cancelled_at=timezone.now())


@task()
def go_on(batch: str) -> None:
    """Change the next tickets. Each is done once, however often this is called."""
    with transaction.atomic():
        if go_on_once(uuid.UUID(batch)):
            go_on.enqueue(batch)


@transaction.atomic
def go_on_once(batch: uuid.UUID) -> bool:
    """One piece, in the order of the numbers; whether there is more to do."""
    row = BulkChange.objects.select_for_update(of=("self",)).select_related("actor").get(pk=batch)
    if row.finished_at is not None:
        return False
    ids: list[int] = []
    if row.cancelled_at is None and row.actor is not None:
        waiting = chosen(row.ids, row.query, row.actor).filter(pk__gt=row.cursor, pk__lte=row.last)
        ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        row.changed += changes.update_many(
            ids, _values(row), actor=row.actor, channel=Channel.ADMIN, batch=row.batch
        )
        row.done += len(ids)
        row.cursor = ids[-1] if ids else row.cursor
    if len(ids) < CHUNK:
        row.finished_at = timezone.now()
    row.save()
    return row.finished_at is None


def _values(row: BulkChange) -> dict[str, Any]:
    """The values as the write path takes them; a person who has left since is nobody."""
    return {
        name: User.objects.filter(pk=value).first() if BY_NAME[name].kind is Kind.PERSON else value
        for name, value in row.values.items()
    }
