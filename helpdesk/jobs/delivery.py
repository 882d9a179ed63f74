"""Reactions to announcements: each on its own, tried again with growing pauses, and given up visibly."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from helpdesk.jobs.reactions import Reaction, named, reactions

logger = logging.getLogger(__name__)
# How long to wait after the first failure, the second, …; after the last one a person is needed.
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)


@task()
def deliver(kind: str, ids: list[int]) -> None:
    """Run every reaction to an announcement; one that fails is owed, and does not keep the others from it."""
    for name, reaction in reactions(kind).items():
        _attempt(name, reaction, ids, failures=0)


@task()
def retry(name: str, ids: list[int], failures: int) -> None:
    """Run one reaction that has failed before."""
    _attempt(name, named(name), ids, failures=failures)


def _attempt(name: str, reaction: Reaction, ids: Sequence[int], *, failures: int) -> None:
    """After the last failure the error is raised: the task is marked failed, with its traceback."""
    try:
        reaction(ids)
    except Exception:
        if failures >= len(PAUSES):
            raise
        logger.warning("%s failed and is tried again in %s", name, PAUSES[failures], exc_info=True)
        retry.using(run_after=timezone.now() + PAUSES[failures]).enqueue(name, list(ids), failures + 1)
