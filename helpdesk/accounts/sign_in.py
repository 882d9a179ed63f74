"""Signing in by name and password: refused when locked, and never more at a time than the desk can bear."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.utils import timezone

from helpdesk.accounts import lockout
from helpdesk.accounts.addresses import origin
from helpdesk.accounts.sessions import SessionStore

BUSY_SECONDS = 3
# A password takes a processor for a third of a second, on purpose. In each process one is checked at a time
# and one may wait, which leaves the other threads, and a processor, to those who work.
_places = threading.BoundedSemaphore(2)
_checking = threading.Lock()


class SignInRefused(Exception):
    """No password is looked at now; the message says what to do, and `wait` how many seconds it takes."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, words: str, wait: int) -> None:
        super().__init__(words)
        self.wait = wait


class Locked(SignInRefused):
    """There were too many failures."""


class Busy(SignInRefused):
    """Others are signing in."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def check(request: HttpRequest, username: str, password: str) -> User | None:
    """The user whom the name and the password belong to, or None. Raises Locked and Busy."""
    _refuse_locked(request, username)
    with _turn():
        user: Any = authenticate(request, username=username, password=password)
    if user is None:
        _refuse_locked(request, username)
    else:
        SessionStore.clear_expired()
    return user


def _refuse_locked(request: HttpRequest, username: str) -> None:
    until = lockout.locked_until(lockout.normalise(username), origin(request))
    if until is None:
        return
    seconds = max(1, ceil((until - timezone.now()).total_seconds()))
    minutes = ceil(seconds / 60)
    raise Locked(
        "Too many wrong passwords came from your address. "
        f"Try again in {minutes} minute{pluralize(minutes)}, or ask an administrator to unlock you.",
        seconds,
    )


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Busy("Others are signing in at this moment. Try again in a few seconds.", BUSY_SECONDS)
    try:
        with _checking:
            yield
    finally:
        _places.release()
