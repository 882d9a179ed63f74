"""Requests have a name, and their failures an answer that says what is wrong and what to do."""

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.test import Client
from django.test.client import RequestFactory
from rest_framework.test import APIClient

from helpdesk.middleware import FailureMiddleware
from helpdesk.tests.databases import connected, fill, small_disk
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet

pytestmark = pytest.mark.django_db
TICKETS = "/api/tickets/"


def fail_for_real(*args: Any, **kwargs: Any) -> None:
    """A statement that takes too long, or the like of it on SQLite."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)")
        connection.connection.set_progress_handler(lambda: 1, 1)
        try:
            cursor.execute("SELECT COUNT(*) FROM helpdesk_ticket")
        finally:
            connection.connection.set_progress_handler(None, 1)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TicketQuerySet, "visible_to", fail_for_real)


def test_people_get_a_page_that_says_what_to_do(
    slow: None, agent: User, admin_as: Callable[[User], Client]
) -> None:
    response = admin_as(agent).get("/admin/helpdesk/ticket/?status__in=open")
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "took too long" in page
    assert response["X-Request-ID"] in page
    assert 'href="/admin/helpdesk/ticket/?status__in=open"' in page


def test_programs_get_an_error_with_a_code_and_the_log_one_line(
    slow: None, agent: User, api_as: Callable[[User], APIClient], caplog: pytest.LogCaptureFixture
) -> None:
    response = api_as(agent).get(TICKETS)
    assert (response.status_code, response["Content-Type"]) == (503, "application/json")
    answer = response.json()
    assert answer.pop("detail").endswith("try again in a few seconds.")
    assert answer == {"code": "database_timeout", "request_id": response["X-Request-ID"]}
    [record] = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert record.getMessage().startswith("GET /api/tickets/: database_timeout: A statement took longer")


def test_a_table_that_is_missing_is_told_from_a_slow_one(
    agent: User, api_as: Callable[[User], APIClient], caplog: pytest.LogCaptureFixture
) -> None:
    client = api_as(agent)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE helpdesk_ticket RENAME TO helpdesk_gone")
        response = client.get(TICKETS)
        transaction.set_rollback(True)
    assert (response.status_code, response.json()["code"]) == (503, "database_unmigrated")
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "Run manage.py migrate" in record.getMessage()
    assert "helpdesk_ticket" in record.getMessage()


@pytest.mark.parametrize("debug", [True, False])
def test_a_database_that_is_gone_is_said_on_every_page(
    debug: bool, settings: Any, client: Client, django_db_blocker: Any
) -> None:
    settings.DEBUG = debug
    client.cookies["sessionid"] = "somebody"
    lost = {"PORT": 1, "HOST": "127.0.0.1", "NAME": "/nowhere/at/all"}
    with connected(**lost):
        for path in ("/admin/", "/admin/helpdesk/ticket/", "/api/tickets/", "/api/docs/"):
            response = client.get(path)
            assert response.status_code == 503, path
            assert "cannot reach its database" in response.content.decode()


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[None]:
    """The tests' database, copied to a disk that has no space left."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite alone has its disk here")
    source = connection.settings_dict["NAME"]
    try:
        with small_disk(tmp_path, "16m"):
            copy = tmp_path / "desk.sqlite3"
            with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
                old.backup(new)
            with connected(NAME=copy):
                assert Client().get("/readyz").status_code == 200
                fill(tmp_path)
                yield
    except PermissionError:
        pytest.skip("only root may make a small disk")


@pytest.fixture
def browser(lead: User, admin_as: Callable[[User], Client]) -> Client:
    return admin_as(lead)


@pytest.mark.parametrize("address", ["/healthz", "/api/tickets/", "/api/nowhere/"])
def test_data_may_load_nothing(address, client):
    assert client.get(address)["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_pages_may_load_what_the_settings_say(client):
    assert "script-src 'self'" in client.get("/admin/login/")["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_said_by_all_who_look(
    lead: User, ticket: Ticket, browser: Client, full_disk: None
) -> None:
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json()["code"]) == (503, "database_full")
    api = APIClient()
    api.force_authenticate(lead)
    new = {"title": "Another", "description": "word " * 20_000}
    answer = api.post(TICKETS, new)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_full")
    page = browser.post("/admin/helpdesk/ticket/add/", {**new, "status": "open"})
    assert page.status_code == 503
    assert "no space left" in page.content.decode()
    assert api.get(f"{TICKETS}{ticket.pk}/").status_code == 200, "reading goes on"
    assert browser.get("/admin/helpdesk/ticket/").status_code == 200, "reading goes on"


def test_a_body_that_stops_coming_is_the_senders_affair(rf: RequestFactory) -> None:
    middleware = FailureMiddleware(lambda request: HttpResponse())
    response = middleware.process_exception(rf.post(TICKETS), UnreadablePostError("connection reset"))
    assert response is not None
    assert response.status_code == 400


def test_mistakes_are_not_hidden(rf: RequestFactory) -> None:
    middleware = FailureMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(rf.get("/"), ValueError()) is None


@pytest.mark.parametrize("sane", ["4bf92f35-77b3-4da6-a3ce-929d0e0e4736", "desk.1_2-abcd"])
def test_a_request_keeps_the_name_it_came_with(sane: str, client: Client) -> None:
    assert client.get("/healthz", headers={"x-request-id": sane})["X-Request-ID"] == sane


@pytest.mark.parametrize(
    "insane", ["", "short", "x" * 65, "id level=error", 'a"quoted"name', "two\r\nlines-here", "ünïcödë-name"]
)
def test_a_request_without_a_sane_name_gets_one(insane: str, client: Client) -> None:
    name = client.get("/healthz", headers={"x-request-id": insane})["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{16}", name)


def test_each_request_has_its_own_name(client: Client) -> None:
    assert len({client.get("/healthz")["X-Request-ID"] for _ in range(5)}) == 5


def test_what_is_refused_before_a_view_has_a_name_too(client: Client, settings: Any) -> None:
    settings.DEBUG = False
    response = client.get("/admin/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert response["X-Request-ID"]


class FailingSessions:
    """A middleware that fails after the view, where no other one hears of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.get_response(request)
        fail_for_real()
        raise AssertionError("It did not fail.")


def test_a_fault_in_a_middleware_is_answered_like_one_in_a_view(
    client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = False
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.FailingSessions"]
    client.raise_request_exception = False
    response = client.get("/api/")
    assert (response.status_code, response.json()["code"]) == (503, "database_timeout")
    assert [record.exc_info for record in caplog.records if record.levelno > logging.INFO][-1] is None
