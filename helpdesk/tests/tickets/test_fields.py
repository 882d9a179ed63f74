"""A field that is forgotten somewhere is named here, with the place that does not know it."""

import pytest
from django.contrib.admin.utils import flatten_fieldsets

from helpdesk.admin.forms import TicketForm
from helpdesk.admin.tickets import TicketAdmin
from helpdesk.api import examples
from helpdesk.api.serializers.ticket import TicketSerializer
from helpdesk.choices import VOCABULARIES, Channel
from helpdesk.tickets import changes
from helpdesk.tickets.fields import BY_NAME, EDITABLE, FIELDS, INTERNAL, NAMES, Kind, SetBy
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.query import FILTERS
from helpdesk.transfer.resource import TicketResource

OTHER = {Kind.LINE: "Another", Kind.TEXT: "Another text.", Kind.EMAIL: "another@customer.example"}


def test_every_column_is_described_or_internal():
    """Forgotten in tickets/fields.py, or in the models."""
    assert {field.name for field in Ticket._meta.concrete_fields} == {*NAMES, *INTERNAL}


def test_every_field_of_a_file_can_be_read():
    """Forgotten in tickets/fields.PARSERS."""
    looked_up = {Kind.KEY, Kind.PERSON}
    assert all(callable(field.parser) for field in FIELDS if field.kind not in looked_up)


@pytest.mark.parametrize("name", EDITABLE)
def test_a_change_of_every_editable_field_is_written_and_told(name, ticket, agent):
    field = BY_NAME[name]
    other = {Kind.PERSON: agent, **OTHER}.get(field.kind) or next(
        value for value in VOCABULARIES[name].values if value != getattr(ticket, name)
    )
    changes.update(ticket, {name: other}, actor=agent, channel=Channel.ADMIN)
    assert getattr(Ticket.objects.get(pk=ticket.pk), name) == other
    assert field.attribute in Event.objects.for_history(ticket.pk)[0].changes


def test_the_api_shows_every_field_and_takes_those_that_people_set():
    """Forgotten in api/serializers/ticket.py or api/examples.py."""
    fields = TicketSerializer().fields
    assert [*fields] == [*NAMES, "assignee_name"] == [*examples.TICKET]
    assert {name for name, field in fields.items() if not field.read_only} == set(EDITABLE)


def test_a_new_ticket_is_given_every_field_that_people_set():
    """Forgotten in the fieldsets of admin/tickets.py, or in admin/forms.py."""
    assert sorted(flatten_fieldsets(TicketAdmin.fieldsets)) == sorted(EDITABLE)
    assert set(EDITABLE) <= TicketForm.base_fields.keys()


def test_the_ticket_page_changes_every_field_that_people_set(ticket, agent, admin_as):
    """Forgotten in templates/helpdesk/panel/ticket."""
    page = admin_as(agent).get(f"/admin/helpdesk/ticket/{ticket.pk}/change/").content.decode()
    assert [name for name in EDITABLE if f'="{name}"' not in page] == []


def test_a_file_has_every_field():
    assert {*TicketResource().fields} == {"desk", *NAMES}


def test_every_vocabulary_can_be_filtered_by():
    assert {field.name for field in FIELDS if field.kind is Kind.CHOICE} <= FILTERS.keys()


def test_what_the_desk_sets_cannot_be_written(ticket):
    for field in FIELDS:
        if field.set_by is not SetBy.PEOPLE:
            with pytest.raises(TypeError, match=field.name):
                changes.update(ticket, {field.name: None}, actor=None, channel=Channel.SYSTEM)
