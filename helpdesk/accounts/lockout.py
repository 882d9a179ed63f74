"""Who may try another password: failures are counted by name and address, and by address alone.

A name alone is never locked, or anybody could lock a colleague out. An address that is locked still lets in
the people who have signed in from there before, so that a neighbour cannot lock them out either.
"""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from helpdesk.accounts.addresses import origin
from helpdesk.accounts.models import Session

PAIR_LIMIT: int = settings.AXES_FAILURE_LIMIT
ADDRESS_LIMIT = 50
PAUSE: timedelta = settings.AXES_COOLOFF_TIME
NAME_LENGTH = 255


class LockoutHandler(AxesDatabaseHandler):
    """Axes, with a limit of its own for an address, and one row for a name and an address."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Axes knows one limit: who is locked has reached it."""
        return PAIR_LIMIT if locked_until(name_tried(request, credentials), origin(request)) else 0

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        if request is not None:
            request.axes_user_agent = ""  # a name for a browser would make a row of its own
        super().user_login_failed(sender, credentials, request, **kwargs)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Who signs in clears their own failures, not those of others at the same address."""
        return unlock(recent().filter(username=name_tried(request, credentials), ip_address=origin(request)))


def normalise(name: str) -> str:
    """One spelling for all ways to write a name: width, case and spaces do not make another one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())[:NAME_LENGTH]


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What Axes calls to learn the name."""
    return normalise((credentials or {}).get("username") or "")


def recent() -> "QuerySet[AccessAttempt]":
    """The failures that count: one row for each name and address, with their number."""
    return AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - PAUSE)


def locked_until(name: str, address: str | None) -> datetime | None:
    """When this name may be tried again from this address; None for now."""
    rows = recent().filter(ip_address=address).order_by("-attempt_time")
    failures = list(rows.values_list("username", "failures_since_start", "attempt_time"))
    of_pair = _full_until((row[1:] for row in failures if row[0] == name), PAIR_LIMIT)
    if of_pair:
        return of_pair
    of_address = _full_until((row[1:] for row in failures), ADDRESS_LIMIT)
    return None if of_address and _is_known(name, address) else of_address


def unlock(attempts: "QuerySet[AccessAttempt]") -> int:
    """Forget these failures; how many rows there were."""
    return attempts.delete()[0]


def _full_until(failures: Iterable[tuple[int, datetime]], limit: int) -> datetime | None:
    """When fewer than `limit` of the failures will count, given newest first; None if it is so now."""
    total = 0
    for count, at in failures:
        total += count
        if total >= limit:
            return at + PAUSE
    return None


def _is_known(name: str, address: str | None) -> bool:
    return Session.objects.filter(user__username__iexact=name, address=address).exists()
