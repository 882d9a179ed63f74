"""Where tickets meet the classifiers: asking them, filling blanks, and keeping what they said."""

import functools
import time
from collections.abc import Sequence
from dataclasses import replace
from threading import BoundedSemaphore

from django.conf import settings
from django.core.cache import caches
from django.db.models.functions import Left

from helpdesk.choices import Verdict
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.parsing import as_pk
from helpdesk.triage import answer_cache, budget, memory, versions
from helpdesk.triage.models import Suggestion
from helpdesk.triage.prediction import Classifier, LabelledText, NotAsked, Prediction
from helpdesk.triage.providers import prompt, registry
from helpdesk.triage.providers.chain import Chain
from helpdesk.triage.providers.prompt import Prompt
from helpdesk.triage.providers.remote import Access, Remote

LOCAL = registry.LOCAL
VERSION = "version:"  # and its number: one version of the local model
CORRECTIONS_KEPT = 300  # seconds
CORRECTIONS_SOUGHT = 5_000  # the newest suggestions, among which corrections are looked for
CORRECTION_LENGTH = prompt.SLACK * prompt.EXAMPLE_DESCRIPTION_LIMIT


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
    if settled := memory.recall(title, description):
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


def ask(
    name: str, title: str, description: str, *, examples: Sequence[LabelledText] | None = None
) -> Prediction:
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


def corrections() -> tuple[LabelledText, ...]:
    """The newest tickets about which a suggestion was wrong, with the labels a person gave them instead.

    None with AI_EXAMPLES off: then no ticket travels but the one that is asked about.
    """
    if not settings.AI_EXAMPLES:
        return ()
    return caches["default"].get_or_set("triage-corrections", _corrections, CORRECTIONS_KEPT) or ()


def has_provider() -> bool:
    """Whether somebody besides the local model can be asked."""
    name = registry.chosen(settings)
    return name != LOCAL and not registry.missing(name, settings)


def askable() -> dict[str, str]:
    """The remote providers that have all they need, by name, as staff know them."""
    return {
        name: registry.DISPLAY_NAMES[name] for name in registry.REMOTE if not registry.missing(name, settings)
    }


def _request(title: str, description: str, examples: Sequence[LabelledText]) -> Prompt:
    return prompt.build(title, description, examples, redacted=settings.AI_REDACT)


def _corrections() -> tuple[LabelledText, ...]:
    newest = Suggestion.objects.order_by("-pk").values("pk")[:CORRECTIONS_SOUGHT]
    wrong = Suggestion.objects.filter(pk__in=newest, verdict=Verdict.EDITED).values("ticket_id")
    rows = (
        Ticket.objects.filter(pk__in=wrong, category_confirmed=True)
        .annotate(beginning=Left("description", CORRECTION_LENGTH))
        .order_by("-pk")
        .values_list("title", "beginning", "category", "priority", "priority_confirmed")
    )
    return tuple(
        LabelledText(title, beginning, category, priority if is_settled else None)
        for title, beginning, category, priority, is_settled in rows[: prompt.EXAMPLES_LIMIT]
    )


@functools.lru_cache(maxsize=8)
def _counted(name: str, access: Access) -> _Counted:
    """One per configuration, for its open connections."""
    return _Counted(registry.REMOTE[name](access))


@functools.lru_cache(maxsize=8)
def _chain(remote: _Counted, local: Classifier) -> Chain:
    """One per configuration, so that its circuit breaker remembers."""
    return Chain([remote], local, _slots(settings.AI_CALLS_IN_FLIGHT))


@functools.cache
def _slots(count: int) -> BoundedSemaphore:
    """One for all chains: each version of the local model that goes live makes another chain."""
    return BoundedSemaphore(count)
