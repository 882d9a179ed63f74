"""The filters, of the list and of the statistics alike."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from helpdesk.choices import Status
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Ticket

MakeTicket = Callable[..., Ticket]
FILTERS = ("status", "priority", "category", "search", "assignee", "requester", "created_after", "overdue")


def titles(api: APIClient, **query: str) -> set[str]:
    response = api.get(TICKETS, query)
    assert response.status_code == 200, response.content
    rows = response.json()
    assert api.get(f"{TICKETS}stats/", query).json()["total_tickets"] == len(rows)
    return {row["title"] for row in rows}


@pytest.fixture
def desk(make_ticket: MakeTicket, agent: User, other_agent: User) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    make_ticket(title="Réfund late", status="open", assignee=agent, created_at=long_ago)
    make_ticket(
        title="Printer", status="in_progress", priority="high", category="technical", assignee=other_agent
    )
    make_ticket(
        title="Password", status="closed", category="account", requester_email="Mira@customer.example"
    )
    make_ticket(title="Lunch", status="resolved", category="general", requester_name="Mira Okafor")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "open"}, {"Réfund late"}),
        ({"status": "open,in_progress"}, {"Réfund late", "Printer"}),
        ({"status": " open , closed ,"}, {"Réfund late", "Password"}),
        ({"status": ["open", "closed"]}, {"Réfund late", "Password"}),
        ({"priority": "high"}, {"Printer"}),
        ({"category": "account,general"}, {"Password", "Lunch"}),
        ({"category": "account", "status": "open"}, set()),
        ({"search": "REFUND"}, {"Réfund late"}),
        ({"search": "late charged"}, {"Réfund late"}),
        ({"search": "late printer"}, set()),
        ({"assignee": "me"}, {"Réfund late"}),
        ({"assignee": "none"}, {"Password", "Lunch"}),
        ({"assignee": "999999999999999999"}, set()),
        ({"requester": "mira@CUSTOMER.example"}, {"Password"}),
        ({"requester": "okafor"}, {"Lunch"}),
        ({"overdue": "true"}, {"Réfund late"}),
        ({"overdue": "1"}, {"Réfund late"}),
        ({"overdue": "false"}, {"Printer", "Password", "Lunch"}),
        ({"overdue": "0", "status": "open"}, set()),
    ],
)
def test_a_filter_keeps_what_it_says(query: dict[str, str], expected: set[str], api: APIClient) -> None:
    assert titles(api, **query) == expected


def test_assignee_may_be_an_id(api: APIClient, make_ticket: MakeTicket, other_agent: User) -> None:
    make_ticket(title="Bea's", assignee=other_agent)
    make_ticket(title="Nobody's")
    assert titles(api, assignee=str(other_agent.pk)) == {"Bea's"}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("blank", ["", "  ", ","])
@pytest.mark.parametrize("name", FILTERS)
def test_an_empty_value_does_not_filter(name: str, blank: str, api: APIClient) -> None:
    assert len(titles(api, **{name: blank})) == 4


@pytest.mark.usefixtures("desk")
def test_unknown_parameters_pass_when_they_are_empty_or_private(api: APIClient) -> None:
    assert len(titles(api, _="1732368000", _cache="no", stauts="")) == 4


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("stauts", "Did you mean status?"),
        ("assigned", "Did you mean assignee?"),
        ("updated", "Did you mean updated_after?"),
        ("zzzzzz", "Known are: assignee, "),
        ("page", "Link header"),
        ("limit", "Link header"),
        ("offset", "Link header"),
    ],
)
@pytest.mark.parametrize("path", ["", "stats/"])
def test_an_unknown_parameter_is_refused_by_name(name: str, advice: str, path: str, api: APIClient) -> None:
    answer = api.get(f"{TICKETS}{path}", {name: "1", "status": "open"})
    assert answer.status_code == 400
    assert list(answer.json()) == [name]
    assert advice in answer.json()[name][0]


@pytest.mark.parametrize("path", ["comments", "history"])
def test_other_lists_refuse_it_too(path: str, api: APIClient, ticket: Ticket) -> None:
    url = f"{TICKETS}{ticket.pk}/{path}/"
    assert api.get(url, {"page": "2"}).status_code == 400
    assert api.get(url, {"page_size": "2", "ordering": ""}).status_code == 200


def test_a_ticket_is_found_by_its_external_id(api: APIClient, make_ticket: MakeTicket) -> None:
    make_ticket(title="Theirs", external_source="zendesk", external_id="40117")
    make_ticket(title="Others", external_source="jira", external_id="40117")
    make_ticket(title="Ours")
    assert titles(api, external_source="zendesk", external_id="40117") == {"Theirs"}
    assert titles(api, external_id="40117") == {"Theirs", "Others"}


def test_tickets_are_found_by_their_numbers(api: APIClient, make_ticket: MakeTicket) -> None:
    one, other = make_ticket(title="One"), make_ticket(title="Other")
    make_ticket(title="A third", status="closed")
    assert titles(api, id=f"{one.pk}, #{other.pk},") == {"One", "Other"}
    assert titles(api, id=f"{one.pk},999999999", status="open") == {"One"}


@pytest.mark.parametrize("text", ["1,two", "-1", "1 2", "9" * 30, ",".join(map(str, range(501)))])
def test_what_is_no_list_of_numbers_is_refused(text: str, api: APIClient) -> None:
    answer = api.get(TICKETS, {"id": text})
    assert answer.status_code == 400
    assert answer.json() == {"id": ["Send numbers of tickets, separated by commas, at most 500."]}


@pytest.mark.usefixtures("desk")
def test_attention_is_what_waits(api: APIClient) -> None:
    assert titles(api, attention="unresolved") == {"Réfund late", "Printer"}
    assert titles(api, attention="overdue") == {"Réfund late"}


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("2026-03-10", True),
        ("2026-03-10T12:00:00Z", True),
        ("2026-03-10T13:00:00+01:00", True),
        ("2026-03-10T13:00:00 01:00", True),
        ("2026-03-10 12:00", True),
        ("2026-03-10T12:00:01Z", False),
        ("2026-03-11", False),
    ],
)
def test_created_after_includes_its_moment_and_created_before_does_not(
    moment: str, kept: bool, api: APIClient, make_ticket: MakeTicket
) -> None:
    make_ticket(title="Noon", created_at=datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert titles(api, created_after=moment) == ({"Noon"} if kept else set())
    assert titles(api, created_before=moment) == (set() if kept else {"Noon"})


def test_updated_after_finds_what_changed_since(api: APIClient, ticket: Ticket) -> None:
    assert titles(api, updated_after=ticket.updated_at.isoformat()) == {ticket.title}
    assert titles(api, updated_after=(ticket.updated_at + timedelta(seconds=1)).isoformat()) == set()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"status": "done"}, "Unknown: done. Choose from: open, in_progress, resolved, closed."),
        ({"priority": "high,urgent"}, "Unknown: urgent. Choose from: low, medium, high, critical."),
        ({"category": "Billing"}, "Unknown: Billing. Choose from: billing, technical, account, general."),
        ({"assignee": "amir"}, "Send the id of a user, 'me' or 'none'."),
        ({"assignee": "-1"}, "Send the id of a user, 'me' or 'none'."),
        ({"assignee": "9" * 30}, "Send the id of a user, 'me' or 'none'."),
        ({"overdue": "maybe"}, "Send true or false."),
        ({"requester": "a\0b"}, "Null characters are not allowed."),
        ({"search": "a\0b"}, "Null characters are not allowed."),
        *(
            (
                {"created_after": text},
                "Send a date such as 2026-03-31, or a time such as 2026-03-31T14:00:00Z.",
            )
            for text in (
                "yesterday",
                "2026-02-30",
                "2026-03-01T25:00:00Z",
                "0001-01-01T00:00:00+14:00",
                "\0",
                "1",
            )
        ),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(query: dict[str, str], message: str, api: APIClient) -> None:
    for url in (TICKETS, f"{TICKETS}stats/"):
        response = api.get(url, query)
        assert (response.status_code, response.json()) == (400, {next(iter(query)): [message]})


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
)
@pytest.mark.parametrize("name", ["created_after", "created_before", "updated_after"])
def test_the_ends_of_the_calendar_do_not_break_it(
    name: str, text: str, api: APIClient, ticket: Ticket
) -> None:
    assert api.get(TICKETS, {name: text}).status_code in {200, 400}


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", "%", "_", "\\", "🎫", "a" * 3000, "!!!", ":* & | <->", "\ud83d"]
)
def test_any_text_can_be_searched_for(text: str, api: APIClient, ticket: Ticket) -> None:
    query = {"search": text.encode("utf-8", "replace").decode()}
    assert titles(api, **query) == set()


def test_me_is_nobody_without_credentials(stranger: APIClient, open_mode: None) -> None:
    response = stranger.get(TICKETS, {"assignee": "me"})
    assert response.status_code == 400
    assert "signed in" in response.json()["assignee"][0]


def test_the_statistics_have_every_choice(api: APIClient) -> None:
    assert api.get(f"{TICKETS}stats/").json() == {
        "total_tickets": 0,
        "open_tickets": 0,
        "avg_tickets_per_day": 0.0,
        "status_breakdown": dict.fromkeys(Status.values, 0),
        "category_breakdown": {"billing": 0, "technical": 0, "account": 0, "general": 0},
        "priority_breakdown": {"low": 0, "medium": 0, "high": 0, "critical": 0},
    }


@pytest.mark.usefixtures("desk")
def test_the_statistics_count(api: APIClient) -> None:
    counted = api.get(f"{TICKETS}stats/").json()
    assert (counted["total_tickets"], counted["open_tickets"]) == (4, 1)
    assert counted["avg_tickets_per_day"] == pytest.approx(4 / 31, abs=0.005)
    assert counted["category_breakdown"] == {"billing": 1, "technical": 1, "account": 1, "general": 1}
