"""The reads that everybody shares."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("invoice", True),
        ("INVOICE wrong", True),
        ("inv wro mar", True),
        ("nvoice", False),
        ("invoice missing", False),
        ("", True),
        ("   ", True),
        ("!?%_", False),
        ("' OR 1=1 --", False),
        ("März", True),
        ("marz", True),
        ("\x00", False),
    ],
)
def test_a_search_finds_beginnings_of_words(make_ticket, query, found):
    make_ticket(title="Invoice shows the wrong amount", description="Since März.")
    assert Ticket.objects.search(query).exists() is found


@pytest.mark.parametrize("query", ["#{pk}", "{pk}", "ann@exam", "lost"])
def test_one_box_finds_by_number_address_and_words(make_ticket, query):
    other = make_ticket(title="Something else")
    ticket = make_ticket(title="Lost parcel", requester_email="ann@example.com")
    assert ticket in Ticket.objects.find(query.format(pk=ticket.pk))
    assert other not in Ticket.objects.find(query.format(pk=ticket.pk))


@pytest.mark.parametrize("query", ["#99999999999999999999999", "#", "#abc", "٣", "9" * 18])
def test_one_box_survives_odd_numbers(ticket, query):
    assert not Ticket.objects.find(query).filter(pk=ticket.pk).exists()


def test_overdue_tickets_are_unresolved_and_past_their_due_time(make_ticket):
    long_ago = timezone.now() - timedelta(days=30)
    late = make_ticket(created_at=long_ago)
    make_ticket(created_at=long_ago, status="resolved")
    make_ticket()
    assert list(Ticket.objects.overdue()) == [late]
    assert late.is_overdue


def test_a_requester_is_found_by_address_or_part_of_the_name(make_ticket):
    ticket = make_ticket(requester_name="Ann Lee", requester_email="ann@example.com")
    for text in ("ANN@example.com", "lee"):
        assert list(Ticket.objects.requested_by(text)) == [ticket]


def test_postgresql_searches_through_its_index(ticket):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite scans")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "ticket_search" in Ticket.objects.order_by().search("invoice").explain()
