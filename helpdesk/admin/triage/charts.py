"""The two charts of the triage page, as data for Chart.js."""

from collections.abc import Sequence
from typing import Any

from helpdesk.triage.acceptance import Week
from helpdesk.triage.metrics import Reliability

GREY = "#9ca3af"
GREEN, ORANGE, RED = "#22c55e", "#f97316", "#ef4444"
PRIMARY = "var(--color-primary-500)"
# What became of the decided suggestions, from the bottom of a bar to its top.
SHARES = (
    ("Accepted", "acceptance", GREEN),
    ("Edited", "editing", ORANGE),
    ("Dismissed", "dismissal", GREY),
    ("Taken back", "reversal", RED),
)


def weekly(weeks: Sequence[Week]) -> dict[str, Any]:
    """Stacked bars in per cent of the decided ones, whose number stands under the week."""
    return {
        "labels": [[f"{week.monday.day} {week.monday:%b}", f"{week.tally.decided:,}"] for week in weeks],
        "datasets": [
            {
                "label": label,
                "data": [_percent(getattr(week.tally, name)) for week in weeks],
                "backgroundColor": color,
                "maxBarThickness": 36,
                "stack": "shares",
            }
            for label, name, color in SHARES
        ],
    }


def curve(category: Reliability, priority: Reliability) -> dict[str, Any]:
    """Shown confidence against what was right, and the diagonal on which both agree."""
    honest = {
        "label": "As sure as right",
        "data": [{"x": 0, "y": 0}, {"x": 100, "y": 100}],
        "borderColor": GREY,
        "borderDash": [4, 4],
        "borderWidth": 1,
        "pointRadius": 0,
        "pointHitRadius": 0,
    }
    return {"datasets": [_line("Category", category, PRIMARY), _line("Priority", priority, ORANGE), honest]}


def _line(label: str, reliability: Reliability, color: str) -> dict[str, Any]:
    """The more cases are behind a point, the larger it is."""
    most = max((bucket.cases for bucket in reliability.buckets), default=1)
    return {
        "label": label,
        "data": [
            {"x": round(100 * bucket.confidence, 1), "y": _percent(bucket.share)}
            for bucket in reliability.buckets
        ],
        "pointRadius": [3 + round(5 * bucket.cases / most) for bucket in reliability.buckets],
        "borderColor": color,
        "backgroundColor": color,
        "borderWidth": 2,
        "clip": False,
    }


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)


def _axis(title: str, **more: Any) -> dict[str, Any]:
    return {
        "grid": {"lineWidth": 0.5},
        "ticks": {"color": GREY, "maxRotation": 0, "stepSize": 20},
        "title": {"display": bool(title), "text": title, "color": GREY},
        **more,
    }


_COMMON = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "plugins": {"legend": {"display": False}},
}
WEEKLY_OPTIONS = {
    **_COMMON,
    "interaction": {"mode": "index", "intersect": False},
    "scales": {
        "x": {"stacked": True, "grid": {"display": False}, "ticks": {"color": GREY, "maxRotation": 0}},
        "y": _axis("Per cent of the decided, whose number is below", stacked=True, min=0, max=100),
    },
}
CURVE_OPTIONS = {
    **_COMMON,
    "scales": {
        "x": _axis("Shown confidence, per cent", type="linear", min=0, max=100),
        "y": _axis("Right, per cent", min=0, max=100),
    },
}
