"""What becomes of a proposal."""

import pytest

from helpdesk.choices import Channel, Verdict
from helpdesk.tickets import changes as tickets
from helpdesk.tickets.models import Ticket
from helpdesk.triage import suggestions

pytestmark = pytest.mark.django_db


@pytest.fixture
def suggestion(make_ticket, agent):
    ticket = make_ticket(category="general", priority="low")
    return suggestions.suggest("Refund", "I was charged twice", ticket=ticket, actor=agent)


def test_a_suggestion_is_kept_and_changes_nothing(suggestion, agent):
    assert (suggestion.verdict, suggestion.requested_by) == (Verdict.PENDING, agent)
    assert suggestion.ticket.category == "general"


def test_accepting_writes_the_labels_by_the_channel_ai(suggestion, agent):
    ticket = suggestions.accept(suggestion, actor=agent)
    assert (ticket.category, ticket.priority) == ("billing", suggestion.priority)
    event = ticket.events.get(action="updated")
    assert (event.channel, event.actor) == (Channel.AI, agent)


def test_dismissing_leaves_the_ticket_alone(suggestion, agent):
    assert suggestions.dismiss(suggestion, actor=agent).verdict == Verdict.DISMISSED
    assert Ticket.objects.get(pk=suggestion.ticket_id).category == "general"


@pytest.mark.parametrize(
    ("category", "verdict"), [("billing", Verdict.ACCEPTED), ("account", Verdict.EDITED)]
)
def test_a_saved_form_settles_what_it_showed(suggestion, agent, category, verdict):
    changes = {"category": category, "priority": suggestion.priority}
    ticket = tickets.update(suggestion.ticket, changes, actor=agent, channel=Channel.ADMIN)
    settled = suggestions.settle(suggestion, ticket, actor=agent)
    assert (settled.verdict, settled.final_category, settled.decided_by) == (verdict, category, agent)


def test_nothing_is_decided_twice(suggestion, agent):
    suggestions.dismiss(suggestion, actor=agent)
    for verb in (suggestions.accept, suggestions.dismiss):
        with pytest.raises(suggestions.NotPending, match="already dismissed"):
            verb(suggestion, actor=agent)


def test_a_suggestion_without_a_ticket_cannot_be_accepted(agent):
    loose = suggestions.suggest("Refund", "Charged twice", actor=agent)
    with pytest.raises(suggestions.NotPending, match="Save the ticket first"):
        suggestions.accept(loose, actor=agent)


def test_a_form_cannot_settle_another_tickets_suggestion(suggestion, make_ticket, agent):
    with pytest.raises(suggestions.NotPending, match="another ticket"):
        suggestions.settle(suggestion, make_ticket(), actor=agent)
