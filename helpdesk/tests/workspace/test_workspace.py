"""Drafts, what was read, who is here: of one person, and of nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from helpdesk.choices import Channel
from helpdesk.tests.tickets.test_concurrency import at_once
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Ticket
from helpdesk.workspace import drafts, preferences, presence, reading
from helpdesk.workspace.models import Draft, Preferences, Presence, ReadMark

pytestmark = pytest.mark.django_db


def texts(user, ticket):
    return {internal: draft.text for internal, draft in drafts.of(user, ticket).items()}


def test_a_person_has_one_draft_of_each_kind_for_a_ticket(ticket, make_ticket, agent, other_agent):
    drafts.save(agent, ticket, "Hel", is_internal=False)
    drafts.save(agent, ticket, "Hello", is_internal=False)
    drafts.save(agent, ticket, "Bank?", is_internal=True)
    drafts.save(other_agent, ticket, "Mine", is_internal=False)
    drafts.save(agent, make_ticket(), "Other", is_internal=False)
    assert texts(agent, ticket) == {False: "Hello", True: "Bank?"}


@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_draft_that_is_emptied_is_gone(ticket, agent, blank):
    drafts.save(agent, ticket, "Hello", is_internal=False)
    assert drafts.save(agent, ticket, blank, is_internal=False) is None
    assert texts(agent, ticket) == {}


def test_a_second_window_overwrites_nothing(ticket, agent):
    old = drafts.save(agent, ticket, "Hello", is_internal=False)
    newer = drafts.save(agent, ticket, "Hello Mira", is_internal=False, known=old.saved_at)
    with pytest.raises(drafts.Newer) as caught:
        drafts.save(agent, ticket, "Hello you", is_internal=False, known=old.saved_at)
    assert caught.value.draft == newer
    assert texts(agent, ticket) == {False: "Hello Mira"}
    assert drafts.save(agent, ticket, "Hello Mira", is_internal=False, known=old.saved_at) == newer


def test_what_is_sent_is_no_draft_any_more_and_does_not_come_back(ticket, agent):
    key = uuid4()
    drafts.save(agent, ticket, "Hello", is_internal=False, key=key)
    drafts.save(agent, ticket, "Note", is_internal=True)
    sent = [drafts.send(ticket, "Hello", author=agent, is_internal=False, key=key) for _ in "12"]
    assert sent[0] == sent[1] == ticket.comments.get()
    assert drafts.save(agent, ticket, "Hello", is_internal=False, key=key) is None
    assert texts(agent, ticket) == {True: "Note"}


def test_a_draft_of_a_ticket_that_is_gone(ticket, agent):
    drafts.save(agent, ticket, "Hello", is_internal=False)
    changes.delete(ticket.pk, actor=None, channel=Channel.SYSTEM)
    with pytest.raises(Ticket.DoesNotExist):
        drafts.save(agent, ticket, "Hello you", is_internal=False)
    assert not Draft.objects.exists()


def test_a_draft_that_nobody_touched_for_half_a_year_is_forgotten(ticket, make_ticket, agent, other_agent):
    drafts.save(agent, ticket, "Old", is_internal=False)
    drafts.save(other_agent, ticket, "Old too", is_internal=False)
    Draft.objects.update(saved_at=timezone.now() - drafts.KEPT - timedelta(days=1))
    drafts.save(agent, make_ticket(), "New", is_internal=False)
    assert sorted(Draft.objects.values_list("text", flat=True)) == ["New", "Old too"]


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_save_at_once_leave_one_draft(ticket, agent):
    at_once(
        [lambda text=text: drafts.save(agent, ticket, text, is_internal=False) for text in ("a", "b", "c")]
    )
    assert Draft.objects.count() == 1


def test_to_a_new_person_everything_old_is_read(ticket, agent):
    assert reading.unread(agent, [ticket]) == set()
    assert reading.read_until(agent, ticket) == preferences.of(agent).read_from


def test_what_others_say_is_unread_until_it_is_read(ticket, agent, other_agent):
    preferences.of(agent)
    last = comments.add(ticket, "Hello?", author=None, channel=Channel.API)
    assert reading.unread(agent, Ticket.objects.all()) == {ticket.pk}
    reading.mark_read(agent, ticket, last.created_at)
    assert reading.unread(agent, Ticket.objects.all()) == set()
    comments.add(ticket, "Note", author=other_agent, channel=Channel.ADMIN, is_internal=True)
    assert reading.unread(agent, Ticket.objects.all()) == {ticket.pk}
    assert reading.read_until(agent, ticket) == last.created_at


def test_ones_own_words_are_read(ticket, agent):
    preferences.of(agent)
    drafts.send(ticket, "Hello", author=agent, is_internal=False, key=None)
    assert reading.unread(agent, Ticket.objects.all()) == set()


def test_a_slow_page_takes_nothing_back(ticket, agent):
    now = timezone.now()
    reading.mark_read(agent, ticket, now)
    reading.mark_read(agent, ticket, now - timedelta(hours=1))
    assert ReadMark.objects.get().read_at == now


def test_a_ticket_can_be_marked_as_unread(ticket, agent, other_agent):
    for person in (agent, other_agent):
        preferences.of(person)
    reading.mark_unread(agent, ticket)
    assert reading.unread(agent, [ticket]) == {ticket.pk}
    assert reading.unread(other_agent, [ticket]) == set()


@pytest.mark.parametrize("count", [1, 30])
def test_what_is_unread_costs_two_queries(count, make_ticket, agent, django_assert_num_queries):
    preferences.of(agent)
    tickets = [make_ticket() for _ in range(count)]
    with django_assert_num_queries(2):
        assert len(reading.unread(agent, tickets)) == count


def test_who_is_here_is_seen_until_half_a_minute_of_silence(ticket, make_ticket, agent, other_agent, lead):
    presence.beat(agent, ticket)
    presence.beat(lead, make_ticket())
    presence.beat(other_agent, ticket, is_replying=True)
    assert [(one.user, one.is_replying) for one in presence.others(lead, ticket)] == [
        (other_agent, True), (agent, False)
    ]  # fmt: skip
    presence.beat(other_agent, ticket)
    assert [one.is_replying for one in presence.others(agent, ticket)] == [False]
    Presence.objects.filter(user=agent).update(seen_at=timezone.now() - presence.SILENCE)
    assert [one.user for one in presence.others(lead, ticket)] == [other_agent]
    presence.leave(other_agent, ticket)
    assert presence.others(lead, ticket) == []


def test_a_beat_costs_the_same_however_many_are_here(ticket, make_ticket, agent, django_assert_num_queries):
    for _ in range(3):
        presence.beat(agent, make_ticket())
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=5))
    with django_assert_num_queries(2):
        presence.beat(agent, ticket)
    assert Presence.objects.get().ticket == ticket


def test_the_keys_can_be_switched_off(agent, other_agent):
    preferences.set_shortcuts(agent, on=False)
    assert not preferences.of(agent).has_shortcuts
    assert preferences.of(other_agent).has_shortcuts
    assert Preferences.objects.count() == 2
