"""The working day in clicks, keys and page loads: how many each journey takes, and not one more.

``python -m helpdesk.tests.clicks`` prints them as a table. Text that is typed is not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, expect

from helpdesk.tests.browser.parts import LIST, SignIn, address, rows
from helpdesk.tickets.models import Ticket
from helpdesk.triage import suggestions

MakeTicket = Callable[..., Ticket]


@dataclass
class Hand:
    """What a person does on a page, counted from its first use on."""

    page: Page
    record: Callable[[str, object], None]
    clicks: int = 0
    keys: int = 0
    loads: int = 0

    def starts(self, path: str) -> "Hand":
        self.page.goto(path)
        expect(self.page.locator("h1").first).to_be_attached()
        self.page.on("request", self._on_request)
        return self

    def _on_request(self, request: Request) -> None:
        self.loads += request.is_navigation_request()

    def click(self, place: Locator) -> None:
        self.clicks += 1
        place.click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def option(self, name: str) -> Locator:
        return self.page.get_by_role("listbox").get_by_role("option", name=name)

    def waits_for(self, tickets: QuerySet[Ticket], count: int) -> None:
        """Until so many are saved: the page shows a change before its answer comes."""
        for _ in range(100):
            if tickets.count() == count:
                return
            self.page.wait_for_timeout(50)
        assert tickets.count() == count

    def took(self, journey: str) -> tuple[int, int, int]:
        """Clicks, keys and page loads; the table hears of them too."""
        count = (self.clicks, self.keys, self.loads)
        self.record("journey", [journey, *count])
        return count


@pytest.fixture
def hand(sign_in: SignIn, agent: User, record_property: Callable[[str, object], None]) -> Hand:
    return Hand(sign_in(agent), record_property)


@pytest.mark.parametrize("count", [10, 20])
def test_tickets_are_triaged_by_keyboard(hand: Hand, make_ticket: MakeTicket, count: int) -> None:
    for _ in range(count):
        make_ticket()
    hand.starts(LIST)
    for number in range(count):
        hand.press("j", "p", "3")
        expect(hand.page.locator("tbody .priority-high")).to_have_count(number + 1)
    assert hand.took(f"{count} tickets triaged by keyboard") == (0, 3 * count, 0)
    hand.waits_for(Ticket.objects.filter(priority="high"), count)


def test_five_tickets_are_answered(hand: Hand, make_ticket: MakeTicket) -> None:
    for _ in range(5):
        make_ticket()
    hand.starts(LIST)
    hand.press("Enter")
    hand.page.wait_for_url("**/change/**")
    for number in range(5):
        before = hand.page.url
        hand.press("r")
        hand.type("We look into it.")
        hand.press("Control+Enter")
        hand.page.wait_for_url(lambda url, before=before: url != before)
        hand.waits_for(Ticket.objects.filter(first_responded_at__isnull=False), number + 1)
    assert hand.took("5 tickets answered") == (0, 11, 6)


def test_twenty_tickets_are_closed_by_an_agent(hand: Hand, make_ticket: MakeTicket) -> None:
    for _ in range(20):
        make_ticket()
    hand.starts(LIST)
    hand.click(hand.page.get_by_label("Select all on this page"))
    hand.click(hand.page.locator("#bulk-bar").get_by_role("button", name="Status"))
    hand.click(hand.option("Closed"))
    hand.click(hand.button("Change 20 tickets"))
    expect(hand.page.locator("tbody .status-closed")).to_have_count(20)
    assert hand.took("20 tickets closed by an agent") == (4, 0, 1)
    hand.waits_for(Ticket.objects.filter(status="closed"), 20)


def test_a_ticket_is_handed_over_with_a_note(hand: Hand, ticket: Ticket, other_agent: User) -> None:
    hand.starts(address(ticket))
    hand.press("n")
    hand.type("You know this customer.")
    hand.click(hand.button("Add note"))
    expect(hand.page.locator(".message-note")).to_be_visible()
    hand.page.locator("#body").blur()
    hand.press("a", "b", "Enter")
    expect(hand.page.locator("#aside button[data-field=assignee]")).to_contain_text("Bea")
    assert hand.took("A ticket handed over with a note") == (1, 4, 0)
    hand.waits_for(Ticket.objects.filter(assignee=other_agent), 1)


def test_eight_tickets_of_a_colleague_are_taken_over(
    hand: Hand, make_ticket: MakeTicket, agent: User, other_agent: User
) -> None:
    for number in range(12):
        make_ticket(assignee=other_agent if number < 8 else None)
    hand.starts(LIST)
    hand.click(hand.page.locator("summary", has_text="Filter"))
    hand.clicks += 1
    hand.page.locator(".filter-form [name=assignee]").select_option(str(other_agent.pk))
    hand.click(hand.button("Show"))
    expect(rows(hand.page)).to_have_count(8)
    hand.click(hand.page.get_by_label("Select all on this page"))
    hand.click(hand.button("Take over"))
    hand.click(hand.button("Change 8 tickets"))
    expect(hand.page.get_by_text("No ticket passes these filters")).to_be_visible()
    assert hand.took("8 tickets of a colleague taken over") == (6, 0, 2)
    hand.waits_for(Ticket.objects.filter(assignee=agent), 8)


def test_the_tickets_of_a_requester_are_found_by_name(hand: Hand, make_ticket: MakeTicket) -> None:
    for name in ("Ann Lee", "Ann Lee", "Bob Ray"):
        make_ticket(requester_name=name)
    hand.starts(LIST)
    hand.press("/")
    hand.type("ann lee")
    hand.press("Enter")
    expect(rows(hand.page)).to_have_count(2)
    assert hand.took("The tickets of a requester found by name") == (0, 2, 1)


def test_what_changed_since_this_morning_is_shown(hand: Hand, make_ticket: MakeTicket) -> None:
    old = make_ticket()
    Ticket.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=2))
    make_ticket()
    hand.starts(LIST)
    hand.click(hand.page.locator("summary", has_text="Filter"))
    hand.page.locator(".filter-form [name=updated_after]").fill(f"{timezone.localdate():%Y-%m-%d}")
    hand.click(hand.button("Show"))
    expect(rows(hand.page)).to_have_count(1)
    assert hand.took("What changed since this morning") == (2, 0, 1)


def test_a_wrong_label_is_put_right_by_its_suggestion(hand: Hand, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(category="general")
    proposed = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    hand.starts(address(ticket))
    hand.click(hand.page.locator("[data-offer=category] [data-offer-verb=take]"))
    expect(hand.page.locator(".toast")).to_be_visible()
    assert hand.took("A wrong label corrected") == (1, 0, 0)
    assert Ticket.objects.get().category == proposed.category != "general"


def test_the_next_ticket_is_one_key_away(hand: Hand, make_ticket: MakeTicket) -> None:
    first, second = make_ticket(priority="high"), make_ticket()
    hand.starts(address(first))
    hand.press("]")
    hand.page.wait_for_url(f"**{address(second)}*")
    assert hand.took("The next ticket") == (0, 1, 1)
