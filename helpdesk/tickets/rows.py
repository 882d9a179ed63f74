"""Tickets as rows of columns.

Django writes the columns and the order of a statement once, and for each question only the conditions: to
name twenty columns anew takes it longer than PostgreSQL takes to find and send a page of them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import BooleanField, OrderBy
from django.db.models.expressions import RawSQL

from helpdesk import statements
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet

Row = tuple[Any, ...]
CONDITIONS = "(conditions)"


def read(
    tickets: TicketQuerySet,
    columns: tuple[str, ...],
    order: tuple[OrderBy, ...] = (),
    limit: int | None = None,
    *,
    often: bool = False,
) -> list[Row]:
    """What `tickets` hold in `columns`, which may lead to the assignee; at most `limit` of them.

    `often` says that the very same question, values and all, will be asked again: then its plan is kept.
    """
    if not _has_only_conditions(tickets):
        return list(tickets.order_by(*order).values_list(*columns)[:limit])
    try:
        sql, params = _written(tickets, columns, order, limit)
    except EmptyResultSet:
        return []
    if often:
        # With the values in it: a plan for any status would not know how many tickets have this one.
        return statements.fetch(connection.ops.compose_sql(sql, params))  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Row] = cursor.fetchall()
    return found


def read_one(tickets: TicketQuerySet, columns: tuple[str, ...], pk: int) -> Row | None:
    """The row of the ticket with this number, if it is among them."""
    ticket = tickets.filter(pk=pk)
    if _has_only_conditions(ticket):
        found = statements.fetch(*_written(ticket, columns))
    else:
        found = list(ticket.values_list(*columns))
    return found[0] if found else None


def _has_only_conditions(tickets: TicketQuerySet) -> bool:
    """Whether PostgreSQL is asked, whose rows are as Django gives them, and for nothing but tickets."""
    query = tickets.query
    more = query.annotations, query.combinator, query.distinct, query.extra, query.is_sliced
    only_tickets = query.alias_map.keys() <= {Ticket._meta.db_table}
    return connection.vendor == "postgresql" and only_tickets and not any(more)


def _written(
    tickets: TicketQuerySet,
    columns: tuple[str, ...],
    order: tuple[OrderBy, ...] = (),
    limit: int | None = None,
) -> tuple[str, list[Any]]:
    """The statement and its values. Raises EmptyResultSet where no ticket can fulfil the conditions."""
    query = tickets.query
    try:
        conditions, values = query.get_compiler(connection=connection).compile(query.where)
    except FullResultSet:
        conditions, values = "", ()
    sql, ranks = _statement(columns, order, limit)
    return sql.replace(CONDITIONS, conditions or "TRUE"), [*values, *ranks]


@lru_cache(maxsize=200)
def _statement(
    columns: tuple[str, ...], order: tuple[OrderBy, ...], limit: int | None
) -> tuple[str, Sequence[Any]]:
    """The statement with `CONDITIONS` in it, and the values of its order."""
    conditions: Any = RawSQL(CONDITIONS[1:-1], (), output_field=BooleanField())  # noqa: S611  # no input in it
    return (
        Ticket.objects.filter(conditions)
        .order_by(*order)
        .values_list(*columns)[:limit]
        .query.sql_with_params()
    )
