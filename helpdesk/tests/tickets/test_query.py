"""The reads that everybody shares."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Channel
from helpdesk.tickets import changes, comments, indexing, values
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import Invalid, start_of

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


@pytest.fixture
def heard(make_ticket, agent):
    """A ticket of Ann's with a reply and a note."""
    ticket = make_ticket(requester_name="Ann Lee", requester_email="ann.lee@acme.example")
    comments.add(ticket, "Please restart the modem.", author=agent, channel=Channel.ADMIN)
    comments.add(ticket, "Zebra: never pays.", author=agent, channel=Channel.ADMIN, is_internal=True)
    return ticket


@pytest.mark.parametrize(
    "query", ["lee", "acme", "acme.example", "@acme.example", "@acme", "modems", "ann modem"]
)
def test_requester_domain_and_replies_are_found_by_everybody(heard, make_ticket, viewer, query):
    make_ticket(requester_email="acme@other.example")
    for person in (viewer, None, AnonymousUser()):
        assert heard in Ticket.objects.find(query, person)
    if query.startswith("@"):
        assert list(Ticket.objects.find(query)) == [heard]


@pytest.mark.parametrize("query", ["zebra", "ZEBRAS", "modem zebra", "invoice zebra"])
def test_notes_are_found_by_who_may_read_them_only(heard, viewer, query):
    assert list(Ticket.objects.search(query, viewer)) == [heard]
    for stranger in (None, AnonymousUser()):
        assert not Ticket.objects.search(query, stranger).exists()
        assert not Ticket.objects.matching({"search": query}, AnonymousUser()).exists()


def test_edits_keep_what_was_said_and_forget_what_was_written(heard, agent):
    how = {"actor": agent, "channel": Channel.ADMIN}
    changes.update(heard, {"title": "Parcel", "description": "Lost"}, **how)
    changes.update(heard, {"requester_name": "Bob", "requester_email": "bob@acme.example"}, **how)
    for gone in ("invoice", "march", "lee"):
        assert not Ticket.objects.search(gone, agent).exists()
    for kept in ("parcel", "bob", "acme", "modem", "zebra"):
        assert Ticket.objects.search(kept, agent).exists(), kept


def test_a_comment_that_is_not_stored_is_not_found(ticket, agent):
    with transaction.atomic():
        comments.add(ticket, "Giraffe", author=agent, channel=Channel.ADMIN)
        transaction.set_rollback(True)
    assert not Ticket.objects.search("giraffe", agent).exists()


@pytest.mark.parametrize(
    ("query", "found"), [("接続", True), ("続でき", True), ("接", True), ("続接", False), ("敗", True)]
)
def test_a_language_without_spaces_is_searched_by_pieces(make_ticket, query, found):
    make_ticket(title="VPN接続できない", description="失敗")
    assert Ticket.objects.search(query).exists() is found


def test_the_older_tickets_are_filled_by_a_worker(heard, make_ticket, agent):
    others = [make_ticket(title=f"Parcel {number}") for number in range(3)]
    expected = dict(Ticket.objects.values_list("pk", "search_text"))
    Ticket.objects.update(search_text="old")
    import_module("helpdesk.migrations.0014_search_more").begin(apps, None)
    with patch.object(indexing, "CHUNK", 2):
        while waiting := DBTaskResult.objects.filter(task_path=indexing.refill.module_path).first():
            waiting.delete()
            waiting.task.call(*waiting.args_kwargs["args"])
    assert {pk: set(words.split()) for pk, words in Ticket.objects.values_list("pk", "search_text")} == {
        pk: set(words.split()) for pk, words in expected.items()
    }
    assert len(others) + 1 == len(expected)


def test_an_empty_desk_has_nothing_to_fill():
    import_module("helpdesk.migrations.0014_search_more").begin(apps, None)
    assert not DBTaskResult.objects.exists()


def test_a_ticket_that_changes_while_it_is_read_is_read_again(heard, agent):
    whole = values.index_all

    def slowly(ticket, said):
        said = list(said)
        if len(said) == 2:
            comments.add(ticket, "Giraffe", author=agent, channel=Channel.ADMIN)
        whole(ticket, said)

    with patch.object(values, "index_all", slowly):
        changes.reindex([heard.pk, heard.pk + 1000])
    assert Ticket.objects.search("giraffe zebra", agent).exists()


@pytest.mark.parametrize("query", ["#99999999999999999999999", "#", "#abc", "٣", "9" * 18])
def test_one_box_survives_odd_numbers(ticket, query):
    assert not Ticket.objects.find(query).filter(pk=ticket.pk).exists()


def test_an_address_is_looked_for_among_requesters_and_beside_words_it_is_one(make_ticket):
    ticket = make_ticket(title="Lost parcel", requester_email="ann@example.com")
    make_ticket(title="Parcel", description="Send it to ann@example.com")
    assert list(Ticket.objects.find("Ann@example.com")) == [ticket]
    assert list(Ticket.objects.find("lost ann@example.com")) == [ticket]
    assert list(Ticket.objects.find("lost @example.com")) == [ticket]


def test_lists_begin_with_the_newest_and_know_the_assignee(make_ticket, agent, django_assert_num_queries):
    moment = timezone.now()
    tickets = [make_ticket(assignee=agent, created_at=moment - timedelta(days=days)) for days in (1, 0, 0)]
    with django_assert_num_queries(1):
        found = [(ticket, ticket.assignee) for ticket in Ticket.objects.for_list()]
    assert found == [(tickets[n], agent) for n in (2, 1, 0)]


def test_a_period_has_its_first_moment_and_not_its_last(make_ticket, settings):
    settings.TIME_ZONE = "Europe/Lisbon"
    start, end = start_of(date(2026, 7, 1)), start_of(date(2026, 7, 2))
    assert start == datetime(2026, 6, 30, 23, tzinfo=UTC)
    first = make_ticket(created_at=start, status="resolved", resolved_at=end)
    last = make_ticket(created_at=end)
    assert list(Ticket.objects.created_between(start, end)) == [first]
    assert list(Ticket.objects.created_between(end, None)) == [last]
    assert list(Ticket.objects.created_between(None, end)) == [first]
    assert not Ticket.objects.resolved_between(start, end).exists()
    assert list(Ticket.objects.resolved_between(end, None)) == [first]
    assert set(Ticket.objects.created_between(None, None)) == {first, last}


def test_a_batch_is_what_it_touched(ticket, make_ticket, viewer):
    make_ticket()
    batch = uuid4()
    for title in ("One", "Two"):
        changes.update(ticket, {"title": title}, actor=None, channel=Channel.API, batch=batch)
    assert list(Ticket.objects.matching({"batch": str(batch)}, viewer)) == [ticket]


def test_all_that_makes_no_sense_is_said_at_once(viewer):
    with pytest.raises(Invalid, match="status") as caught:
        Ticket.objects.matching({"status": "done", "overdue": "maybe", "search": "x"}, viewer)
    assert caught.value.messages.keys() == {"status", "overdue"}


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
SELECT 'Printer', 'Ate it.',
  words || CASE WHEN n = 7 THEN 'zebra' WHEN n > 1000 THEN 'fax' ELSE 'n' || n END, '',
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


def test_a_word_that_nobody_uses_any_more_is_asked_of_the_index_too(many):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = on")
    with CaptureQueriesContext(connection) as captured:
        assert len(Ticket.objects.for_list().search("fax")[:25]) == 25
    _, asked, walked = plans(captured)
    assert "Bitmap Index Scan on ticket_search" in asked
    assert "Seq Scan on helpdesk_ticket" not in asked
    assert "ticket_newest" in walked


@pytest.mark.parametrize("words", ["printer", "printer inv", "p"])
def test_a_common_word_is_found_from_the_newest(many, words):
    with CaptureQueriesContext(connection) as captured:
        assert len(Ticket.objects.for_list().search(words)[:25]) == 25
    _, walked = plans(captured)
    assert "ticket_newest" in walked
    assert "Sort" not in walked
