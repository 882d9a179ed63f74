"""Workers that say they are alive, and tasks of those that no longer do."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import Error, connection
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from helpdesk.jobs.models import Worker

logger = logging.getLogger(__name__)
BEAT = timedelta(seconds=5)
# A worker that has not been heard of for so long has died.
SILENCE = timedelta(seconds=60)
# A task that has outlived so many workers may be what kills them.
MOST_CLAIMS = 5
# How long a task that is done is kept, for the page that shows what ran.
KEPT = timedelta(days=2)
# How a worker ends a task when it is told to stop at once.
STOPPED = ("builtins.SystemExit", "builtins.KeyboardInterrupt")


class GivenUp(Exception):
    """A task was taken up so often that it may be what ends the workers."""


@contextmanager
def beating(name: str) -> Iterator[None]:
    """While the block runs, say every few seconds that this worker lives, and look after the queue."""
    started, ended = timezone.now(), threading.Event()
    thread = threading.Thread(target=_beat, args=(name, started, ended), name="heartbeat", daemon=True)
    try:
        with _failure_told(quietly=False):
            _look_after(name, started)
        thread.start()
        yield
    finally:
        ended.set()
        if thread.is_alive():
            thread.join()
        with _failure_told(quietly=True):
            Worker.objects.filter(name=name).delete()


def alive(now: datetime | None = None) -> QuerySet[Worker]:
    """Those that were heard of lately."""
    return Worker.objects.filter(beat_at__gt=(now or timezone.now()) - SILENCE)


def take_up() -> int:
    """Put tasks whose worker died, or was stopped in the middle of them, into the queue again; how many."""
    names = set(alive().values_list("name", flat=True))
    stopped = DBTaskResult.objects.failed().filter(exception_class_path__in=STOPPED)
    orphans = [
        result
        for result in DBTaskResult.objects.running() | stopped
        if not (result.status == TaskResultStatus.RUNNING and result.worker_ids[-1] in names)
    ]
    return sum(map(_put_back, orphans))


def put_back(name: str) -> int:
    """Put the tasks that this worker had in hand when it lost the database into the queue again; how many."""
    left = [result for result in DBTaskResult.objects.running() if result.worker_ids[-1] == name]
    return sum(map(_put_back, left))


def prune() -> None:
    """Forget what was done long ago; what failed stays until somebody has seen to it."""
    DBTaskResult.objects.successful().filter(finished_at__lt=timezone.now() - KEPT).delete()
    Worker.objects.filter(beat_at__lt=timezone.now() - KEPT).delete()


def run_again(result: DBTaskResult) -> bool:
    """Queue a failed task once more; False when it is not failed any more."""
    failed = DBTaskResult.objects.failed().filter(pk=result.pk)
    return bool(failed.update(status=TaskResultStatus.READY, finished_at=None, worker_ids=[]))


def _put_back(result: DBTaskResult) -> bool:
    """Only if nobody was faster: the row must still be as it was read."""
    same = DBTaskResult.objects.filter(pk=result.pk, status=result.status, started_at=result.started_at)
    if len(result.worker_ids) < MOST_CLAIMS:
        return bool(same.update(status=TaskResultStatus.READY, finished_at=None))
    same.update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        exception_class_path=f"{GivenUp.__module__}.{GivenUp.__qualname__}",
        traceback=f"Given up: {len(result.worker_ids)} workers ended while they ran it.",
    )
    return False


def _beat(name: str, started: datetime, ended: threading.Event) -> None:
    """In a thread, so with a connection of its own; a database that is away for a while is waited for."""
    failing = False
    while not ended.wait(BEAT.total_seconds()):
        with _failure_told(quietly=failing) as failed:
            _look_after(name, started)
        failing = failed.is_set()
    connection.close()


@contextmanager
def _failure_told(*, quietly: bool) -> Iterator[threading.Event]:
    """Yields what is set when the database has failed; the first failure of several is worth a warning."""
    failed = threading.Event()
    try:
        yield failed
    except Error as error:
        failed.set()
        level = logging.DEBUG if quietly else logging.WARNING
        logger.log(level, "The heartbeat of this worker was not written: %s", str(error).partition("\n")[0])
        connection.close()


def _look_after(name: str, started: datetime) -> None:
    now = timezone.now()
    defaults = {"beat_at": now}
    Worker.objects.update_or_create(
        name=name, defaults=defaults, create_defaults={**defaults, "started_at": started}
    )
    if taken := take_up():
        logger.warning("Taken up again after the end of a worker: %s tasks", taken)
    prune()
