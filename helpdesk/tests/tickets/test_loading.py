"""Rows that are loaded are what the same rows saved one by one would be, on either database."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from helpdesk.choices import Action, Channel
from helpdesk.tickets.loading import insert, load
from helpdesk.tickets.models import Comment, Event, Ticket, TicketSource

pytestmark = pytest.mark.django_db
# What COPY, CSV or a driver could take for something else.
TEXTS = ["", "\\N", "\\.", "a\n\\.\nb", 'say "x", y', "tab\tend", "\r\n", "NULL", "'", "ü😀", "\\", ","]


def test_every_text_arrives_as_it_is(ticket: Ticket) -> None:
    insert([Comment(ticket=ticket, body=text) for text in TEXTS])
    assert list(Comment.objects.order_by("id").values_list("body", flat=True)) == TEXTS


def test_every_kind_of_value_is_as_if_saved(ticket: Ticket, agent: Any) -> None:
    def comment() -> Comment:
        return Comment(
            ticket=ticket, author=agent, body="x", is_internal=True, key=key, created_at=now, channel="api"
        )

    key, now = uuid.uuid4(), timezone.now()
    comment().save()
    saved = list(Comment.objects.values())
    Comment.objects.all().delete()
    insert([comment()])
    loaded = list(Comment.objects.values())
    assert [{**row, "id": 0} for row in loaded] == [{**row, "id": 0} for row in saved]


def test_json_is_json_and_nothing_is_null(ticket: Ticket) -> None:
    changes = {"title": [None, 'a "b"\n']}
    columns = ("ticket_id", "action", "channel", "actor_id", "batch", "changes", "confirmed", "created_at")
    row = (ticket.pk, Action.UPDATED, Channel.API, None, None, changes, None, timezone.now())
    load(Event, columns, [row])
    event = Event.objects.latest("id")
    assert (event.changes, event.confirmed, event.actor, event.batch) == (changes, None, None, None)
    assert Event.objects.filter(changes__has_key="title", confirmed__isnull=True, pk=event.pk).exists()


def test_of_rows_that_the_database_refuses_none_is_there(ticket: Ticket) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        load(TicketSource, ("ticket_id", "data"), [(ticket.pk, [["a", "b"]]), (ticket.pk, [])])
    assert not TicketSource.objects.exists()


def test_no_rows_are_no_statement(ticket: Ticket, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert([])
