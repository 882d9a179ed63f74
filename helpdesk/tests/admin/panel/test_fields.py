"""A field changed where it stands: saved, refused, overtaken, taken back."""

import pytest
from django.urls import reverse

from helpdesk import people
from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import LIST, change_url
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db
UNDO = "/admin/helpdesk/ticket/undo/"


def url(pk):
    return reverse("admin:helpdesk_ticket_field", args=[pk])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "in_progress", "Status of #{}: Open → In progress"),
        ("priority", "critical", "Priority of #{}: Medium → Critical"),
        ("category", "account", "Category of #{}: Billing → Account"),
        ("title", " A better title ", "Title of #{}: Invoice shows the wrong amount → A better title"),
    ],
)
def test_a_field_is_saved_by_its_editor_and_taken_back(ticket, agent, admin_as, field, value, said):
    client, was = admin_as(agent), getattr(ticket, field)
    answer = client.post(url(ticket.pk), {"field": field, "value": value, "was": was})
    assert answer.json()["said"] == said.format(ticket.pk)
    assert getattr(Ticket.objects.get(), field) == value.strip()
    event = Event.objects.for_history(ticket.pk)[0]
    assert (event.actor, event.channel) == (agent, "admin")
    assert field in event.changes
    undone = client.post(UNDO, {"batch": answer.json()["batch"]}).json()
    assert undone["said"] == "Undone."
    assert getattr(Ticket.objects.get(), field) == was
    again = client.post(UNDO, {"batch": answer.json()["batch"]})
    assert (again.status_code, again.json()["detail"]) == (409, "This was undone before.")


def test_a_person_is_given_a_ticket_and_nobody_is(ticket, agent, other_agent, admin_as):
    client = admin_as(agent)
    answer = client.post(url(ticket.pk), {"field": "assignee", "value": other_agent.pk, "was": ""}).json()
    assert (answer["value"], answer["label"]) == (str(other_agent.pk), "Bea")
    client.post(url(ticket.pk), {"field": "assignee", "value": "", "was": other_agent.pk})
    assert Ticket.objects.get().assignee is None


def test_what_a_colleague_chose_meanwhile_is_shown_and_stays(ticket, agent, other_agent, admin_as):
    changes.update(ticket, {"status": "resolved"}, actor=other_agent, channel=Channel.ADMIN)
    sent = {"field": "status", "value": "in_progress", "was": "open"}
    answer = admin_as(agent).post(url(ticket.pk), sent)
    told = answer.json()
    assert (answer.status_code, told["detail"]) == (409, "Bea changed this meanwhile.")
    assert (told["value"], told["label"], told["by"]) == ("resolved", "Resolved", "Bea")
    assert told["when"].endswith("s ago")
    assert Ticket.objects.get().status == "resolved"
    assert admin_as(agent).post(url(ticket.pk), {**sent, "was": "resolved"}).status_code == 200


def test_another_field_of_a_colleague_is_no_conflict(ticket, agent, other_agent, admin_as):
    changes.update(ticket, {"status": "resolved"}, actor=other_agent, channel=Channel.ADMIN)
    sent = {"field": "priority", "value": "high", "was": "medium"}
    assert admin_as(agent).post(url(ticket.pk), sent).status_code == 200
    assert (Ticket.objects.get().status, Ticket.objects.get().priority) == ("resolved", "high")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"field": "status", "value": "done", "was": "open"}, "Choose one of: open, in_progress"),
        ({"field": "status", "value": "open", "was": "x"}, "Choose one of"),
        ({"field": "assignee", "value": "999999", "was": ""}, "cannot be given tickets"),
        ({"field": "assignee", "value": "x", "was": ""}, "cannot be given tickets"),
        ({"field": "title", "value": " ", "was": "x"}, "Write something"),
        ({"field": "title", "value": "x" * 201, "was": "x"}, "at most 200"),
        ({"field": "title", "value": "\0", "was": "x"}, "cannot be stored"),
        ({"field": "created_at", "value": "2026-01-01", "was": ""}, "cannot be changed here"),
        ({}, "cannot be changed here"),
    ],
)
def test_nonsense_is_refused_in_words_and_changes_nothing(ticket, agent, admin_as, sent, reason):
    before = Event.objects.count()
    answer = admin_as(agent).post(url(ticket.pk), sent)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]
    assert Event.objects.count() == before


def test_a_deleted_ticket_is_missed_with_who_deleted_it(ticket, agent, lead, admin_as):
    changes.delete(ticket, actor=lead, channel=Channel.ADMIN)
    answer = admin_as(agent).post(url(ticket.pk), {"field": "status", "value": "closed", "was": "open"})
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith(f"#{ticket.pk} was deleted by Lena ")
    assert admin_as(agent).post(url(10**9), {"field": "status", "value": "closed", "was": "open"}).json() == {
        "detail": "There is no ticket #1000000000."
    }


def test_an_agent_undoes_own_changes_and_a_lead_anybodys(ticket, agent, other_agent, lead, viewer, admin_as):
    sent = {"field": "status", "value": "closed", "was": "open"}
    batch = admin_as(agent).post(url(ticket.pk), sent).json()["batch"]
    for person, status in ((viewer, 403), (other_agent, 403), (lead, 200)):
        assert admin_as(person).post(UNDO, {"batch": batch}).status_code == status
    assert Ticket.objects.get().status == "open"
    assert admin_as(agent).post(UNDO, {"batch": "x"}).status_code == 400


def test_tickets_are_given_to_those_who_may_change_them(ticket, agent, viewer, commenter, admin_as, api_as):
    page = change_url(ticket.pk)
    assert set(people.assignable()) == {agent}
    given = admin_as(agent).get(page).context["field_options"]["assignee"]
    assert [option["value"] for option in given] == ["", str(agent.pk)]
    for person in (viewer, commenter):
        sent = {"field": "assignee", "value": str(person.pk), "was": ""}
        answer = admin_as(agent).post(reverse("admin:helpdesk_ticket_field", args=[ticket.pk]), sent)
        assert answer.status_code == 400
        assert api_as(agent).patch(f"/api/tickets/{ticket.pk}/", {"assignee": person.pk}).status_code == 400
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_who_had_tickets_stays_a_filter_and_a_value(make_ticket, agent, other_agent, admin_as):
    ticket = make_ticket(assignee=other_agent)
    other_agent.groups.clear()
    listing = admin_as(agent).get(LIST, {"assignee": other_agent.pk}).context["cl"]
    options = next(choice.options for choice in listing.filter_choices if choice.name == "assignee")
    assert (str(other_agent.pk), "Bea") in options
    assert [chip.text for chip in listing.chips] == ["Bea"]
    assert [row.ticket for row in listing.rows] == [ticket]
    assert other_agent not in listing.staff
    form = admin_as(agent).get(change_url(ticket.pk)).context["fields_form"]
    assert other_agent in form.fields["assignee"].queryset
