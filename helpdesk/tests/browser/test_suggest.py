""" "Suggest with AI", on a new ticket and on an old one, with every kind of answer."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from helpdesk.tests.browser.parts import ADD, SignIn, address, fill, save
from helpdesk.tests.triage.providers.gemini_server import KEY, MODEL, GeminiServer, answers, fails, waits
from helpdesk.tickets.models import Ticket
from helpdesk.triage import suggestions
from helpdesk.triage.models import Suggestion

WORDS = {
    "title": "Charged twice for March",
    "description": "We were charged twice on one invoice and need a refund. This is urgent.",
}
MARKUP = "please <b onclick=alert(1)>refund</b> it"


@pytest.fixture
def page(sign_in: SignIn, agent: User) -> Page:
    """The add page, with a title and a description that the local model reads as billing, high."""
    page = sign_in(agent)
    page.goto(ADD)
    fill(page, **WORDS)
    return page


@pytest.fixture
def gemini(settings: Settings) -> Iterator[GeminiServer]:
    """The desk asks a local Gemini. Loading the SDK takes its time, so there is plenty of it."""
    with GeminiServer() as server:
        settings.GEMINI_API_KEY, settings.GEMINI_MODEL = KEY, MODEL
        settings.GEMINI_API_ENDPOINT, settings.AI_TIMEOUT = server.url, 25
        yield server


def suggest(page: Page) -> Locator:
    """Press the button; returns where the answer appears."""
    page.get_by_role("button", name="Suggest with AI").click()
    return page.locator("#suggest-answer")


def chosen(page: Page, category: str, priority: str) -> None:
    """The form holds these labels."""
    expect(page.get_by_label("Category")).to_have_value(category)
    expect(page.get_by_label("Priority")).to_have_value(priority)


def saved(page: Page) -> None:
    save(page)
    expect(page.get_by_text("Added the ticket")).to_be_visible()


def test_the_local_model_fills_the_form_and_says_why(page: Page) -> None:
    page.evaluate("window.sameDocument = true")
    answer = suggest(page)
    chosen(page, "billing", "high")
    expect(answer).to_contain_text("Answered by the local model")
    expect(answer).to_contain_text("% sure because of Charged, invoice, refund, twice")
    expect(answer).to_contain_text("because of urgent")
    assert page.evaluate("window.sameDocument")


def test_saving_a_suggestion_as_it_is_accepts_it(page: Page, agent: User) -> None:
    suggest(page)
    chosen(page, "billing", "high")
    saved(page)
    ticket, suggestion = Ticket.objects.get(), Suggestion.objects.get()
    assert (ticket.category, ticket.priority) == ("billing", "high")
    assert (suggestion.ticket, suggestion.verdict, suggestion.decided_by) == (ticket, "accepted", agent)


def test_changing_a_suggested_value_before_saving_edits_it(page: Page) -> None:
    suggest(page)
    chosen(page, "billing", "high")
    fill(page, priority="low")
    saved(page)
    suggestion = Suggestion.objects.get()
    assert (suggestion.verdict, suggestion.priority, suggestion.final_priority) == ("edited", "high", "low")
    assert Ticket.objects.get().priority == "low"


def test_dismissing_a_suggestion_brings_the_old_values_back(page: Page) -> None:
    fill(page, category="account", priority="low")
    answer = suggest(page)
    chosen(page, "billing", "high")
    answer.get_by_role("button", name="Dismiss").click()
    expect(answer).to_have_text("Dismissed. The fields are as they were.")
    chosen(page, "account", "low")
    assert Suggestion.objects.get().verdict == "dismissed"


def test_dismissing_the_second_suggestion_brings_the_first_values_back(page: Page) -> None:
    fill(page, category="general", priority="low")
    suggest(page)
    chosen(page, "billing", "high")
    fill(page, title="Cannot sign in", description="My password reset link is invalid.")
    answer = suggest(page)
    chosen(page, "account", "medium")
    answer.get_by_role("button", name="Dismiss").click()
    chosen(page, "general", "low")


def test_a_dismissed_suggestion_is_not_judged_again_when_the_ticket_is_saved(page: Page) -> None:
    fill(page, category="account", priority="low")
    answer = suggest(page)
    answer.get_by_role("button", name="Dismiss").click()
    expect(answer).to_contain_text("Dismissed")
    saved(page)
    assert Suggestion.objects.get().verdict == "dismissed"
    assert Ticket.objects.get().category == "account"


def test_without_a_word_there_is_a_hint(page: Page, faults: list[str]) -> None:
    fill(page, title="", description="")
    expect(suggest(page)).to_have_text("Write a title or a description first.")
    chosen(page, "", "")
    assert "400" in faults.pop()  # browsers report every refusal


def test_blank_labels_are_filled_when_the_ticket_is_saved(page: Page) -> None:
    saved(page)
    assert (Ticket.objects.get().category, Ticket.objects.get().priority) == ("billing", "high")
    assert Suggestion.objects.get().verdict == "pending"


def test_gemini_answers_when_it_is_configured(page: Page, gemini: GeminiServer) -> None:
    gemini.behave(answers(category="account", priority="critical", reasons=("charged twice",)))
    answer = suggest(page)
    chosen(page, "account", "critical")
    expect(answer).to_contain_text(f"Answered by Gemini ({MODEL})")
    expect(answer).to_contain_text("because of Charged twice")
    saved(page)
    suggestion = Suggestion.objects.get()
    assert (suggestion.provider, suggestion.verdict) == ("gemini", "accepted")
    assert Ticket.objects.get().priority == "critical"


def test_a_broken_gemini_is_replaced_by_the_local_model(page: Page, gemini: GeminiServer) -> None:
    gemini.behave(fails(500))
    answer = suggest(page)
    chosen(page, "billing", "high")
    expect(answer).to_contain_text("Answered by the local model")
    expect(answer.locator(".suggestion-failure")).to_contain_text("Gemini")
    saved(page)
    assert Suggestion.objects.get().failures.keys() == {"gemini"}


def test_a_slow_gemini_is_not_waited_for(page: Page, gemini: GeminiServer, settings: Settings) -> None:
    gemini.behave(waits(30))
    settings.AI_TIMEOUT = 0.5
    answer = suggest(page)
    expect(answer).to_contain_text("Answered by the local model")
    expect(answer).to_contain_text("Gemini did not answer within")
    saved(page)


def test_markup_from_a_provider_is_shown_as_text(page: Page, gemini: GeminiServer) -> None:
    fill(page, description=MARKUP)
    gemini.behave(answers(reasons=(MARKUP,)))
    answer = suggest(page)
    expect(answer.locator("q").first).to_have_text(MARKUP)
    expect(answer.locator("b")).to_have_count(0)


def test_the_form_can_be_saved_when_the_server_is_out_of_reach(page: Page, faults: list[str]) -> None:
    page.route("**/suggest/", lambda route: route.abort())
    expect(suggest(page)).to_contain_text("The server could not be reached.")
    saved(page)
    assert "ERR_FAILED" in faults.pop()


def test_a_dismissal_that_does_not_arrive_says_so(page: Page, faults: list[str]) -> None:
    answer = suggest(page)
    page.route("**/dismiss/", lambda route: route.abort())
    answer.get_by_role("button", name="Dismiss").click()
    expect(answer).to_contain_text("the server could not be reached")
    chosen(page, "", "")
    assert "ERR_FAILED" in faults.pop()


def test_somebody_whose_session_has_ended_is_told_so(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")
    answer = suggest(page)
    expect(answer).to_contain_text("Sign in again")
    expect(answer.get_by_label("Password")).to_have_count(0)
    expect(page.get_by_label("Title")).to_have_value(WORDS["title"])


@pytest.fixture
def proposed(make_ticket: Callable[..., Ticket], sign_in: SignIn, agent: User) -> Page:
    """The page of a ticket with other labels than those that triage proposes when it is asked."""
    ticket = make_ticket(**WORDS, category="account", priority="critical")
    page = sign_in(agent)
    page.goto(address(ticket))
    page.get_by_role("button", name="Suggest with AI").click()
    expect(page.locator("[data-offer=source]")).to_contain_text("Answered by the local model")
    return page


def test_an_old_ticket_shows_both_values_and_changes_by_a_click(proposed: Page) -> None:
    offer = proposed.locator("[data-offer=category]")
    expect(offer).to_contain_text("Account → Billing")
    expect(offer).to_contain_text("% sure.")
    assert Ticket.objects.get().category == "account"
    proposed.get_by_role("button", name="Take Billing as category").click()
    expect(proposed.locator("button[data-field=category]")).to_contain_text("Billing")
    expect(offer).to_contain_text("as suggested")
    expect(proposed.locator("#toasts")).to_contain_text("Account → Billing")
    ticket = Ticket.objects.get()
    assert (ticket.category, ticket.priority) == ("billing", "critical")
    proposed.get_by_role("button", name="Undo").click()
    expect(proposed.locator("button[data-field=category]")).to_contain_text("Account")


def test_a_wrong_suggestion_is_gone_by_a_click(proposed: Page) -> None:
    proposed.locator("[data-offer=priority]").get_by_role("button", name="Dismiss").click()
    expect(proposed.locator(".offer")).to_have_count(0)
    assert Ticket.objects.get().priority == "critical"
    assert Suggestion.objects.get().verdict == "dismissed"


def test_what_triage_filled_waits_on_the_page_for_a_verdict(
    sign_in: SignIn, agent: User, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket(**WORDS, category="", priority="")
    page = sign_in(agent)
    page.goto(address(ticket))
    page.get_by_role("button", name="Both are right").click()
    expect(page.locator("#toasts")).to_contain_text("is right")
    assert ticket.suggestions.get().verdict == "accepted"


def test_a_viewer_is_offered_no_suggestion(sign_in: SignIn, viewer: User, ticket: Ticket) -> None:
    page = sign_in(viewer)
    page.goto(address(ticket))
    expect(page.get_by_text(ticket.title).first).to_be_visible()
    expect(page.get_by_role("button", name="Suggest with AI")).to_have_count(0)


def test_what_was_applied_by_itself_is_taken_back_without_a_reload(sign_in, agent, make_ticket):
    ticket = make_ticket(category="billing")
    made = suggestions.suggest(ticket.title, ticket.description, ticket=ticket)
    Suggestion.objects.filter(pk=made.pk).update(verdict="applied", previous_category="general")
    page = sign_in(agent)
    page.goto(address(ticket))
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    expect(page.locator("button[data-field=category]")).to_contain_text("General")
    assert Ticket.objects.get(pk=ticket.pk).category == "general"
