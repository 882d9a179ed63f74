"""From judged rows to tickets, in pieces: each row is judged again under its lock."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from helpdesk import intake
from helpdesk.choices import Channel, ImportState, Standing
from helpdesk.jobs import outbox
from helpdesk.tickets import changes, numbers
from helpdesk.tickets.arrivals import Arrival, PastMessage
from helpdesk.tickets.fields import BY_NAME, LABELS, Kind
from helpdesk.tickets.history import Author
from helpdesk.tickets.models import Ticket
from helpdesk.transfer.models import Import, StagedRow

# Of imported tickets others hear under a name of its own: what mails or asks providers is not for them.
IMPORTED = "ticket.imported"
ANNOUNCED = 1000
# What only the preview shows.
PREVIEW = ("identity", "differences", "problems", "warnings", "is_warned")
LARGEST, SMALLEST = 1000, 1
WRITTEN = """
    UPDATE {table} SET ticket_id = found.column2, is_written = TRUE
    FROM (VALUES {values}) AS found WHERE {table}.id = found.column1
"""
MOVED = [
    "",
    "",
    "Changed since the preview",
    "Somebody's change stays. Import the row again if it should win.",
]
MADE = ["", "", "Made since the preview", "A ticket with this number exists by now. Import the row again."]
MISFIT = ["", "", "The database does not take it", "Look for another ticket with the same numbers."]


class Misfit(Exception):
    """A row that the database does not take, where all was wanted or nothing; the message says which."""


class Halted(Exception):
    """The job is not where it was: cancelled, or done by another worker."""


def begin(job: Import) -> None:
    """Before the first row: numbers that tickets bring along are left to them."""
    highest = job.rows.filter(standing=Standing.NEW).aggregate(highest=Max("number_wanted"))["highest"]
    if highest:
        numbers.leave_out(highest)


def write_piece(job: Import, size: int) -> int:
    """Write the next rows, at most `size`, all or none of them; how many, 0 when there is no more.

    A piece that the database refuses is tried in smaller ones, until it is known which row that is.
    """
    try:
        return _write(job, size)
    except (IntegrityError, DataError):
        if size > 1:
            return write_piece(job, max(1, size // 8))
        return _set_aside(job)


def announce_piece(job: Import) -> bool:
    """Tell others of the next written rows; whether these were the last."""
    with transaction.atomic():
        held = _locked(job, ImportState.FINISHING)
        written = held.rows.filter(is_written=True, number__gt=held.announced).order_by("number")
        rows = list(written.defer(*PREVIEW)[:ANNOUNCED])
        outbox.announce(IMPORTED, _ids(row for row in rows if row.standing == Standing.NEW))
        outbox.announce("ticket.updated", _ids(row for row in rows if row.standing == Standing.CHANGED))
        if held.labels_right:
            outbox.announce(changes.SETTLED, _ids(row for row in rows if _given(row)))
        held.announced = rows[-1].number if rows else held.announced
        if len(rows) < ANNOUNCED:
            held.state = ImportState(held.ends_in or ImportState.DONE)
            held.ends_in, held.finished_at = "", timezone.now()
        held.beat_at = timezone.now()
        held.save(update_fields=["announced", "state", "ends_in", "finished_at", "beat_at"])
    return len(rows) < ANNOUNCED


def _ids(rows: Iterable[StagedRow]) -> list[int]:
    return [row.ticket_id for row in rows if row.ticket_id]


def author_of(job: Import) -> Author:
    return Author(job.owner, Channel.IMPORT, job.batch, announces=False)


def _locked(job: Import, state: ImportState) -> Import:
    """The job as it is now, locked; raises `Halted` when it is somewhere else by now."""
    held = Import.objects.select_for_update(of=("self",)).select_related("owner").defer("scan").get(pk=job.pk)
    if held.state != state:
        raise Halted
    return held


def _next(held: Import, size: int) -> list[StagedRow]:
    """The next rows, whatever they are: PostgreSQL would sort all that remain for some kinds of them."""
    return list(held.rows.filter(number__gt=held.cursor).defer(*PREVIEW).order_by("number")[:size])


def _wanted(rows: Iterable[StagedRow], held: Import) -> list[StagedRow]:
    kinds = {Standing.NEW, Standing.CHANGED}
    return [
        row
        for row in rows
        if row.standing in kinds or (held.labels_right and row.standing == Standing.UNCHANGED)
    ]


@transaction.atomic
def _write(job: Import, size: int) -> int:
    held = _locked(job, ImportState.RUNNING)
    rows = _next(held, size)
    if not rows:
        held.state = ImportState.FINISHING
        held.save(update_fields=["state"])
        return 0
    wanted = _wanted(rows, held)
    _make([row for row in wanted if row.standing == Standing.NEW], held)
    _change([row for row in wanted if row.standing != Standing.NEW], held)
    _mark(wanted)
    held.done_new += sum(row.is_written and row.standing == Standing.NEW for row in wanted)
    held.done_changed += sum(row.is_written and row.standing == Standing.CHANGED for row in wanted)
    held.done_skipped += sum(row.standing == Standing.SKIPPED for row in wanted)
    held.cursor, held.beat_at = rows[-1].number, timezone.now()
    held.save(update_fields=["done_new", "done_changed", "done_skipped", "cursor", "beat_at"])
    return len(rows)


def _mark(rows: Sequence[StagedRow]) -> None:
    """What became of them: one statement for all that were written, as `bulk_update` builds a huge CASE."""
    written = [value for row in rows if row.is_written for value in (row.pk, row.ticket_id)]
    if written:
        values = ", ".join(["(%s, %s)"] * (len(written) // 2))
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN.format(table=StagedRow._meta.db_table, values=values), written)
    skipped = [row for row in rows if not row.is_written]
    StagedRow.objects.bulk_update(skipped, ["standing", "problems"], batch_size=100)


@transaction.atomic
def _set_aside(job: Import) -> int:
    """The one row that the database does not take is refused; raises `Misfit` where all was wanted."""
    held = _locked(job, ImportState.RUNNING)
    rows = _next(held, 1)
    if rows and held.all_or_nothing:
        raise Misfit(f"Row {rows[0].number}: the database does not take it. {MISFIT[-1]}")
    for row in rows:
        row.standing, row.problems = Standing.REFUSED, [MISFIT]
        row.save(update_fields=["standing", "problems"])
        held.cursor = row.number
        held.refused += 1
    held.save(update_fields=["cursor", "refused"])
    return len(rows)


def _make(rows: Sequence[StagedRow], job: Import) -> None:
    """The new tickets, but for those that somebody has made since the preview."""
    people = _people(rows)
    taken_pairs, taken_origins, taken_numbers = _taken(rows)
    free = []
    for row in rows:
        pair = (row.values.get("external_source", ""), row.values.get("external_id", ""))
        origin = row.extra.get("origin")
        if pair in taken_pairs or (origin and (UUID(origin[0]), origin[1]) in taken_origins):
            row.standing, row.problems = Standing.SKIPPED, [MADE]
            continue
        if row.number_wanted in taken_numbers:
            row.number_wanted = None
        free.append(row)
    arrivals = [_arrival(row, job, people) for row in free]
    tickets = intake.bring_in(arrivals, [row.extra.get("guess") for row in free], author_of(job))
    for row, ticket in zip(free, tickets, strict=True):
        row.ticket_id, row.is_written = ticket.pk, True


def _taken(rows: Sequence[StagedRow]) -> tuple[set[Any], set[Any], set[Any]]:
    """Which of their numbers tickets have by now: elsewhere, in the desk they were born in, and here."""
    ids = {row.values["external_id"] for row in rows if row.values.get("external_id")}
    sources = {row.values.get("external_source", "") for row in rows}
    origins = [row.extra["origin"] for row in rows if "origin" in row.extra]
    pairs = Ticket.objects.filter(external_source__in=sources, external_id__in=ids).exclude(external_id="")
    born = Ticket.objects.filter(
        origin_desk__in={desk for desk, _ in origins}, origin_id__in={number for _, number in origins}
    )
    here = Ticket.objects.filter(pk__in={row.number_wanted for row in rows if row.number_wanted})
    return (
        set(pairs.order_by().values_list("external_source", "external_id")) if ids else set(),
        set(born.order_by().values_list("origin_desk", "origin_id")) if origins else set(),
        set(here.order_by().values_list("pk", flat=True)),
    )


def _change(rows: Sequence[StagedRow], job: Import) -> None:
    """The known tickets, but for those that changed since the preview: nobody's edit is reverted."""
    if not rows:
        return
    people = _people(rows)
    values = {row.ticket_id: _values(row, people) for row in rows if row.ticket_id}
    seen = {row.ticket_id: row.seen_at for row in rows if row.ticket_id and row.seen_at}
    unmoved, _ = changes.update_unmoved(values, seen, author_of(job), confirmed=job.labels_right)
    for row in rows:
        row.is_written = row.ticket_id in unmoved
        if not row.is_written:
            row.standing, row.problems = Standing.SKIPPED, [MOVED]


def _given(row: StagedRow) -> list[str]:
    """The labels that the file gave."""
    given = row.extra.get("given", row.values) if row.standing == Standing.NEW else row.values
    return [name for name in LABELS if name in given]


def _arrival(row: StagedRow, job: Import, people: dict[int, User]) -> Arrival:
    extra = row.extra
    origin = extra.get("origin")
    kept = extra.get("kept", {}) if job.restores else {}
    return Arrival(
        _values(row, people),
        confirmed=_given(row) if job.labels_right else (),
        number=row.number_wanted,
        origin=(UUID(origin[0]), origin[1]) if origin else None,
        former_assignee=extra.get("former_assignee", ""),
        kept={name: datetime.fromisoformat(text) for name, text in kept.items()},
        source=extra.get("source", ()),
        messages=[_message(said, row, people) for said in extra.get("comments", ())],
    )


def _message(said: dict[str, Any], row: StagedRow, people: dict[int, User]) -> PastMessage:
    """What was said at an unknown time was said when the ticket was made."""
    moment = said["at"] or row.values.get("created_at")
    return PastMessage(
        said["body"],
        datetime.fromisoformat(moment) if moment else timezone.now(),
        people.get(said["author"]),
        said["name"],
        said["is_internal"],
        said["from_requester"],
    )


def _people(rows: Sequence[StagedRow]) -> dict[int, User]:
    ids = {row.values.get("assignee") for row in rows}
    ids |= {said["author"] for row in rows for said in row.extra.get("comments", ())}
    return User.objects.in_bulk(ids - {None}) if ids - {None} else {}


def _values(row: StagedRow, people: dict[int, User]) -> dict[str, Any]:
    """As the write path takes them; a person who has left since is nobody."""
    return {name: _native(BY_NAME[name].kind, value, people) for name, value in row.values.items()}


def _native(kind: Kind, value: Any, people: dict[int, User]) -> Any:
    if kind is Kind.PERSON:
        return people.get(value)
    return datetime.fromisoformat(value) if kind is Kind.MOMENT else value
