"""The triage page in a real browser: charts, levers, and progress that needs no reload."""

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from helpdesk import intake
from helpdesk.choices import Channel
from helpdesk.tests.browser.parts import SignIn
from helpdesk.tests.browser.test_dashboard import COLOURED_PIXELS
from helpdesk.tests.browser.test_look import PHONE, POORLY_READABLE, READABLE
from helpdesk.tests.triage.record import suggestion, suggestions
from helpdesk.tickets.models import Ticket
from helpdesk.triage import runs
from helpdesk.triage.models import ApplyRule, Suggestion, TriageModel, TriageRun

PAGE = "/admin/triage/"


@pytest.fixture
def desk(lead: User, agent: User) -> list[Ticket]:
    """Three settled tickets, a record that supports billing, two versions, and some of the rest."""
    ordinary = {"description": "Please help.", "category": "billing", "priority": "medium"}
    rows = [ordinary | {"title": f"Ticket {n}"} for n in range(3)]
    made = [intake.create(row, actor=lead, channel=Channel.ADMIN) for row in rows]
    waiting = intake.create(ordinary | {"title": "A riddle"}, actor=None, channel=Channel.API)
    suggestions(22, category_confidence=0.92, decided_by=agent)
    suggestions(5, "edited", category_confidence=0.55, final_category="general", decided_by=lead)
    suggestions(3, "dismissed", category="technical", decided_by=agent)
    suggestion("applied", ticket=made[0], previous_category="general", needs_review=True)
    suggestion(ticket=waiting, category="account", category_confidence=0.31)
    for state in ("retired", "live"):
        TriageModel.objects.create(weights={}, labels_hash="0", label_count=40, state=state)
    return made


@pytest.fixture
def page(sign_in: SignIn, lead: User, desk: list[Ticket]) -> Page:
    page = sign_in(lead)
    page.goto(PAGE)
    return page


def panel(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True).first


def drawn(page: Page, title: str) -> None:
    canvas = panel(page, title).locator("canvas")
    page.wait_for_function(f"canvas => ({COLOURED_PIXELS})(canvas) > 1000", arg=canvas.element_handle())


def test_the_menu_leads_to_the_page(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto("/admin/")
    page.get_by_role("link", name="Triage").click()
    expect(page.get_by_text("No suggestion of this period has been decided yet").first).to_be_visible()


def test_both_charts_are_drawn(page: Page) -> None:
    drawn(page, "What became of suggestions, by week")
    drawn(page, "As sure as right?")


def test_the_figures_and_tables_agree(page: Page) -> None:
    expect(page.locator(".dash-card", has_text="Accepted")).to_contain_text("73 %")
    breakdown = page.locator("#content tr", has=page.get_by_role("rowheader", name="Lena", exact=True))
    expect(breakdown.get_by_role("cell").nth(3)).to_have_text("100 %")
    matrix = page.get_by_role("region", name="Category: suggested, and what it was")
    expect(matrix).to_contain_text("22 of 27 right (81 %)")
    page.get_by_text("The cases behind each point").click()
    expect(page.get_by_role("row", name=re.compile("^90 % or more"))).to_contain_text("22")


def test_the_period_can_be_chosen(page: Page) -> None:
    page.get_by_role("link", name="90 days").click()
    expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")


def test_an_uncertain_ticket_leads_to_its_page(page: Page) -> None:
    page.get_by_role("link", name="A riddle").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A riddle")


def test_an_earlier_version_is_one_click_away(page: Page) -> None:
    earlier = TriageModel.objects.get(state="retired")
    page.get_by_role("button", name=f"Make {earlier} live").click()
    expect(page.get_by_text(f"{earlier} is live now, and stays")).to_be_visible()
    row = page.get_by_role("row", name=re.compile(f"^{earlier}"))
    expect(row).to_contain_text("Live", ignore_case=True)
    page.get_by_role("button", name="Use the lexicon alone").click()
    expect(page.get_by_text("No version is live: the lexicon answers alone.")).to_be_visible()


def test_what_was_applied_by_itself_is_taken_back(page: Page, desk: list[Ticket]) -> None:
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text(f"Taken back: ticket #{desk[0].pk} is General again.")).to_be_visible()
    assert Suggestion.objects.get(ticket=desk[0]).verdict == "reverted"


def test_another_target_is_judged_while_it_is_typed(page: Page) -> None:
    rule = page.get_by_role("form", name="Apply Billing by itself")
    expect(rule).to_contain_text("The record supports 95 % from 92 % confidence on")
    target = rule.get_by_label("per cent that must be right")
    target.fill("80")
    expect(rule).to_contain_text("The record supports 80 % from 55 % confidence on: 81 % of 27 cases")
    target.fill("12")
    expect(rule).to_contain_text("Ask for 50 to 100 per cent.")
    target.fill("80")
    rule.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Billing is applied by itself from now on, at 55 % confidence")).to_be_visible()
    assert ApplyRule.objects.get().is_on
    page.get_by_role("form", name="Apply Billing by itself").get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Billing is only suggested from now on.")).to_be_visible()


def test_enter_in_a_target_asks_for_what_the_record_refuses(page: Page) -> None:
    rule = page.get_by_role("form", name="Apply General by itself")
    rule.get_by_label("per cent that must be right").press("Enter")
    expect(page.get_by_text("The record does not support 95% yet")).to_be_visible()


def test_a_backtest_shows_its_progress_and_its_result_without_a_reload(page: Page) -> None:
    page.get_by_label("Settled tickets").fill("3")
    page.get_by_role("button", name="Run").click()
    backtest = page.locator("#backtest")
    expect(backtest).to_contain_text("0 of 3 tickets")
    page.evaluate("window.stayed = true")
    run = TriageRun.objects.get()
    runs.work(run.pk)
    expect(backtest).to_contain_text("3 of 3 tickets")
    expect(backtest.get_by_role("progressbar")).to_have_attribute("value", "100")
    expect(backtest.get_by_role("rowheader", name="The local model")).to_be_visible()
    expect(backtest).not_to_have_attribute("hx-trigger", re.compile("every"))
    assert page.evaluate("window.stayed")


def test_bulk_triage_is_steered_from_the_page(page: Page) -> None:
    page.get_by_role("button", name="Start", exact=True).click()
    bulk = page.locator("#bulk")
    expect(bulk).to_contain_text("0 of 1 tickets")
    for button, state in [("Pause", "Paused"), ("Resume", "Waiting"), ("Cancel", "Cancelled")]:
        bulk.get_by_role("button", name=button).click()
        expect(bulk).to_contain_text(state, ignore_case=True)
    expect(bulk.get_by_role("button", name="Start again")).to_be_visible()


def test_whoever_is_signed_out_meanwhile_is_led_to_the_sign_in(page: Page) -> None:
    TriageRun.objects.create(kind="bulk", state="running", total=9, beat_at=timezone.now())
    page.reload()
    page.context.clear_cookies()
    expect(page.locator("[name=username]")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Page, sign_in: SignIn, lead: User, theme: str) -> None:
    TriageRun.objects.create(kind="bulk", state="failed", total=9, done=4, error="It broke.")
    page = sign_in(lead, color_scheme=theme)
    page.goto(PAGE)
    for details in page.locator("main summary").all():
        details.click()
    assert page.evaluate(POORLY_READABLE, READABLE) == []


def test_a_phone_needs_no_sideways_scrolling(page: Page, sign_in: SignIn, lead: User) -> None:
    page = sign_in(lead, viewport=PHONE)
    page.goto(PAGE)
    for details in page.locator("main summary").all():
        details.click()
    assert page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") == 390
