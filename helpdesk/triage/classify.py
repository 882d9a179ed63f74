"""Where tickets meet the classifiers: asking them, filling blanks, and keeping what they said."""

import functools
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db.models.functions import Left

from helpdesk.choices import Verdict
from helpdesk.tickets.models import Ticket, as_pk
from helpdesk.triage import answer_cache, budget, versions
from helpdesk.triage.models import Suggestion
from helpdesk.triage.prediction import Classifier, NotAsked, Prediction
from helpdesk.triage.providers import prompt, registry
from helpdesk.triage.providers.chain import Chain
from helpdesk.triage.providers.prompt import Example, Prompt
from helpdesk.triage.providers.remote import Access, Remote

LOCAL = registry.LOCAL
VERSION = "version:"  # and its number: one version of the local model
CORRECTIONS_KEPT = 300  # seconds
CORRECTIONS_SOUGHT = 5_000  # the newest suggestions, among which corrections are looked for
CORRECTION_LENGTH = prompt.SLACK * prompt.EXAMPLE_DESCRIPTION_LIMIT
# The values of a new ticket, and the prediction that filled its blanks, if there were any.
Draft = tuple[dict[str, Any], Prediction | None]


class _Counted:
    """A remote provider as the desk asks it: within the budget, with examples, and never twice."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.name, self.display_name, self.model = remote.name, remote.display_name, remote.model

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        return self.answer(_request(title, description, corrections()), timeout=timeout)

    def answer(self, request: Prompt, *, timeout: float) -> Prediction:
        with budget.spend(self.name, self.model):
            started = time.perf_counter()
            said = self._remote.answer(request, timeout=timeout)
        answer_cache.keep(said, request.digest)
        return replace(said, latency_ms=round((time.perf_counter() - started) * 1000))

    def remembered(self, request: Prompt) -> Prediction | None:
        return answer_cache.find(self.name, self.model, request.digest)


def classify(title: str, description: str) -> Prediction:
    """What people settled for this very text; else the configured provider, and then the local model.

    Takes at most `AI_TIMEOUT` seconds, and stores no suggestion.
    """
    if settled := versions.recall(title, description):
        return settled
    name = registry.chosen(settings)
    if name == LOCAL:
        return classify_locally(title, description)
    remote = _counted(name, registry.access(name, settings))
    if known := remote.remembered(_request(title, description, corrections())):
        return known
    return _chain(remote, versions.current()).classify(title, description, timeout=settings.AI_TIMEOUT)


def classify_locally(title: str, description: str) -> Prediction:
    """The local model's answer: at once, without network."""
    return versions.current().classify(title, description, timeout=settings.AI_TIMEOUT)


def ask(name: str, title: str, description: str, *, examples: Sequence[Example] | None = None) -> Prediction:
    """The answer of one provider by name, to measure it: nobody steps in, so `Unavailable` may be raised.

    Unless `examples` are given it sees the desk's corrections, but never the solution of this very text.
    """
    if name == LOCAL:
        return classify_locally(title, description)
    if name.startswith(VERSION):
        version = as_pk(name.removeprefix(VERSION)) or 0
        return versions.load(version).classify(title, description, timeout=settings.AI_TIMEOUT)
    if name not in registry.REMOTE:
        raise NotAsked(f"There is no provider “{name}”. Choose one of {', '.join(registry.NAMES)}.")
    if missing := registry.missing(name, settings):
        raise NotAsked(f"{registry.DISPLAY_NAMES[name]} cannot be asked without {' and '.join(missing)}.")
    if examples is None:
        text = (title, description[:CORRECTION_LENGTH])
        examples = [each for each in corrections() if (each.title, each.description) != text]
    remote, request = _counted(name, registry.access(name, settings)), _request(title, description, examples)
    return remote.remembered(request) or remote.answer(request, timeout=settings.AI_TIMEOUT)


def corrections() -> tuple[Example, ...]:
    """The newest tickets about which a suggestion was wrong, with the labels a person gave them instead."""
    return caches["default"].get_or_set("triage-corrections", _corrections, CORRECTIONS_KEPT)


def has_provider() -> bool:
    """Whether somebody besides the local model can be asked."""
    name = registry.chosen(settings)
    return name != LOCAL and not registry.missing(name, settings)


def askable() -> dict[str, str]:
    """The remote providers that have all they need, by name, as staff know them."""
    return {
        name: registry.DISPLAY_NAMES[name] for name in registry.REMOTE if not registry.missing(name, settings)
    }


def complete(data: Mapping[str, Any], *, recall: bool = False) -> Draft:
    """Fill a blank category or priority locally; the prediction is None when there was nothing to fill.

    `recall`: look first for the same text among the settled ones, which takes a query.
    """
    blanks = [name for name in ("category", "priority") if not data.get(name)]
    if not blanks:
        return dict(data), None
    words = data["title"], data["description"]
    guess = (versions.recall(*words) if recall else None) or classify_locally(*words)
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
        model=prediction.model[:100],
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


def _request(title: str, description: str, examples: Sequence[Example]) -> Prompt:
    return prompt.build(title, description, examples, redacted=settings.AI_REDACT)


def _corrections() -> tuple[Example, ...]:
    newest = Suggestion.objects.order_by("-pk").values("pk")[:CORRECTIONS_SOUGHT]
    wrong = Suggestion.objects.filter(pk__in=newest, verdict=Verdict.EDITED).values("ticket_id")
    rows = (
        Ticket.objects.filter(pk__in=wrong, category_confirmed=True)
        .annotate(beginning=Left("description", CORRECTION_LENGTH))
        .order_by("-pk")
        .values_list("title", "beginning", "category", "priority", "priority_confirmed")
    )
    return tuple(
        Example(title, beginning, category, priority if is_judged else "")
        for title, beginning, category, priority, is_judged in rows[: prompt.EXAMPLES_LIMIT]
    )


@functools.lru_cache(maxsize=8)
def _counted(name: str, access: Access) -> _Counted:
    """One per configuration, for its open connections."""
    return _Counted(registry.REMOTE[name](access))


@functools.lru_cache(maxsize=8)
def _chain(remote: _Counted, local: Classifier) -> Chain:
    """One per configuration, so that its circuit breaker remembers."""
    return Chain([remote], local)
