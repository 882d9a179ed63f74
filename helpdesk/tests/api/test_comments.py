"""The conversation of a ticket."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets import comments
from helpdesk.tickets.models import Event, Ticket
from helpdesk.tickets.parsing import INVISIBLE


@pytest.fixture
def url(ticket: Ticket) -> str:
    return f"{TICKETS}{ticket.pk}/comments/"


def test_a_comment_is_by_its_caller_and_is_a_reply_unless_it_says_otherwise(
    api: APIClient, url: str, agent: User
) -> None:
    response = api.post(url, {"body": " We have refunded it.\n"})
    answer = response.json()
    assert response.status_code == 201
    assert (answer["body"], answer["is_internal"]) == (" We have refunded it.\n", False)
    assert (answer["author"], answer["author_name"]) == (agent.pk, "Amir")
    assert Event.objects.filter(action="commented", channel=Channel.API, actor=agent).exists()


def test_an_internal_note_is_no_first_response(api: APIClient, url: str, ticket: Ticket) -> None:
    assert api.post(url, {"body": "Ask the bank.", "is_internal": True}).json()["is_internal"] is True
    assert Ticket.objects.get().first_responded_at is None
    api.post(url, {"body": "We are on it."})
    assert Ticket.objects.get().first_responded_at is not None


def test_a_comment_that_nobody_could_see_is_refused(api: APIClient, url: str) -> None:
    answer = api.post(url, {"body": "\u200b\n\u3164"})
    assert (answer.status_code, answer.json()) == (400, {"body": [INVISIBLE]})


def test_the_author_cannot_be_chosen(api: APIClient, url: str, agent: User, lead: User) -> None:
    assert api.post(url, {"body": "x", "author": lead.pk}).json()["author"] == agent.pk


def test_the_list_is_a_bare_array_from_the_oldest_on(api: APIClient, url: str) -> None:
    for body in ("first", "second"):
        api.post(url, {"body": body})
    assert [row["body"] for row in api.get(url).json()] == ["first", "second"]
    assert [row["body"] for row in api.get(url, {"ordering": "-created_at"}).json()] == ["second", "first"]


def test_a_long_conversation_comes_in_pages(api: APIClient, url: str) -> None:
    for body in ("1", "2", "3"):
        api.post(url, {"body": body})
    response = api.get(url, {"page_size": "2"})
    following = response["Link"].split(">")[0].removeprefix("<")
    assert [row["body"] for row in api.get(following).json()] == ["3"]


@pytest.mark.usefixtures("open_mode")
@pytest.mark.parametrize("count", [3, 300])
def test_the_conversation_costs_two_queries(
    count: int,
    stranger: APIClient,
    url: str,
    ticket: Ticket,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        comments.add(ticket, f"{number}", author=agent, channel=Channel.SYSTEM)
    with django_assert_num_queries(2):
        assert len(stranger.get(url, {"page_size": "1000"}).json()) == count


@pytest.mark.parametrize(
    "body",
    [{}, {"body": ""}, {"body": " \n"}, {"body": None}, {"body": 1}, {"body": "a\0"}, {"body": "x" * 50_001}],
)
def test_a_comment_without_a_proper_body_is_refused(body: dict[str, Any], api: APIClient, url: str) -> None:
    response = api.post(url, body)
    assert (response.status_code, list(response.json())) == (400, ["body"])


def test_whether_it_is_internal_must_be_clear(api: APIClient, url: str) -> None:
    response = api.post(url, {"body": "x", "is_internal": "perhaps"})
    assert response.json() == {"is_internal": ["Send true or false."]}


def test_a_comment_of_another_ticket_is_not_shown(
    api: APIClient, url: str, make_ticket: Callable[..., Ticket]
) -> None:
    api.post(url, {"body": "x"})
    assert api.get(f"{TICKETS}{make_ticket().pk}/comments/").json() == []


def test_a_caller_with_credentials_may_pass_on_what_the_requester_wrote(
    api: APIClient, url: str, ticket: Ticket
) -> None:
    assert api.post(url, {"body": "We are on it."}).json()["from_requester"] is False
    answer = api.post(url, {"body": "Thank you", "from_requester": True})
    assert (answer.status_code, answer.json()["from_requester"]) == (201, True)
    assert Ticket.objects.get().last_message_from == "requester"


@pytest.mark.usefixtures("open_mode")
@pytest.mark.parametrize(
    ("body", "whose"), [({}, True), ({"from_requester": False}, False), ({"is_internal": True}, False)]
)
def test_a_reply_without_credentials_is_the_requesters(
    body: dict[str, Any], whose: bool, stranger: APIClient, url: str
) -> None:
    assert stranger.post(url, {"body": "Hello", **body}).json()["from_requester"] is whose


@pytest.mark.parametrize("value", ["perhaps", True])
def test_a_requester_writes_no_internal_notes(value: object, api: APIClient, url: str) -> None:
    response = api.post(url, {"body": "x", "is_internal": True, "from_requester": value})
    assert (response.status_code, list(response.json())) == (400, ["from_requester"])
