"""Answering from the list, beside it; and what a sheet on a phone tells."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import LIST, SignIn, address, row
from helpdesk.tickets import comments
from helpdesk.tickets.models import Comment, Ticket
from helpdesk.workspace.models import Draft


def preview(page: Page) -> Page:
    page.goto(LIST)
    expect(page.locator("table.rows")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("#preview textarea")).to_be_focused()
    return page


def test_a_ticket_is_answered_beside_the_list(sign_in: SignIn, agent: User, ticket: Ticket) -> None:
    page = preview(sign_in(agent))
    page.keyboard.type("We look into it.")
    page.get_by_role("button", name="Send and resolve").click()
    expect(page.locator(".toast")).to_contain_text(f"Reply added, #{ticket.pk} resolved.")
    expect(page.locator(".preview-messages")).to_contain_text("We look into it.")
    expect(row(page, ticket).locator(".col-status")).to_contain_text("Resolved")
    expect(page.locator("#preview textarea")).to_have_value("")
    assert Comment.objects.get().body == "We look into it."
    assert page.url.endswith(LIST)


def test_what_a_colleague_wrote_is_shown_before_the_answer_is_added(
    sign_in: SignIn, agent: User, other_agent: User, ticket: Ticket, faults: list[str]
) -> None:
    page = preview(sign_in(agent))
    page.keyboard.type("Mine")
    comments.add(ticket, "Hers", author=other_agent, channel=Channel.ADMIN)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Bea replied while you wrote.")
    page.get_by_role("button", name="Read it first").click()
    expect(page.locator(".preview-messages")).to_contain_text("Hers")
    expect(page.locator("#preview textarea")).to_have_value("Mine")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Reply added.")
    faults[:] = [fault for fault in faults if "409" not in fault]
    assert sorted(Comment.objects.values_list("body", flat=True)) == ["Hers", "Mine"]


def test_moving_on_keeps_the_draft(sign_in: SignIn, agent: User, make_ticket: Callable[..., Ticket]) -> None:
    first, second = make_ticket(priority="high"), make_ticket()
    page = preview(sign_in(agent))
    page.keyboard.type("Half a sen")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".preview-head h2")).to_contain_text(f"#{second.pk}")
    expect(page.locator("#preview textarea")).to_have_value("")
    assert Draft.objects.get(ticket=first).text == "Half a sen"
    page.keyboard.press("k")
    expect(page.locator("#preview textarea")).to_have_value("Half a sen")


def test_the_fields_of_a_phone_tell_what_was_saved(sign_in: SignIn, agent: User, ticket: Ticket) -> None:
    page = sign_in(agent, viewport={"width": 390, "height": 844})
    page.goto(address(ticket))
    page.locator("#open-fields").click()
    page.locator("dialog.sheet button[data-field=status]").click()
    page.get_by_role("option", name="Resolved").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    undo.click()
    expect(page.locator("dialog.sheet button[data-field=status]")).to_contain_text("Open")
    page.get_by_role("button", name="Close the fields").click()
    assert page.locator("body > #toasts").count() == 1


def test_the_description_is_edited_on_the_page(sign_in: SignIn, agent: User, ticket: Ticket) -> None:
    page = sign_in(agent)
    page.goto(address(ticket))
    page.get_by_text("Edit the description").click()
    page.locator("#id_description").fill("We were charged three times.\nIn April.")
    page.get_by_role("button", name="Save the description").click()
    expect(page.locator(".message-body").first).to_contain_text("three times")
    assert Ticket.objects.get(pk=ticket.pk).description == "We were charged three times.\nIn April."
