"""The page of one ticket: its fields, its conversation and its history."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import ADD, LIST, SignIn, address, fill, save
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Event, Ticket


@pytest.fixture
def page(sign_in: SignIn, agent: User, ticket: Ticket) -> Page:
    page = sign_in(agent)
    page.goto(address(ticket))
    return page


def save_and_stay(page: Page) -> None:
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def test_a_ticket_is_written_and_found_in_the_list(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(ADD)
    fill(page, title="The door is stuck", description="Since Monday.", category="general", priority="low")
    fill(page, requester_name="Kim Lee", requester_email="kim@customer.example", assignee="Amir")
    save(page)
    expect(page.locator("table.rows")).to_contain_text("The door is stuck")
    ticket = Ticket.objects.get()
    assert (ticket.requester_email, ticket.assignee) == ("kim@customer.example", agent)
    assert Event.objects.get().actor == agent


def test_a_form_without_a_title_is_refused_and_keeps_the_rest(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(ADD)
    fill(page, description="Since Monday.", requester_email="nonsense")
    save(page)
    expect(page.get_by_text("This field is required.")).to_be_visible()
    expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Since Monday.")
    assert not Ticket.objects.exists()


def test_the_cursor_waits_in_the_title(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto(ADD)
    expect(page.get_by_label("Title")).to_be_focused()


def test_a_reply_appears_in_the_conversation(page: Page, ticket: Ticket, agent: User) -> None:
    expect(page.locator("#conversation")).to_contain_text("Nobody has answered yet.")
    fill(page, reply="It is <b>fixed</b> & paid.\n\nRegards")
    save_and_stay(page)
    comment = page.locator(".comment")
    expect(comment.locator("strong")).to_have_text("Amir")
    expect(comment).to_contain_text("It is <b>fixed</b> & paid.")
    assert ticket.comments.get().author == agent
    ticket.refresh_from_db()
    assert ticket.first_responded_at


def test_an_internal_note_is_marked_as_one(page: Page, ticket: Ticket) -> None:
    fill(page, reply="The customer is angry.")
    page.get_by_text("Internal note: the requester never sees it").click()
    save_and_stay(page)
    expect(page.locator(".comment")).to_contain_text("Internal note")
    assert ticket.comments.get().is_internal
    ticket.refresh_from_db()
    assert ticket.first_responded_at is None


def test_the_history_names_who_what_from_and_to(page: Page, agent: User) -> None:
    fill(page, status="in_progress", assignee=str(agent.pk))
    save_and_stay(page)
    entry = page.locator("#history li").first
    expect(entry).to_contain_text("Updated by Amir through Admin")
    expect(entry.locator("div", has_text="status")).to_contain_text("Open → In progress")
    expect(entry.locator("div", has_text="assignee")).to_contain_text("Amir")


def test_two_editors_of_different_fields_both_keep_their_change(
    page: Page, sign_in: SignIn, other_agent: User, ticket: Ticket
) -> None:
    other = sign_in(other_agent)
    other.goto(address(ticket))
    fill(page, priority="critical")
    save_and_stay(page)
    fill(other, title="Invoice of May is wrong")
    save_and_stay(other)
    expect(other.get_by_label("Priority")).to_have_value("critical")
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.title) == ("critical", "Invoice of May is wrong")
    assert Event.objects.filter(action="updated").count() == 2


def test_the_second_editor_of_one_field_learns_of_the_first(
    page: Page, sign_in: SignIn, other_agent: User, ticket: Ticket
) -> None:
    other = sign_in(other_agent)
    other.goto(address(ticket))
    fill(page, status="in_progress")
    save_and_stay(page)
    fill(other, status="closed")
    save_and_stay(other)
    expect(other.get_by_text("Somebody else changed status")).to_be_visible()
    expect(other.locator("#history li").first).to_contain_text("In progress → Closed")


def test_a_ticket_deleted_meanwhile_is_missed_in_words(page: Page, ticket: Ticket, lead: User) -> None:
    changes.delete(ticket, actor=lead, channel=Channel.API)
    fill(page, title="Too late")
    save(page)
    expect(page.get_by_text("Perhaps it was deleted?")).to_be_visible()
    assert not Ticket.objects.exists()


def test_a_lead_deletes_a_ticket_after_a_question(sign_in: SignIn, lead: User, ticket: Ticket) -> None:
    page = sign_in(lead)
    page.goto(address(ticket))
    page.get_by_role("link", name="Delete ticket").click()
    page.get_by_role("button", name="Yes, I").click()
    expect(page.get_by_text("was deleted successfully")).to_be_visible()
    event = Event.objects.get(action="deleted")
    assert (event.actor, event.channel) == (lead, "admin")


def test_an_agent_cannot_delete(page: Page) -> None:
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    expect(page.get_by_text("Delete ticket")).to_have_count(0)


def test_a_viewer_reads_but_writes_nothing(
    sign_in: SignIn, viewer: User, agent: User, ticket: Ticket
) -> None:
    comments.add(ticket, "We are on it.", author=agent, channel=Channel.ADMIN)
    page = sign_in(viewer)
    page.goto(address(ticket))
    expect(page.locator("#conversation")).to_contain_text("We are on it.")
    expect(page.locator("#history")).to_contain_text("Created")
    expect(page.locator("#ticket_form :is(input:not([type=hidden]), select, textarea)")).to_have_count(0)
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)


def test_the_times_of_a_ticket_are_behind_a_tab(page: Page) -> None:
    due = page.get_by_text("Due at", exact=False).first
    expect(due).to_be_hidden()
    page.get_by_text("Times", exact=True).click()
    expect(due).to_be_visible()


def test_a_long_word_does_not_widen_the_page(page: Page, ticket: Ticket, agent: User) -> None:
    comments.add(ticket, "x" * 3000, author=agent, channel=Channel.ADMIN)
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Comment.objects.count() == 1


def test_the_list_leads_to_the_ticket(page: Page, ticket: Ticket) -> None:
    page.goto(LIST)
    page.get_by_role("link", name=ticket.title).click()
    expect(page.get_by_label("Title")).to_have_value(ticket.title)
