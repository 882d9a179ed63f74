"""The dashboard: figures that lead to their tickets, a period, and a chart."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import SignIn, rows
from helpdesk.tickets import changes

COLOURED_PIXELS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, index) => index % 4 === 3 && value > 0).length;
}"""


@pytest.fixture
def desk(lead: User, agent: User) -> None:
    """Eight tickets, one made every four days, today's first."""
    now = timezone.now()
    plan = [
        {"priority": "critical"},
        {"priority": "critical", "assignee": agent, "status": "in_progress"},
        {"status": "resolved", "resolved_at": now - timedelta(days=1), "assignee": agent},
        {"status": "resolved", "resolved_at": now - timedelta(days=9)},
        {"category": "technical"},
        {"category": "account", "assignee": agent},
        {"status": "closed", "resolved_at": now - timedelta(days=20)},
        {"priority": "low"},
    ]
    ordinary = {"description": "Please help.", "category": "billing", "priority": "medium"}
    data = [
        ordinary | {"title": f"Ticket {n}", "created_at": now - timedelta(days=4 * n)} | fields
        for n, fields in enumerate(plan)
    ]
    changes.create_many(data, actor=lead, channel=Channel.SYSTEM)


@pytest.fixture
def page(sign_in: SignIn, agent: User, desk: None) -> Page:
    page = sign_in(agent)
    page.goto("/admin/?days=7")
    return page


def card(page: Page, title: str) -> Locator:
    return page.locator(".dash-card").filter(
        has=page.locator(".dash-card-title", has_text=re.compile(rf"^\s*{title}"))
    )


def figure(page: Page, title: str) -> Locator:
    return card(page, title).locator(".dash-card-value")


@pytest.mark.parametrize(
    ("title", "count"), [("Tickets", 2), ("Open", 4), ("Unassigned", 3), ("Critical", 2), ("Resolved", 1)]
)
def test_a_card_leads_to_as_many_tickets_as_it_counts(page: Page, title: str, count: int) -> None:
    expect(figure(page, title)).to_have_text(str(count))
    card(page, title).click()
    expect(rows(page)).to_have_count(count)


def test_a_bar_leads_to_as_many_tickets_as_it_counts(page: Page) -> None:
    page.goto("/admin/?days=30")
    bar = page.get_by_label("Category", exact=True).get_by_role("link", name="Billing")
    expect(bar).to_contain_text("6 · 75 %")
    bar.click()
    expect(rows(page)).to_have_count(6)


def test_the_period_picker_changes_the_figures(page: Page) -> None:
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="30 days").click()
    expect(figure(page, "Tickets")).to_have_text("8")
    expect(figure(page, "Resolved")).to_have_text("3")
    expect(figure(page, "Average per day")).to_have_text("0.3")


def test_a_period_of_ones_own_is_two_dates(page: Page) -> None:
    today = timezone.localdate()
    page.get_by_label("First day").fill((today - timedelta(days=12)).isoformat())
    page.get_by_label("Last day").fill((today - timedelta(days=4)).isoformat())
    page.get_by_role("button", name="Apply").click()
    expect(figure(page, "Tickets")).to_have_text("3")
    expect(page.locator(".dash-periods [aria-current]")).to_have_count(0)


def test_the_chart_is_drawn(page: Page) -> None:
    canvas = page.locator(".dash-chart canvas, canvas.chart").first
    expect(canvas).to_be_visible()
    page.wait_for_function(f"canvas => ({COLOURED_PIXELS})(canvas) > 1000", arg=canvas.element_handle())


def test_the_oldest_critical_ticket_stands_first_and_leads_to_its_page(page: Page) -> None:
    critical = page.get_by_label("Oldest critical tickets").get_by_role("link")
    expect(critical).to_have_count(2)
    expect(critical.first).to_contain_text("Ticket 1")
    critical.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ticket 1")


def test_an_empty_desk_says_what_to_do(sign_in: SignIn, lead: User) -> None:
    page = sign_in(lead)
    page.goto("/admin/")
    expect(page.get_by_role("link", name="import a file")).to_be_visible()
    page.get_by_role("link", name="Write the first ticket").click()
    expect(page.get_by_label("Title")).to_be_focused()


def test_a_message_is_shown_on_the_dashboard(sign_in: SignIn, page: Page) -> None:
    page = sign_in(User.objects.create_superuser("root"))
    page.goto("/admin/auth/user/999999/change/")
    expect(page.get_by_text("Somebody may have deleted it.")).to_be_visible()
    expect(figure(page, "Tickets")).to_be_visible()


def test_a_ticket_that_is_gone_is_missed_in_the_list(page: Page) -> None:
    page.goto("/admin/helpdesk/ticket/999999/change/")
    expect(page.get_by_text("There is no ticket #999999.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Queues")).to_be_visible()
