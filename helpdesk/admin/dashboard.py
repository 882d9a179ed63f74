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
from helpdesk.reports import counts
from helpdesk.reports.cards import CARDS, Numbers
from helpdesk.reports.counts import Stats
from helpdesk.reports.period import PRESETS, Period
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet

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
    tickets = Ticket.objects.visible_to(request.user)
    numbers = Numbers(
        period=period,
        stats=counts.collect(tickets.created_between(period.start, period.end)),
        workload=counts.workload(tickets, now),
        resolved=tickets.resolved_between(period.start, period.end).count(),
    )
    return context | {
        "period": period,
        "presets": PRESETS,
        "is_empty": not tickets.exists(),
        "can_create": permissions.can_create(request.user),
        "can_import": permissions.can_import(request.user),
        "cards": [(card, _link(card.query)) for card in (kind(numbers) for kind in CARDS)],
        "breakdowns": _breakdowns(numbers.stats, period),
        "chart": json.dumps(_chart(tickets, period)),
        "chart_options": json.dumps(CHART_OPTIONS),
        "critical": tickets.unresolved()
        .filter(priority=Priority.CRITICAL)
        .order_by("created_at")[:CRITICAL_ROWS],
    }


def _link(query: dict[str, str]) -> str:
    """The list of the tickets that the query finds."""
    return f"{reverse('admin:helpdesk_ticket_changelist')}?{urlencode(query)}"


def _breakdowns(numbers: Stats, period: Period) -> list[tuple[str, list[Bar]]]:
    return [
        ("Category", _bars("category", Category, numbers.by_category, period)),
        ("Priority", _bars("priority", Priority, numbers.by_priority, period)),
        ("Status", _bars("status", Status, numbers.by_status, period)),
    ]


def _bars(field: str, vocabulary: type[BadgeChoices], count_of: dict[str, int], period: Period) -> list[Bar]:
    total = sum(count_of.values()) or 1
    return [
        Bar(
            label=choice.label,
            count=count_of[choice.value],
            share=round(100 * count_of[choice.value] / total),
            color=choice.color,
            link=_link({field: choice.value, **period.params("created")}),
        )
        for choice in vocabulary
    ]


def _chart(tickets: TicketQuerySet, period: Period) -> dict[str, Any]:
    """Chart.js data: created as bars, resolved as a line over them."""
    days = counts.per_day(tickets, period.first, period.last)
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
    return {"labels": [f"{day.date.day} {day.date:%b}" for day in days], "datasets": [resolved, created]}


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
