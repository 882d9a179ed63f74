"""Who changed what."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket

OF_THE_CALLER = 1


def test_the_newest_change_comes_first_with_who_what_when_and_how(
    api: APIClient, agent: User, ticket: Ticket
) -> None:
    api.patch(f"{TICKETS}{ticket.pk}/", {"requester_name": "Mira"})
    changed, created = api.get(f"{TICKETS}{ticket.pk}/history/").json()
    assert (created["action"], created["actor"], created["channel"]) == ("created", None, "system")
    assert (changed["actor"], changed["actor_name"], changed["channel"]) == (agent.pk, "Amir", "api")
    assert changed["changes"] == [{"field": "requester_name", "old": "", "new": "Mira"}]
    assert changed["created_at"] > created["created_at"]


def test_an_assignee_is_shown_by_name(api: APIClient, agent: User, lead: User, ticket: Ticket) -> None:
    for person in (agent, lead):
        api.patch(f"{TICKETS}{ticket.pk}/", {"assignee": person.pk})
    [newest, *_] = api.get(f"{TICKETS}{ticket.pk}/history/").json()
    names = {"old_name": "Amir", "new_name": "Lena"}
    assert newest["changes"] == [{"field": "assignee", "old": agent.pk, "new": lead.pk, **names}]


def test_an_assignee_who_is_gone_has_no_name(
    api: APIClient, other_agent: User, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket(assignee=other_agent)
    gone = other_agent.pk
    other_agent.delete()
    [created] = api.get(f"{TICKETS}{ticket.pk}/history/").json()
    [change] = [change for change in created["changes"] if change["field"] == "assignee"]
    assert (change["new"], change["new_name"]) == (gone, None)


@pytest.mark.parametrize("count", [3, 300])
def test_the_history_costs_two_queries(
    count: int,
    api: APIClient,
    ticket: Ticket,
    agent: User,
    lead: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count - 1):
        changes.update(ticket, {"assignee": (agent, lead)[number % 2]}, actor=lead, channel=Channel.SYSTEM)
    with django_assert_num_queries(OF_THE_CALLER + 2):
        rows = api.get(f"{TICKETS}{ticket.pk}/history/", {"page_size": "1000"}).json()
    assert len(rows) == count


def test_a_long_history_comes_in_pages(api: APIClient, ticket: Ticket) -> None:
    for status in ("closed", "open"):
        api.patch(f"{TICKETS}{ticket.pk}/", {"status": status})
    response = api.get(f"{TICKETS}{ticket.pk}/history/", {"page_size": "2"})
    following = response["Link"].split(">")[0].removeprefix("<")
    assert [event["action"] for event in api.get(following).json()] == ["created"]
