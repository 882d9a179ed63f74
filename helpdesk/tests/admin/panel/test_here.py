"""The one question that the page of a ticket asks again and again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.admin.panel import ticket as panel
from helpdesk.choices import Channel
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Ticket
from helpdesk.workspace import reading

pytestmark = pytest.mark.django_db
POLL = {"X-Helpdesk-Poll": "1"}


@pytest.fixture
def ask(ticket):
    """``ask(client, read=...)``: what the page of the ticket hears, having seen it as it was at first."""
    url, after = reverse("admin:helpdesk_ticket_here", args=[ticket.pk]), ticket.updated_at.isoformat()
    return lambda client, **asked: client.get(
        url, {"after": after, **asked}, headers={"X-Helpdesk-Poll": "1"}
    )


def test_people_on_one_page_hear_of_each_other(ask, agent, other_agent, viewer, admin_as):
    assert ask(admin_as(agent), replying="1").json()["others"] == []
    assert ask(admin_as(other_agent)).json()["others"] == [{"name": "Amir", "replying": True}]
    names = [other["name"] for other in ask(admin_as(viewer)).json()["others"]]
    assert names == ["Amir", "Bea"]


def test_what_happened_since_comes_once_and_fields_as_they_are(ask, ticket, agent, other_agent, admin_as):
    client = admin_as(agent)
    assert ask(client).json()["entries"].strip() == ""
    changes.update(ticket, {"status": "in_progress"}, actor=other_agent, channel=Channel.ADMIN)
    comments.add(ticket, "I have it.", author=other_agent, channel=Channel.ADMIN)
    told = ask(client).json()
    assert "I have it." in told["entries"]
    assert "In progress" in told["entries"]
    assert {"status": "in_progress"}.items() <= {f["field"]: f["value"] for f in told["fields"]}.items()
    assert ask(client, after=told["seen"]).json()["entries"].strip() == ""


def test_what_was_shown_is_read(ask, ticket, agent, other_agent, admin_as):
    reading.read_until(agent, ticket)  # what is older counts as read
    comment = comments.add(ticket, "News", author=other_agent, channel=Channel.ADMIN)
    fresh = Ticket.objects.get()
    assert reading.unread(agent, [fresh]) == {ticket.pk}
    ask(admin_as(agent), read=comment.created_at.isoformat())
    assert reading.unread(agent, [fresh]) == set()


def test_nonsense_and_a_deleted_ticket_are_answered_in_words(ask, ticket, lead, agent, admin_as):
    client = admin_as(agent)
    for asked in ({"after": "x"}, {"read": "x"}):
        assert ask(client, **asked).status_code == 400
    changes.delete(ticket, actor=lead, channel=Channel.ADMIN)
    answer = ask(client)
    assert (answer.status_code, "was deleted by Lena" in answer.json()["detail"]) == (404, True)


def test_the_question_is_cheap_however_much_was_said(ask, ticket, agent, other_agent, admin_as):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert ask(client).status_code == 200
        return len(captured)

    client = admin_as(agent)
    comments.add(ticket, "Hello", author=other_agent, channel=Channel.ADMIN)
    queries()
    few = queries()
    for _ in range(30):
        comments.add(ticket, "Hello", author=other_agent, channel=Channel.ADMIN)
    assert queries() == few == 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked", [{}, {"read": "2026-01-01T00:00:00+00:00"}])
def test_a_ticket_deleted_while_the_page_asks_is_missed_in_words(
    ask, asked, lead, agent, admin_as, monkeypatch
):
    found = panel._find

    def find_and_lose(user, pk):
        ticket = found(user, pk)
        changes.delete(Ticket.objects.get(pk=pk), actor=lead, channel=Channel.ADMIN)
        return ticket

    monkeypatch.setattr(panel, "_find", find_and_lose)
    answer = ask(admin_as(agent), **asked)
    assert (answer.status_code, "was deleted by Lena" in answer.json()["detail"]) == (404, True)
