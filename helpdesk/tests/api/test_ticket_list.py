"""The list: what is in it, and what it costs."""

from collections.abc import Callable, Sequence

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Ticket

OF_THE_CALLER = 1


def test_an_empty_desk_is_an_empty_array(api: APIClient) -> None:
    response = api.get(TICKETS)
    assert (response.status_code, response.content) == (200, b"[]")
    assert "Link" not in response


def test_the_newest_ticket_comes_first_and_the_answer_is_a_bare_array(
    api: APIClient, make_tickets: Callable[..., Sequence[Ticket]]
) -> None:
    made = make_tickets(3)
    assert [row["id"] for row in api.get(TICKETS).json()] == sorted((t.pk for t in made), reverse=True)


def test_the_list_shows_a_ticket_exactly_as_its_own_address_does(
    api: APIClient, make_ticket: Callable[..., Ticket], agent: User
) -> None:
    ticket = make_ticket(assignee=agent, status="closed", requester_email="Mira@Customer.example")
    [row] = api.get(TICKETS).json()
    assert row == api.get(f"{TICKETS}{ticket.pk}/").json()
    assert (row["assignee"], row["assignee_name"]) == (agent.pk, "Amir")


def test_times_are_iso_8601_in_utc(api: APIClient, ticket: Ticket) -> None:
    [row] = api.get(TICKETS).json()
    assert row["created_at"] == ticket.created_at.isoformat().replace("+00:00", "Z")
    assert row["resolved_at"] is None


def test_a_ticket_has_the_keys_of_the_contract(api: APIClient, ticket: Ticket) -> None:
    [row] = api.get(TICKETS).json()
    assert set(row) == {
        *(
            "id",
            "title",
            "description",
            "category",
            "priority",
            "status",
            "requester_name",
            "requester_email",
        ),
        *("assignee", "assignee_name", "external_source", "external_id", "created_at", "updated_at"),
        *("first_responded_at", "resolved_at", "closed_at", "due_at"),
    }


@pytest.mark.parametrize("count", [3, 300])
def test_the_list_costs_one_query_for_any_number_of_tickets(
    count: int,
    api: APIClient,
    agent: User,
    make_tickets: Callable[..., Sequence[Ticket]],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_tickets(count, assignee=agent)
    with django_assert_num_queries(OF_THE_CALLER + 1):
        assert len(api.get(TICKETS, {"page_size": "1000"}).json()) == count


def test_a_single_ticket_costs_one_query(
    api: APIClient,
    agent: User,
    make_ticket: Callable[..., Ticket],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ticket = make_ticket(assignee=agent)
    in_the_list = api.get(TICKETS).json()[0]
    with django_assert_num_queries(OF_THE_CALLER + 1):
        assert api.get(f"{TICKETS}{ticket.pk}/").json() == in_the_list


@pytest.mark.parametrize("count", [3, 300])
def test_the_statistics_cost_one_query(
    count: int,
    stranger: APIClient,
    open_mode: None,
    make_tickets: Callable[..., Sequence[Ticket]],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_tickets(count)
    with django_assert_num_queries(1):
        assert stranger.get(f"{TICKETS}stats/").json()["total_tickets"] == count


def test_head_answers_like_get_without_a_body(api: APIClient, ticket: Ticket) -> None:
    response = api.head(TICKETS)
    assert (response.status_code, response.content) == (200, b"")


def test_options_names_the_methods(api: APIClient) -> None:
    response = api.options(TICKETS)
    assert (response.status_code, response["Allow"]) == (200, "GET, POST, HEAD, OPTIONS")
