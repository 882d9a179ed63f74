"""How long a piece of work may hold locks, and when the others get theirs."""

import time

from django.db import connection

# On SQLite every other writer waits for the piece.
PIECE_SECONDS = {"sqlite": 0.15}
USUAL_SECONDS = 0.5
# SQLite asks for the lock every tenth of a second, and many who ask get in the way of each other.
PAUSE_SECONDS = 0.25


def seconds() -> float:
    """So long may a piece take."""
    return PIECE_SECONDS.get(connection.vendor, USUAL_SECONDS)


def let_others_write(since: float = 0.0) -> None:
    """Before the next piece; `since` is when the last one ended, by the monotonic clock, if not just now."""
    if connection.vendor == "sqlite":
        now = time.monotonic()
        time.sleep(max(0.0, (since or now) + PAUSE_SECONDS - now))
