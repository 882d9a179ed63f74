"""Into the desk and out of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from helpdesk.accounts.models import Session
from helpdesk.tests.browser.parts import SignIn

PASSWORD = "correct horse battery"


@pytest.fixture
def agent(agent: User) -> User:
    agent.set_password(PASSWORD)
    agent.save()
    return agent


def log_in(page: Page, password: str, path: str = "/admin/") -> None:
    page.goto(path)
    page.get_by_label("Username").fill("amir")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_refused_in_words(page: Page, agent: User) -> None:
    log_in(page, "wrong")
    expect(page.locator("body")).to_contain_text("This user name and password do not belong together")
    expect(page.get_by_label("Username")).to_have_value("amir")


def test_the_right_password_leads_to_the_dashboard(page: Page, agent: User) -> None:
    log_in(page, PASSWORD)
    expect(page).to_have_title("Dashboard | Helpdesk")
    expect(page.get_by_text("No tickets yet")).to_be_visible()


def test_a_link_to_a_page_survives_the_sign_in(page: Page, agent: User) -> None:
    log_in(page, PASSWORD, "/admin/helpdesk/ticket/add/")
    expect(page.get_by_role("button", name="Suggest with AI")).to_be_visible()


def test_somebody_without_a_role_stays_outside(page: Page, agent: User) -> None:
    agent.is_staff = False
    agent.save()
    log_in(page, PASSWORD)
    expect(page.locator("body")).to_contain_text("may not use the desk")


def test_a_member_of_staff_without_a_group_learns_whom_to_ask(sign_in: SignIn, agent: User) -> None:
    agent.groups.clear()
    page = sign_in(agent)
    page.goto("/admin/")
    expect(page.get_by_text("Ask an administrator")).to_be_visible()


def test_logging_out_ends_the_session(sign_in: SignIn, agent: User) -> None:
    page = sign_in(agent)
    page.goto("/admin/")
    page.get_by_text("amir@helpdesk.example").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/admin/helpdesk/ticket/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_who_guesses_is_locked_out_until_somebody_unlocks_them(
    page: Page, sign_in: SignIn, agent: User, unlocker: User, faults: list[str]
) -> None:
    for _ in range(5):
        log_in(page, "wrong")
    expect(page.locator("body")).to_contain_text("Too many wrong passwords came from your address.")
    log_in(page, PASSWORD)
    expect(page.locator("body")).to_contain_text("Try again in 15 minutes, or ask an administrator")
    desk = sign_in(unlocker)
    desk.goto("/admin/axes/accessattempt/")
    expect(desk.locator("#result_list")).to_contain_text("Locked")
    desk.locator("#result_list .action-select").check()
    desk.locator("select[name=action]").select_option("unlock")
    desk.get_by_role("button", name="Run").click()
    expect(desk.locator("body")).to_contain_text("Unlocked: 1 name may be tried again.")
    log_in(page, PASSWORD)
    expect(page).to_have_title("Dashboard | Helpdesk")
    faults[:] = [fault for fault in faults if "429" not in fault]


def test_another_browser_is_signed_out_from_this_one(sign_in: SignIn, agent: User) -> None:
    here, elsewhere = sign_in(agent), sign_in(agent, user_agent="Mozilla/5.0 (Windows NT 10.0) Firefox/142.0")
    Session.objects.update(last_used_at=timezone.now() - timedelta(minutes=5))
    elsewhere.goto("/admin/")
    here.goto("/admin/account/")
    expect(here.locator("body")).to_contain_text("Firefox on Windows")
    here.get_by_role("button", name="Sign out Firefox on Windows").click()
    expect(here.locator("body")).to_contain_text("Signed out: Firefox on Windows.")
    elsewhere.goto("/admin/account/")
    expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()
