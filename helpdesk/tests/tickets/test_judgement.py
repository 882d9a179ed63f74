"""Which labels count as a person's judgement."""

import pytest

from helpdesk.choices import Channel
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.resource import write_all
from helpdesk.triage import suggestions

pytestmark = pytest.mark.django_db


def judged(ticket):
    return Ticket.objects.values_list("category_confirmed", "priority_confirmed").get(pk=ticket.pk)


@pytest.mark.parametrize(
    ("channel", "by_person", "expected"),
    [
        (Channel.ADMIN, True, (True, True)),
        (Channel.ADMIN, False, (False, False)),
        (Channel.API, True, (False, False)),
        (Channel.IMPORT, True, (False, False)),
        (Channel.SYSTEM, False, (False, False)),
    ],
)
def test_the_labels_of_a_new_ticket(make_ticket, agent, channel, by_person, expected):
    assert judged(make_ticket(actor=agent if by_person else None, channel=channel)) == expected


def test_a_label_that_triage_filled_is_no_judgement(make_ticket, agent):
    ticket = make_ticket(
        actor=agent, channel=Channel.ADMIN, title="Charged twice", category="", priority="low"
    )
    assert judged(ticket) == (False, True)


@pytest.mark.parametrize(
    ("channel", "by_person", "expected"),
    [
        (Channel.ADMIN, True, (True, False)),
        (Channel.API, True, (True, False)),
        (Channel.AI, True, (True, False)),
        (Channel.AI, False, (False, False)),
        (Channel.IMPORT, True, (False, False)),
    ],
)
@pytest.mark.parametrize("category", ["billing", "account"])
def test_a_change_or_a_confirmation(ticket, agent, channel, by_person, expected, category):
    changes.update(ticket, {"category": category}, actor=agent if by_person else None, channel=channel)
    assert judged(ticket) == expected


def test_an_import_counts_when_the_person_says_so(ticket, lead):
    new = {"title": "New", "description": "Text", "category": "account", "priority": "low"}
    write_all([new], {ticket.pk: {"category": "account"}}, actor=lead, confirmed=True)
    assert judged(ticket) == (True, False)
    assert judged(Ticket.objects.get(title="New")) == (True, True)


def test_a_saved_suggestion_confirms_both(ticket, agent):
    suggestion = suggestions.suggest(ticket.title, ticket.description, ticket=ticket, actor=agent)
    suggestions.settle(suggestion, ticket, actor=agent)
    assert judged(ticket) == (True, True)


def test_a_dismissal_confirms_nothing(ticket, agent):
    suggestion = suggestions.suggest(ticket.title, ticket.description, ticket=ticket, actor=agent)
    suggestions.dismiss(suggestion, actor=agent)
    assert judged(ticket) == (False, False)


def test_a_confirmation_leaves_no_line_in_the_history(ticket, agent):
    changes.update(ticket, {"category": ticket.category}, actor=agent, channel=Channel.ADMIN)
    assert ticket.events.count() == 1
