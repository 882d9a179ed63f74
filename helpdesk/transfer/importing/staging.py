"""From a stored file to judged rows, in a stream: what the preview shows and the import writes."""

import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from helpdesk.choices import ImportState, Standing
from helpdesk.people import staff_by_name
from helpdesk.tickets.loading import insert
from helpdesk.tickets.parsing import storable
from helpdesk.transfer.importing import turns
from helpdesk.transfer.importing.judging import Judge
from helpdesk.transfer.mapping.choosing import choose
from helpdesk.transfer.mapping.conversion import Converter
from helpdesk.transfer.mapping.memory import recall
from helpdesk.transfer.mapping.names import fingerprint
from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.mapping.proposal import propose
from helpdesk.transfer.mapping.scan import Scan, scan
from helpdesk.transfer.models import Import, StagedRow
from helpdesk.transfer.reading.opening import open_source
from helpdesk.transfer.reading.source import Reading, Row, Source
from helpdesk.transfer.unreadable import Unreadable

PIECE = 500
TWICE_PIECE = 50
TWICE = "Another row of the file is about the same ticket"


@contextmanager
def opened(job: Import) -> Iterator[Source]:
    """The stored file, recognised; raises Unreadable, also where the storage does not have it."""
    try:
        stored = job.file.open("rb")
    except FileNotFoundError:
        raise Unreadable(
            "The file is not in the storage that the worker sees. Give web and worker the same STORAGE_DIR, "
            "and upload it again."
        ) from None
    except OSError as broken:
        raise Unreadable(
            f"The storage cannot give the file to the worker: {broken.strerror or broken}. "
            "Ask whoever runs the desk, and upload it again."
        ) from broken
    with stored:
        yield open_source(stored.file, job.name, Reading.from_json(job.reading))


def read_through(job: Import) -> None:
    """The first walk over the file: what its columns hold, and the mapping that follows from it."""
    with opened(job) as source:
        found = scan(source)
    if not found.rows:
        raise Unreadable("The file has a header but no rows. Add a row for each ticket.")
    if found.rows > settings.IMPORT_MAX_ROWS:
        raise Unreadable(
            f"The file has {found.rows:,} rows; at most {settings.IMPORT_MAX_ROWS:,} are read. Split it."
        )
    job.reading, job.scan = source.reading.to_json(), found.to_json()
    job.mapping = _mapping_for(job, found).to_json()
    job.state = ImportState.MAPPING if job.waits_in == ImportState.MAPPING else ImportState.JUDGING
    with transaction.atomic():
        if _locked(job, ImportState.SCANNING):
            job.save(update_fields=["reading", "scan", "mapping", "state"])


def _mapping_for(job: Import, found: Scan) -> ImportMapping:
    """What was settled for the last file with these columns, or what the desk makes of this one.

    What came with the file stands above both; raises Unreadable if it does not fit.
    """
    people = staff_by_name()
    settled = Import.objects.filter(started_at__isnull=False, profile=job.profile).exclude(pk=job.pk)
    earlier = settled.filter(mapping__fingerprint=fingerprint(found.headers)).first()
    known = recall(found, ImportMapping.from_json(earlier.mapping or {}), people) if earlier else None
    mapping = known or propose(found, people, profile=job.profile)
    try:
        return choose(found, mapping, job.mapping or {}, people)
    except ValueError as error:
        raise Unreadable(f"The mapping does not fit the file: {error}") from None


def judge_rows(job: Import, deadline: float) -> bool:
    """Judge what comes after `cursor`; whether all is done. `deadline` is of the monotonic clock."""
    mapping = ImportMapping.from_json(job.mapping or {})
    with opened(job) as source, closing(_rows_after(source, job.cursor)) as rows:
        converter = Converter(mapping, source.headers, staff_by_name())
        judge = Judge(converter.complete_texts, id_is_ours=mapping.id_is_ours)
        kept = 0.0
        while piece := list(islice(rows, PIECE)):
            converted = [converter.convert(row) for row in piece]
            staged = judge.judge(converted)
            turns.let_others_write(kept)
            if not _keep(job, piece, staged):
                return True
            kept = time.monotonic()
            if time.monotonic() > deadline:
                return False
    _settle_twice(job, mapping.rules.twice)
    _count(job)
    return True


def _rows_after(source: Source, number: int) -> Generator[Row]:
    return (row for row in source.rows() if row.number > number)


def _locked(job: Import, state: ImportState) -> bool:
    """Whether the job still is where it was read; its row is locked until the end of the transaction."""
    now = Import.objects.select_for_update().only("state", "cursor").get(pk=job.pk)
    return now.state == state and now.cursor == job.cursor


def _keep(job: Import, piece: Sequence[Row], staged: Sequence[StagedRow]) -> bool:
    """False when the job has been cancelled, or another worker has it."""
    for row, judged in zip(piece, staged, strict=True):
        judged.job_id = job.pk
        if judged.standing == Standing.REFUSED:
            judged.extra = {"cells": [cell and storable(cell) for cell in (*row.cells, *row.surplus)]}
    with transaction.atomic():
        if not _locked(job, ImportState.JUDGING):
            return False
        insert(staged)
        job.cursor, job.beat_at = piece[-1].number, timezone.now()
        job.save(update_fields=["cursor", "beat_at"])
    return True


def _settle_twice(job: Import, rule: str) -> None:
    """Rows about the same ticket: one of them counts."""
    alike = job.rows.exclude(identity="").exclude(standing__in=[Standing.REFUSED, Standing.SKIPPED])
    groups = alike.values("identity").annotate(rows=Count("pk")).filter(rows__gt=1)
    last = ""
    while identities := list(
        groups.filter(identity__gt=last).order_by("identity").values_list("identity", flat=True)[:TWICE_PIECE]
    ):
        last = identities[-1]
        turns.let_others_write()
        with transaction.atomic():
            found: dict[str, list[StagedRow]] = defaultdict(list)
            for row in alike.filter(identity__in=identities).order_by("number"):
                found[row.identity].append(row)
            for rows in found.values():
                _choose_one(rows, rule)


def _choose_one(rows: list[StagedRow], rule: str) -> None:
    kept = rows[0] if rule == "skip" else rows[-1]
    others = [row for row in rows if row is not kept]
    cure = f"Row {kept.number} counts."
    if rule == "join":
        _join(kept, others)
        cure = f"Its text goes with row {kept.number}."
    for row in others:
        row.standing = Standing.SKIPPED
        row.problems = [["", "", TWICE, cure]]
    StagedRow.objects.bulk_update(others, ["standing", "problems"])


def _join(kept: StagedRow, others: Sequence[StagedRow]) -> None:
    """One ticket with the texts of all, in the order of the file."""
    texts = [row.values["description"] for row in [*others, kept] if row.values.get("description")]
    joined = "\n\n".join(dict.fromkeys(texts))
    if not texts or joined == kept.values.get("description"):
        return
    if kept.ticket_id:
        known = [row.differences["description"][0] for row in [kept] if "description" in row.differences]
        old = known[0] if known else kept.values["description"]
        kept.differences.pop("description", None)
        if old != joined:
            kept.differences["description"] = [old, joined]
        kept.standing = Standing.CHANGED if kept.differences else Standing.UNCHANGED
    kept.values["description"] = joined
    kept.save()


def _count(job: Import) -> None:
    """The counts of the preview, and what comes after it."""
    counted = job.rows.order_by().aggregate(
        **{standing.value: Count("pk", filter=Q(standing=standing)) for standing in Standing},
        warned=Count("pk", filter=Q(is_warned=True)),
    )
    for name, count in counted.items():
        setattr(job, name, count)
    with transaction.atomic():
        if _locked(job, ImportState.JUDGING):
            job.state, job.cursor = ImportState.READY, 0
            job.save(update_fields=[*counted, "state", "cursor"])
