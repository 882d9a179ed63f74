"""Replies and notes, and what they do to the ticket."""

import pytest

from helpdesk.choices import Action, Channel
from helpdesk.tickets import comments
from helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_the_first_reply_is_the_first_response(ticket, agent):
    first = comments.add(ticket, "Hello", author=agent, channel=Channel.API)
    comments.add(ticket, "Again", author=agent, channel=Channel.API)
    assert Ticket.objects.get(pk=ticket.pk).first_responded_at == first.created_at


@pytest.mark.parametrize("is_internal", [True, False])
def test_a_note_or_a_stranger_is_no_response(ticket, agent, is_internal):
    author = agent if is_internal else None
    comments.add(ticket, "Hm", author=author, channel=Channel.API, is_internal=is_internal)
    assert Ticket.objects.get(pk=ticket.pk).first_responded_at is None


def test_a_comment_is_one_event_and_moves_the_ticket_up(ticket, agent):
    comment = comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN, is_internal=True)
    event = ticket.events.get(action=Action.COMMENTED)
    assert event.changes == {"internal note": [None, comment.pk]}
    assert Ticket.objects.get(pk=ticket.pk).updated_at == comment.created_at
