"""What the tickets amount to: counts, workload and days."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from helpdesk.choices import Category, Priority, Status
from helpdesk.tickets.query import TicketQuerySet, start_of


@dataclass(frozen=True)
class Stats:
    """Counts of a set of tickets. The breakdowns hold every choice, zero where there is none."""

    total: int
    open: int
    average_per_day: float
    by_status: dict[str, int]
    by_category: dict[str, int]
    by_priority: dict[str, int]


@dataclass(frozen=True)
class Workload:
    """What waits for somebody now, whatever the period."""

    open: int
    in_progress: int
    unassigned: int
    critical: int
    overdue: int


@dataclass(frozen=True)
class Day:
    """Tickets created and resolved on one day."""

    date: date
    created: int
    resolved: int


def collect(tickets: TicketQuerySet) -> Stats:
    """One GROUP BY; the average runs from the day of the first ticket to today, both included."""
    rows = list(
        tickets.order_by()
        .values_list("status", "category", "priority")
        .annotate(count=Count("pk"), first=Min("created_at"))
    )
    by_status: Counter[str] = Counter()
    by_category: Counter[str] = Counter()
    by_priority: Counter[str] = Counter()
    for status, category, priority, count, _ in rows:
        by_status[status] += count
        by_category[category] += count
        by_priority[priority] += count
    total = by_status.total()
    return Stats(
        total=total,
        open=by_status[Status.OPEN],
        average_per_day=_average(total, min((first for *_, first in rows), default=None)),
        by_status={value: by_status[value] for value in Status.values},
        by_category={value: by_category[value] for value in Category.values},
        by_priority={value: by_priority[value] for value in Priority.values},
    )


def workload(tickets: TicketQuerySet, now: datetime) -> Workload:
    """One query over those that are unresolved."""
    return Workload(
        **tickets.unresolved().aggregate(
            open=Count("pk", filter=Q(status=Status.OPEN)),
            in_progress=Count("pk", filter=Q(status=Status.IN_PROGRESS)),
            unassigned=Count("pk", filter=Q(assignee=None)),
            critical=Count("pk", filter=Q(priority=Priority.CRITICAL)),
            overdue=Count("pk", filter=Q(due_at__lt=now)),
        )
    )


def per_day(tickets: TicketQuerySet, first: date, last: date) -> list[Day]:
    """Every day from `first` to `last`, also the quiet ones."""
    created = _count_by_day(tickets, "created_at", first, last)
    resolved = _count_by_day(tickets, "resolved_at", first, last)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [Day(day, created.get(day, 0), resolved.get(day, 0)) for day in days]


def _count_by_day(tickets: TicketQuerySet, field: str, first: date, last: date) -> dict[date, int]:
    within = tickets.between(field, start_of(first), start_of(last + timedelta(days=1)))
    counted = within.order_by().annotate(day=TruncDate(field)).values_list("day")
    return dict(counted.annotate(count=Count("pk")))


def _average(total: int, first: datetime | None) -> float:
    if first is None:
        return 0.0
    days = (timezone.localdate() - timezone.localdate(first)).days + 1
    return round(total / max(days, 1), 2)
