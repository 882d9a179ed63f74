"""Two people at the same ticket: nobody's change is reverted by a page that is out of date."""

import pytest

from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import change_url, save, shown
from helpdesk.tickets import changes as tickets
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_a_stale_ticket_page_reverts_nothing(ticket, agent, other_agent, admin_as):
    amir, bea, url = admin_as(agent), admin_as(other_agent), change_url(ticket.pk)
    page = shown(amir, url, "ticket_form")
    save(bea, url, shown(bea, url, "ticket_form"), priority="critical", description="More\r\ndetail")
    save(amir, url, page, status="in_progress")
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.priority, fresh.status, fresh.description) == ("critical", "in_progress", "More\r\ndetail")


def test_the_same_field_twice_keeps_the_later_value_and_says_so(ticket, agent, other_agent, admin_as):
    amir, url = admin_as(agent), change_url(ticket.pk)
    page = shown(amir, url, "ticket_form")
    tickets.update(ticket, {"priority": "critical"}, actor=other_agent, channel=Channel.ADMIN)
    messages = save(amir, url, page, priority="low")
    assert Ticket.objects.get(pk=ticket.pk).priority == "low"
    assert any("Somebody else changed priority" in message for message in messages)


def test_a_ticket_deleted_meanwhile_cannot_be_saved(ticket, agent, lead, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    page = shown(client, url, "ticket_form")
    tickets.delete(ticket, actor=lead, channel=Channel.ADMIN)
    response = client.post(url, {**page, "priority": "high"}, follow=True)
    assert response.status_code == 200
    assert any("deleted" in str(message) for message in response.context["messages"])
