"""A wall-clock limit for calls whose own time limits cover single reads only."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import BoundedSemaphore, Thread
from typing import TypeVar

from helpdesk.triage.prediction import NotAsked, Unavailable

T = TypeVar("T")


class Deadline:
    """Runs each call on a thread of its own, so that it can be given up while it still hangs.

    A thread cannot be stopped from outside: a call that was given up ends when its socket times out, or much
    later if the server trickles. `most` bounds the calls in flight, those included. The threads are daemons,
    because an executor waits for its threads when the process ends.
    """

    def __init__(self, provider: str, *, most: int = 8) -> None:
        self.provider = provider
        self._slots = BoundedSemaphore(most)

    def run(self, call: Callable[[], T], *, timeout: float) -> T:
        """What `call` returns or raises; `Unavailable` after `timeout` seconds, or at once if many hang."""
        if not self._slots.acquire(blocking=False):
            raise NotAsked(f"{self.provider} is still busy with earlier calls.")
        future: Future[T] = Future()
        try:
            Thread(target=self._fulfil, args=(future, call), daemon=True).start()
        except RuntimeError:  # the system is out of threads
            self._slots.release()
            raise
        try:
            return future.result(timeout)
        except TimeoutError:
            raise Unavailable(f"{self.provider} did not answer within {timeout:.2g} s.") from None

    def _fulfil(self, future: Future[T], call: Callable[[], T]) -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again where the call was made
            future.set_exception(error)
        finally:
            self._slots.release()
