"""Answers of remote providers, kept for a day, so that nobody pays twice for the same text."""

import hashlib
from dataclasses import asdict

from django.core.cache import caches

from helpdesk.triage.prediction import Label, Prediction

KEPT = 24 * 60 * 60  # seconds


def find(provider: str, model: str, digest: str) -> Prediction | None:
    """What this model said to the request with this `digest`, if it was asked within a day."""
    known = caches["shared"].get(_key(provider, model, digest))
    if known is None:
        return None
    return Prediction(Label(**known["category"]), Label(**known["priority"]), provider, model)


def keep(prediction: Prediction, digest: str) -> None:
    labels = {"category": asdict(prediction.category), "priority": asdict(prediction.priority)}
    caches["shared"].set(_key(prediction.provider, prediction.model, digest), labels, KEPT)


def _key(provider: str, model: str, digest: str) -> str:
    """Hashed, since a model's name may hold what no key may."""
    question = "\0".join([provider, model, digest])
    return f"triage-{hashlib.sha256(question.encode()).hexdigest()}"
