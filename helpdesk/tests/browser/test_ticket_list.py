"""The ticket list: finding tickets, and changing them in place."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import LIST, SignIn, cell, row, rows
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Event, Ticket

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


def change(page: Page, ticket: Ticket, field: str, label: str) -> None:
    cell(page, ticket, field).click()
    page.get_by_role("listbox").get_by_role("option", name=label).click()


def told(page: Page) -> Locator:
    return page.get_by_role("status").filter(has=page.locator(".toast"))


def test_the_most_urgent_ticket_stands_first_and_what_is_resolved_last(page: Page, desk: Desk) -> None:
    shows(page, *desk.values())
    expect(rows(page).first).to_contain_text("Refund for March")
    expect(rows(page).nth(3)).to_contain_text(re.compile("Invoice number|When are you"))
    page.get_by_label("Order").select_option("-created")
    expect(rows(page).first).to_contain_text("Printer is jammed")
    expect(rows(page).last).to_contain_text("When are you open?")


def test_the_head_of_a_column_orders_by_its_meaning(page: Page, desk: Desk) -> None:
    page.get_by_role("columnheader", name="Status").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Status")).to_have_attribute("aria-sort", "ascending")
    expect(rows(page).last).to_contain_text("When are you open?")
    page.get_by_role("columnheader", name="Status").get_by_role("link").click()
    expect(rows(page).first).to_contain_text("When are you open?")


def test_a_cell_is_saved_where_it_stands_and_taken_back(page: Page, desk: Desk, lead: User) -> None:
    change(page, desk["printer"], "status", "In progress")
    expect(told(page)).to_contain_text(f"Status of #{desk['printer'].pk}: Open → In progress")
    event = Event.objects.get(action="updated")
    assert (event.ticket_id, event.actor, event.channel) == (desk["printer"].pk, lead, "admin")
    assert event.changes["status"] == ["open", "in_progress"]
    page.keyboard.press("z")
    expect(told(page)).to_contain_text("Undone.")
    expect(cell(page, desk["printer"], "status")).to_have_text("Open")
    desk["printer"].refresh_from_db()
    assert desk["printer"].status == "open"


def test_a_ticket_is_triaged_by_keys_alone(page: Page, desk: Desk) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_have_class("current")
    ticket = Ticket.objects.get(pk=rows(page).nth(1).get_attribute("data-ticket"))
    page.keyboard.press("p")
    expect(page.get_by_role("listbox", name=f"Priority of #{ticket.pk}")).to_be_visible()
    page.keyboard.press("4")
    expect(told(page)).to_contain_text("→ Critical")
    ticket.refresh_from_db()
    assert ticket.priority == "critical"
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(rows(page).nth(1).locator("button[data-field=assignee]")).to_be_focused()


def test_a_colleagues_change_is_shown_and_not_overwritten(
    page: Page, desk: Desk, agent: User, faults: list[str]
) -> None:
    ticket = desk["printer"]
    changes.update(ticket, {"status": "resolved"}, actor=agent, channel=Channel.API)
    change(page, ticket, "status", "In progress")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Amir changed this a moment ago")
    expect(question).to_contain_text("Nothing was overwritten")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    question.get_by_role("button", name="Set In progress").click()
    expect(told(page)).to_contain_text("Resolved → In progress")
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"
    faults.clear()


def test_a_colleagues_value_can_be_kept(page: Page, desk: Desk, agent: User, faults: list[str]) -> None:
    changes.update(desk["printer"], {"status": "resolved"}, actor=agent, channel=Channel.API)
    change(page, desk["printer"], "status", "In progress")
    page.get_by_role("dialog").get_by_role("button", name="Keep Resolved").click()
    expect(cell(page, desk["printer"], "status")).to_have_text("Resolved")
    assert Event.objects.filter(action="updated").count() == 1
    faults.clear()


def test_a_colleagues_change_of_another_field_stays(page: Page, desk: Desk, agent: User) -> None:
    changes.update(desk["printer"], {"priority": "critical"}, actor=agent, channel=Channel.API)
    change(page, desk["printer"], "status", "Closed")
    expect(told(page)).to_contain_text("Open → Closed")
    desk["printer"].refresh_from_db()
    assert (desk["printer"].priority, desk["printer"].status) == ("critical", "closed")


def test_a_lost_network_keeps_the_old_value_and_offers_to_try_again(
    page: Page, desk: Desk, faults: list[str]
) -> None:
    page.route("**/field/", lambda route: route.abort())
    change(page, desk["printer"], "status", "Closed")
    expect(told(page)).to_contain_text("No connection. Nothing was saved.")
    expect(cell(page, desk["printer"], "status")).to_have_text("Open")
    faults.clear()
    page.unroute("**/field/")
    page.get_by_role("button", name="Try again").click()
    expect(told(page)).to_contain_text("Open → Closed")


def test_a_ticket_deleted_meanwhile_is_missed_in_words(
    page: Page, desk: Desk, agent: User, faults: list[str]
) -> None:
    changes.delete(desk["printer"], actor=agent, channel=Channel.API)
    change(page, desk["printer"], "status", "Closed")
    expect(told(page)).to_contain_text(f"#{desk['printer'].pk} was deleted by Amir")
    faults.clear()


def test_the_preview_opens_and_closes_by_the_space_bar(page: Page, desk: Desk) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Space")
    preview = page.get_by_role("complementary", name="Preview")
    expect(preview).to_contain_text("Refund for March")
    expect(preview).to_contain_text("Please help.")
    page.keyboard.press("j")
    expect(preview).not_to_contain_text("Refund for March")
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    page.keyboard.press("Space")
    preview.get_by_role("button", name="Previous ticket").click()
    expect(preview).to_contain_text("Refund for March")
    preview.get_by_role("button", name="Next ticket").click()
    expect(preview).not_to_contain_text("Refund for March")
    preview.get_by_role("button", name="Close the preview").click()
    expect(preview).to_be_hidden()
    expect(page.locator("tr.current .col-title a")).to_be_focused()


def test_the_keys_are_shown_by_a_question_mark(page: Page, desk: Desk) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("preview")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search tickets")).to_be_focused()


def test_single_keys_can_be_switched_off_for_good(page: Page, desk: Desk) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_role("checkbox", name="Single keys").uncheck()
    expect(told(page)).to_contain_text("Single keys are off.")
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("j")
    expect(page.get_by_role("dialog", name="Keys")).to_have_count(0)
    expect(page.locator("tr.current")).to_have_count(0)
    page.locator(".sidebar-user summary").click()
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("dialog", name="Keys").get_by_role("checkbox").check()
    expect(told(page)).to_contain_text("Single keys are on.")


def test_what_a_colleague_said_since_is_marked_until_it_is_read(page: Page, desk: Desk, agent: User) -> None:
    expect(row(page, desk["refund"])).not_to_have_class("unread")
    comments.add(desk["refund"], "It is on its way.", author=agent, channel=Channel.ADMIN)
    page.reload()
    expect(row(page, desk["refund"])).to_have_class("unread")
    row(page, desk["refund"]).get_by_role("link").click()
    expect(page.get_by_text("It is on its way.").first).to_be_visible()
    page.wait_for_timeout(500)
    page.goto(LIST)
    expect(row(page, desk["refund"])).not_to_have_class("unread")


def test_new_tickets_announce_themselves_and_move_no_row(page: Page, desk: Desk, lead: User) -> None:
    changes.create_many(
        [{"title": "Newer", "description": "x", "category": "general", "priority": "low"}],
        actor=lead,
        channel=Channel.SYSTEM,
    )
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("1 new")).to_be_visible()
    shows(page, *desk.values())
    page.get_by_text("1 new").click()
    expect(rows(page)).to_have_count(len(desk) + 1)


def test_twenty_lines_stand_on_a_screen_and_long_texts_break_none(
    sign_in: SignIn, lead: User, desk: Desk
) -> None:
    long = {"title": "W" * 200, "description": "x" * 5000, "category": "general", "priority": "low"}
    changes.create_many(
        [long | {"requester_name": "N" * 200} for _ in range(20)], actor=lead, channel=Channel.SYSTEM
    )
    page = sign_in(lead, viewport={"width": 1440, "height": 900})
    page.goto(LIST)
    foot = page.locator(".list-foot").bounding_box()["y"]
    boxes = [row.bounding_box() for row in rows(page).all()]
    assert {box["height"] for box in boxes} == {36}
    assert sum(box["y"] + box["height"] <= foot for box in boxes) >= 19
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    page.set_viewport_size({"width": 390, "height": 844})
    assert {row.bounding_box()["height"] for row in rows(page).all()} == {72}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def filters(page: Page) -> Locator:
    page.locator(".filter-menu summary").click()
    return page.locator(".filter-form")


def test_several_statuses_are_a_chip_that_can_be_removed(page: Page, desk: Desk) -> None:
    page.goto(f"{LIST}?status=resolved,closed")
    shows(page, desk["invoice"], desk["hours"])
    expect(page.locator(".filter-chip")).to_contain_text("Status Resolved, Closed")
    page.get_by_role("link", name="Without Status").click()
    shows(page, *desk.values())


@pytest.mark.parametrize(
    ("field", "label", "names"),
    [
        ("assignee", "Nobody", ["printer", "login", "hours"]),
        ("assignee", "Amir", ["refund", "invoice"]),
        ("category", "Account", ["login"]),
    ],
)
def test_the_menu_filters(page: Page, desk: Desk, field: str, label: str, names: list[str]) -> None:
    form = filters(page)
    form.locator(f"[name={field}]").select_option(label=label)
    form.get_by_role("button", name="Show").click()
    shows(page, *(desk[name] for name in names))


def test_the_menu_filters_by_the_day_of_creation(page: Page, desk: Desk) -> None:
    form = filters(page)
    form.locator("[name=created_after]").fill(desk["invoice"].created_at.date().isoformat())
    form.locator("[name=created_before]").fill(desk["printer"].created_at.date().isoformat())
    form.get_by_role("button", name="Show").click()
    shows(page, desk["refund"], desk["login"], desk["invoice"])


@pytest.mark.parametrize(
    ("tab", "names"),
    [
        ("All", ["printer", "refund", "login", "invoice", "hours"]),
        ("My open", ["refund"]),
        ("Unassigned", ["printer", "login"]),
        ("Waiting for us", ["printer", "refund", "login"]),
        ("Overdue", ["refund"]),
    ],
)
def test_a_tab_shows_its_tickets_and_is_marked(
    sign_in: SignIn, agent: User, desk: Desk, tab: str, names: list[str]
) -> None:
    page = sign_in(agent)
    page.goto(f"{LIST}?status=closed")
    link = page.get_by_role("navigation", name="Queues").get_by_role("link", name=f"{tab} {len(names)}")
    link.click()
    shows(page, *(desk[name] for name in names))
    expect(link).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("words", ["refund", "REFUND mar", "refund@customer.example"])
def test_the_search_finds_words_and_addresses(page: Page, desk: Desk, words: str) -> None:
    search(page, words)
    shows(page, desk["refund"])


def test_the_search_finds_a_number(page: Page, desk: Desk) -> None:
    search(page, f"#{desk['login'].pk}")
    shows(page, desk["login"])


def test_a_search_without_a_hit_says_what_to_do(page: Page, desk: Desk) -> None:
    search(page, "giraffe")
    expect(page.get_by_role("heading", name="Nothing with “giraffe”")).to_be_visible()
    page.goto(f"{LIST}?queue=mine_open&q=refund")
    page.get_by_role("link", name="search all of them").click()
    shows(page, desk["refund"])


def test_an_empty_queue_says_well_done_and_where_to_go(page: Page, desk: Desk) -> None:
    page.goto(f"{LIST}?queue=mine_open")
    expect(page.get_by_role("heading", name="Nothing of yours is open. Well done.")).to_be_visible()
    page.locator(".empty").get_by_role("link", name="Overdue").click()
    shows(page, desk["refund"])


def test_an_empty_list_offers_to_add_a_ticket(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(LIST)
    page.get_by_role("link", name="Write the first ticket").click()
    expect(page.get_by_role("button", name="Suggest with AI")).to_be_visible()


def test_the_selection_is_changed_after_a_question_and_taken_back(page: Page, desk: Desk, lead: User) -> None:
    pick(page, desk["printer"], desk["refund"], desk["invoice"])
    set_all(page, "Status", "Resolved")
    question = page.get_by_role("dialog", name="Set status to Resolved")
    expect(question).to_contain_text("3match")
    expect(question).to_contain_text("2will change")
    expect(question).to_contain_text("1already so")
    question.get_by_role("button", name="Change 2 tickets").click()
    expect(told(page)).to_contain_text("2 tickets set to Resolved.")
    for ticket in (desk["printer"], desk["refund"]):
        expect(cell(page, ticket, "status")).to_have_text("Resolved")
    events = Event.objects.filter(action="updated")
    assert {(event.ticket_id, event.actor, event.channel) for event in events} == {
        (desk[name].pk, lead, "admin") for name in ("printer", "refund")
    }
    page.get_by_role("button", name="Undo").click()
    expect(told(page)).to_contain_text("Undone. 2 put back.")
    assert set(
        Ticket.objects.filter(pk__in=[t.pk for t in desk.values()]).values_list("status", flat=True)
    ) == {"open", "in_progress", "resolved", "closed"}


def test_an_undo_lists_what_a_colleague_changed_since(page: Page, desk: Desk, agent: User) -> None:
    pick(page, desk["printer"], desk["refund"])
    set_all(page, "Status", "Resolved")
    page.get_by_role("dialog").get_by_role("button", name="Change 2 tickets").click()
    expect(told(page)).to_contain_text("2 tickets set to Resolved.")
    changes.update(desk["refund"], {"status": "closed"}, actor=agent, channel=Channel.API)
    page.get_by_role("button", name="Undo").click()
    expect(told(page)).to_contain_text("Undone. 1 put back, 1 changed since and left.")
    page.get_by_role("button", name="See the 1").click()
    left = page.get_by_role("dialog", name="Not put back")
    expect(left).to_contain_text(f"#{desk['refund'].pk} status: changed since")


def test_a_question_answered_by_back_changes_nothing(page: Page, desk: Desk) -> None:
    pick(page, desk["printer"])
    set_all(page, "Priority", "High")
    page.get_by_role("dialog").get_by_role("button", name="Back").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    assert not Event.objects.filter(action="updated").exists()


def test_all_that_match_are_changed_beyond_the_page(page: Page, desk: Desk, lead: User) -> None:
    row = {"title": "One of many", "description": "x", "category": "general", "priority": "low"}
    changes.create_many([row] * 60, actor=lead, channel=Channel.SYSTEM)
    page.goto(f"{LIST}?category=general&status=open")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 60 that match").click()
    set_all(page, "Priority", "High")
    page.get_by_role("dialog").get_by_role("button", name="Change 60 tickets").click()
    expect(told(page)).to_contain_text("60 tickets set to High.")
    assert Ticket.objects.filter(title="One of many", priority="high").count() == 60
    assert Event.objects.filter(action="updated").values("batch").distinct().count() == 1


def test_an_agent_changes_a_few_and_is_told_of_the_limit(
    sign_in: SignIn, agent: User, desk: Desk, settings: Any, faults: list[str]
) -> None:
    settings.BULK_LIMIT_AGENTS = 1
    page = sign_in(agent)
    page.goto(LIST)
    pick(page, desk["printer"], desk["login"])
    set_all(page, "Status", "Closed")
    expect(told(page)).to_contain_text("More than 1 tickets are meant.")
    faults.clear()
    row(page, desk["login"]).get_by_role("checkbox").uncheck()
    set_all(page, "Assignee", "Amir")
    page.get_by_role("dialog").get_by_role("button", name="Change 1 ticket").click()
    expect(row(page, desk["printer"])).to_contain_text("Amir")
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)


def test_a_lead_deletes_selected_tickets_after_a_question(page: Page, desk: Desk) -> None:
    pick(page, desk["hours"])
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(rows(page)).to_have_count(len(desk) - 1)
    assert Event.objects.get(action="deleted").ticket_id == desk["hours"].pk


def test_a_viewer_sees_the_list_without_controls(sign_in: SignIn, viewer: User, desk: Desk) -> None:
    page = sign_in(viewer)
    page.goto(LIST)
    shows(page, *desk.values())
    expect(page.locator("table.rows button, table.rows input")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(told(page)).to_contain_text("You may read tickets, not change them.")
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
    expect(page.get_by_role("main").get_by_role("heading", name="Refund for March").first).to_be_visible()


def search(page: Page, words: str) -> None:
    box = page.get_by_role("searchbox", name="Search tickets")
    box.fill(words)
    box.press("Enter")


def pick(page: Page, *selected: Ticket) -> None:
    for ticket in selected:
        row(page, ticket).get_by_role("checkbox").check()


def set_all(page: Page, field: str, label: str) -> None:
    page.locator("#bulk-bar").get_by_role("button", name=field).click()
    page.get_by_role("listbox").get_by_role("option", name=label).click()


def test_a_key_takes_over_the_row_or_all_that_are_selected(page: Page, desk: Desk, other_agent: User) -> None:
    Ticket.objects.update(assignee=other_agent)
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(told(page)).to_contain_text("Assignee of")
    expect(told(page)).to_contain_text("Bea → Lena")
    page.keyboard.press("t")
    expect(told(page)).to_contain_text("It is yours already.")
    page.get_by_label("Select all on this page").check()
    page.locator("#select-all").blur()
    page.keyboard.press("t")
    question = page.get_by_role("dialog", name="Set assignee to Lena")
    expect(question).to_contain_text("1already so")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("set to Lena")
    assert not Ticket.objects.exclude(assignee__first_name="Lena").exists()


def test_a_menu_stays_when_a_scroll_is_told_late_and_goes_when_its_cell_moves(page: Page, desk: Desk) -> None:
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.evaluate("window.dispatchEvent(new Event('scroll'))")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.evaluate("document.querySelector('tbody').style.transform = 'translateY(9px)'")
    page.evaluate("window.dispatchEvent(new Event('scroll'))")
    expect(page.get_by_role("listbox")).to_have_count(0)
