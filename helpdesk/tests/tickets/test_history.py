"""The history as people read it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk.choices import Channel
from helpdesk.tickets import changes as tickets
from helpdesk.tickets import comments, history

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
