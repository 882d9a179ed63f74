"""Many tickets at once from the list: who may, what is asked, and what is refused."""

import pytest
from django.urls import reverse

from helpdesk.choices import Channel
from helpdesk.tickets import bulk, changes
from helpdesk.tickets.bulk import BulkChange
from helpdesk.tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db
PREVIEW, CHANGE = "/admin/helpdesk/ticket/bulk/preview/", "/admin/helpdesk/ticket/bulk/"
ROW = {"title": "Many", "description": "x", "category": "general", "priority": "low"}


@pytest.fixture
def many(db):
    return [ticket.pk for ticket in changes.create_many([ROW] * 12, actor=None, channel=Channel.SYSTEM)]


def test_it_is_looked_at_done_and_told(many, lead, admin_as):
    client = admin_as(lead)
    sent = {"field": "priority", "value": "high", "all": "1", "query": "?category=general&o=-priority&p=2"}
    page = client.post(PREVIEW, sent).content.decode()
    assert "Set priority to High" in page
    assert page.count("Low → <b>High</b>") == 5
    assert "Change 12 tickets" in page
    assert not Event.objects.filter(action="updated").exists()
    answer = client.post(CHANGE, sent).json()
    assert (answer["said"], answer["finished"]) == ("12 tickets set to High.", True)
    url = reverse("admin:helpdesk_ticket_bulk_progress", args=[answer["batch"]])
    assert client.get(url).json()["done"] == 12


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"field": "title", "value": "x"}, "cannot be changed for many"),
        ({"field": "status", "value": "done"}, "Choose one of"),
        ({"field": "assignee", "value": "x"}, "cannot be given tickets"),
        ({"field": "status", "value": "open", "all": "1", "query": "?status=done"}, "Unknown: done"),
        ({"field": "status", "value": "open", "all": "1", "query": "?stauts=open"}, "no such filter"),
        ({}, "cannot be changed for many"),
    ],
)
def test_nonsense_is_refused_in_words(many, lead, admin_as, sent, reason):
    for url in (PREVIEW, CHANGE):
        answer = admin_as(lead).post(url, sent)
        assert (answer.status_code, reason in answer.json()["detail"]) == (400, True)
    assert not BulkChange.objects.exists()


def test_nothing_selected_changes_nothing(many, lead, admin_as):
    sent = {"field": "status", "value": "closed", "ids": ["x", "0", "99999999999999999999"]}
    assert admin_as(lead).post(CHANGE, sent).json()["said"] == "0 tickets set to Closed."
    assert not Ticket.objects.filter(status="closed").exists()


def test_an_agent_has_a_limit_and_a_viewer_no_way(many, agent, viewer, admin_as, settings):
    settings.BULK_LIMIT_AGENTS = 10
    sent = {"field": "status", "value": "closed", "ids": many}
    refused = admin_as(agent).post(CHANGE, sent)
    assert (refused.status_code, "ask a lead" in refused.json()["detail"]) == (400, True)
    assert admin_as(agent).post(CHANGE, {**sent, "ids": many[:10]}).json()["finished"]
    assert admin_as(viewer).post(CHANGE, sent).status_code == 403
    assert Ticket.objects.filter(status="closed").count() == 10


def test_one_stops_and_sees_own_changes_only(many, agent, other_agent, lead, admin_as, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 5)
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    sent = {"field": "status", "value": "closed", "ids": many}
    batch = admin_as(agent).post(CHANGE, sent).json()["batch"]
    url = reverse("admin:helpdesk_ticket_bulk_progress", args=[batch])
    assert f'data-batch="{batch}"' in admin_as(agent).get("/admin/helpdesk/ticket/").content.decode()
    assert admin_as(other_agent).get(url).status_code == 404
    assert admin_as(other_agent).post(f"{url}cancel/").status_code == 404
    assert admin_as(lead).post(f"{url}cancel/").status_code == 200
    bulk.go_on.func(batch)
    assert admin_as(agent).get(url).json()["said"] == "5 tickets set to Closed before it was stopped."
    assert Ticket.objects.filter(status="closed").count() == 5
