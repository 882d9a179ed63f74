"""The write path: what it stores, what it derives, and what it leaves alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes, comments, history
from helpdesk.tickets.arrivals import Arrival, PastMessage
from helpdesk.tickets.history import Author
from helpdesk.tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db
BY_SYSTEM = {"actor": None, "channel": Channel.SYSTEM}


def rows(count):
    return [
        {"title": f"Ticket {n}", "description": "Text", "category": "general", "priority": "low"}
        for n in range(count)
    ]


def test_a_new_ticket_is_tidied_and_gets_its_due_time(make_ticket):
    ticket = make_ticket(title="  Hello ", requester_email=" Ann@Example.COM ", priority="critical")
    assert (ticket.title, ticket.requester_email) == ("Hello", "ann@example.com")
    assert ticket.due_at == ticket.created_at + timedelta(hours=4)


def test_a_new_ticket_is_found_and_has_the_times_of_its_status(make_ticket):
    ticket = make_ticket(title="Zebra crossing", status="closed")
    assert ticket.resolved_at == ticket.closed_at == ticket.updated_at
    assert Ticket.objects.search("zebra").get().text_hash


def test_blank_labels_are_filled_locally_and_the_guess_is_kept(make_ticket):
    ticket = make_ticket(title="I was charged twice", description="Refund me.", category="", priority=None)
    assert ticket.category == "billing"
    suggestion = ticket.suggestions.get()
    assert (suggestion.provider, suggestion.verdict, suggestion.category) == ("local", "pending", "billing")


def test_given_labels_are_never_questioned(make_ticket):
    assert not make_ticket(category="general", priority="low").suggestions.exists()


def test_a_new_ticket_has_one_event_that_says_who_and_how(make_ticket, agent):
    event = make_ticket(actor=agent, channel=Channel.API).events.get()
    assert (event.action, event.actor, event.channel) == (Action.CREATED, agent, Channel.API)
    assert event.changes["priority"] == [None, "medium"]


def test_an_update_writes_one_event_with_old_and_new(ticket, agent):
    changes.update(ticket, {"priority": "high", "title": ticket.title}, actor=agent, channel=Channel.ADMIN)
    event = ticket.events.get(action=Action.UPDATED)
    assert event.changes["priority"] == ["medium", "high"]
    assert set(event.changes) == {"priority", "due_at"}


def test_an_update_that_changes_nothing_leaves_no_trace(ticket):
    updated = changes.update(ticket, {"priority": ticket.priority}, **BY_SYSTEM)
    assert updated.updated_at == ticket.updated_at
    assert not ticket.events.filter(action=Action.UPDATED).exists()


def test_a_stale_copy_reverts_nothing(ticket):
    stale = Ticket.objects.get(pk=ticket.pk)
    changes.update(ticket, {"status": "in_progress"}, **BY_SYSTEM)
    changes.update(stale, {"priority": "low"}, **BY_SYSTEM)
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.status, fresh.priority) == ("in_progress", "low")


@pytest.mark.parametrize(
    ("path", "resolved", "closed"),
    [
        (["resolved"], True, False),
        (["resolved", "closed"], True, True),
        (["closed"], True, True),
        (["closed", "resolved"], True, False),
        (["resolved", "open"], False, False),
        (["closed", "in_progress"], False, False),
    ],
)
def test_the_times_follow_the_status(ticket, path, resolved, closed):
    for status in path:
        ticket = changes.update(ticket, {"status": status}, **BY_SYSTEM)
    assert (ticket.resolved_at is not None, ticket.closed_at is not None) == (resolved, closed)


def test_closing_a_resolved_ticket_keeps_its_resolved_time(ticket):
    resolved = changes.update(ticket, {"status": "resolved"}, **BY_SYSTEM).resolved_at
    assert changes.update(ticket, {"status": "closed"}, **BY_SYSTEM).resolved_at == resolved


def test_a_new_ticket_may_bring_its_past_along(make_ticket):
    moment = timezone.now() - timedelta(days=9)
    ticket = make_ticket(status="closed", created_at=moment, resolved_at=moment + timedelta(hours=1))
    assert ticket.created_at == moment
    assert ticket.resolved_at == moment + timedelta(hours=1)


def test_the_search_text_follows_the_words(ticket):
    changes.update(ticket, {"title": "Größe falsch"}, **BY_SYSTEM)
    assert Ticket.objects.search("grosse FALS").get() == ticket


def test_an_unknown_field_is_a_mistake_of_the_programmer(ticket):
    with pytest.raises(TypeError, match="resolved_at"):
        changes.update(ticket, {"resolved_at": timezone.now()}, **BY_SYSTEM)


def test_a_ticket_that_is_gone_cannot_be_updated(ticket):
    changes.delete(ticket, **BY_SYSTEM)
    with pytest.raises(Ticket.DoesNotExist):
        changes.update(ticket.pk, {"priority": "low"}, **BY_SYSTEM)


def test_a_deletion_keeps_the_last_state_in_the_history(ticket, lead):
    changes.delete(ticket, actor=lead, channel=Channel.ADMIN)
    event = Event.objects.get(ticket_id=ticket.pk, action=Action.DELETED)
    assert event.actor == lead
    assert event.changes["description"] == [ticket.description, None]


def test_many_are_deleted_and_counted(make_ticket, lead):
    tickets = [make_ticket() for _ in range(3)]
    ids = [tickets[0].pk, tickets[1].pk, tickets[2].pk + 1]
    assert changes.delete_many(ids, actor=lead, channel=Channel.ADMIN) == 2
    assert Ticket.objects.get() == tickets[2]


def test_a_write_that_expects_a_value_is_made_while_it_is_there(ticket, agent):
    by_agent = {"actor": agent, "channel": Channel.ADMIN}
    changes.update_if(ticket, {"status": "resolved"}, {"status": "open"}, **by_agent)
    with pytest.raises(changes.Conflict, match="Somebody else changed status of #") as caught:
        changes.update_if(
            ticket, {"status": "in_progress", "priority": "low"}, {"status": "open"}, **by_agent
        )
    assert (caught.value.fields, caught.value.ticket.status) == (["status"], "resolved")
    assert Ticket.objects.get(pk=ticket.pk).priority == "medium"
    assert history.last_change(ticket.pk, "status").actor == agent
    assert history.last_change(ticket.pk, "title") is None


def test_two_who_want_the_same_do_not_collide(ticket, agent):
    for _ in range(2):
        changes.update_if(ticket, {"assignee": agent}, {"assignee": None}, actor=agent, channel=Channel.ADMIN)
    assert ticket.events.filter(action=Action.UPDATED).count() == 1


def test_a_write_that_expects_a_value_of_a_ticket_that_is_gone(ticket):
    changes.delete(ticket, **BY_SYSTEM)
    with pytest.raises(Ticket.DoesNotExist):
        changes.update_if(ticket.pk, {"priority": "low"}, {"priority": "medium"}, **BY_SYSTEM)


def test_many_tickets_are_all_made_or_none(db):
    bad = [*rows(3), {**rows(1)[0], "status": "nonsense"}]
    with pytest.raises(IntegrityError):
        changes.create_many(bad, **BY_SYSTEM)
    assert not Ticket.objects.exists()
    assert not Event.objects.exists()


def test_a_batch_changes_only_the_tickets_that_differ(db):
    made = changes.create_many(rows(5), **BY_SYSTEM)
    changes.update(made[0], {"priority": "high"}, **BY_SYSTEM)
    assert changes.update_many([t.pk for t in made], {"priority": "high"}, **BY_SYSTEM) == 4
    assert Event.objects.filter(action=Action.UPDATED).count() == 5


def queries_of(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_a_large_batch_costs_as_many_queries_as_a_small_one(db):
    small, large = changes.create_many(rows(3), **BY_SYSTEM), changes.create_many(rows(300), **BY_SYSTEM)
    few = queries_of(lambda: changes.update_many([t.pk for t in small], {"status": "closed"}, **BY_SYSTEM))
    many = queries_of(lambda: changes.update_many([t.pk for t in large], {"status": "closed"}, **BY_SYSTEM))
    assert many <= few + (0 if connection.vendor == "postgresql" else 12)


def test_a_batch_of_new_tickets_costs_a_constant_number_of_queries(db):
    few = queries_of(lambda: changes.create_many(rows(3), **BY_SYSTEM))
    many = queries_of(lambda: changes.create_many(rows(300), **BY_SYSTEM))
    assert many <= few + (0 if connection.vendor == "postgresql" else 12)


def test_what_is_confirmed_is_said_of_each_row(db):
    with pytest.raises(ValueError, match="shorter"):
        changes.create_many(rows(2), confirmed=[["category"]], **BY_SYSTEM)
    assert not Ticket.objects.exists()
    made = changes.create_many(rows(2), confirmed=[["category"], []], **BY_SYSTEM)
    assert [(ticket.category_confirmed, ticket.priority_confirmed) for ticket in made] == [
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_few_or_many_each_is_written(count):
    made = changes.create_many(rows(count), **BY_SYSTEM)
    batch = uuid4()
    by_batch = {**BY_SYSTEM, "batch": batch}
    assert (
        changes.update_many([t.pk for t in made], {"title": "New", "status": "closed"}, **by_batch) == count
    )
    assert Ticket.objects.filter(title="New", status="closed").count() == count
    assert Event.objects.filter(batch=batch, action=Action.UPDATED).count() == count


def test_a_past_is_brought_along(db, lead):
    born = timezone.now() - timedelta(days=9)
    fields = {**rows(1)[0], "status": "closed", "created_at": born}
    said = [PastMessage("Sorry", born + timedelta(hours=1), author=lead)]
    arrival = Arrival(
        fields,
        confirmed=["category"],
        number=4711,
        messages=said,
        source=[["Kind", "x"]],
        former_assignee="Bob",
    )
    made = changes.bring_in([arrival], Author(lead, Channel.IMPORT))
    ticket = Ticket.objects.get()
    assert [ticket] == made
    assert (ticket.pk, ticket.former_assignee, ticket.category_confirmed) == (4711, "Bob", True)
    assert (ticket.resolved_at, ticket.closed_at) == (None, None)
    assert ticket.first_responded_at == ticket.last_message_at == said[0].created_at
    assert ticket.due_at == born + timedelta(days=7)
    assert ticket.comments.get().body == "Sorry"
    assert ticket.events.get().changes["status"] == [None, "closed"]
    assert Ticket.objects.search("sorry").get() == ticket


def test_a_ticket_that_was_damaged_is_found_again(ticket, make_ticket, agent):
    other = make_ticket(title="Other")
    comments.add(ticket, "Bookkeeping looks into it", author=agent, channel=Channel.ADMIN)
    before = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.update(search_text="")
    changes.reindex([ticket.pk, ticket.pk + 99])
    assert Ticket.objects.search("bookkeeping invoice").get() == ticket
    assert Ticket.objects.get(pk=ticket.pk).updated_at == before.updated_at
    assert not Ticket.objects.search("other").filter(pk=other.pk)


def announced():
    """What was left for those who listen since this was last asked: the kind and the ids of each."""
    left = DBTaskResult.objects.filter(task_path="helpdesk.jobs.delivery.deliver").order_by("enqueued_at")
    told = [(kind, ids) for kind, ids in (result.args_kwargs["args"] for result in left)]
    left.delete()
    return told


@pytest.fixture
def listened(monkeypatch):
    """Somebody listens to every announcement."""
    monkeypatch.setattr("helpdesk.jobs.outbox.reactions", lambda kind: {"listener": print})


def test_every_write_is_announced(listened, agent):
    by_agent = {"actor": agent, "channel": Channel.API}
    made = changes.create_many(rows(2), confirmed=[["category"], []], **by_agent)
    first, second = ids = [ticket.pk for ticket in made]
    assert announced() == [("ticket.created", ids), (changes.SETTLED, [first])]
    changes.update(first, {"title": "New"}, **by_agent)
    assert announced() == [("ticket.updated", [first])]
    changes.update_many(ids, {"priority": "high"}, **by_agent)
    assert announced() == [("ticket.updated", ids), (changes.SETTLED, ids)]
    changes.update_if(second, {"category": "general"}, {}, **by_agent)
    assert announced() == [(changes.SETTLED, [second])]
    changes.update_each({first: {"category": "account"}}, **by_agent, confirmed=False)
    assert announced() == [("ticket.updated", [first])]
    comments.add(made[0], "Hello", author=agent, channel=Channel.API)
    assert announced() == [("ticket.commented", [first])]
    changes.delete_many(ids, **by_agent)
    assert announced() == [("ticket.deleted", ids)]


def test_a_confirmation_is_announced_once(listened, ticket):
    announced()
    for expected in ([(changes.SETTLED, [ticket.pk])], []):
        changes.confirm_labels(ticket, ["category"])
        assert announced() == expected
    assert (ticket.category_confirmed, ticket.priority_confirmed) == (True, False)
    changes.confirm_labels(ticket, [])
    assert announced() == []


@pytest.mark.parametrize("announces", [True, False])
def test_who_makes_one_piece_of_a_change_announces_at_the_end(listened, lead, announces):
    author = Author(lead, Channel.IMPORT, announces=announces)
    (made,) = changes.bring_in([Arrival(rows(1)[0], confirmed=["priority"])], author)
    assert announced() == [("ticket.created", [made.pk]), (changes.SETTLED, [made.pk])] * announces
    seen = {made.pk: Ticket.objects.get().updated_at}
    written = changes.update_unmoved({made.pk: {"category": "account"}}, seen, author, confirmed=True)
    assert written == ({made.pk}, {made.pk})
    assert announced() == [("ticket.updated", [made.pk]), (changes.SETTLED, [made.pk])] * announces
    assert changes.update_unmoved({made.pk: {"title": "New"}}, seen, author, confirmed=True) == (set(), set())
    assert announced() == []
