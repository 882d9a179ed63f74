"""Numbers for Prometheus: requests are counted where they are answered; the database knows the rest.

Each web process counts in a file of its own in the folder PROMETHEUS_MULTIPROC_DIR, which gunicorn's
configuration makes, and the process that is asked adds them up. The files are named by the place that a
process has among its siblings, so that its successor goes on with the same one.
"""

import ipaddress
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, connection
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, Counter, Histogram, values
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from helpdesk.jobs import queue
from helpdesk.operations.models import LastBackup
from helpdesk.reports import counts
from helpdesk.tickets.models import Event, Ticket
from helpdesk.triage.budget import UNFINISHED
from helpdesk.triage.models import ProviderCall

SHARED = "PROMETHEUS_MULTIPROC_DIR"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
if SHARED in os.environ:
    values.ValueClass = values.MultiProcessValue(lambda: os.environ.get("METRICS_PROCESS", str(os.getpid())))

_counted = CollectorRegistry()
_requests = Counter(
    "helpdesk_http_requests",
    "Requests answered, by the template of their route.",
    ["method", "route", "status"],
    registry=_counted,
)
_duration = Histogram(
    "helpdesk_http_request_duration_seconds",
    "Time until an answer was ready, or until a streamed one began.",
    ["method", "route"],
    buckets=SECONDS,
    registry=_counted,
)
_queries = Counter(
    "helpdesk_database_queries", "Statements sent while answering.", ["method", "route"], registry=_counted
)
_refusals = Counter(
    "helpdesk_sign_in_refusals", "Attempts to sign in that were refused, by any door.", registry=_counted
)


class MeasuringMiddleware:
    """Counts every answer. Where nobody may read the numbers it is not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not is_configured():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started, statements = time.perf_counter(), _Statements()
        with connection.execute_wrapper(statements):
            response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = _route(request)
        _requests.labels(method, route, response.status_code).inc()
        _duration.labels(method, route).observe(time.perf_counter() - started)
        _queries.labels(method, route).inc(statements.count)
        return response


class _Statements:
    """Counts what is sent to the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


def _route(request: HttpRequest) -> str:
    """The template of the address: never what a caller made up, of which there is no end."""
    if request.resolver_match:
        return f"/{request.resolver_match.route}"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unknown"


def count_refusal(sender: object, **kwargs: Any) -> None:
    """Receives `user_login_failed`, which all doors send."""
    _refusals.inc()


def is_configured() -> bool:
    return bool(settings.METRICS_TOKEN or settings.METRICS_ALLOW)


def may_read(request: HttpRequest) -> bool:
    """By the token; or from a network that is allowed, unless a proxy asks for somebody else."""
    token = settings.METRICS_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    if {"X-Forwarded-For", "Forwarded"} & request.headers.keys():
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # a socket of this machine has no address
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(
        network == "*" or address in ipaddress.ip_network(network) for network in settings.METRICS_ALLOW
    )


def exposition(accept: str) -> tuple[bytes, str]:
    """All numbers in the format that the header `Accept` prefers, and its content type."""
    encode, content_type = choose_encoder(accept)
    registry = CollectorRegistry()
    if SHARED in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_counted)
    registry.register(DeskCollector())
    return encode(registry), content_type


class DeskCollector(Collector):
    """What the database knows, of all processes and of the task worker too."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = [*_tickets(), *_tasks(), *_calls(), *_events(), *_backups()]
        except DatabaseError:
            found = []
        yield GaugeMetricFamily(
            "helpdesk_database_up", "1 when the database answered; 0, and no other number of it, when not.",
            value=bool(found),
        )  # fmt: skip
        yield from found


def _tickets() -> Iterator[Metric]:
    metric = GaugeMetricFamily("helpdesk_tickets", "Tickets.", labels=["status"])
    for status, count in counts.collect(Ticket.objects.all()).by_status.items():
        metric.add_metric([status], count)
    yield metric


def _tasks() -> Iterator[Metric]:
    found = queue.measure(timezone.now())
    metric = GaugeMetricFamily("helpdesk_tasks", "Background tasks that are not done.", labels=["state"])
    for state in ("waiting", "later", "running", "failed"):
        metric.add_metric([state], getattr(found, state))
    yield metric
    yield GaugeMetricFamily(
        "helpdesk_oldest_task_seconds", "How long the first waiting task has waited.",
        value=found.oldest.total_seconds(),
    )  # fmt: skip
    yield GaugeMetricFamily("helpdesk_workers", "Task workers heard of lately.", value=found.workers)


def _calls() -> Iterator[Metric]:
    metric = CounterMetricFamily(
        "helpdesk_provider_calls", "Calls of providers of triage.", labels=["provider", "outcome"]
    )
    answered, unfinished = Q(failure=""), Q(failure=UNFINISHED)
    for name, good, bad in (
        ProviderCall.objects.order_by()
        .values_list("provider")
        .annotate(good=Count("pk", filter=answered), bad=Count("pk", filter=~answered & ~unfinished))
    ):
        metric.add_metric([name, "answered"], good)
        metric.add_metric([name, "failed"], bad)
    yield metric


def _events() -> Iterator[Metric]:
    metric = CounterMetricFamily(
        "helpdesk_ticket_events",
        "Changes of tickets, by the door they came through.",
        labels=["channel", "action"],
    )
    for channel, action, count in (
        Event.objects.order_by().values_list("channel", "action").annotate(Count("pk"))
    ):
        metric.add_metric([channel, action], count)
    yield metric


def _backups() -> Iterator[Metric]:
    """Without a backup there is no time: `absent()` finds that."""
    for made_at in LastBackup.objects.values_list("made_at", flat=True):
        yield GaugeMetricFamily(
            "helpdesk_last_backup_timestamp_seconds", "When the newest backup was made.",
            value=made_at.timestamp(),
        )  # fmt: skip
