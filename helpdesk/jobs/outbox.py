"""Announcements: what a write leaves, in its own transaction, for everything that follows it."""

from collections.abc import Sequence

from django.db import transaction

from helpdesk.jobs.delivery import deliver
from helpdesk.jobs.reactions import reactions

CHUNK = 1000


def announce(kind: str, ids: Sequence[int]) -> None:
    """Leave word of what was done to these rows, a thousand to a task; the worker reads it after the commit.

    What nobody listens to leaves nothing behind. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"Announce {kind} in the transaction that does it, or a crash could lose it.")
    if reactions(kind):
        for start in range(0, len(ids), CHUNK):
            deliver.enqueue(kind, list(ids[start : start + CHUNK]))
