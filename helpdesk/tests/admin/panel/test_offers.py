"""What triage proposes beside the fields: taken by a person, one field at a time."""

import pytest
from django.urls import reverse

from helpdesk.choices import Channel, Verdict
from helpdesk.tests.admin.pages import change_url
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage import classify as triage
from helpdesk.triage import suggestions
from helpdesk.triage.models import Suggestion

pytestmark = pytest.mark.django_db
WORDS = {"title": "Charged twice", "description": "I was charged twice, please refund. This is urgent."}


def url(name, pk):
    return reverse(f"admin:helpdesk_{name}", args=[pk])


@pytest.fixture
def offered(make_ticket):
    """Billing and high are proposed, account and medium are there."""
    ticket = make_ticket(category="account", priority="medium")
    suggestion = suggestions.suggest(**WORDS, ticket=ticket)
    assert (suggestion.category, suggestion.priority) == ("billing", "high")
    return suggestion


def labels():
    ticket = Ticket.objects.get()
    return ticket.category, ticket.priority


def test_both_values_how_sure_and_why_stand_beside_the_field(offered, agent, viewer, admin_as):
    page = admin_as(agent).get(change_url(offered.ticket_id)).content.decode()
    offer = page.split('data-offer="category"')[1].split("</section>")[0]
    assert offer.index("Account") < offer.index("Billing")
    assert "% sure." in offer
    assert "<q" in offer
    assert "Take" not in admin_as(viewer).get(change_url(offered.ticket_id)).content.decode()


def test_a_label_that_no_word_speaks_for_is_called_a_guess(make_ticket, agent, admin_as):
    ticket = make_ticket(title="Zzz", description="qqq", category="account", priority="high")
    suggestions.suggest("Zzz", "qqq", ticket=ticket)
    page = admin_as(agent).get(change_url(ticket.pk)).content.decode()
    assert page.count("no word of the text speaks for it.") == page.count("A guess, ") == 2


def test_each_field_is_taken_by_itself_and_the_last_one_settles_it(offered, agent, admin_as):
    client = admin_as(agent)
    answer = client.post(url("suggest_take", offered.pk), {"category": "account"}).json()
    assert answer["said"] == f"Category of #{offered.ticket_id}: Account → Billing"
    assert labels() == ("billing", "medium")
    assert Suggestion.objects.get().verdict == Verdict.PENDING
    event = Event.objects.for_history(offered.ticket_id)[0]
    assert (event.actor, event.channel, set(event.changes)) == (agent, Channel.AI, {"category"})
    client.post(url("suggest_take", offered.pk), {"priority": "medium"})
    assert labels() == ("billing", "high")
    assert Suggestion.objects.get().verdict == Verdict.ACCEPTED
    assert Ticket.objects.get().category_confirmed
    assert client.post(url("suggest_take", offered.pk), {"priority": "high"}).status_code == 409


def test_what_was_taken_can_be_taken_back(offered, agent, admin_as):
    client = admin_as(agent)
    batch = client.post(url("suggest_take", offered.pk), {"category": "account"}).json()["batch"]
    client.post(reverse("admin:helpdesk_ticket_undo"), {"batch": batch})
    assert labels() == ("account", "medium")


def test_what_somebody_chose_meanwhile_is_not_written_over(offered, agent, other_agent, admin_as):
    changes.update(offered.ticket, {"category": "general"}, actor=other_agent, channel=Channel.ADMIN)
    answer = admin_as(agent).post(url("suggest_take", offered.pk), {"category": "account"})
    assert answer.status_code == 409
    assert "Somebody else changed category" in answer.json()["detail"]
    assert labels() == ("general", "medium")


def test_the_rest_dismissed_after_one_was_taken_is_an_edit(offered, agent, admin_as):
    client = admin_as(agent)
    client.post(url("suggest_take", offered.pk), {"category": "account"})
    client.post(url("suggest_dismiss", offered.pk))
    made = Suggestion.objects.get()
    assert (made.verdict, made.final_category, made.final_priority) == ("edited", "billing", "")


def test_a_dismissed_suggestion_is_gone(offered, agent, admin_as):
    client = admin_as(agent)
    answer = client.post(url("suggest_dismiss", offered.pk))
    assert answer.json()["offers"]["category"].strip() == ""
    assert client.post(url("suggest_dismiss", offered.pk)).status_code == 409
    assert Suggestion.objects.get().verdict == Verdict.DISMISSED
    assert labels() == ("account", "medium")


def test_a_lower_priority_is_never_the_button_that_stands_out(make_ticket, agent, admin_as):
    ticket = make_ticket(category="account", priority="critical")
    suggestions.suggest(**WORDS, ticket=ticket)
    page = admin_as(agent).get(change_url(ticket.pk)).content.decode()
    category, priority = (page.split(f'data-take="{name}"')[0][-150:] for name in ("category", "priority"))
    assert "button-main" in category
    assert "button-main" not in priority
    assert Ticket.objects.get().priority == "critical"


def test_labels_that_triage_filled_are_confirmed_by_one_click(make_ticket, agent, admin_as):
    ticket = make_ticket(**WORDS, category="", priority="")
    page = admin_as(agent).get(change_url(ticket.pk)).content.decode()
    assert "Both are right" in page
    answer = (
        admin_as(agent)
        .post(url("suggest_take", ticket.suggestions.get().pk), {"category": "billing", "priority": "high"})
        .json()
    )
    assert answer["batch"] is None
    assert "is right" in answer["said"]
    assert Suggestion.objects.get().verdict == Verdict.ACCEPTED
    assert Ticket.objects.get().category_confirmed
    assert not Event.objects.filter(action="updated").exists()


def test_asking_writes_nothing_but_the_suggestion(make_ticket, agent, admin_as):
    ticket = make_ticket(**WORDS, category="account", priority="medium")
    answer = admin_as(agent).post(url("ticket_suggest", ticket.pk)).json()
    assert "Billing" in answer["offers"]["category"]
    assert "the local model" in answer["offers"]["source"]
    assert Suggestion.objects.get().requested_by == agent
    assert labels() == ("account", "medium")


def test_nonsense_is_refused(offered, agent, viewer, suggester, admin_as):
    take = url("suggest_take", offered.pk)
    assert admin_as(agent).post(take, {}).status_code == 400
    assert admin_as(agent).post(take, {"category": "x"}).status_code == 409
    assert admin_as(agent).post(url("suggest_take", 10**9), {"category": "x"}).status_code == 404
    assert admin_as(agent).post(url("ticket_suggest", 10**9)).status_code == 404
    for person in (viewer, suggester):
        assert admin_as(person).post(take, {"category": "account"}).status_code == 403
    assert labels() == ("account", "medium")


@pytest.fixture
def applied(make_ticket):
    """A category that a rule set, where "general" was before."""
    ticket = make_ticket(category="billing")
    suggestion = suggestions.suggest(**WORDS, ticket=ticket)
    suggestion.verdict, suggestion.previous_category = Verdict.APPLIED, "general"
    suggestion.save()
    return suggestion


def test_what_was_applied_by_itself_is_marked(applied, agent, admin_as):
    page = admin_as(agent).get(change_url(applied.ticket_id)).content.decode()
    assert "Applied by itself" in page
    assert "Take back" in page


@pytest.mark.parametrize(("verb", "category"), [("revert", "general"), ("review", "billing")])
def test_what_was_applied_by_itself_is_judged_in_one_click(applied, agent, admin_as, verb, category):
    client, address = admin_as(agent), url(f"suggest_{verb}", applied.pk)
    assert client.post(address).json()["fields"][0]["value"] == category
    ticket = Ticket.objects.get(pk=applied.ticket_id)
    assert (ticket.category, ticket.category_confirmed) == (category, True)
    assert client.post(address).status_code == 409


def test_taking_back_leaves_what_somebody_chose_since(applied, agent, other_agent, admin_as):
    changes.update(applied.ticket, {"category": "account"}, actor=other_agent, channel=Channel.ADMIN)
    admin_as(agent).post(url("suggest_revert", applied.pk))
    assert Ticket.objects.get(pk=applied.ticket_id).category == "account"


@pytest.mark.django_db(transaction=True)
def test_a_ticket_deleted_while_a_provider_thinks_is_said(ticket, agent, admin_as, monkeypatch):
    classify = triage.classify

    def deletes(title, description):
        changes.delete(ticket, actor=None, channel=Channel.SYSTEM)
        return classify(title, description)

    monkeypatch.setattr(triage, "classify", deletes)
    response = admin_as(agent).post(url("ticket_suggest", ticket.pk))
    assert (response.status_code, "was deleted" in response.json()["detail"]) == (404, True)
