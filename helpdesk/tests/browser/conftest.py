"""A real Chromium, in which a page that misbehaves fails its test."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from helpdesk.tests.browser import chromium

# Playwright's synchronous calls run inside an event loop, where Django would refuse to query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

TIMEOUT = 15_000
OWN_HOSTS = {"localhost", "127.0.0.1"}
expect.set_options(timeout=TIMEOUT)

VIOLATIONS = """
    document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`CSP: ${event.effectiveDirective} refused ${event.blockedURI}`);
    });
"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | chromium.launch_options()


@pytest.fixture(scope="session", autouse=True)
def startable() -> None:
    """A machine without a browser is one sentence, not an error for each test."""
    missing = os.environ.get(chromium.TRIED)
    if missing is None:
        missing = chromium.fault()
    if missing:
        pytest.fail(missing, pytrace=False) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Tests go to ``/admin/``, wherever the desk happens to run."""
    return live_server.url


@pytest.fixture(autouse=True)
def at_rest(transactional_db: None) -> Iterator[None]:
    """Empty the tables when nothing is under way: a page that closes still sends what its writer typed."""
    under_way: list[object] = []

    def begun(**kwargs: Any) -> None:
        under_way.append(kwargs)

    def ended(**kwargs: Any) -> None:
        under_way.pop()

    request_started.connect(begun)
    request_finished.connect(ended)
    yield
    limit = time.monotonic() + 5
    quiet = 0
    while quiet < 3 and time.monotonic() < limit:
        time.sleep(0.02)
        quiet = 0 if under_way else quiet + 1
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What went wrong in any window; a test that provokes a fault on purpose removes it from this list."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def page(page: Page, faults: list[str]) -> Page:
    """A window in which nobody is signed in."""
    return watch(page, faults)


@pytest.fixture
def sign_in(
    new_context: Callable[..., BrowserContext], faults: list[str], base_url: str
) -> Callable[..., Page]:
    """``sign_in(lead)``: a window of this person's own browser; further arguments are Playwright's."""

    def open_browser(user: User, **options: Any) -> Page:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context = new_context(**options)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base_url}])
        return watch(context.new_page(), faults)

    return open_browser


def watch(page: Page, faults: list[str]) -> Page:
    """Gather errors in the page's console, requests to other hosts and CSP violations."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.hostname not in OWN_HOSTS:
            faults.append(f"request to another host: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
    page.on("request", on_request)
    page.add_init_script(VIOLATIONS)
    page.set_default_timeout(TIMEOUT)
    return page
