"""The list: what it shows, finds and filters, to whom, and at what price."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from helpdesk.admin.panel import chips
from helpdesk.choices import Channel
from helpdesk.tests.admin.pages import LIST
from helpdesk.tickets import comments
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import FILTERS

pytestmark = pytest.mark.django_db


def titles(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {ticket.title for ticket in response.context["cl"].result_list}


@pytest.fixture
def desk(make_ticket, agent):
    long_ago = timezone.now() - timedelta(days=40)
    make_ticket(title="mine", assignee=agent, status="in_progress", category="account", priority="high")
    make_ticket(title="free", requester_email="ann@example.com")
    make_ticket(title="old", created_at=long_ago, status="closed", resolved_at=long_ago)
    make_ticket(title="late", created_at=long_ago, assignee=agent)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"mine", "free", "old", "late"}),
        ({"status": "open"}, {"free", "late"}),
        ({"status": ["open", "closed"]}, {"free", "late", "old"}),
        ({"priority": "high"}, {"mine"}),
        ({"category": "account"}, {"mine"}),
        ({"status": ""}, {"mine", "free", "old", "late"}),
        ({"status": "nonsense"}, set()),
        ({"assignee": "me"}, {"mine", "late"}),
        ({"assignee": "none", "attention": "unresolved"}, {"free"}),
        ({"attention": "overdue"}, {"late"}),
        ({"assignee": "x"}, set()),
        ({"q": "ann@ex"}, {"free"}),
        ({"q": "FRE"}, {"free"}),
        ({"q": "\x00"}, {"mine", "free", "old", "late"}),
    ],
)
def test_filters_and_search(desk, agent, admin_as, query, found):
    assert titles(admin_as(agent), **query) == found


def test_every_filter_is_shown_as_a_chip():
    """Forgotten in admin/panel/chips.py, it would narrow the list unseen."""
    assert {*chips.TITLES} == {*FILTERS} - {"queue"}


def test_a_filter_that_makes_no_sense_says_so(desk, agent, admin_as):
    page = admin_as(agent).get(LIST, {"status": "done"})
    assert "Status: Unknown: done. Choose from: open, in_progress, resolved, closed." in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"status": "open,in_progress"},
        {"priority": "high", "category": "account"},
        {"assignee": "none", "attention": "unresolved"},
        {"attention": "overdue"},
        {"assignee": "me"},
    ],
)
def test_the_list_the_export_and_the_api_speak_one_language(desk, lead, admin_as, api_as, query):
    client = admin_as(lead)
    shown = titles(client, **query)
    file = client.post(
        f"{LIST}export/?{urlencode(query)}", {"format": 0, "resource": 0, "ticketresource_title": "on"}
    )
    assert shown == {row["title"] for row in api_as(lead).get("/api/tickets/", query).json()}
    assert shown == set(file.getvalue().decode("utf-8-sig").split()[1:])


def test_a_day_range_includes_both_ends(desk, agent, admin_as):
    today = timezone.localdate()
    that_day = today - timedelta(days=40)
    day = timedelta(days=1)
    assert titles(admin_as(agent), created_after=today, created_before=today + day) == {"mine", "free"}
    assert titles(admin_as(agent), created_before=that_day + day) == {"old", "late"}
    assert titles(admin_as(agent), resolved_after=that_day, resolved_before=that_day + day) == {"old"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("parcel", ""),
        ("lost", "in the description"),
        ("ann", "requester"),
        ("trucks", "in a reply"),
        ("zebra", "in a note"),
        ("parcel zebra", ", in a note"),
        ("#{pk}", ""),
    ],
)
def test_the_list_says_where_it_found_something(make_ticket, agent, admin_as, query, said):
    ticket = make_ticket(title="Parcel", description="Lost", requester_name="Ann")
    for body, is_internal in (("The truck is late", False), ("Zebra", True)):
        comments.add(ticket, body, author=agent, channel=Channel.ADMIN, is_internal=is_internal)
    page = admin_as(agent).get(LIST, {"q": query.format(pk=ticket.pk)}).content.decode()
    found = re.findall(r'<em class="found">(.*?)</em>', page)
    assert "Parcel" in page
    assert found == ([("in the description" + said) if said.startswith(",") else said] if said else [])


def test_a_search_that_finds_nothing_asks_what_was_meant(make_ticket, agent, admin_as):
    make_ticket(title="Invoice of March")
    client = admin_as(agent)
    page = client.get(LIST, {"q": "invocie", "queue": "unassigned"}).content.decode()
    assert '<a href="?queue=unassigned&amp;q=Invoice">Invoice</a>?' in page
    assert "Did you mean" not in client.get(LIST, {"q": "giraffe"}).content.decode()


def test_a_note_is_not_meant(make_ticket, agent, admin_as):
    comments.add(make_ticket(), "Zebra", author=agent, channel=Channel.ADMIN, is_internal=True)
    assert "Did you mean" not in admin_as(agent).get(LIST, {"q": "zebbra"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"p": "nonsense"},
        {"p": "999999"},
        {"o": "x.y"},
        {"created_after": "yesterday"},
        {"created_before": "99999-99-99"},
        {"assignee": "9" * 40},
        {"status__exact": "open"},
        {"unknown": "1"},
        {"id__in": "a"},
        {"all": ""},
        {"e": "1"},
        {"q": "x" * 5000},
        {"q": "\ud800"},
    ],
)
def test_odd_queries_are_no_accident(desk, agent, admin_as, query):
    safe = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    assert admin_as(agent).get(LIST, safe, follow=True).status_code == 200


def test_the_list_costs_the_same_for_few_and_many(make_ticket, agent, admin_as):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    client = admin_as(agent)
    for number in range(3):
        make_ticket(assignee=agent if number else None)
    queries()  # the first visit of a person makes their preferences
    few = queries()
    for _ in range(60):
        make_ticket(assignee=agent)
    assert queries() == few <= 14


def test_a_viewer_looks_and_changes_nothing(ticket, viewer, admin_as):
    client = admin_as(viewer)
    page = client.get(LIST)
    assert page.context["cl"].formset is None
    client.post(
        LIST, {"_save": "Save", "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": ticket.pk}
    )
    data = {"action": "set_status_closed", "_selected_action": [ticket.pk], "index": 0}
    client.post(LIST, data)
    assert Ticket.objects.get(pk=ticket.pk).status == "open"


def test_an_agent_takes_tickets_but_does_not_sweep(make_ticket, agent, admin_as):
    selected = [make_ticket().pk, make_ticket().pk]
    client = admin_as(agent)
    client.post(LIST, {"action": "assign_to_me", "_selected_action": selected, "index": 0})
    client.post(LIST, {"action": "set_status_closed", "_selected_action": selected, "index": 0})
    assert set(Ticket.objects.values_list("assignee", "status")) == {(agent.pk, "open")}


def test_somebody_without_a_group_sees_no_list(outsider, admin_as):
    assert admin_as(outsider).get(LIST).status_code == 302


def test_the_palette_leads_to_pages_and_actions_that_one_may_use(agent, lead, admin_as):
    def titles(user, words):
        found = admin_as(user).get(reverse("admin:search"), {"q": words}).content.decode()
        return re.findall(r'<span dir="auto">(.*?)</span>', found)

    assert titles(agent, "ticket") == ["New ticket", "Tickets"]
    assert titles(lead, "ticket") == ["New ticket", "Import tickets", "Export tickets", "Tickets"]
    assert titles(lead, "giraffe") == []


def test_the_palette_finds_tickets_for_those_who_may_see_them(make_ticket, agent, admin_as):
    ticket = make_ticket(title="Lost parcel")
    url = reverse("admin:search")
    assert f"#{ticket.pk} Lost parcel" in admin_as(agent).get(url, {"q": "parcel"}).content.decode()
    agent.groups.clear()
    assert "Lost parcel" not in admin_as(agent).get(url, {"q": "lost"}).content.decode()


@pytest.mark.parametrize("query", [{"q": "a" * 5000}, {"q": "\x00"}, {"q": "#"}, {"q": "%"}, {"q": ""}, {}])
def test_the_palette_survives_odd_queries(ticket, agent, admin_as, query):
    assert admin_as(agent).get(reverse("admin:search"), query).status_code == 200
