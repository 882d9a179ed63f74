"""The index page: figures that agree with the lists they link to."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db
INDEX = reverse("admin:index")


@pytest.fixture
def desk(make_ticket, agent):
    long_ago = timezone.now() - timedelta(days=60)
    make_ticket(priority="critical", category="technical")
    make_ticket(status="in_progress", assignee=agent)
    make_ticket(status="closed", created_at=long_ago)
    make_ticket(status="open", created_at=long_ago)


def figures(page):
    return {card.title: card.value for card, _ in page.context["cards"]}


def test_the_cards_count_what_they_say(desk, agent, admin_as):
    expected = {
        "Tickets": 2,
        "Open": 2,
        "Unassigned": 2,
        "Critical": 1,
        "Resolved": 1,
        "Average per day": 0.1,
    }
    assert figures(admin_as(agent).get(INDEX)) == expected


def test_every_card_links_to_the_tickets_it_counted(desk, agent, admin_as):
    client = admin_as(agent)
    for card, link in client.get(INDEX).context["cards"]:
        if card.title != "Average per day":
            assert client.get(link).context["cl"].result_count == card.value, card.title


def test_every_bar_links_to_the_tickets_it_counted(desk, agent, admin_as):
    client = admin_as(agent)
    for _, bars in client.get(INDEX).context["breakdowns"]:
        for bar in bars:
            assert client.get(bar.link).context["cl"].result_count == bar.count, bar.label


@pytest.mark.parametrize(("query", "created"), [({"days": "7"}, 2), ({"days": "90"}, 4), ({}, 2)])
def test_the_period_can_be_chosen(desk, agent, admin_as, query, created):
    assert figures(admin_as(agent).get(INDEX, query))["Tickets"] == created


def test_the_period_can_be_a_range(desk, agent, admin_as):
    day = timezone.localdate() - timedelta(days=60)
    page = admin_as(agent).get(INDEX, {"from": day.isoformat(), "to": day.isoformat()})
    assert (page.context["period"].days, figures(page)["Tickets"]) == (1, 2)


@pytest.mark.parametrize(
    "query",
    [
        {"days": "x"},
        {"days": "0"},
        {"days": "-3"},
        {"days": "9" * 30},
        {"from": "2026-02-31", "to": "2026-03-01"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "x"},
    ],
)
def test_a_nonsense_period_is_the_usual_one(desk, agent, admin_as, query):
    page = admin_as(agent).get(INDEX, query)
    assert page.status_code == 200
    assert page.context["period"].days <= 366


def test_an_empty_desk_says_what_to_do(lead, admin_as):
    page = admin_as(lead).get(INDEX).content.decode()
    assert "Write the first ticket" in page
    assert "import a file" in page


def test_somebody_without_a_group_is_told_whom_to_ask(ticket, agent, admin_as):
    agent.groups.clear()
    page = admin_as(agent).get(INDEX).content.decode()
    assert "Ask an administrator" in page
    assert ticket.title not in page


def test_the_dashboard_costs_the_same_for_few_and_many(make_ticket, agent, admin_as):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(INDEX)
        return len(captured)

    client = admin_as(agent)
    make_ticket(priority="critical")
    few = queries()
    for _ in range(40):
        make_ticket(priority="critical")
    assert queries() == few <= 14
