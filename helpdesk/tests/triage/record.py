"""Rows of the triage record as time leaves them behind, made directly."""

from typing import Any

from django.utils import timezone

from helpdesk.choices import Verdict
from helpdesk.triage.models import Suggestion

DECIDED = {Verdict.ACCEPTED, Verdict.EDITED, Verdict.DISMISSED, Verdict.REVERTED}


def suggestion(verdict: str = Verdict.PENDING, **fields: Any) -> Suggestion:
    """Billing and medium, 75 % sure of both; a decided one was settled so, unless final labels are given."""
    ordinary = {
        "provider": "local",
        "model": "lexicon",
        "input_hash": "0",
        "category": "billing",
        "category_confidence": 0.75,
        "priority": "medium",
        "priority_confidence": 0.75,
        "latency_ms": 4,
    }
    made = Suggestion(verdict=verdict, **ordinary | fields)
    if verdict in DECIDED:
        made.final_category = made.final_category or made.category
        made.final_priority = made.final_priority or made.priority
        made.decided_at = timezone.now()
    made.save()
    return made


def suggestions(count: int, verdict: str = Verdict.ACCEPTED, **fields: Any) -> list[Suggestion]:
    return [suggestion(verdict, **fields) for _ in range(count)]
