"""How often a remote provider may be asked, counted over all processes by the rows of `ProviderCall`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from helpdesk.triage.models import ProviderCall
from helpdesk.triage.prediction import NotAsked, Unavailable

UNFINISHED = "The call was not finished."


@dataclass(frozen=True)
class Usage:
    """Calls of one provider since the minute and since the day began, in the desk's time zone."""

    minute: int
    day: int
    minute_ends: datetime
    day_ends: datetime

    def excess(self) -> str:
        """In words, the limit that is exceeded; empty when none is."""
        for used, limit, window, ends in (
            (self.day, settings.AI_CALLS_PER_DAY, "day", self.day_ends),
            (self.minute, settings.AI_CALLS_PER_MINUTE, "minute", self.minute_ends),
        ):
            if used > limit:
                return (
                    f"The budget of {limit} calls a {window} is used up; "
                    f"the local model answers until {ends:%H:%M}."
                )
        return ""


def usage(provider: str) -> Usage:
    """What has been spent; one query."""
    minute = timezone.localtime().replace(second=0, microsecond=0)
    day = minute.replace(hour=0, minute=0)
    counts = ProviderCall.objects.filter(provider=provider, created_at__gte=day).aggregate(
        day=Count("id"), minute=Count("id", filter=Q(created_at__gte=minute))
    )
    return Usage(**counts, minute_ends=minute + timedelta(minutes=1), day_ends=day + timedelta(days=1))


@contextmanager
def spend(provider: str, model: str) -> Iterator[None]:
    """Count and record the call that is made inside, or raise `NotAsked` when the budget is used up."""
    call = _reserve(provider, model)
    started = time.perf_counter()
    try:
        yield
    except NotAsked:
        call.delete()
        raise
    except Exception as error:
        _close(call, started, str(error) if isinstance(error, Unavailable) else type(error).__name__)
        raise
    _close(call, started, "")


def _reserve(provider: str, model: str) -> ProviderCall:
    """Written before it is counted: of two processes that ask at once, neither overlooks the other."""
    with transaction.atomic(
        durable=True
    ):  # inside a transaction of the caller, nobody else would see the row
        call = ProviderCall.objects.create(provider=provider, model=model[:100], failure=UNFINISHED)
    if excess := usage(provider).excess():
        call.delete()
        raise NotAsked(excess)
    return call


def _close(call: ProviderCall, started: float, failure: str) -> None:
    call.latency_ms = round((time.perf_counter() - started) * 1000)
    call.failure = failure[:300]
    call.save(update_fields=["latency_ms", "failure"])
