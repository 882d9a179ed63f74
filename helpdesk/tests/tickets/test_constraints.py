"""The database holds the rules, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage.models import Suggestion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["category", "priority", "status"])
def test_a_ticket_cannot_hold_an_unknown_value(ticket, field):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**{field: "nonsense"})


@pytest.mark.parametrize("field", ["title", "category", "status", "created_at", "external_id"])
def test_a_ticket_cannot_do_without(ticket, field):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**{field: None})


def test_an_external_ticket_exists_once(make_ticket):
    make_ticket(external_source="zendesk", external_id="7")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_ticket(external_source="zendesk", external_id="7")
    make_ticket(external_source="jira", external_id="7")


def test_tickets_of_our_own_have_no_external_id_to_share(make_ticket):
    make_ticket()
    make_ticket()
    assert Ticket.objects.filter(external_id="").count() == 2


@pytest.mark.parametrize("field", ["action", "channel"])
def test_an_event_cannot_hold_an_unknown_value(ticket, field):
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(ticket=ticket).update(**{field: "nonsense"})


@pytest.mark.parametrize("field", ["verdict", "category", "priority"])
def test_a_suggestion_cannot_hold_an_unknown_value(make_ticket, field):
    make_ticket(category="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.update(**{field: "nonsense"})
