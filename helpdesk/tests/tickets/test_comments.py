"""Replies and notes, and what they do to the ticket."""

from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from helpdesk.choices import Action, Channel
from helpdesk.tests.tickets.test_concurrency import at_once
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Ticket
from helpdesk.tickets.values import MESSAGE

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


def stand(ticket):
    fresh = Ticket.objects.get(pk=ticket.pk)
    return fresh.last_message_from, fresh.last_message_by, fresh.last_message_excerpt


def waiting(ticket):
    return Ticket.objects.get(pk=ticket.pk).waiting_since


def test_a_new_ticket_is_a_message_that_waits(make_ticket):
    ticket = make_ticket(description="We were\n\n charged " + "x" * 500)
    assert stand(ticket) == ("requester", None, ("We were charged " + "x" * 500)[:120])
    assert ticket.last_message_at == ticket.waiting_since == ticket.created_at
    assert ticket.is_waiting


def test_only_a_public_answer_of_staff_ends_the_waiting(ticket, agent):
    comments.add(ticket, "Ask the bank", author=agent, channel=Channel.ADMIN, is_internal=True)
    assert waiting(ticket) == ticket.created_at
    assert stand(ticket) == ("staff", agent, "Ask the bank")
    comments.add(ticket, "On it", author=agent, channel=Channel.ADMIN)
    assert waiting(ticket) is None
    first = comments.add(ticket, "Still\nnothing", author=None, channel=Channel.API)
    comments.add(ticket, "Hello?", author=None, channel=Channel.API)
    assert waiting(ticket) == first.created_at
    assert stand(ticket) == ("requester", None, "Hello?")


def test_a_resolved_ticket_waits_for_nobody_until_it_is_reopened(ticket):
    for status, waits in [("resolved", False), ("open", True)]:
        changes.update(ticket, {"status": status}, actor=None, channel=Channel.API)
        assert Ticket.objects.get(pk=ticket.pk).is_waiting is waits


def test_a_description_that_is_mended_is_still_the_first_message(ticket, agent):
    changes.update(ticket, {"description": "Mended"}, actor=agent, channel=Channel.ADMIN)
    assert stand(ticket)[2] == "Mended"
    comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN)
    changes.update(ticket, {"description": "Again"}, actor=agent, channel=Channel.ADMIN)
    assert stand(ticket)[2] == "Hello"


def test_what_staff_passes_on_is_the_requesters(ticket, agent):
    comment = comments.add(ticket, "Hi", author=agent, channel=Channel.API, from_requester=True)
    assert (comment.from_requester, comment.author, comment.channel) == (True, agent, "api")
    assert stand(ticket) == ("requester", None, "Hi")
    assert Ticket.objects.get(pk=ticket.pk).first_responded_at is None


def test_a_requester_writes_no_notes(ticket):
    with pytest.raises(ValueError, match="no internal notes"):
        comments.add(ticket, "x", author=None, channel=Channel.API, is_internal=True, from_requester=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(ticket=ticket, body="x", is_internal=True, from_requester=True)


def test_a_key_is_used_once_for_each_ticket(ticket, make_ticket, agent):
    by_agent, key = {"author": agent, "channel": Channel.ADMIN, "key": uuid4()}, None
    first = comments.add(ticket, "Hello", **by_agent)
    before = Ticket.objects.get(pk=ticket.pk).updated_at
    assert comments.add(ticket, "Hello again", **by_agent) == first
    assert Ticket.objects.get(pk=ticket.pk).updated_at == before
    assert comments.add(make_ticket(), "Hello", **by_agent) != first
    assert [comments.add(ticket, "x", author=agent, channel=Channel.ADMIN, key=key).pk for _ in "12"]
    assert ticket.comments.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_comment(ticket, agent):
    key = uuid4()

    def send():
        return comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN, key=key)

    assert len({comment.pk for comment in at_once([send] * 4)}) == 1
    assert ticket.events.filter(action=Action.COMMENTED).count() == 1


def test_a_comment_of_a_ticket_that_is_gone(ticket, agent):
    changes.delete(ticket, actor=None, channel=Channel.SYSTEM)
    ticket.pk = ticket.pk or 1
    with pytest.raises(Ticket.DoesNotExist):
        comments.add(ticket, "x", author=agent, channel=Channel.ADMIN)


def test_the_conversations_of_an_older_release_are_filled_as_they_would_have_been(
    make_ticket, agent, other_agent
):
    tickets = [make_ticket() for _ in range(5)]
    for ticket, said in zip(tickets, ["", "s", "sr", "srrn", "rs"], strict=True):
        for kind in said:
            author = None if kind == "r" else agent
            channel = Channel.API if kind == "r" else Channel.ADMIN
            comments.add(ticket, f"It is {kind}", author=author, channel=channel, is_internal=kind == "n")
    comments.add(tickets[1], "Who left", author=other_agent, channel=Channel.ADMIN)
    other_agent.delete()
    expected = [list(Ticket.objects.order_by("pk").values(*MESSAGE)), list(Comment.objects.values())]
    Comment.objects.update(channel="", from_requester=False)
    older = {"last_message_from": "requester", "last_message_excerpt": ""}
    Ticket.objects.update(**dict.fromkeys(MESSAGE) | older)
    import_module("helpdesk.migrations.0007_fill_conversation").fill(apps, None)
    assert [list(Ticket.objects.order_by("pk").values(*MESSAGE)), list(Comment.objects.values())] == expected
