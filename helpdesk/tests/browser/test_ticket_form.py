"""The form of a new ticket."""

from django.contrib.auth.models import User
from playwright.sync_api import expect

from helpdesk.tests.browser.parts import ADD, SignIn, fill, save
from helpdesk.tickets.models import Event, Ticket


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
