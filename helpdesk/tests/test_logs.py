"""The log as an operator's programs read it."""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult

from helpdesk import logs
from helpdesk.tests.servers import database_url, environment, manage
from helpdesk.tests.test_settings import KEY
from helpdesk.tests.test_settings import manage as manage_fresh
from helpdesk.tickets.models import Ticket

LINE = re.compile(
    r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=\w+ logger=[\w.]+ process=\d+"
    r'(?: (?:request|task)=[\w.-]+)? message="[^\n]*"'
)


@pytest.fixture(autouse=True)
def outside_of_requests() -> Iterator[None]:
    logs.begin("", "")
    yield
    logs.begin("", "")


def record(message: str, *arguments: object, error: Exception | None = None) -> logging.LogRecord:
    if error is None:
        return logging.LogRecord("desk", logging.WARNING, "file.py", 1, message, arguments, None)
    try:
        raise error
    except Exception:  # noqa: BLE001  whatever the test gives
        return logging.LogRecord("desk", logging.ERROR, "file.py", 1, message, arguments, sys.exc_info())


def test_a_record_is_one_line_whatever_people_send() -> None:
    line = logs.TextFormatter().format(record("Not Found: %s", '/a"\ntime=2026 level=error\x1b[2J\u2028/ü'))
    assert LINE.fullmatch(line)
    assert json.loads(line.split("message=", 1)[1]) == 'Not Found: /a"\ntime=2026 level=error\x1b[2J\u2028/ü'
    assert line.isascii()
    assert line.isprintable()


def test_records_name_the_request_or_the_task() -> None:
    logs.begin("request", "abc-123456")
    assert " request=abc-123456 message=" in logs.TextFormatter().format(record("Hello"))
    logs.begin("task", "77")
    assert json.loads(logs.JSONFormatter().format(record("Hello")))["task"] == "77"
    assert logs.request_id() == ""


def test_a_mistake_brings_its_traceback_and_stays_one_record() -> None:
    mistake = record("It failed", error=ValueError("time=1\ntime=2 level=error"))
    first, *rest = logs.TextFormatter().format(mistake).split("\n")
    assert LINE.fullmatch(first)
    assert all(line.startswith("    ") for line in rest)
    answer = logs.JSONFormatter().format(mistake)
    assert "\n" not in answer
    assert "ValueError: time=1" in json.loads(answer)["exception"]


def test_a_refusal_needs_no_traceback() -> None:
    assert "\n" not in logs.TextFormatter().format(record("Forbidden", error=PermissionDenied("no")))


@pytest.mark.django_db
def test_a_fault_of_the_database_says_the_cure_instead_of_a_traceback() -> None:
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM gone")
    line = logs.TextFormatter().format(record("The heartbeat could not be written", error=caught.value))
    assert LINE.fullmatch(line)
    assert "Run manage.py migrate" in line


def test_a_refused_page_leaves_one_line(
    viewer: User, admin_as: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    assert admin_as(viewer).get("/admin/helpdesk/ticket/add/").status_code == 403
    [refused] = caplog.records
    line = logs.TextFormatter().format(refused)
    assert LINE.fullmatch(line)
    assert "/admin/helpdesk/ticket/add/" in line


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_worker_names_its_tasks(form: str, make_ticket: Callable[..., Ticket]) -> None:
    make_ticket(category="", priority="")
    [task] = DBTaskResult.objects.values_list("id", flat=True)
    env = environment(DATABASE_URL=database_url(), LOG_FORMAT=form, LOG_LEVEL="INFO", DEBUG="0")
    said = manage("db_worker", "--batch", "--no-startup-delay", "--no-reload", env=env)
    done = next(line for line in said.splitlines() if "SUCCESSFUL" in line)
    if form == "json":
        assert json.loads(done)["task"] == str(task)
        assert all(json.loads(line) for line in said.splitlines())
    else:
        assert f"task={task}" in done
        assert all(LINE.fullmatch(line) for line in said.splitlines())


def test_an_unknown_format_stops_the_start() -> None:
    done = manage_fresh("check", SECRET_KEY=KEY, LOG_FORMAT="xml")
    assert done.returncode != 0
    assert "LOG_FORMAT=xml is unknown. Use one of text, json." in done.stderr
