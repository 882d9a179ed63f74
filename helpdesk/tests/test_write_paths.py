"""Every way to change a ticket leaves one event per changed ticket, with the right actor and channel."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from helpdesk.choices import Action, Channel
from helpdesk.jobs import reactions as registry
from helpdesk.tests.admin.pages import ADD, LIST, change_url, save, shown
from helpdesk.tests.transfer.importing.files import run
from helpdesk.tickets.models import Event, Ticket
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import writing
from helpdesk.transfer.importing.identity import mark_of_this_desk
from helpdesk.transfer.models import Import
from helpdesk.triage import rules, suggestions
from helpdesk.triage.models import ApplyRule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    """What a reaction to every change hears: (kind, ticket) of each."""
    found = []
    probes = {
        f"ticket.{action}": {"probe": lambda ids, kind=action: found.extend((kind, pk) for pk in ids)}
        for action in Action.values
    }
    # What a file brings is new under a name of its own.
    probes[writing.IMPORTED] = probes["ticket.created"]
    monkeypatch.setattr(registry, "_registered", probes)
    return found


def deliver():
    """Run what was announced, as the worker does."""
    told = DBTaskResult.objects.filter(task_path__contains="helpdesk.jobs.delivery")
    for result in told.order_by("enqueued_at"):
        result.task.call(*result.args_kwargs["args"])
        result.delete()


@pytest.fixture(autouse=True)
def every_change_is_followed(heard):
    """Whatever the door: the reactions hear of each event once."""
    yield
    deliver()
    recorded = Event.objects.values_list("action", "ticket_id")
    assert sorted(heard) == sorted(recorded)


def events_since(known, action):
    """What was recorded since `known`: (ticket, actor, channel), oldest first."""
    new = Event.objects.exclude(pk__in=known).order_by("pk")
    assert {event.action for event in new} <= {action}
    return [(event.ticket_id, event.actor, event.channel) for event in new]


@pytest.fixture
def desk(make_ticket):
    return [make_ticket(title=f"Ticket {n}", category="general", priority="low") for n in range(3)]


@pytest.fixture
def known(desk):
    return set(Event.objects.values_list("pk", flat=True))


def test_the_add_form(desk, known, agent, admin_as):
    client = admin_as(agent)
    save(
        client,
        ADD,
        shown(client, ADD, "ticket_form"),
        title="New",
        description="Text",
        category="billing",
        priority="high",
    )
    assert events_since(known, Action.CREATED) == [(Ticket.objects.get(title="New").pk, agent, Channel.ADMIN)]


def test_the_change_form(desk, known, agent, admin_as):
    client, url = admin_as(agent), change_url(desk[0].pk)
    save(client, url, shown(client, url, "fields-form"), priority="high")
    assert events_since(known, Action.UPDATED) == [(desk[0].pk, agent, Channel.ADMIN)]


def test_a_change_form_saved_untouched(desk, known, agent, admin_as):
    client, url = admin_as(agent), change_url(desk[0].pk)
    save(client, url, shown(client, url, "fields-form"))
    save(client, url, shown(client, url, "details-form"))
    assert events_since(known, Action.UPDATED) == []


def test_inline_editing(desk, known, agent, admin_as):
    for ticket in desk[:2]:
        url = reverse("admin:helpdesk_ticket_field", args=[ticket.pk])
        sent = {"field": "priority", "value": "critical", "was": ticket.priority}
        assert admin_as(agent).post(url, sent).status_code == 200
    expected = {(ticket.pk, agent, Channel.ADMIN) for ticket in desk[:2]}
    assert set(events_since(known, Action.UPDATED)) == expected
    assert len(events_since(known, Action.UPDATED)) == 2


def test_a_bulk_action(desk, known, lead, admin_as):
    selected = [ticket.pk for ticket in desk]
    data = {"action": "set_priority_high", "_selected_action": selected, "index": 0}
    admin_as(lead).post(LIST, data, follow=True)
    assert events_since(known, Action.UPDATED) == [(pk, lead, Channel.ADMIN) for pk in selected]
    assert len(set(Event.objects.filter(action=Action.UPDATED).values_list("batch", flat=True))) == 1


def test_a_bulk_deletion(desk, known, lead, admin_as):
    selected = [ticket.pk for ticket in desk]
    data = {"action": "delete_selected", "_selected_action": selected, "post": "yes"}
    admin_as(lead).post(LIST, data, follow=True)
    assert events_since(known, Action.DELETED) == [(pk, lead, Channel.ADMIN) for pk in selected]


def test_a_csv_file(desk, known, lead, admin_as):
    client, mark = admin_as(lead), mark_of_this_desk()
    rows = [f"{mark},{desk[0].pk},,,,high", f"{mark},{desk[1].pk},,,,low", ",,Fresh,Text,billing,low"]
    text = "\n".join(["desk,id,title,description,category,priority", *rows])
    client.post(
        reverse("admin:helpdesk_import_new"), {"file": SimpleUploadedFile("tickets.csv", text.encode())}
    )
    job = run(Import.objects.get())
    jobs.judge(job)
    run(job)
    client.post(reverse("admin:helpdesk_import_start", args=[job.pk]), {"refused": "all"})
    run(job)
    fresh = Ticket.objects.get(title="Fresh")
    recorded = Event.objects.exclude(pk__in=known).order_by("ticket_id")
    assert [(event.ticket_id, event.action, event.actor, event.channel) for event in recorded] == [
        (desk[0].pk, Action.UPDATED, lead, Channel.IMPORT),
        (fresh.pk, Action.CREATED, lead, Channel.IMPORT),
    ]


@pytest.mark.parametrize("verb", ["patch", "put"])
def test_the_api_changes(desk, known, agent, api_as, verb):
    url = reverse("ticket-detail", args=[desk[0].pk])
    body = {"title": "Ticket 0", "description": desk[0].description, "category": "account", "priority": "low"}
    assert getattr(api_as(agent), verb)(url, body).status_code == 200
    assert events_since(known, Action.UPDATED) == [(desk[0].pk, agent, Channel.API)]


def test_the_api_creates(desk, known, agent, api_as):
    answer = api_as(agent).post(reverse("ticket-list"), {"title": "By program", "description": "Text"})
    assert events_since(known, Action.CREATED) == [(answer.json()["id"], agent, Channel.API)]


def test_the_api_deletes(desk, known, lead, api_as):
    api_as(lead).delete(reverse("ticket-detail", args=[desk[0].pk]))
    assert events_since(known, Action.DELETED) == [(desk[0].pk, lead, Channel.API)]


def test_accepting_a_suggestion(desk, known, agent):
    suggestion = suggestions.suggest("Charged twice", "Refund me", ticket=desk[0], actor=agent)
    suggestions.accept(suggestion, actor=agent)
    assert events_since(known, Action.UPDATED) == [(desk[0].pk, agent, Channel.AI)]


def test_a_reply_from_the_ticket_page(desk, known, agent, admin_as):
    client, url = admin_as(agent), change_url(desk[0].pk)
    save(client, url, shown(client, url, "composer"), body="Hello")
    sent = {"body": "Hello again", "key": uuid4()}
    assert client.post(reverse("admin:helpdesk_ticket_send", args=[desk[0].pk]), sent).status_code == 200
    assert events_since(known, Action.COMMENTED) == [(desk[0].pk, agent, Channel.ADMIN)] * 2


def test_a_reply_that_resolves(desk, known, agent, admin_as):
    sent = {"body": "Done.", "key": uuid4(), "then": "resolve"}
    url = reverse("admin:helpdesk_ticket_send", args=[desk[0].pk])
    assert admin_as(agent).post(url, sent).status_code == 200
    new = Event.objects.exclude(pk__in=known).order_by("pk").values_list("action", "actor", "channel")
    assert list(new) == [("commented", agent.pk, "admin"), ("updated", agent.pk, "admin")]


def test_the_details_of_a_ticket(desk, known, agent, admin_as):
    client, url = admin_as(agent), change_url(desk[0].pk)
    save(client, url, shown(client, url, "details-form"), requester_name="Kim")
    assert events_since(known, Action.UPDATED) == [(desk[0].pk, agent, Channel.ADMIN)]


def test_taking_a_part_of_a_suggestion(desk, known, agent, admin_as):
    suggestion = suggestions.suggest("Charged twice", "Refund me", ticket=desk[0], actor=agent)
    url = reverse("admin:helpdesk_suggest_take", args=[suggestion.pk])
    assert admin_as(agent).post(url, {"category": desk[0].category}).status_code == 200
    assert events_since(known, Action.UPDATED) == [(desk[0].pk, agent, Channel.AI)]


def test_a_rule(desk, known, make_ticket):
    suggestion = suggestions.suggest("Charged twice", "Refund me", ticket=desk[0])
    ApplyRule.objects.create(category=suggestion.category, is_on=True, threshold=0.1)
    assert rules.apply(suggestion)
    assert events_since(known, Action.UPDATED) == [(desk[0].pk, None, Channel.AI)]


def test_the_api_comments(desk, known, agent, api_as):
    url = reverse("comment-list", args=[desk[0].pk])
    assert api_as(agent).post(url, {"body": "Hello"}).status_code == 201
    assert events_since(known, Action.COMMENTED) == [(desk[0].pk, agent, Channel.API)]


def test_the_command_that_loads_the_demo(db):
    call_command("demo", verbosity=0)
    assert set(Event.objects.values_list("action", flat=True)) >= {"created", "updated", "commented"}
