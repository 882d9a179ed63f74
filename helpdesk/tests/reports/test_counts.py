"""The numbers of the tickets."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from helpdesk.reports import counts
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import start_of

pytestmark = pytest.mark.django_db


def test_an_empty_desk_counts_zero_of_everything():
    empty = counts.collect(Ticket.objects.all())
    assert (empty.total, empty.open, empty.average_per_day) == (0, 0, 0.0)
    assert empty.by_status == {"open": 0, "in_progress": 0, "resolved": 0, "closed": 0}


def test_every_choice_is_counted(make_ticket):
    make_ticket(category="billing", priority="high", status="open")
    make_ticket(category="billing", priority="low", status="closed")
    counted = counts.collect(Ticket.objects.all())
    assert (counted.total, counted.open) == (2, 1)
    assert counted.by_category == {"billing": 2, "technical": 0, "account": 0, "general": 0}
    assert counted.by_priority == {"low": 1, "medium": 0, "high": 1, "critical": 0}


def test_the_average_runs_from_the_first_day_to_today(make_ticket):
    make_ticket(created_at=timezone.now() - timedelta(days=2))
    make_ticket()
    assert counts.collect(Ticket.objects.all()).average_per_day == 0.67


def test_the_workload_is_what_waits_now(make_ticket, agent):
    make_ticket(priority="critical", created_at=timezone.now() - timedelta(days=9))
    make_ticket(status="in_progress", assignee=agent)
    make_ticket(status="closed", priority="critical")
    waiting = counts.workload(Ticket.objects.all(), timezone.now())
    assert waiting == counts.Workload(open=1, in_progress=1, unassigned=1, critical=1, overdue=1)


def test_quiet_days_are_counted_too(make_ticket):
    today = timezone.localdate()
    make_ticket(status="resolved", created_at=timezone.now() - timedelta(days=1))
    days = counts.per_day(Ticket.objects.all(), today - timedelta(days=2), today)
    assert [(day.created, day.resolved) for day in days] == [(0, 0), (1, 0), (0, 1)]


def test_a_day_ends_at_midnight_of_the_desk(make_ticket, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    with timezone.override("Asia/Tokyo"):
        midnight = start_of(timezone.localdate())
        make_ticket(created_at=midnight - timedelta(minutes=1))
        make_ticket(created_at=midnight)
        days = counts.per_day(
            Ticket.objects.all(), timezone.localdate() - timedelta(days=1), timezone.localdate()
        )
    assert [day.created for day in days] == [1, 1]


def test_counting_is_one_query(make_ticket):
    for _ in range(3):
        make_ticket()
    with CaptureQueriesContext(connection) as captured:
        counts.collect(Ticket.objects.all())
    assert len(captured) == 1
