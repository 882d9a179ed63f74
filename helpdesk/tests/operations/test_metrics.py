"""`/metrics` as Prometheus reads it: who may, what the numbers are, and that processes are added up."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse
from rest_framework.test import APIClient

from helpdesk.choices import Channel
from helpdesk.jobs.models import Worker
from helpdesk.operations.metrics import MeasuringMiddleware
from helpdesk.operations.models import LastBackup
from helpdesk.reports import counts
from helpdesk.tests.servers import database_url, environment, free_port, get, started
from helpdesk.tickets.models import Ticket
from helpdesk.triage.budget import UNFINISHED
from helpdesk.triage.models import ProviderCall

TOKEN = "a-token-of-the-metrics"
Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def token(settings: Any) -> dict[str, str]:
    """The header of who may read."""
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def numbers(text: str) -> Numbers:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def read(headers: dict[str, str]) -> Numbers:
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    return numbers(answer.content.decode())


def key(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return name, tuple(sorted(labels.items()))


def test_nobody_may_read_unless_it_is_set(db: None, lead: User, admin_as: Callable[[User], Client]) -> None:
    for client in (Client(), admin_as(lead)):
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
            assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"bearer {TOKEN}", "Bearer ü"])
def test_another_token_is_refused(db: None, token: dict[str, str], sent: str) -> None:
    answer = Client().get("/metrics", headers={"Authorization": sent})
    assert answer.status_code == 403
    assert "METRICS_TOKEN" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("10.1.2.3", {}, 200),
        ("::ffff:10.1.2.3", {}, 200),
        ("10.1.2.3", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("10.1.2.3", {"Forwarded": "for=203.0.113.9"}, 403),
        ("203.0.113.9", {"X-Forwarded-For": "10.1.2.3"}, 403),
        ("203.0.113.9", {}, 403),
        ("", {}, 403),
    ],
)
def test_a_network_may_read_but_not_through_a_proxy(
    db: None, settings: Any, address: str, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_ALLOW = ["10.0.0.0/8"]
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status


def test_it_is_only_read(db: None, token: dict[str, str]) -> None:
    assert Client().post("/metrics", headers=token).status_code == 405


def test_requests_are_counted_by_template_and_never_by_what_a_caller_made_up(
    db: None, token: dict[str, str], lead: User, api_as: Callable[[User], APIClient], ticket: Ticket
) -> None:
    before = read(token)
    client = api_as(lead)
    for path in (
        f"/api/tickets/{ticket.pk}/",
        "/api/tickets/0/",
        "/made/up",
        "/made/up/too",
        "/static/none.css",
    ):
        client.get(path)
    client.generic("BREW", "/made/up")
    after = read(token)

    def grown(name: str, **labels: str) -> float:
        return after.get(key(name, **labels), 0) - before.get(key(name, **labels), 0)

    requests, one = "helpdesk_http_requests_total", "/api/tickets/<int:pk>/"
    detail = next(
        dict(labels)["route"] for name, labels in after if name == requests and "tickets" in str(labels)
    )
    assert str(ticket.pk) not in detail, one
    assert grown(requests, method="GET", route=detail, status="200") == 1
    assert grown(requests, method="GET", route=detail, status="404") == 1
    assert grown(requests, method="GET", route="unknown", status="404") == 2
    assert grown(requests, method="GET", route="static", status="404") == 1
    assert grown(requests, method="other", route="unknown", status="404") == 1
    assert grown("helpdesk_http_request_duration_seconds_count", method="GET", route=detail) == 2
    assert grown("helpdesk_database_queries_total", method="GET", route=detail) > 2
    assert not [labels for _, labels in after if "made" in str(labels)]


def test_who_may_not_be_read_is_not_measured() -> None:
    with pytest.raises(MiddlewareNotUsed):
        MeasuringMiddleware(lambda request: None)


def test_tickets_are_the_number_of_the_dashboard(
    token: dict[str, str], make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket(status="closed")
    make_ticket(channel=Channel.IMPORT)
    found = read(token)
    for status, count in counts.collect(Ticket.objects.all()).by_status.items():
        assert found[key("helpdesk_tickets", status=status)] == count
    assert found[key("helpdesk_tickets", status="closed")] == 1
    assert found[key("helpdesk_ticket_events_total", channel="import", action="created")] == 1


def test_the_queue_and_the_calls_are_told(token: dict[str, str], ticket: Ticket) -> None:
    now = timezone.now()
    DBTaskResult.objects.update(enqueued_at=now - timedelta(minutes=5))
    waiting = DBTaskResult.objects.count()
    later = DBTaskResult.objects.first()
    later.pk, later.run_after, later._state.adding = None, now + timedelta(hours=1), True
    later.save(force_insert=True)
    Worker.objects.create(name="alive", started_at=now, beat_at=now)
    Worker.objects.create(name="dead", started_at=now, beat_at=now - timedelta(hours=1))
    for failure in ("", "", "It was hanging.", UNFINISHED):
        ProviderCall.objects.create(provider="gemini", model="m", failure=failure)
    found = read(token)
    assert found[key("helpdesk_tasks", state="waiting")] == waiting > 0
    assert found[key("helpdesk_tasks", state="later")] == 1
    assert 300 <= found[key("helpdesk_oldest_task_seconds")] < 400
    assert found[key("helpdesk_workers")] == 1
    assert found[key("helpdesk_provider_calls_total", provider="gemini", outcome="answered")] == 2
    assert found[key("helpdesk_provider_calls_total", provider="gemini", outcome="failed")] == 1


def test_refused_sign_ins_of_both_doors_are_counted(token: dict[str, str], lead: User) -> None:
    before = read(token)[key("helpdesk_sign_in_refusals_total")]
    wrong = {"username": lead.username, "password": "wrong"}
    Client().post("/admin/login/", wrong)
    Client().post("/api/auth/login/", wrong, content_type="application/json")
    assert read(token)[key("helpdesk_sign_in_refusals_total")] == before + 2


def test_without_the_database_the_rest_is_told(
    token: dict[str, str], db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(tickets: object) -> None:
        raise DatabaseError

    assert read(token)[key("helpdesk_database_up")] == 1
    monkeypatch.setattr(counts, "collect", gone)
    found = read(token)
    assert found[key("helpdesk_database_up")] == 0
    assert any(name == "helpdesk_http_requests_total" for name, _ in found)


def test_openmetrics_is_spoken_to_those_who_prefer_it(token: dict[str, str], ticket: Ticket) -> None:
    headers = token | {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = Client().get("/metrics", headers=headers)
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert {family.name for family in parse_open(answer.content.decode())} >= {"helpdesk_tickets"}


def scrape(port: int) -> Numbers:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = connection.getresponse().read().decode()
    connection.close()
    return numbers(text)


def test_processes_are_added_up_and_successors_go_on_counting(transactional_db: None, tmp_path: Path) -> None:
    port = free_port()
    env = environment(
        DATABASE_URL=database_url(), PORT=str(port), WEB_CONCURRENCY="2", METRICS_TOKEN=TOKEN,
        LOG_LEVEL="CRITICAL", PROMETHEUS_MULTIPROC_DIR=str(tmp_path),
    )  # fmt: skip
    command = (sys.executable, "-m", "gunicorn", "--config", "project/gunicorn.conf.py", "project.wsgi")
    asked = key("helpdesk_http_requests_total", method="GET", route="/healthz", status="200")
    with started(*command, env=env) as server:
        assert get(port, "/healthz", server) == 200
        first = scrape(port)[asked]
        for _ in range(40):
            assert get(port, "/healthz", server) == 200
        assert scrape(port)[asked] == first + 40
        workers = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        before = set(workers.read_text().split())
        for worker in before:
            os.kill(int(worker), signal.SIGTERM)
        while len(set(workers.read_text().split()) - before) < 2:
            time.sleep(0.1)
        assert get(port, "/healthz", server) == 200
        assert scrape(port)[asked] > first + 40
    places = {re.sub(r"\D", "", file.name) for file in tmp_path.iterdir()}
    assert places <= {"0", "1"}


def test_the_last_backup_is_told_when_there_is_one(token: dict[str, str], db: None) -> None:
    name = key("helpdesk_last_backup_timestamp_seconds")
    assert name not in read(token)
    made_at = timezone.now()
    LastBackup.objects.create(pk=1, made_at=made_at, size=1, file="/backups/desk.zip")
    assert read(token)[name] == pytest.approx(made_at.timestamp())
