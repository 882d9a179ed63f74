"""The reads that everybody shares."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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


MANY = """
INSERT INTO helpdesk_ticket (title, description, search_text, text_hash, category, priority, status,
  requester_name, requester_email, external_source, external_id, category_confirmed, priority_confirmed,
  created_at, updated_at)
SELECT 'Printer', 'Ate it.', words || CASE WHEN n = 7 THEN 'zebra' ELSE 'n' || n END, '',
  'general', 'low', 'open', '', '', '', '', false, false, now() - n * interval '1 minute', now()
FROM generate_series(1, 20000) n, (
  SELECT 'the printer ate invoice ' || string_agg('word' || i, ' ') || ' ' AS words
  FROM generate_series(1, 150) i
) vocabulary
"""


@pytest.fixture
def many(db):
    """Twenty thousand tickets, one of which has a zebra."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite scans")
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE helpdesk_ticket")
        # The desk is still small enough for PostgreSQL to prefer reading all of it.
        cursor.execute("SET LOCAL enable_seqscan = off")


def plans(captured):
    """How PostgreSQL ran each of the queries."""
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            cursor.execute(f"EXPLAIN ANALYZE {query['sql']}")
            yield "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("words", "found"),
    [("zebra", 1), ("unicorn", 0), ("printer zebra", 1), ("printer unicorn", 0), ("zeb", 1)],
)
def test_a_rare_or_absent_word_is_asked_of_the_index(many, words, found):
    with CaptureQueriesContext(connection) as captured:
        assert len(Ticket.objects.for_list().search(words)[:25]) == found
    sampled, asked, *fetched = plans(captured)
    assert "ticket_newest" in sampled
    assert "ticket_search" in asked
    for plan in (asked, *fetched):
        assert "Seq Scan on helpdesk_ticket" not in plan
        assert "ticket_newest" not in plan


@pytest.mark.parametrize("words", ["printer", "printer inv", "p"])
def test_a_common_word_is_found_from_the_newest(many, words):
    with CaptureQueriesContext(connection) as captured:
        assert len(Ticket.objects.for_list().search(words)[:25]) == 25
    _, walked = plans(captured)
    assert "ticket_newest" in walked
    assert "Sort" not in walked
