"""Many writers at once, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from helpdesk.api.throttles import WriteThrottle
from helpdesk.choices import Action, Channel
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage import suggestions

pytestmark = pytest.mark.django_db(transaction=True)
BY_SYSTEM = {"actor": None, "channel": Channel.SYSTEM}


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run every call in a thread with a connection of its own; an error comes back as the result."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as error:  # noqa: BLE001  the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_writers_of_different_fields_both_win(ticket):
    for _ in range(5):
        changes.update(ticket, {"priority": "low", "status": "open"}, **BY_SYSTEM)
        at_once(
            [
                lambda: changes.update(ticket.pk, {"priority": "high"}, **BY_SYSTEM),
                lambda: changes.update(ticket.pk, {"status": "in_progress"}, **BY_SYSTEM),
            ]
        )
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert (fresh.priority, fresh.status) == ("high", "in_progress")


def test_the_history_of_a_contested_field_is_a_chain(ticket):
    values = ["low", "high", "critical", "medium"] * 2
    at_once(
        [lambda value=value: changes.update(ticket.pk, {"priority": value}, **BY_SYSTEM) for value in values]
    )
    steps = Event.objects.filter(ticket=ticket, action=Action.UPDATED).order_by("pk")
    told = [event.changes["priority"] for event in steps]
    assert [old for old, _ in told] == ["medium", *(new for _, new in told[:-1])]


def test_parallel_patches_are_told_in_the_order_they_were_written(agent, api_as, ticket, monkeypatch):
    monkeypatch.setattr(WriteThrottle, "allow_request", lambda *arguments: True)
    api, url = api_as(agent), f"/api/tickets/{ticket.pk}/"
    rounds = 50 if connection.vendor == "postgresql" else 5
    for number in range(rounds):
        titles = [f"Round {number}, writer {writer}" for writer in range(16)]
        answers = at_once([lambda title=title: api.patch(url, {"title": title}) for title in titles])
        assert [answer.status_code for answer in answers] == [200] * 16
    events = list(Event.objects.for_history(ticket.pk).filter(action=Action.UPDATED))[::-1]
    assert len(events) == 16 * rounds
    told = [event.changes["title"] for event in events]
    assert [old for old, _ in told] == [ticket.title, *(new for _, new in told[:-1])]
    moments = [event.created_at for event in events]
    assert all(earlier < later for earlier, later in pairwise(moments))
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.title, fresh.updated_at) == (told[-1][1], moments[-1])


def test_two_batches_in_opposite_order_do_not_block_each_other(make_ticket):
    ids = [make_ticket().pk for _ in range(20)]
    results = at_once(
        [
            lambda: changes.update_many(ids, {"priority": "high"}, **BY_SYSTEM),
            lambda: changes.update_many(reversed(ids), {"status": "closed"}, **BY_SYSTEM),
        ]
    )
    assert results == [20, 20]


def test_only_one_of_two_people_decides_a_suggestion(ticket):
    suggestion = suggestions.suggest("Charged twice", "Refund", ticket=ticket)
    results = at_once([lambda: suggestions.accept(suggestion, actor=None)] * 2)
    assert sorted(isinstance(result, suggestions.NotPending) for result in results) == [False, True]
