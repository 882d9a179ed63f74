"""One at a time prepares a database: two migrations at once would end in the middle."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.db import Error, OperationalError, connection

LOOK_SECONDS = 0.5
# Any number will do, as long as nobody else who uses the database takes it.
ADVISORY_LOCK = 7_310_462_881


@contextmanager
def alone(tell: Callable[[str], object]) -> Iterator[None]:
    """Wait until no other process prepares this database; `tell` is called once if that takes time."""
    with advisory_lock(tell) if connection.vendor == "postgresql" else file_lock(tell):
        yield


@contextmanager
def advisory_lock(tell: Callable[[str], object]) -> Iterator[None]:
    """Asks again and again: a statement that waits would keep a concurrent index from being finished."""

    def taken() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
            return bool(cursor.fetchone()[0])

    wait_until(taken, tell)
    try:
        yield
    finally:
        # A connection that was lost has given the lock back already.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


@contextmanager
def file_lock(tell: Callable[[str], object]) -> Iterator[None]:
    """On a file beside the database; it stays, since to remove it would let two hold it."""
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        yield
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(f"{name}-prepare").open("w"))
        except OSError as error:
            raise OperationalError("unable to open database file") from error

        def taken() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        wait_until(taken, tell)
        yield


def wait_until(taken: Callable[[], bool], tell: Callable[[str], object]) -> None:
    if taken():
        return
    tell("Another process is preparing this database; waiting for it …")
    while not taken():
        time.sleep(LOOK_SECONDS)
