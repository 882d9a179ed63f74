"""Tickets as rows: the same as Django's own query finds, in one statement."""

from collections.abc import Callable

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from helpdesk.api.views.ticket import ORDERINGS
from helpdesk.tickets import rows
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "title", "status", "created_at", "due_at", "assignee_id", "assignee__username")
CONDITIONS = {
    "all": Q(),
    "one": Q(status="open"),
    "several": Q(status__in=["open", "closed"]) & ~Q(priority="low"),
    "odd text": Q(title="100 %s (conditions) of it's"),
    "percent": Q(title__contains="%"),
    "nobody": Q(pk__in=[]),
    "everybody": ~Q(pk__in=[]),
    "join": Q(assignee__username="amir"),
    "join of somebody else": Q(last_message_by__username__isnull=True),
    "subquery": Q(pk__in=Ticket.objects.filter(events__action="created").values("pk")),
}


@pytest.fixture
def desk(make_ticket: Callable[..., Ticket], agent: object) -> None:
    for number, (status, priority) in enumerate(
        [("open", "low"), ("open", "high"), ("resolved", "low"), ("closed", "critical"), ("open", "medium")]
    ):
        make_ticket(status=status, priority=priority, assignee=agent if number % 2 else None)
    make_ticket(title="100 %s (conditions) of it's")


@pytest.mark.parametrize("name", CONDITIONS)
@pytest.mark.parametrize("often", [False, True])
def test_the_rows_are_those_of_the_query(
    name: str, often: bool, desk: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tickets = Ticket.objects.filter(CONDITIONS[name])
    for ordering, order in ORDERINGS.items():
        for backward in (False, True):
            columns = order.columns(backward=backward)
            expected = list(tickets.order_by(*columns).values_list(*COLUMNS)[:4])
            with django_assert_num_queries(0 if name == "nobody" else 1):
                found = rows.read(tickets, COLUMNS, columns, 4, often=often)
            assert found == expected, ordering


def test_a_row_is_found_by_its_number_among_them(desk: None) -> None:
    ticket = Ticket.objects.get(title__startswith="100 %s")
    tickets = Ticket.objects.filter(status="open")
    expected = tickets.values_list(*COLUMNS).get(pk=ticket.pk)
    assert rows.read_one(tickets, COLUMNS, ticket.pk) == expected
    assert rows.read_one(tickets.filter(assignee__username="amir"), COLUMNS, ticket.pk) is None
    assert rows.read_one(Ticket.objects.filter(status="closed"), COLUMNS, ticket.pk) is None
    assert rows.read_one(tickets, COLUMNS, 10**18 - 1) is None


def test_what_is_asked_often_is_read_anew_each_time(make_ticket: Callable[..., Ticket]) -> None:
    order = ORDERINGS["-created_at"].columns(backward=False)
    for count in (1, 2, 3):
        make_ticket()
        assert len(rows.read(Ticket.objects.all(), ("id",), order, 10, often=True)) == count
