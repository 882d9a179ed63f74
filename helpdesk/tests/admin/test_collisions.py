"""Two people at the same ticket: nobody's change is reverted by a page that is out of date."""

import pytest

from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import LIST, change_url, row_of, save, shown
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


def test_a_stale_list_reverts_nothing(make_ticket, agent, other_agent, admin_as):
    first, second = make_ticket(), make_ticket()
    amir, bea = admin_as(agent), admin_as(other_agent)
    page, theirs = shown(amir, LIST, "changelist-form"), shown(bea, LIST, "changelist-form")
    save(bea, LIST, theirs, _save="Save", **{f"{row_of(theirs, first.pk)}-priority": "critical"})
    changes = {f"{row_of(page, first.pk)}-status": "closed", f"{row_of(page, second.pk)}-status": "resolved"}
    save(amir, LIST, page, _save="Save", **changes)
    first, second = Ticket.objects.get(pk=first.pk), Ticket.objects.get(pk=second.pk)
    assert (first.priority, first.status, second.status) == ("critical", "closed", "resolved")


def test_the_same_field_twice_keeps_the_later_value_and_says_so(ticket, agent, other_agent, admin_as):
    amir, url = admin_as(agent), change_url(ticket.pk)
    page = shown(amir, url, "ticket_form")
    tickets.update(ticket, {"priority": "critical"}, actor=other_agent, channel=Channel.ADMIN)
    messages = save(amir, url, page, priority="low")
    assert Ticket.objects.get(pk=ticket.pk).priority == "low"
    assert any("Somebody else changed priority" in message for message in messages)


def test_a_list_that_moved_on_still_saves_the_right_rows(make_ticket, agent, admin_as):
    ticket = make_ticket()
    client = admin_as(agent)
    page = shown(client, LIST, "changelist-form")
    for _ in range(30):
        make_ticket()
    save(client, LIST, page, _save="Save", **{f"{row_of(page, ticket.pk)}-priority": "high"})
    assert list(Ticket.objects.filter(priority="high")) == [ticket]


def test_a_row_deleted_meanwhile_is_said_and_the_others_are_saved(make_ticket, agent, lead, admin_as):
    gone, stays = make_ticket(), make_ticket()
    client = admin_as(agent)
    page = shown(client, LIST, "changelist-form")
    tickets.delete(gone, actor=lead, channel=Channel.ADMIN)
    changes = {f"{row_of(page, pk)}-priority": "high" for pk in (gone.pk, stays.pk)}
    messages = save(client, LIST, page, _save="Save", **changes)
    assert Ticket.objects.get(pk=stays.pk).priority == "high"
    assert any(f"#{gone.pk}" in message for message in messages)


def test_a_ticket_deleted_meanwhile_cannot_be_saved(ticket, agent, lead, admin_as):
    client, url = admin_as(agent), change_url(ticket.pk)
    page = shown(client, url, "ticket_form")
    tickets.delete(ticket, actor=lead, channel=Channel.ADMIN)
    response = client.post(url, {**page, "priority": "high"}, follow=True)
    assert response.status_code == 200
    assert any("deleted" in str(message) for message in response.context["messages"])
