"""The write path: what it stores, what it derives, and what it leaves alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes, history
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
