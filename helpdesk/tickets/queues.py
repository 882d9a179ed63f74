"""The queues of the desk, and the orders in which tickets are worked off."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, OrderBy, Q, QuerySet, Value, When
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils import timezone

from helpdesk.choices import UNRESOLVED, VOCABULARIES, Queue

# Counts stop here: nobody works off more, and a tab can say "10,000+".
MOST = 10_000
COUNT = "(SELECT count(*) FROM ({rows}) {name}_rows)"


def condition(queue: Queue, user: User | AnonymousUser, now: datetime | None = None) -> Q:
    """Which tickets are in it; "my open" are those of `user`. Raises ValueError for those of a stranger."""
    now = now or timezone.now()
    soon = now + timedelta(minutes=settings.DUE_SOON_MINUTES)
    if queue == Queue.ALL:
        return Q()
    if queue == Queue.MINE_OPEN and not user.is_authenticated:
        raise ValueError("'mine_open' is for callers who are signed in. Send credentials, or another queue.")
    among: Mapping[Queue, Q] = {
        Queue.MINE_OPEN: Q(assignee=user.pk),
        Queue.UNASSIGNED: Q(assignee=None),
        Queue.WAITING: Q(waiting_since__isnull=False),
        Queue.DUE_SOON: Q(due_at__gte=now, due_at__lt=soon),
        Queue.OVERDUE: Q(due_at__lt=now),
    }
    return Q(status__in=UNRESOLVED) & among[queue]


def counts(tickets: QuerySet[Any], user: User) -> dict[Queue, int]:
    """How many of these tickets are in each queue, in one query; `MOST` + 1 stands for more than `MOST`."""
    now = timezone.now()
    parts: list[str] = []
    params: list[Any] = []
    for queue in Queue:
        some = tickets.filter(condition(queue, user, now)).order_by().values("pk")[: MOST + 1]
        try:
            sql, values = some.query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
        else:
            parts.append(COUNT.format(rows=sql, name=queue.value))
            params += values
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts), params)
        return dict(zip(Queue, cursor.fetchone(), strict=True))


def shown(count: int) -> str:
    """A count as a tab shows it."""
    return f"{MOST:,}+" if count > MOST else f"{count:,}"


def rank(field: str) -> Case:
    """The place of a value in its vocabulary."""
    values = VOCABULARIES[field].values
    return Case(*(When(**{field: value}, then=Value(place)) for place, value in enumerate(values)))


# Part of an index: the expressions must be the same there and in an order.
IS_DONE = Case(When(status__in=UNRESOLVED, then=Value(0)), default=Value(1))
DUE_IF_OPEN = Case(When(status__in=UNRESOLVED, then=F("due_at")))
UPDATED_IF_DONE = Case(When(status__in=UNRESOLVED, then=None), default=F("updated_at"))
URGENCY = (IS_DONE.asc(), DUE_IF_OPEN.asc(), UPDATED_IF_DONE.desc())

_REQUESTER = Lower(Coalesce(NullIf("requester_name", Value("")), "requester_email"))
# By what a column means. Unresolved tickets come first where an order is one of work; ids break ties.
_COLUMNS: dict[str, tuple[Expression | F, ...]] = {
    "number": (F("id"),),
    "title": (Lower("title"),),
    "requester": (_REQUESTER,),
    "category": (rank("category"),),
    "priority": (rank("priority"),),
    "status": (rank("status"),),
    "assignee": (Lower("assignee__first_name"), Lower("assignee__username")),
    "activity": (F("last_message_at"),),
    "due": (F("due_at"),),
    "created": (F("created_at"),),
}
_WORK = frozenset({"priority", "due"})
URGENT = "urgent"
ORDERS = (URGENT, *(f"{sign}{name}" for name in _COLUMNS for sign in ("", "-")))


def order(name: str) -> list[OrderBy]:
    """What to order by: most urgent first, or by a column; one that is not in `ORDERS` is most urgent first.

    Urgent is what is overdue longest or due soonest, then by priority and age; what is resolved comes last,
    the newest first.
    """
    column, descending = name.removeprefix("-"), name.startswith("-")
    if column not in _COLUMNS:
        return [*URGENCY, rank("priority").desc(), F("created_at").asc(), F("id").asc()]
    by = [OrderBy(key, descending=descending, nulls_last=True) for key in _COLUMNS[column]]
    if column in {"created", "number", "activity"}:
        by = [OrderBy(key, descending=descending) for key in _COLUMNS[column]]
    first = [IS_DONE.asc()] if column in _WORK else []
    return [*first, *by, OrderBy(F("id"), descending=descending)]
