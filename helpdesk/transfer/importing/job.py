"""One import from the upload to its end: what people may do with it, and the work of the worker."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import Error, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import AT_WORK, Channel, ImportState
from helpdesk.jobs import workers
from helpdesk.tickets import undo
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.undo_record import Undo
from helpdesk.transfer.importing import staging, turns, writing
from helpdesk.transfer.models import Import
from helpdesk.transfer.unreadable import Unreadable

logger = logging.getLogger(__name__)
# After so long a task makes room for others and goes on in a task of its own.
SLICE_SECONDS = 10.0
FIRST_PIECE = 50
# Before these something of the file may have been written.
UNWRITTEN = (ImportState.SCANNING, ImportState.MAPPING, ImportState.JUDGING, ImportState.READY)


class Refused(Exception):
    """The import cannot do that now; the message says why, and nothing was done."""


def judge(
    job: Import, *, mapping: Mapping[str, Any] | None = None, waits_in: str = ImportState.READY
) -> None:
    """Compare every row with the desk, by this mapping; again, where that was done before."""
    sources = (ImportState.MAPPING, ImportState.READY)
    changes: dict[str, Any] = {"waits_in": waits_in, "cursor": 0}
    if mapping is not None:
        changes["mapping"] = dict(mapping)
    with transaction.atomic():
        _move(job, sources, ImportState.JUDGING, "Its rows cannot be compared now.", **changes)


def settle(job: Import, mapping: Mapping[str, Any]) -> None:
    """Keep what a person has chosen so far; a preview that was made before is made anew afterwards."""
    sources = (ImportState.MAPPING, ImportState.READY)
    _move(job, sources, ImportState.MAPPING, "Its columns cannot be changed now.", mapping=dict(mapping))


def read_again(job: Import, reading: Mapping[str, Any], profile: str = "") -> None:
    """Read the file in another way: with another encoding, delimiter, header or sheet, or as of a product."""
    changes = {"reading": dict(reading), "profile": profile, "mapping": None, "scan": None, "message": ""}
    sources = (ImportState.MAPPING, ImportState.READY, ImportState.FAILED)
    if job.started_at:
        raise Refused("Its rows were written already. Upload the file again.")
    _move(job, sources, ImportState.SCANNING, "It cannot be read in another way now.", **changes)


def start(job: Import, *, all_or_nothing: bool, labels_right: bool = False) -> None:
    """Write what the preview shows."""
    if all_or_nothing and job.refused:
        raise Refused("Some rows are refused. Mend the file, or import it without them.")
    if not (job.new or job.changed or (labels_right and job.unchanged)):
        raise Refused("There is nothing to import: every row is as its ticket already is, or cannot be used.")
    _move(
        job,
        (ImportState.READY,),
        ImportState.RUNNING,
        "It was started before, or is not ready yet.",
        all_or_nothing=all_or_nothing,
        labels_right=labels_right,
        waits_in="",
        started_at=timezone.now(),
        restores=not Ticket.objects.exists(),
    )


def cancel(job: Import) -> None:
    """End it. What it has written already is taken back, but for what people have touched meanwhile."""
    if job.state in UNWRITTEN:
        _move(job, UNWRITTEN, ImportState.CANCELLED, "It is finished.", finished_at=timezone.now())
        return
    _take_back(job, (ImportState.RUNNING, ImportState.FAILED), ImportState.CANCELLED, "It is finished.")


def undo_all(job: Import, *, actor: User, channel: Channel) -> None:
    """Take the whole import back: what nobody has touched since is removed or put back as it was."""
    if is_too_old(job):
        raise Refused(f"It is older than {settings.IMPORT_DAYS} days. Change its tickets one by one.")
    sources = (ImportState.DONE, ImportState.FAILED)
    _take_back(job, sources, ImportState.UNDONE, "Only a finished import can be undone.", actor, channel)


def resume(job: Import) -> None:
    """Go on where it stopped: after a failure, or the death of the worker."""
    with transaction.atomic():
        if job.state == ImportState.FAILED:
            if not job.started_at:
                raise Refused("Nothing of it was written. Upload the file again.")
            _move(job, (ImportState.FAILED,), ImportState.RUNNING, "It goes on already.", message="")
        elif job.state in AT_WORK:
            go_on.enqueue(job.pk)
        else:
            raise Refused("There is nothing to go on with.")


def is_too_old(job: Import) -> bool:
    return job.created_at < timezone.now() - timedelta(days=settings.IMPORT_DAYS)


def is_left_alone(job: Import) -> bool:
    """Whether no worker runs that could go on with it."""
    return job.state in AT_WORK and not workers.alive().exists()


def taken_back(job: Import) -> Undo | None:
    """What became of its undo."""
    return Undo.objects.filter(of_batch=job.batch).first()


@task()
def go_on(job_id: int) -> None:
    """Work until the job is done, a person is asked, or others should have their turn."""
    work(job_id, seconds=SLICE_SECONDS)


def work(job_id: int, *, seconds: float) -> None:
    """The same for a caller who is no worker; a step that fails ends the job with its reason."""
    deadline = time.monotonic() + seconds
    while job := Import.objects.select_related("owner").filter(pk=job_id, state__in=AT_WORK).first():
        try:
            STEPS[ImportState(job.state)](job, deadline)
        except writing.Halted:
            continue
        except (Unreadable, writing.Misfit) as error:
            fail(job, str(error))
        except Error:
            raise  # the database is away: the worker waits for it, and takes the task up again
        except Exception as error:
            logger.exception("Import %s failed", job.pk)
            fail(job, f"It stopped at an error of the program ({type(error).__name__}). See the log.")
        if time.monotonic() > deadline:
            go_on.enqueue(job_id)
            return


def fail(job: Import, message: str) -> None:
    """What was written is taken back where it was to be all or nothing, and stays otherwise."""
    job.refresh_from_db(fields=["state"])
    if job.state == ImportState.RUNNING and job.all_or_nothing:
        _take_back(job, (ImportState.RUNNING,), ImportState.FAILED, "", message=message)
        return
    if job.state == ImportState.RUNNING:
        # Others hear of what was written so far; the rest waits for `resume`.
        _move(job, (job.state,), ImportState.FINISHING, "", ends_in=ImportState.FAILED, message=message)
        return
    _move(job, (job.state,), ImportState.FAILED, "", message=message, finished_at=timezone.now())


def _scan(job: Import, deadline: float) -> None:
    staging.read_through(job)


def _judge(job: Import, deadline: float) -> None:
    if job.cursor == 0 and _clear(job):
        return
    if not staging.judge_rows(job, deadline):
        return
    job.refresh_from_db()
    if job.state == ImportState.READY and job.waits_in != ImportState.READY:
        _start_by_itself(job)


def _clear(job: Import) -> bool:
    """Remove some rows of an earlier judgement; whether there were any."""
    some = job.rows.order_by().values_list("pk", flat=True)[: staging.PIECE * 4]
    found = bool(job.rows.filter(pk__in=list(some)).delete()[0])
    turns.let_others_write()
    return found


def _start_by_itself(job: Import) -> None:
    """Nobody is asked: what cannot be done ends it, with the reason."""
    try:
        start(job, all_or_nothing=job.all_or_nothing, labels_right=job.labels_right)
    except Refused as reason:
        idle = not job.refused
        end = ImportState.DONE if idle else ImportState.FAILED
        _move(job, (ImportState.READY,), end, "", message=str(reason), finished_at=timezone.now())


def _write(job: Import, deadline: float) -> None:
    """Pieces that grow and shrink so that none holds locks for long."""
    if job.cursor == 0:
        writing.begin(job)
    size, began = FIRST_PIECE, 0.0
    while began < deadline:
        began = time.monotonic()
        count = writing.write_piece(job, size)
        if not count:
            return
        took = max(time.monotonic() - began, 0.001)
        turns.let_others_write()
        size = max(writing.SMALLEST, min(writing.LARGEST, int(size * turns.seconds() / took)))


def _finish(job: Import, deadline: float) -> None:
    while not writing.announce_piece(job) and time.monotonic() < deadline:
        turns.let_others_write()


def _put_back(job: Import, deadline: float) -> None:
    row = taken_back(job)
    while row and not undo.go_on_once(row.pk):
        Import.objects.filter(pk=job.pk).update(beat_at=timezone.now())
        turns.let_others_write()
        if time.monotonic() > deadline:
            return
    _move(job, (job.state,), ImportState(job.ends_in), "", ends_in="", finished_at=timezone.now())


STEPS: dict[ImportState, Callable[[Import, float], None]] = {
    ImportState.SCANNING: _scan,
    ImportState.JUDGING: _judge,
    ImportState.RUNNING: _write,
    ImportState.FINISHING: _finish,
    ImportState.UNDOING: _put_back,
}


@transaction.atomic
def _take_back(
    job: Import,
    sources: tuple[ImportState, ...],
    end: ImportState,
    refusal: str,
    actor: User | None = None,
    channel: Channel = Channel.IMPORT,
    **changes: Any,
) -> None:
    """Undo what was written; the last state is `end`."""
    _move(job, sources, ImportState.UNDOING, refusal, ends_in=end, **changes)
    try:
        undo.undo(job.batch, actor=actor or job.owner, channel=channel, removes=True, waits=True)
    except undo.UndoRefused:
        logger.info("Import %s had written nothing yet", job.pk)


def _move(job: Import, sources: tuple[Any, ...], target: ImportState, refusal: str, **changes: Any) -> None:
    """From one of these states into another, and word to the worker if that is its work; raises `Refused`."""
    with transaction.atomic():
        where = Q(pk=job.pk, state__in=sources)
        if not Import.objects.filter(where).update(state=target, beat_at=timezone.now(), **changes):
            raise Refused(refusal)
        if target in AT_WORK:
            go_on.enqueue(job.pk)
    job.refresh_from_db()
