"""The dashboard: what waits now, and how the period went."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from helpdesk import permissions
from helpdesk.choices import BadgeChoices, Category, Priority, Status
from helpdesk.reports import counts as stats
from helpdesk.reports.cards import CARDS, Numbers
from helpdesk.reports.period import PRESETS, Period
from helpdesk.tickets.models import Ticket

CRITICAL_ROWS = 8


@dataclass(frozen=True)
class Bar:
    """One value of a breakdown; `share` in per cent of all."""

    label: str
    count: int
    share: int
    color: str
    link: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's dashboard callback: adds what templates/admin/index.html shows."""
    context["can_view"] = permissions.can_view(request.user)
    if not context["can_view"]:
        return context
    period, now = Period.read(request.GET), timezone.now()
    numbers = Numbers(
        period=period,
        stats=stats.collect(Ticket.objects.created_between(period.start, period.end)),
        workload=stats.workload(now),
        resolved=Ticket.objects.resolved_between(period.start, period.end).count(),
    )
    return context | {
        "period": period,
        "presets": PRESETS,
        "is_empty": not Ticket.objects.exists(),
        "can_create": permissions.can_create(request.user),
        "can_import": permissions.can_import(request.user),
        "cards": [card(numbers) for card in CARDS],
        "breakdowns": _breakdowns(numbers.stats, period),
        "chart": json.dumps(_chart(period)),
        "chart_options": json.dumps(CHART_OPTIONS),
        "critical": Ticket.objects.unresolved()
        .filter(priority=Priority.CRITICAL)
        .order_by("created_at")[:CRITICAL_ROWS],
    }


def _breakdowns(numbers: stats.Stats, period: Period) -> list[tuple[str, list[Bar]]]:
    return [
        ("Category", _bars("category", Category, numbers.by_category, period)),
        ("Priority", _bars("priority", Priority, numbers.by_priority, period)),
        ("Status", _bars("status", Status, numbers.by_status, period)),
    ]


def _bars(field: str, vocabulary: type[BadgeChoices], counts: dict[str, int], period: Period) -> list[Bar]:
    total = sum(counts.values()) or 1
    url = reverse("admin:helpdesk_ticket_changelist")
    return [
        Bar(
            label=choice.label,
            count=counts[choice.value],
            share=round(100 * counts[choice.value] / total),
            color=choice.color,
            link=f"{url}?{urlencode({field: choice.value, **period.params('created_at')})}",
        )
        for choice in vocabulary
    ]


def _chart(period: Period) -> dict[str, Any]:
    """Chart.js data: created as bars, resolved as a line over them."""
    days = stats.per_day(period.first, period.last)
    resolved = {
        "type": "line",
        "label": "Resolved",
        "data": [day.resolved for day in days],
        "borderColor": "#22c55e",
        "backgroundColor": "#22c55e",
        "borderWidth": 2,
        "pointRadius": 0,
        "cubicInterpolationMode": "monotone",
    }
    created = {
        "label": "Created",
        "data": [day.created for day in days],
        "backgroundColor": "var(--color-primary-500)",
        "borderRadius": 3,
        "maxBarThickness": 28,
    }
    return {"labels": [f"{day.date:%b} {day.date.day}" for day in days], "datasets": [resolved, created]}


CHART_OPTIONS = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {
            "grid": {"display": False},
            "ticks": {"color": "#9ca3af", "maxTicksLimit": 10, "maxRotation": 0},
        },
        "y": {
            "beginAtZero": True,
            "grid": {"lineWidth": 0.5},
            "ticks": {"color": "#9ca3af", "precision": 0, "maxTicksLimit": 6},
        },
    },
}
