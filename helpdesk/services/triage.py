"""Where tickets meet the classifier: asking it, filling blanks, and keeping what it said."""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from helpdesk.ai.base import Prediction
from helpdesk.ai.chain import Chain
from helpdesk.ai.gemini import Gemini, GeminiConfig
from helpdesk.ai.lexicon import Lexicon
from helpdesk.models import Suggestion, Ticket

LOCAL = Lexicon.name
# The values of a new ticket, and the prediction that filled its blanks, if there were any.
Draft = tuple[dict[str, Any], Prediction | None]


def classify(title: str, description: str) -> Prediction:
    """Ask the configured provider, then the local model, within `AI_TIMEOUT` seconds. Stores nothing."""
    return _chain(settings.GEMINI_API_KEY, settings.GEMINI_MODEL, settings.GEMINI_API_ENDPOINT).classify(
        title, description, timeout=settings.AI_TIMEOUT
    )


def classify_locally(title: str, description: str) -> Prediction:
    """The local model's answer: at once, without network."""
    return _chain("", "", "").classify(title, description, timeout=settings.AI_TIMEOUT)


def has_provider() -> bool:
    """Whether somebody besides the local model can be asked."""
    return bool(settings.GEMINI_API_KEY)


def complete(data: Mapping[str, Any]) -> Draft:
    """Fill a blank category or priority locally; the prediction is None when there was nothing to fill."""
    blanks = [name for name in ("category", "priority") if not data.get(name)]
    if not blanks:
        return dict(data), None
    guess = classify_locally(data["title"], data["description"])
    return {**data, **{name: getattr(guess, name).value for name in blanks}}, guess


def record_filled(filled: Sequence[tuple[Ticket, Prediction]], *, actor: User | None) -> None:
    """Keep the predictions that filled blanks of new tickets, pending until a person judges them."""
    rows = [
        build(guess, ticket=ticket, title=ticket.title, description=ticket.description)
        for ticket, guess in filled
    ]
    for row in rows:
        row.requested_by = actor
    Suggestion.objects.bulk_create(rows, batch_size=500)


def build(prediction: Prediction, *, ticket: Ticket | None, title: str, description: str) -> Suggestion:
    """The unsaved row of a prediction."""
    return Suggestion(
        ticket=ticket,
        provider=prediction.provider,
        model=prediction.model,
        input_hash=hashlib.sha256(f"{title}\0{description}".encode(errors="replace")).hexdigest(),
        category=prediction.category.value,
        category_confidence=prediction.category.confidence,
        category_reasons=list(prediction.category.reasons),
        priority=prediction.priority.value,
        priority_confidence=prediction.priority.confidence,
        priority_reasons=list(prediction.priority.reasons),
        latency_ms=prediction.latency_ms,
        failures=prediction.failures,
    )


@functools.lru_cache(maxsize=8)
def _chain(key: str, model: str, endpoint: str) -> Chain:
    """One chain per configuration, so that its circuit breaker remembers."""
    remotes = [Gemini(GeminiConfig(api_key=key, model=model, endpoint=endpoint))] if key else []
    return Chain(remotes, Lexicon())
