"""The timeline: everything that happened, in order, in pieces, once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from helpdesk.admin.panel import timeline
from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import change_url
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Event
from helpdesk.triage import suggestions

pytestmark = pytest.mark.django_db


def walk(ticket, viewer):
    """All pieces from the newest, each as the list of its entries."""
    pieces = [timeline.piece(ticket, viewer)]
    while pieces[-1].earlier:
        pieces.append(timeline.piece(ticket, viewer, timeline.key_from(pieces[-1].cursor)))
    return pieces


def test_what_happened_stands_in_the_order_in_which_it_happened(ticket, agent, other_agent):
    changes.update(ticket, {"status": "in_progress"}, actor=agent, channel=Channel.ADMIN)
    changes.update(ticket, {"assignee": agent, "priority": "high"}, actor=agent, channel=Channel.ADMIN)
    comments.add(ticket, "Hello", author=agent, channel=Channel.ADMIN)
    suggestions.suggest("Charged twice", "Refund", ticket=ticket)
    comments.add(ticket, "Hm", author=other_agent, channel=Channel.API, is_internal=True)
    changes.update(ticket, {"status": "resolved"}, actor=None, channel=Channel.API)
    entries = timeline.piece(ticket, agent).entries
    assert [entry.kind for entry in entries] == ["changes", "message", "suggestion", "message", "changes"]
    run = entries[0]
    assert (run.who, len(run.changes)) == ("Amir", 2)
    assert {part.strip() for part in run.what.split(",")} == {"status", "assignee", "priority"}
    assert (entries[3].who, entries[3].tone, entries[3].channel) == ("Bea", "note", "API")
    assert (entries[4].who, entries[4].changes[0].channel) == ("A program", "API")


def test_pieces_hold_twenty_and_together_everything_once(ticket, agent):
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(ticket=ticket, body=f"{n}", author=agent, created_at=now + timedelta(minutes=n // 3))
        for n in range(100)
    )
    pieces = walk(ticket, agent)
    assert [len(piece.entries) for piece in pieces] == [20] * 5
    assert [piece.earlier for piece in pieces] == [80, 60, 40, 20, 0]
    bodies = [entry.body for piece in reversed(pieces) for entry in piece.entries]
    assert bodies == [str(n) for n in range(100)]


def test_500_comments_and_800_events_fold_and_none_is_lost(ticket, agent):
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(ticket=ticket, body="x", author=agent, created_at=now + timedelta(seconds=2 * n))
        for n in range(500)
    )
    Event.objects.bulk_create(
        Event(
            ticket_id=ticket.pk,
            action="updated",
            channel="api",
            changes={"status": ["open", "closed"]},
            created_at=now + timedelta(seconds=2 * n if n < 300 else 2000 + n),
        )
        for n in range(800)
    )
    pieces = walk(ticket, agent)
    found = [entry for piece in pieces for entry in piece.entries]
    assert all(len(piece.entries) <= 20 for piece in pieces)
    assert sum(len(entry.changes) for entry in found if entry.kind == "changes") == 800
    assert sum(entry.kind == "message" for entry in found) == 500
    shown = sum(len(e.changes) if e.kind == "changes" else 1 for e in pieces[0].entries)
    assert pieces[0].earlier + shown == 1300


def test_earlier_entries_come_as_a_piece_of_the_page(ticket, agent, viewer, commenter, admin_as):
    for n in range(23):
        comments.add(ticket, f"Message {n}.", author=agent, channel=Channel.ADMIN)
    client = admin_as(viewer)
    page = client.get(change_url(ticket.pk))
    assert "Message 22." in page.content.decode()
    assert "Message 2." not in page.content.decode()
    assert "Show 3 earlier" in page.content.decode()
    url = reverse("admin:helpdesk_ticket_earlier", args=[ticket.pk])
    before = {"before": page.context["piece"].cursor}
    piece = client.get(url, before).content.decode()
    assert all(f"Message {n}." in piece for n in range(3))
    assert "Message 3." not in piece
    assert client.get(url, {"before": "x"}).status_code == 400
    assert client.get(url, {"before": "1~2~3"}).status_code == 400
    assert admin_as(commenter).get(url, before).status_code == 403
    changes.delete(ticket, actor=agent, channel=Channel.ADMIN)
    assert client.get(url, before).status_code == 404


def test_the_opening_names_who_wrote_the_ticket_down(make_ticket, agent):
    by_hand = timeline.opening(make_ticket(actor=agent, channel=Channel.ADMIN, requester_name="Kim"))
    assert (by_hand.who, by_hand.channel, by_hand.remark) == ("Kim", "Admin", "written down by Amir")
    assert timeline.opening(make_ticket(channel=Channel.API)).who == "The requester"
