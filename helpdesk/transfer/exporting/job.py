"""Large exports: the worker writes them into the storage, whoever asked fetches them until they expire."""

import io
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.base import File
from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import UNFINISHED, JobState
from helpdesk.jobs import workers
from helpdesk.transfer.exporting.content import pieces_of, tickets_of
from helpdesk.transfer.models import TicketExport, stored_name

logger = logging.getLogger(__name__)
# So many exports of one person are written or wait to be at a time.
MOST_UNFINISHED = 3
TELL_SECONDS = 1.0
CHOSEN = ("channel", "format", "columns", "parts", "query")


class ExportRefused(Exception):
    """That cannot be done now; the message says why, and nothing was done."""


class Stopped(Exception):
    """The export was cancelled, or another worker writes it."""


def ask(export: TicketExport) -> TicketExport:
    """Let the worker write it; what is not finished yet is not begun twice. Raises `ExportRefused`."""
    unfinished = list(TicketExport.objects.filter(owner=export.owner, state__in=UNFINISHED))
    for other in unfinished:
        if not export.key and is_same(other, export):
            return other
    if len(unfinished) >= MOST_UNFINISHED:
        raise ExportRefused(
            f"{len(unfinished)} of your exports are not finished yet. Wait for them, or cancel one."
        )
    export.rows = export.total = 0
    with transaction.atomic():
        export.save()
        write.enqueue(export.pk)
    return export


def is_same(one: TicketExport, other: TicketExport) -> bool:
    """Whether the same was asked for."""
    return all(getattr(one, name) == getattr(other, name) for name in CHOSEN)


def remove(export: TicketExport) -> None:
    """Stop writing it, or remove its file; who took what stays on record. Raises `ExportRefused`."""
    with transaction.atomic():
        held = TicketExport.objects.select_for_update().get(pk=export.pk)
        if held.state in UNFINISHED:
            held.state, held.finished_at = JobState.CANCELLED, timezone.now()
        elif not held.file:
            raise ExportRefused("It has no file any more.")
        name, held.file.name = held.file.name, ""
        held.save(update_fields=["state", "finished_at", "file"])
    if name:
        held.file.storage.delete(name)
    export.refresh_from_db()


def visible_to(user: User | AnonymousUser, *, sees_all: bool) -> QuerySet[TicketExport]:
    """The exports that a person may see and fetch: their own, or for leads everybody's."""
    exports = TicketExport.objects.select_related("owner")
    if not user.is_authenticated:
        return exports.none()
    return exports if sees_all else exports.filter(owner=user)


def is_left_alone(export: TicketExport) -> bool:
    """Whether no worker runs that could write it."""
    return export.state in UNFINISHED and not workers.alive().exists()


@task()
def sweep() -> None:
    """Remove the files that have expired."""
    for export in TicketExport.objects.filter(expires_at__lte=timezone.now()).exclude(file=""):
        export.file.delete(save=False)
        TicketExport.objects.filter(pk=export.pk).update(file="")


@task()
def write(export_id: int) -> None:
    """Write the file from its beginning; what a worker that died has left of it is removed."""
    export = _claim(export_id)
    if export is None:
        return
    try:
        _write(export)
    except Stopped:
        logger.info("Export %s is not wanted any more", export.pk)
    except Error:
        raise  # the database is away: the worker waits for it, and takes the task up again
    except ValueError as wrong:
        _fail(export, str(wrong))
    except OSError:
        logger.exception("Export %s cannot be stored", export.pk)
        _fail(export, "There is no room for it on the server. Ask whoever runs the desk.")
    except Exception as error:
        logger.exception("Export %s failed", export.pk)
        _fail(export, f"It stopped at an error of the program ({type(error).__name__}). See the log.")


def _claim(export_id: int) -> TicketExport | None:
    """The export with a new name for its file: whoever claimed it before finds that out, and stops."""
    with transaction.atomic():
        wanted = TicketExport.objects.select_for_update(of=("self",)).select_related("owner")
        export = wanted.filter(pk=export_id, state__in=UNFINISHED).first()
        if export is None:
            return None
        before, export.file.name = export.file.name, stored_name(export, "")
        export.state, export.rows = JobState.RUNNING, 0
        export.save(update_fields=["state", "rows", "file"])
    if before:
        export.file.storage.delete(before)
    return export


def _write(export: TicketExport) -> None:
    mine = TicketExport.objects.filter(pk=export.pk, file=export.file.name, state=JobState.RUNNING)
    mine.update(total=tickets_of(export).order_by().count())
    name, storage, watch = export.file.name or "", export.file.storage, Watch(mine)
    try:
        with watch.telling(), closing(pieces_of(export, watch.over)) as pieces:
            storage.save(name, File(io.BufferedReader(Stream(pieces)), name))
        now = timezone.now()
        expires = now + timedelta(days=settings.EXPORT_DAYS)
        with transaction.atomic():
            if not mine.update(state=JobState.DONE, rows=watch.rows, finished_at=now, expires_at=expires):
                raise Stopped
            sweep.using(run_after=expires).enqueue()
    except BaseException:
        storage.delete(name)
        raise


def _fail(export: TicketExport, message: str) -> None:
    mine = TicketExport.objects.filter(pk=export.pk, file=export.file.name, state=JobState.RUNNING)
    mine.update(state=JobState.FAILED, message=message, file="", finished_at=timezone.now())


class Watch:
    """Counts rows on their way; every second tells of it and looks whether they are still wanted.

    In a thread, so with a connection of its own: on SQLite who is in the middle of reading cannot write.
    """

    def __init__(self, mine: QuerySet[TicketExport]) -> None:
        self.mine, self.rows, self.is_wanted = mine, 0, True

    def over(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            if not self.is_wanted:
                raise Stopped
            self.rows += 1
            yield row

    @contextmanager
    def telling(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._tell, args=(ended,), name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def look(self) -> None:
        self.is_wanted = bool(self.mine.update(rows=self.rows))

    def _tell(self, ended: threading.Event) -> None:
        while self.is_wanted and not ended.wait(TELL_SECONDS):
            try:
                self.look()
            except Error as error:
                logger.debug("How far an export is was not written: %s", error)
                connection.close()
        connection.close()


class Stream(io.RawIOBase):
    """Pieces of bytes as a file that can only be read on: a storage takes it without keeping it whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
