"""Where tickets meet the classifiers: asking them, filling blanks, and keeping what they said."""

import functools
import time
from collections.abc import Sequence
from dataclasses import replace
from threading import BoundedSemaphore

from django.conf import settings

from helpdesk.tickets.parsing import as_pk
from helpdesk.triage import answer_cache, budget, examples, memory, versions
from helpdesk.triage.calibration import calibrated
from helpdesk.triage.prediction import Classifier, LabelledText, NotAsked, Prediction
from helpdesk.triage.providers import prompt, registry
from helpdesk.triage.providers.chain import Chain
from helpdesk.triage.providers.prompt import Prompt
from helpdesk.triage.providers.remote import Access, Remote

LOCAL = registry.LOCAL
VERSION = "version:"  # and its number: one version of the local model


class _Counted:
    """A remote provider as the desk asks it: within the budget, calibrated, with examples, never twice."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.name, self.display_name, self.model = remote.name, remote.display_name, remote.model

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        return self.answer(_request(title, description), timeout=timeout)

    def answer(self, request: Prompt, *, timeout: float) -> Prediction:
        with budget.spend(self.name, self.model):
            started = time.perf_counter()
            said = self._remote.answer(request, timeout=timeout)
        answer_cache.keep(said, request.digest)
        return calibrated(replace(said, latency_ms=round((time.perf_counter() - started) * 1000)))

    def remembered(self, request: Prompt) -> Prediction | None:
        known = answer_cache.find(self.name, self.model, request.digest)
        return calibrated(known) if known else None


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
    if known := remote.remembered(_request(title, description)):
        return known
    return _chain(remote, versions.current()).classify(title, description, timeout=settings.AI_TIMEOUT)


def classify_locally(title: str, description: str) -> Prediction:
    """The local model's answer: at once, without network."""
    return versions.current().classify(title, description, timeout=settings.AI_TIMEOUT)


def ask(
    name: str, title: str, description: str, *, shown: Sequence[LabelledText] | None = None
) -> Prediction:
    """The answer of one provider by name, to measure it: nobody steps in, so `Unavailable` may be raised.

    Unless examples are `shown` it sees those of the desk, but never the solution of this very text.
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
    remote, request = _counted(name, registry.access(name, settings)), _request(title, description, shown)
    return remote.remembered(request) or remote.answer(request, timeout=settings.AI_TIMEOUT)


def has_provider() -> bool:
    """Whether somebody besides the local model can be asked."""
    name = registry.chosen(settings)
    return name != LOCAL and not registry.missing(name, settings)


def askable() -> dict[str, str]:
    """The remote providers that have all they need, by name, as staff know them."""
    return {
        name: registry.DISPLAY_NAMES[name] for name in registry.REMOTE if not registry.missing(name, settings)
    }


def _request(title: str, description: str, shown: Sequence[LabelledText] | None = None) -> Prompt:
    """A question with these examples, or with those of the desk."""
    shown = examples.like(title, description) if shown is None else shown
    return prompt.build(title, description, shown, redacted=settings.AI_REDACT)


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
