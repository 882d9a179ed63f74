"""The ticket list: finding tickets, and changing them in place."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import LIST, SignIn, cell, row, rows, save
from helpdesk.tickets import changes
from helpdesk.tickets.models import Event, Ticket

ACTIVE = re.compile(r"(^| )active( |$)")
Desk = dict[str, Ticket]


@pytest.fixture
def desk(lead: User, agent: User) -> Desk:
    """Five tickets by a short name, made today, yesterday, and so on."""
    now = timezone.now()
    plan = {
        "printer": {"title": "Printer is jammed", "category": "technical", "priority": "low"},
        "refund": {"title": "Refund for March", "priority": "critical", "assignee": agent},
        "login": {"title": "Cannot log in", "category": "account", "status": "in_progress"},
        "invoice": {"title": "Invoice number is missing", "status": "resolved", "assignee": agent},
        "hours": {"title": "When are you open?", "category": "general", "status": "closed"},
    }
    ordinary = {"description": "Please help.", "category": "billing", "priority": "medium"}
    rows = [
        ordinary
        | {"requester_email": f"{name}@customer.example", "created_at": now - timedelta(days=age)}
        | fields
        for age, (name, fields) in enumerate(plan.items())
    ]
    return dict(zip(plan, changes.create_many(rows, actor=lead, channel=Channel.SYSTEM), strict=True))


@pytest.fixture
def page(sign_in: SignIn, lead: User, desk: Desk) -> Page:
    page = sign_in(lead)
    page.goto(LIST)
    return page


def shows(page: Page, *shown: Ticket) -> None:
    """The list shows exactly these tickets, in any order."""
    expect(rows(page)).to_have_count(len(shown))
    for ticket in shown:
        expect(row(page, ticket)).to_be_visible()


def open_filters(page: Page) -> Locator:
    page.get_by_text("Filters", exact=False).first.click()
    sheet = page.locator("#changelist-filter")
    expect(sheet.get_by_role("button", name="Apply Filters")).to_be_visible()
    return sheet


def choose(sheet: Locator, field: str, label: str) -> None:
    """Pick from one of the drop-downs of the filter sheet."""
    sheet.locator(f"[name={field}] + .select2 [role=combobox]").click()
    sheet.page.get_by_role("option", name=label, exact=True).click()


def test_the_newest_ticket_stands_first(page: Page, desk: Desk) -> None:
    shows(page, *desk.values())
    expect(rows(page).first).to_contain_text("Printer is jammed")
    expect(rows(page).last).to_contain_text("When are you open?")


def test_an_inline_edit_makes_one_event_of_the_editor(page: Page, desk: Desk, lead: User) -> None:
    cell(page, desk["printer"], "status").select_option("in_progress")
    cell(page, desk["printer"], "priority").select_option("high")
    save(page)
    expect(page.get_by_text("1 ticket was changed successfully")).to_be_visible()
    event = Event.objects.get(action="updated")
    assert (event.ticket_id, event.actor, event.channel) == (desk["printer"].pk, lead, "admin")
    assert event.changes["status"] == ["open", "in_progress"]
    assert event.changes["priority"] == ["low", "high"]


def test_an_inline_edit_leaves_a_colleagues_change_of_another_field_alone(
    page: Page, desk: Desk, agent: User
) -> None:
    changes.update(desk["printer"], {"priority": "critical"}, actor=agent, channel=Channel.API)
    cell(page, desk["printer"], "status").select_option("closed")
    save(page)
    expect(cell(page, desk["printer"], "priority")).to_have_value("critical")
    desk["printer"].refresh_from_db()
    assert (desk["printer"].priority, desk["printer"].status) == ("critical", "closed")


def test_an_inline_edit_leaves_a_colleagues_change_of_another_row_alone(
    page: Page, desk: Desk, agent: User
) -> None:
    changes.update(desk["login"], {"status": "resolved"}, actor=agent, channel=Channel.API)
    cell(page, desk["printer"], "status").select_option("closed")
    save(page)
    expect(cell(page, desk["login"], "status")).to_have_value("resolved")
    assert Event.objects.filter(ticket=desk["login"], action="updated").count() == 1


def test_an_inline_edit_over_a_colleagues_says_so(page: Page, desk: Desk, agent: User) -> None:
    changes.update(desk["printer"], {"status": "resolved"}, actor=agent, channel=Channel.API)
    cell(page, desk["printer"], "status").select_option("closed")
    save(page)
    expect(page.get_by_text(f"Somebody else changed status of #{desk['printer'].pk}")).to_be_visible()
    expect(cell(page, desk["printer"], "status")).to_have_value("closed")


def test_saving_an_untouched_list_changes_nothing(page: Page, desk: Desk) -> None:
    save(page)
    shows(page, *desk.values())
    assert not Event.objects.filter(action="updated").exists()


def test_the_sheet_filters_by_several_statuses(page: Page, desk: Desk) -> None:
    sheet = open_filters(page)
    sheet.get_by_text("Resolved", exact=True).click()
    sheet.get_by_text("Closed", exact=True).click()
    sheet.get_by_role("button", name="Apply Filters").click()
    shows(page, desk["invoice"], desk["hours"])


def test_the_sheet_filters_by_nobody(page: Page, desk: Desk) -> None:
    sheet = open_filters(page)
    choose(sheet, "assignee", "Nobody")
    sheet.get_by_role("button", name="Apply Filters").click()
    shows(page, desk["printer"], desk["login"], desk["hours"])


def test_the_sheet_filters_by_me(sign_in: SignIn, agent: User, desk: Desk) -> None:
    page = sign_in(agent)
    page.goto(LIST)
    sheet = open_filters(page)
    choose(sheet, "assignee", "Me")
    sheet.get_by_role("button", name="Apply Filters").click()
    shows(page, desk["refund"], desk["invoice"])


def test_the_sheet_filters_by_the_day_of_creation(page: Page, desk: Desk) -> None:
    sheet = open_filters(page)
    first, last = (desk[name].created_at.date().isoformat() for name in ("invoice", "refund"))
    sheet.locator("[name=created_at_from]").fill(first)
    sheet.locator("[name=created_at_to]").fill(last)
    sheet.get_by_role("button", name="Apply Filters").click()
    shows(page, desk["refund"], desk["login"], desk["invoice"])


def test_filters_can_be_cleared(page: Page, desk: Desk) -> None:
    page.goto(f"{LIST}?status=closed")
    shows(page, desk["hours"])
    open_filters(page).get_by_text("Clear all filters").click()
    shows(page, *desk.values())


@pytest.mark.parametrize(
    ("tab", "names"),
    [
        ("All", ["printer", "refund", "login", "invoice", "hours"]),
        ("Open", ["printer", "refund"]),
        ("Mine", ["refund"]),
        ("Unassigned", ["printer", "login"]),
        ("Overdue", ["refund"]),
    ],
)
def test_a_tab_shows_its_tickets_and_is_marked(
    sign_in: SignIn, agent: User, desk: Desk, tab: str, names: list[str]
) -> None:
    page = sign_in(agent)
    page.goto(f"{LIST}?status=closed")
    link = page.get_by_role("navigation").get_by_role("link", name=tab, exact=True)
    link.click()
    shows(page, *(desk[name] for name in names))
    expect(link).to_have_class(ACTIVE)


@pytest.mark.parametrize("words", ["refund", "REFUND mar", "refund@customer.example"])
def test_the_search_finds_words_and_addresses(page: Page, desk: Desk, words: str) -> None:
    search(page, words)
    shows(page, desk["refund"])


def test_the_search_finds_a_number(page: Page, desk: Desk) -> None:
    search(page, f"#{desk['login'].pk}")
    shows(page, desk["login"])


def test_a_search_without_a_hit_says_what_to_do(page: Page, desk: Desk) -> None:
    search(page, "giraffe")
    expect(page.get_by_text("No results found")).to_be_visible()
    page.get_by_role("link", name="Reset filters").click()
    shows(page, *desk.values())


def test_an_empty_list_offers_to_add_a_ticket(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(LIST)
    page.get_by_role("link", name="Add ticket").click()
    expect(page.get_by_role("button", name="Suggest with AI")).to_be_visible()


def test_an_action_changes_all_selected_tickets(page: Page, desk: Desk, lead: User) -> None:
    chosen = [desk["printer"], desk["refund"]]
    run(page, "Set status: Resolved", *chosen)
    expect(page.get_by_text("2 tickets changed.")).to_be_visible()
    for ticket in chosen:
        expect(cell(page, ticket, "status")).to_have_value("resolved")
    events = Event.objects.filter(action="updated")
    assert {(event.ticket_id, event.actor, event.channel) for event in events} == {
        (ticket.pk, lead, "admin") for ticket in chosen
    }


def test_an_action_says_how_many_had_nothing_to_change(page: Page, desk: Desk) -> None:
    run(page, "Set priority: Low", desk["printer"], desk["refund"])
    expect(page.get_by_text("1 ticket changed. 1 had nothing to change.")).to_be_visible()


def test_an_agent_takes_tickets_but_changes_no_others_in_bulk(
    sign_in: SignIn, agent: User, desk: Desk
) -> None:
    page = sign_in(agent)
    page.goto(LIST)
    run(page, "Assign to me", desk["printer"])
    expect(row(page, desk["printer"])).to_contain_text("Amir")
    row(page, desk["login"]).get_by_role("checkbox").check()
    expect(page.get_by_role("option", name="Set status: Closed")).to_have_count(0)


def test_a_lead_deletes_selected_tickets_after_a_question(page: Page, desk: Desk) -> None:
    run(page, "Delete selected tickets", desk["hours"])
    page.get_by_role("button", name="Yes, I").click()
    expect(rows(page)).to_have_count(len(desk) - 1)
    assert Event.objects.get(action="deleted").ticket_id == desk["hours"].pk


def test_a_viewer_sees_the_list_without_controls(sign_in: SignIn, viewer: User, desk: Desk) -> None:
    page = sign_in(viewer)
    page.goto(LIST)
    shows(page, *desk.values())
    expect(page.locator("#result_list select, #result_list input")).to_have_count(0)
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Import")).to_have_count(0)


def test_the_command_palette_finds_a_ticket(page: Page, desk: Desk) -> None:
    page.goto("/admin/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search or jump to")
    palette.get_by_role("combobox").press_sequentially("giraffe")
    expect(palette.get_by_role("status")).to_have_text("Nothing found for “giraffe”.")
    palette.get_by_role("combobox").fill("refund")
    expect(palette.get_by_role("option", name="Refund for March")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("[name=title]")).to_have_value("Refund for March")


def search(page: Page, words: str) -> None:
    box = page.get_by_placeholder("Words of the title or text")
    box.fill(words)
    box.press("Enter")


def run(page: Page, action: str, *selected: Ticket) -> None:
    for ticket in selected:
        row(page, ticket).get_by_role("checkbox").check()
    page.get_by_label("Select action to run").select_option(action)
    page.get_by_role("button", name="Run").click()
