"""Ask the providers in turn within one time budget; the last one is local and always answers."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import BoundedSemaphore

from helpdesk.triage.prediction import Classifier, NotAsked, Prediction, RemoteClassifier, Unavailable
from helpdesk.triage.providers.breaker import Breaker

logger = logging.getLogger(__name__)


class Chain:
    """Keep one per process: it remembers which providers are failing."""

    def __init__(
        self,
        remote: Sequence[RemoteClassifier],
        local: Classifier,
        slots: BoundedSemaphore,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`remote` in the order to ask; `local` never raises; `clock` in seconds.

        `slots` bound how many threads wait for a provider at once, over all chains that they are handed to.
        """
        self._slots = slots
        self._remote = [(provider, Breaker(clock=clock)) for provider in remote]
        self._local = local
        self._clock = clock

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        """The first answer within `timeout` seconds; `latency_ms` is the whole wait, failures included."""
        started = self._clock()
        failures: dict[str, str] = {}
        for provider, breaker in self._remote:
            left = started + timeout - self._clock()
            try:
                with self._slot(provider.display_name):
                    answer = _ask(provider, breaker, title, description, left)
                break
            except Unavailable as why:
                failures[provider.name] = str(why)
        else:
            answer = self._local.classify(title, description, timeout=timeout)
        waited = round((self._clock() - started) * 1000)
        return replace(answer, latency_ms=waited, failures=failures)

    @contextmanager
    def _slot(self, name: str) -> Iterator[None]:
        """Before the breaker is asked: who finds no slot must not use up its trial call."""
        if not self._slots.acquire(blocking=False):
            raise NotAsked(f"Too many questions wait for {name} already; the local model answered at once.")
        try:
            yield
        finally:
            self._slots.release()


def _ask(
    provider: RemoteClassifier, breaker: Breaker, title: str, description: str, left: float
) -> Prediction:
    """One remote answer, or `Unavailable`, whatever goes wrong."""
    name = provider.display_name
    if left <= 0:
        raise NotAsked(f"No time was left to ask {name}.")
    if pause := breaker.admit():
        raise NotAsked(f"{name} is paused after repeated failures; next try in {math.ceil(pause)} s.")
    try:
        answer = provider.classify(title, description, timeout=left)
    except NotAsked as why:
        logger.info("%s was not asked: %s", name, why)
        raise
    except Unavailable as why:
        breaker.failed()
        logger.warning("%s gave no answer: %s", name, why)
        raise
    except Exception as error:
        breaker.failed()
        logger.exception("%s failed unexpectedly.", name)
        raise Unavailable(f"{name} failed unexpectedly; the log says why.") from error
    breaker.succeeded()
    return answer
