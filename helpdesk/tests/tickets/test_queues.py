"""The queues, their counts, and the orders in which tickets are worked off."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from helpdesk.choices import Channel, Queue
from helpdesk.tickets import changes, comments, queues
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import Invalid

pytestmark = pytest.mark.django_db


def ago(**much):
    return timezone.now() - timedelta(**much)


@pytest.fixture
def desk(make_ticket, agent, other_agent):
    """One ticket of each kind, by name; a medium one is due after three days."""
    tickets = {
        "mine": make_ticket(assignee=agent),
        "hers": make_ticket(assignee=other_agent),
        "late": make_ticket(assignee=other_agent, created_at=ago(days=4)),
        "soon": make_ticket(assignee=agent, created_at=ago(days=3) + timedelta(minutes=149)),
        "later": make_ticket(assignee=other_agent, created_at=ago(days=3) + timedelta(minutes=152)),
        "nobodys": make_ticket(),
        "done": make_ticket(assignee=agent, created_at=ago(days=9), status="resolved"),
        "nobody did": make_ticket(status="closed"),
    }
    for name in ("mine", "hers", "late", "nobodys"):
        comments.add(tickets[name], "Hello", author=agent, channel=Channel.ADMIN)
    comments.add(tickets["hers"], "Thank you, but", author=None, channel=Channel.API)
    return tickets


IN = {
    Queue.MINE_OPEN: {"mine", "soon"},
    Queue.UNASSIGNED: {"nobodys"},
    Queue.WAITING: {"hers", "soon", "later"},
    Queue.DUE_SOON: {"soon"},
    Queue.OVERDUE: {"late"},
    Queue.ALL: {"mine", "hers", "late", "soon", "later", "nobodys", "done", "nobody did"},
}


@pytest.mark.parametrize("queue", Queue)
def test_a_queue_holds(queue, desk, agent):
    expected = {desk[name] for name in IN[queue]}
    assert set(Ticket.objects.matching({"queue": queue.value}, agent)) == expected


def test_all_queues_are_counted_in_one_query(desk, agent, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = queues.counts(Ticket.objects.visible_to(agent), agent)
    assert found == {queue: len(names) for queue, names in IN.items()}


def test_of_nothing_there_is_nothing_to_count(desk, agent):
    assert set(queues.counts(Ticket.objects.none(), agent).values()) == {0}


def test_a_count_ends_where_nobody_works_off_more(desk, agent, monkeypatch):
    monkeypatch.setattr(queues, "MOST", 2)
    found = queues.counts(Ticket.objects.all(), agent)
    assert [queues.shown(found[queue]) for queue in (Queue.MINE_OPEN, Queue.WAITING)] == ["2", "2+"]
    assert queues.shown(1234) == "2+"


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"queue": "mine"}, "Choose one of: mine_open"),
        ({"queue": "mine_open"}, "Send credentials"),
        ({"waiting_for": "him"}, "Choose one of: us, requester"),
        ({"waiting_before": "soon"}, "."),
    ],
)
def test_nonsense_is_refused(params, reason, db):
    with pytest.raises(Invalid, match=reason):
        Ticket.objects.matching(params, AnonymousUser())


def test_who_waits_for_whom_and_how_long(desk, agent):
    def found(**params):
        return set(Ticket.objects.matching(params, agent))

    assert found(waiting_for="us") == {desk[name] for name in ("hers", "soon", "later")}
    assert found(waiting_for="requester") == {desk[name] for name in ("mine", "late", "nobodys")}
    assert found(waiting_before=ago(days=1).isoformat()) == {desk["soon"], desk["later"]}


def test_the_most_urgent_come_first(make_ticket):
    now = timezone.now()
    wanted = [
        make_ticket(created_at=now - timedelta(days=5)),
        make_ticket(created_at=now - timedelta(days=4)),
        make_ticket(priority="critical", created_at=now),
        make_ticket(priority="high", created_at=now),
        make_ticket(created_at=now - timedelta(days=1)),
        make_ticket(priority="low", created_at=now - timedelta(days=4, hours=24)),
    ]
    done = [make_ticket(created_at=now - timedelta(days=9), status="closed") for _ in range(2)]
    changes.update(done[0], {"title": "Touched"}, actor=None, channel=Channel.API)
    same_due = make_ticket(priority="high", created_at=wanted[4].due_at - timedelta(days=1))
    assert same_due.due_at == wanted[4].due_at
    wanted.insert(4, same_due)
    assert list(Ticket.objects.in_order("urgent")) == [*wanted, done[0], done[1]]
    assert list(Ticket.objects.in_order("nonsense")) == list(Ticket.objects.in_order("urgent"))


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("priority", "priority", ["low", "medium", "high", "critical"]),
        ("status", "status", ["open", "in_progress", "resolved", "closed"]),
        ("category", "category", ["billing", "technical", "account", "general"]),
        ("title", "title", ["alpha", "Beta", "gamma", "Omega"]),
        ("requester", "requester_name", ["ann", "Ben", "carl", "Dora"]),
    ],
)
def test_a_column_is_ordered_by_what_it_means(make_ticket, name, field, values):
    for value in (values[2], values[0], values[3], values[1]):
        make_ticket(**{field: value})
    assert [getattr(ticket, field) for ticket in Ticket.objects.in_order(name)] == values
    assert [getattr(ticket, field) for ticket in Ticket.objects.in_order(f"-{name}")] == values[::-1]


def test_what_is_resolved_is_never_the_most_pressing(make_ticket):
    done, open_ = make_ticket(priority="critical", status="closed"), make_ticket(priority="low")
    for name in ("urgent", "-priority", "priority", "due", "-due"):
        assert list(Ticket.objects.in_order(name)) == [open_, done]


def test_nobody_comes_last(make_ticket, agent, other_agent):
    nobodys, bea, amir = make_ticket(), make_ticket(assignee=other_agent), make_ticket(assignee=agent)
    assert list(Ticket.objects.in_order("assignee")) == [amir, bea, nobodys]
    assert list(Ticket.objects.in_order("-assignee")) == [bea, amir, nobodys]


@pytest.mark.parametrize("name", queues.ORDERS)
def test_every_order_can_be_asked_for(name, desk):
    assert len(Ticket.objects.select_related("assignee").in_order(name)) == len(desk)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite sorts")
@pytest.mark.parametrize(
    ("name", "index"),
    [("urgent", "ticket_urgency"), ("-activity", "ticket_activity"), ("-created", "ticket_newest")],
)
def test_the_first_page_is_read_from_an_index(name, index, desk):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")  # so that a sort is planned only where it must be
    plan = Ticket.objects.in_order(name)[:50].explain()
    assert index in plan
    assert "->  Sort" not in plan
