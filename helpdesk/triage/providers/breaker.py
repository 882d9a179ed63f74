"""A circuit breaker: who failed again and again is left alone for a while."""

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """Opens after `threshold` failures in a row, then lets one trial call through every `pause` seconds.

    It lives in the memory of one process: an outage costs each of the few processes `threshold` slow calls,
    and asking a shared store before every call would cost more, and could itself be down.
    """

    def __init__(
        self, *, threshold: int = 3, pause: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._threshold = threshold
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._resumes_at = float("-inf")

    def admit(self) -> float:
        """0 when a call may be made now; otherwise the seconds until the next trial."""
        with self._lock:
            left = self._resumes_at - self._clock()
            if left > 0:
                return left
            if self._failures >= self._threshold:
                self._resumes_at = self._clock() + self._pause  # this caller is the trial, the others wait
            return 0.0

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._resumes_at = float("-inf")

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._threshold:
                self._resumes_at = self._clock() + self._pause
