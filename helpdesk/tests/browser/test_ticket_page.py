"""The page of one ticket, as an agent works in it: read, answer, change, go on."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import LIST, SignIn, address
from helpdesk.tickets import changes, comments
from helpdesk.tickets.models import Comment, Event, Ticket
from helpdesk.workspace import drafts
from helpdesk.workspace.models import Draft


@pytest.fixture
def page(sign_in: SignIn, agent: User, ticket: Ticket) -> Page:
    page = sign_in(agent)
    page.goto(address(ticket))
    return page


def write(page: Page, text: str) -> None:
    page.locator("#body").fill(text)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def field(page: Page, name: str) -> Locator:
    return page.locator(f"button[data-field={name}]")


def change(page: Page, name: str, value: str) -> None:
    field(page, name).click()
    page.get_by_role("option", name=value).click()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_composer_is_on_the_first_screen(
    sign_in: SignIn, agent: User, ticket: Ticket, width: int, height: int
) -> None:
    for number in range(40):
        comments.add(ticket, f"Message {number}. " * 20, author=agent, channel=Channel.ADMIN)
    page = sign_in(agent, viewport={"width": width, "height": height})
    page.goto(address(ticket))
    composer = page.locator("#composer").bounding_box()
    assert composer
    assert composer["y"] + composer["height"] <= height
    assert 150 <= composer["height"] <= 190
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_text("Message 39.").first).to_be_in_viewport()


def test_a_reply_appears_without_a_page_load(page: Page, ticket: Ticket, agent: User) -> None:
    page.evaluate("window.sameDocument = true")
    write(page, "It is <b>fixed</b> & paid.\n\nRegards")
    press(page, "Send")
    message = page.locator("#entries .message")
    expect(message.locator("strong")).to_have_text("Amir")
    expect(message).to_contain_text("It is <b>fixed</b> & paid.")
    expect(page.locator("#toasts")).to_contain_text("Reply added.")
    expect(page.locator("#body")).to_have_value("")
    assert page.evaluate("window.sameDocument")
    assert ticket.comments.get().author == agent
    ticket.refresh_from_db()
    assert ticket.first_responded_at


def test_a_note_is_marked_as_one(page: Page, ticket: Ticket) -> None:
    page.get_by_text("Note", exact=True).click()
    write(page, "The customer is angry.")
    press(page, "Add note")
    expect(page.locator("#entries .message")).to_contain_text("note, only staff")
    assert ticket.comments.get().is_internal


def test_sending_may_resolve_and_be_taken_back(page: Page, ticket: Ticket) -> None:
    write(page, "Done.")
    press(page, "Send and resolve")
    expect(page.locator("#toasts")).to_contain_text(f"Reply added, #{ticket.pk} resolved.")
    expect(field(page, "status")).to_contain_text("Resolved")
    expect(page.locator(".changes")).to_contain_text("Resolved")
    page.locator("#timeline").focus()
    page.keyboard.press("z")
    expect(field(page, "status")).to_contain_text("Open")
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_ctrl_enter_sends_and_goes_to_the_next_ticket_of_the_list(
    sign_in: SignIn, agent: User, make_ticket: Callable[..., Ticket]
) -> None:
    first, second = make_ticket(priority="critical"), make_ticket(title="The second one", priority="low")
    page = sign_in(agent)
    page.goto(f"{LIST}?category=billing")
    page.get_by_role("link", name=first.title).click()
    expect(page.locator(".place")).to_contain_text("1 of 2")
    page.keyboard.press("r")
    page.keyboard.type("Hello")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("The second one")
    expect(page.locator("#toasts")).to_contain_text(f"Reply added to #{first.pk}.")
    expect(page.locator(".place")).to_contain_text("2 of 2")
    assert first.comments.get().body == "Hello"
    page.keyboard.press("[")
    expect(page.get_by_role("heading", level=1)).to_contain_text(first.title)
    page.keyboard.press("]")
    expect(page.get_by_role("heading", level=1)).to_contain_text(second.title)
    page.keyboard.press("u")
    page.wait_for_url("**/ticket/?category=billing")


def test_a_draft_is_saved_and_comes_back(page: Page, ticket: Ticket, agent: User) -> None:
    write(page, "Dear Kim")
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    assert drafts.of(agent, ticket)[False].text == "Dear Kim"
    page.reload()
    expect(page.locator("#body")).to_have_value("Dear Kim")
    page.get_by_text("Note", exact=True).click()
    expect(page.locator("#body")).to_have_value("")
    page.get_by_text("Reply", exact=True).click()
    expect(page.locator("#body")).to_have_value("Dear Kim")
    press(page, "Send")
    expect(page.locator("#entries .message")).to_contain_text("Dear Kim")
    page.reload()
    expect(page.locator("#body")).to_have_value("")
    assert not Draft.objects.exists()


def test_a_long_reply_survives_the_end_of_the_session(
    page: Page, ticket: Ticket, agent: User, sign_in: SignIn
) -> None:
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    write(page, "A long reply")
    expect(page.locator("#draft-state")).to_have_text("Draft only on this machine")
    press(page, "Send")
    expect(page.locator("#toasts")).to_contain_text("Your session has ended. Sign in again")
    expect(page.locator("#body")).to_have_value("A long reply")
    page.context.add_cookies(cookies)
    page.reload()
    expect(page.locator("#body")).to_have_value("A long reply")
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    press(page, "Send")
    expect(page.locator("#entries .message")).to_contain_text("A long reply")


def test_what_a_colleague_wrote_meanwhile_is_shown_first(
    page: Page, ticket: Ticket, other_agent: User, faults: list[str]
) -> None:
    write(page, "I look into it.")
    comments.add(ticket, "I have it.", author=other_agent, channel=Channel.ADMIN)
    press(page, "Send")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Bea replied while you wrote.")
    dialog.get_by_role("button", name="Read it first").click()
    expect(page.locator("#entries .message")).to_contain_text("I have it.")
    expect(page.locator("#body")).to_have_value("I look into it.")
    assert Comment.objects.count() == 1
    press(page, "Send")
    expect(page.locator("#entries .message")).to_have_count(2)
    assert "409" in faults.pop()  # browsers report every refusal


def test_a_field_is_changed_where_it_stands_and_stands_in_the_timeline(
    page: Page, ticket: Ticket, agent: User
) -> None:
    change(page, "status", "In progress")
    expect(page.locator("#toasts")).to_contain_text(f"Status of #{ticket.pk}: Open → In progress")
    expect(page.locator(".ticket-head")).to_contain_text("In progress")
    expect(page.locator("#entries .changes")).to_contain_text("Amir: status Open → In progress · by Admin")
    page.keyboard.press("a")
    page.get_by_role("option", name="Amir").click()
    expect(page.locator("#entries .changes")).to_have_count(2)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("in_progress", agent)


def test_the_title_is_edited_where_it_stands(page: Page, ticket: Ticket) -> None:
    page.get_by_role("button", name="Edit the title").click()
    title = page.get_by_role("textbox", name="Title")
    title.fill("Not saved")
    title.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket.title)
    page.get_by_role("button", name="Edit the title").click()
    title.fill("Charged twice in March")
    title.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Charged twice in March")
    expect(page.locator("#toasts")).to_contain_text("Title of")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket.title)
    assert Event.objects.filter(action="updated").count() == 2


def test_two_people_of_one_field_both_see_both_values(
    page: Page, ticket: Ticket, other_agent: User, faults: list[str]
) -> None:
    changes.update(ticket, {"priority": "critical"}, actor=other_agent, channel=Channel.ADMIN)
    change(page, "priority", "Low")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Critical")
    expect(dialog).to_contain_text("Bea")
    dialog.get_by_role("button", name="Keep Critical").click()
    expect(field(page, "priority")).to_contain_text("Critical")
    ticket.refresh_from_db()
    assert ticket.priority == "critical"
    assert "409" in faults.pop()


def test_two_people_see_each_other_and_what_each_does(
    page: Page, sign_in: SignIn, other_agent: User, ticket: Ticket
) -> None:
    other = sign_in(other_agent)
    other.goto(address(ticket))
    expect(other.locator("#presence")).to_contain_text("Amir is viewing")
    other.locator("#body").fill("I have it.")
    press(other, "Send")
    expect(page.locator("#entries .message")).to_contain_text("I have it.", timeout=25_000)
    expect(page.locator("#presence")).to_contain_text("Bea is viewing")


def test_the_page_opens_at_the_newest_unread(
    sign_in: SignIn, agent: User, other_agent: User, ticket: Ticket
) -> None:
    page = sign_in(agent)
    page.goto(address(ticket))
    expect(page.locator("#unread")).to_have_count(0)
    for number in range(30):
        comments.add(ticket, f"News {number}. " * 20, author=other_agent, channel=Channel.ADMIN)
    page.reload()
    expect(page.locator("#unread")).to_contain_text("New since")
    page.get_by_role("link", name="Show 10 earlier").click()
    expect(page.get_by_text("News 0.").first).to_be_attached()
    expect(page.get_by_role("link", name="earlier")).to_have_count(0)
    expect(page.locator("li.message")).to_have_count(31)


def test_a_ticket_deleted_meanwhile_is_missed_in_words(
    page: Page, ticket: Ticket, lead: User, faults: list[str]
) -> None:
    changes.delete(ticket, actor=lead, channel=Channel.API)
    write(page, "Too late")
    press(page, "Send")
    expect(page.locator("#toasts")).to_contain_text(f"#{ticket.pk} was deleted by Lena")
    expect(page.locator("#body")).to_have_value("Too late")
    assert all("404" in fault for fault in faults)
    faults.clear()


def test_a_lead_deletes_a_ticket_after_a_question(sign_in: SignIn, lead: User, ticket: Ticket) -> None:
    page = sign_in(lead)
    page.goto(address(ticket))
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Delete this ticket").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/admin/helpdesk/ticket/")
    event = Event.objects.get(action="deleted")
    assert (event.actor, event.channel) == (lead, "admin")


def test_a_viewer_reads_but_is_offered_nothing_to_write(
    sign_in: SignIn, viewer: User, agent: User, ticket: Ticket
) -> None:
    comments.add(ticket, "We are on it.", author=agent, channel=Channel.ADMIN)
    page = sign_in(viewer)
    page.goto(address(ticket))
    expect(page.locator("#timeline")).to_contain_text("We are on it.")
    expect(page.locator("#aside")).to_contain_text("Billing")
    expect(page.locator("main :is(input, select, textarea, button)")).to_have_count(0)


def test_on_a_phone_the_fields_are_a_sheet(sign_in: SignIn, agent: User, ticket: Ticket) -> None:
    page = sign_in(agent, viewport={"width": 390, "height": 844})
    page.goto(address(ticket))
    expect(field(page, "status")).to_be_hidden()
    page.get_by_role("button", name="Fields of the ticket").click()
    change(page, "status", "In progress")
    expect(field(page, "status")).to_contain_text("In progress")
    page.get_by_role("button", name="Close the fields").click()
    expect(page.locator(".ticket-head")).to_contain_text("In progress")
    expect(page.locator("#toasts")).to_contain_text("→ In progress")
    ticket.refresh_from_db()
    assert ticket.status == "in_progress"


def test_reading_answering_and_changing_work_without_scripts(
    sign_in: SignIn, agent: User, ticket: Ticket
) -> None:
    page = sign_in(agent, java_script_enabled=False)
    page.goto(address(ticket))
    write(page, "Hello")
    press(page, "Send")
    expect(page.locator("#entries .message")).to_contain_text("Hello")
    page.locator("#fields-form [name=status]").select_option("closed")
    press(page, "Save the fields")
    expect(page.locator(".ticket-head")).to_contain_text("Closed")
    expect(page.locator("#told")).to_contain_text("saved")


def test_a_long_word_does_not_widen_the_page(page: Page, ticket: Ticket, agent: User) -> None:
    comments.add(ticket, "x" * 5000, author=agent, channel=Channel.ADMIN)
    comments.add(ticket, "שלום עולם", author=agent, channel=Channel.ADMIN)
    changes.update(ticket, {"title": "y" * 200}, actor=agent, channel=Channel.ADMIN)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.reload()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("timeline.scrollWidth <= timeline.clientWidth")
    paragraph = page.get_by_text("שלום עולם")
    expect(paragraph).to_have_css("unicode-bidi", "plaintext")
