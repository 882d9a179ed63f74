"""Into the desk and out of it."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

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
    page.get_by_role("button", name="Log in").click()


def test_a_wrong_password_is_refused_in_words(page: Page, agent: User) -> None:
    log_in(page, "wrong")
    expect(page.locator("body")).to_contain_text("Please enter the correct username and password")
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
    expect(page.locator("body")).to_contain_text("staff account")


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
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
