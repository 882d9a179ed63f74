"""A database that cannot answer in time."""

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from helpdesk.middleware import DatabaseBusyMiddleware
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture
def overloaded(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(TicketQuerySet, "for_list", fail)


def test_a_page_says_so(overloaded, agent, admin_as):
    response = admin_as(agent).get("/admin/helpdesk/ticket/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "too busy" in response.content.decode()


def test_the_api_says_so_in_json(rf):
    middleware = DatabaseBusyMiddleware(lambda request: None)
    response = middleware.process_exception(RequestFactory().get("/api/tickets/"), OperationalError())
    assert (response.status_code, response["Content-Type"]) == (503, "application/json")


def test_other_errors_are_not_ours(rf):
    middleware = DatabaseBusyMiddleware(lambda request: None)
    assert middleware.process_exception(rf.get("/"), ValueError()) is None


@pytest.mark.django_db(transaction=True)
def test_postgresql_ends_a_statement_that_takes_too_long():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no time limit")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 10")
        with pytest.raises(OperationalError):
            cursor.execute("SELECT pg_sleep(1)")
        cursor.execute("SET statement_timeout = 0")
    assert not Ticket.objects.exists()
