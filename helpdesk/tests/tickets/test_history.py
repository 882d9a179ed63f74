"""The history as people read it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes as tickets
from helpdesk.tickets import comments, history
from helpdesk.tickets.models import Event

pytestmark = pytest.mark.django_db


def test_values_are_told_in_words(ticket, agent):
    changes = {"status": "in_progress", "assignee": agent}
    tickets.update(ticket, changes, actor=agent, channel=Channel.ADMIN)
    lines = {line.field: (line.old, line.new) for line in history.read(ticket.pk)[0].lines}
    assert lines == {"status": ("Open", "In progress"), "assignee": ("", "Amir")}


def test_derived_times_are_kept_but_not_told(ticket):
    tickets.update(ticket, {"status": "resolved"}, actor=None, channel=Channel.API)
    entry = history.read(ticket.pk)[0]
    assert "resolved_at" in entry.event.changes
    assert [line.field for line in entry.lines] == ["status"]


def test_a_comment_shows_without_its_number(ticket, agent):
    comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN)
    assert [(line.field, line.new) for line in history.read(ticket.pk)[0].lines] == [("reply", "added")]


def test_an_assignee_who_left_is_still_named_somehow(ticket, agent):
    tickets.update(ticket, {"assignee": agent}, actor=None, channel=Channel.API)
    pk = agent.pk
    agent.delete()
    assert history.read(ticket.pk)[0].lines[0].new == f"user {pk}"


def test_a_long_history_costs_two_queries(ticket, agent, other_agent):
    for person in [agent, other_agent, None] * 5:
        tickets.update(ticket, {"assignee": person}, actor=agent, channel=Channel.ADMIN)
    with CaptureQueriesContext(connection) as captured:
        assert len(history.read(ticket.pk)) == 16
    assert len(captured) == 2


def told(ticket, **changes):
    event = Event(ticket_id=ticket.pk, action=Action.UPDATED, channel=Channel.API, changes=changes)
    return [(line.field, line.old, line.new) for line in history.tell([event])[0].lines]


def test_a_text_and_a_value_that_no_vocabulary_has_are_told_as_they_are(ticket):
    assert told(ticket, title=["Old", "New"]) == [("title", "Old", "New")]
    assert told(ticket, priority=["urgent", "low"]) == [("priority", "urgent", "Low")]
    assert told(ticket, requester_name=[None, ""]) == [("requester name", "", "")]


def test_nobody_is_looked_for_where_there_is_nothing_to_tell(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert history.tell([]) == []


def test_the_newest_hundred_events_are_read(ticket):
    entries = [history.Entry(ticket.pk, {"title": ["", str(n)]}, timezone.now()) for n in range(101)]
    history.record(Action.UPDATED, entries, history.Author(None, Channel.SYSTEM))
    read = history.read(ticket.pk)
    assert (len(read), read[0].lines[0].new) == (100, "100")


def test_an_event_names_the_labels_that_became_a_judgement(ticket, agent):
    tickets.update(ticket, {"category": "general"}, actor=agent, channel=Channel.ADMIN)
    tickets.update(ticket, {"title": "New"}, actor=agent, channel=Channel.ADMIN)
    assert [entry.event.confirmed for entry in history.read(ticket.pk)] == [None, ["category"], None]
