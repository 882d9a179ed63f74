"""How sure a remote provider is shown to be: as sure as its earlier answers were right."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.cache import caches
from django.db.models import Aggregate, Count, F, Q, Sum

from helpdesk.triage.models import Suggestion
from helpdesk.triage.prediction import FIELDS, Prediction

# A model mostly states that it is nearly certain. This share of it is shown until the record knows better, as
# if it held so many answers already.
SHARE, WEIGHT = 0.75, 20
HIGHEST = 0.99
READ = 5_000  # the newest suggestions, among which judged ones are looked for
KEPT = 300  # seconds

Shares = dict[tuple[str, str], dict[str, float]]


def calibrated(said: Prediction) -> Prediction:
    """The answer of a remote provider, with what its record leaves of the confidence it states."""
    shares = _shares().get((said.provider, said.model[:100]), {})
    shown = {}
    for name in FIELDS:
        label = getattr(said, name)
        confidence = round(min(HIGHEST, shares.get(name, SHARE) * label.confidence), 3)
        shown[name] = replace(label, confidence=confidence, stated=label.confidence)
    return replace(said, **shown)


def _shares() -> Shares:
    """By provider and model: for each field, how many were right beside the sum of what they stated."""
    return caches["default"].get_or_set("triage-shares", _measured, KEPT) or {}


def _measured() -> Shares:
    newest = Suggestion.objects.order_by("-pk").values("pk")[:READ]
    counts: dict[str, Aggregate] = {}
    for name in FIELDS:
        judged = ~Q(**{f"final_{name}": ""})
        counts[f"{name}_right"] = Count("pk", filter=Q(**{f"final_{name}": F(name)}))
        counts[f"{name}_stated"] = Sum(f"stated_{name}", filter=judged, default=0.0)
    rows = Suggestion.objects.judged().filter(pk__in=newest, stated_category__isnull=False)
    return {
        (row["provider"], row["model"]): {name: _share(row, name) for name in FIELDS}
        for row in rows.values("provider", "model").order_by().annotate(**counts)
    }


def _share(row: Mapping[str, Any], name: str) -> float:
    right: int = row[f"{name}_right"]
    stated: float = row[f"{name}_stated"]
    return (WEIGHT * SHARE + right) / (WEIGHT + stated)
