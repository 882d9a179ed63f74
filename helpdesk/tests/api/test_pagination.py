"""Walking through pages."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from helpdesk.choices import Priority
from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Ticket

MakeTickets = Callable[..., Sequence[Ticket]]
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def link(response: object, rel: str) -> str | None:
    found = re.search(f'<([^>]*)>; rel="{rel}"', response.headers.get("Link", ""))
    return found and found[1]


def walk(api: APIClient, url: str | None, rel: str) -> list[list[int]]:
    """The ids of each page from `url` on, as long as there is a link."""
    pages = []
    while url:
        response = api.get(url)
        assert response.status_code == 200, response.content
        pages.append([row["id"] for row in response.json()])
        last, url = url, link(response, rel)
        assert url is None or url.count("cursor=") == 1
    return [*pages, [last]]


def ids(pages: list[list[int]]) -> list[int]:
    return [pk for page in pages for pk in page]


def test_a_walk_over_tickets_of_one_moment_meets_each_exactly_once(
    api: APIClient, make_tickets: MakeTickets
) -> None:
    expected = sorted((ticket.pk for ticket in make_tickets(250, created_at=MOMENT)), reverse=True)
    *forward, [last] = walk(api, f"{TICKETS}?page_size=40", "next")
    assert [len(page) for page in forward] == [40] * 6 + [10]
    assert ids(forward) == expected
    *back, _ = walk(api, last, "prev")
    assert ids(back[::-1]) == expected


def test_tickets_that_arrive_during_a_walk_do_not_shift_it(api: APIClient, make_tickets: MakeTickets) -> None:
    expected = sorted((ticket.pk for ticket in make_tickets(9, created_at=MOMENT)), reverse=True)
    seen, url = [], f"{TICKETS}?page_size=3"
    while url:
        response = api.get(url)
        seen += [row["id"] for row in response.json()]
        make_tickets(2)
        url = link(response, "next")
    assert seen == expected


def test_new_tickets_are_found_on_the_way_back(api: APIClient, make_tickets: MakeTickets) -> None:
    make_tickets(4, created_at=MOMENT)
    second = link(api.get(f"{TICKETS}?page_size=2"), "next")
    new = make_tickets(1)[0]
    *back, _ = walk(api, link(api.get(second), "prev"), "prev")
    assert ids(back)[-1] == new.pk


@pytest.mark.parametrize("field", ["created_at", "updated_at", "due_at", "priority"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_ordering_can_be_walked_in_both_directions(
    sign: str, field: str, api: APIClient, make_tickets: MakeTickets
) -> None:
    for priority in Priority.values:
        made = make_tickets(3, priority=priority, created_at=MOMENT - timedelta(days=len(priority)))
    Ticket.objects.filter(pk__in=[made[0].pk, made[2].pk]).update(due_at=None)
    whole = [row["id"] for row in api.get(TICKETS, {"ordering": sign + field}).json()]
    *forward, [last] = walk(api, f"{TICKETS}?page_size=5&ordering={sign}{field}", "next")
    assert ids(forward) == whole
    *back, _ = walk(api, last, "prev")
    assert ids(back[::-1]) == whole
    assert len(set(whole)) == 12


@pytest.mark.parametrize("ordering", ["due_at", "-due_at"])
def test_tickets_without_a_due_time_come_last(
    ordering: str, api: APIClient, make_tickets: MakeTickets
) -> None:
    first, *_ = made = make_tickets(3)
    Ticket.objects.filter(pk=first.pk).update(due_at=None)
    rows = api.get(TICKETS, {"ordering": ordering}).json()
    assert (rows[-1]["id"], rows[0]["due_at"] is None) == (first.pk, False)
    assert len(rows) == len(made)


def test_the_most_urgent_priority_is_the_highest(api: APIClient, make_tickets: MakeTickets) -> None:
    for priority in ("high", "low", "critical", "medium"):
        make_tickets(1, priority=priority)
    rows = api.get(TICKETS, {"ordering": "-priority"}).json()
    assert [row["priority"] for row in rows] == ["critical", "high", "medium", "low"]


def test_links_keep_the_filters(api: APIClient, make_tickets: MakeTickets) -> None:
    make_tickets(3, status="closed")
    make_tickets(3)
    *pages, _ = walk(api, f"{TICKETS}?page_size=1&status=closed", "next")
    assert len(ids(pages)) == 3


def test_a_page_has_a_hundred_rows_unless_told_otherwise(api: APIClient, make_tickets: MakeTickets) -> None:
    make_tickets(101)
    assert len(api.get(TICKETS).json()) == 100
    assert len(api.get(TICKETS, {"page_size": ""}).json()) == 100
    assert len(api.get(TICKETS, {"page_size": "99999999999999999999"}).json()) == 101


def test_open_mode_answers_clients_that_know_no_link_header(
    settings: Settings, make_tickets: MakeTickets
) -> None:
    settings.HELPDESK_API_OPEN = True
    make_tickets(101)
    assert len(APIClient().get(TICKETS).json()) == 101
    assert len(APIClient().get(TICKETS, {"page_size": 3}).json()) == 3


@pytest.mark.parametrize("size", ["0", "-1", "ten", "1.5", "٣", "00"])
def test_a_page_size_that_makes_no_sense_is_refused(size: str, api: APIClient) -> None:
    response = api.get(TICKETS, {"page_size": size})
    assert (response.status_code, response.json()) == (400, {"page_size": ["Send a number from 1 to 1000."]})


@pytest.mark.parametrize("ordering", ["id", "password", "created_at,-id", "--created_at", "?"])
def test_an_unknown_ordering_is_refused_and_the_known_are_named(ordering: str, api: APIClient) -> None:
    response = api.get(TICKETS, {"ordering": ordering})
    assert response.status_code == 400
    assert "-created_at" in response.json()["ordering"][0]


@pytest.mark.parametrize(
    "change", [lambda c: c[:-1], lambda c: "x" + c[1:], lambda c: "junk", lambda c: "é\0:"]
)
def test_a_tampered_cursor_is_refused(
    change: Callable[[str], str], api: APIClient, make_tickets: MakeTickets
) -> None:
    make_tickets(2)
    cursor = link(api.get(f"{TICKETS}?page_size=1"), "next").split("cursor=")[1].split("&")[0]
    response = api.get(TICKETS, {"cursor": change(cursor.replace("%3A", ":"))})
    assert response.status_code == 400
    assert "start again without a cursor" in response.json()["cursor"][0]


def test_a_cursor_of_another_ordering_is_refused(api: APIClient, make_tickets: MakeTickets) -> None:
    make_tickets(2)
    response = api.get(link(api.get(f"{TICKETS}?page_size=1"), "next") + "&ordering=due_at")
    assert response.status_code == 400
    assert "another ordering" in response.json()["cursor"][0]


def test_a_page_is_cut_by_a_range_that_an_index_can_follow(api: APIClient, make_tickets: MakeTickets) -> None:
    make_tickets(3, created_at=timezone.now())
    following = link(api.get(f"{TICKETS}?page_size=1"), "next")
    with CaptureQueriesContext(connection) as queries:
        api.get(following)
    sql = queries[-1]["sql"]
    assert "OFFSET" not in sql
    assert " OR " not in sql
    assert '"created_at" <= ' in sql
    assert sql.endswith("LIMIT 2")  # the row that is shown, and the one that says whether there are more


def test_pages_have_no_numbers(api: APIClient) -> None:
    assert api.get(TICKETS, {"page": "2"}).status_code == 400
