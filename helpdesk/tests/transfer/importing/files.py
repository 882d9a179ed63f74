"""Files as people send them, and imports of them as the worker does them."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from helpdesk.choices import AT_WORK, Channel, ImportState
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception
from helpdesk.transfer.models import Import

ORDINARY = {
    "title": "Printer on fire",
    "description": "It burns.",
    "category": "technical",
    "priority": "high",
}


def as_csv(*rows: Mapping[str, Any]) -> bytes:
    """With the columns of the first row."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def some_rows(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        {**ORDINARY, "title": f"Printer {n}", "external_source": "old", "external_id": n, **fields}
        for n in range(1, count + 1)
    ]


def upload(
    content: bytes, owner: User, *, name: str = "tickets.csv", waits_in: str = "", **how: Any
) -> Import:
    how.setdefault("all_or_nothing", True)
    return reception.receive(
        ContentFile(content, name), name, owner=owner, channel=Channel.ADMIN, waits_in=waits_in, **how
    )


def run(job: Import) -> Import:
    """Until the worker has nothing to do with it any more."""
    job.refresh_from_db()
    while job.state in AT_WORK:
        jobs.work(job.pk, seconds=60)
        job.refresh_from_db()
    return job


def previewed(content: bytes, owner: User, **how: Any) -> Import:
    return run(upload(content, owner, waits_in=ImportState.READY, **how))


def imported(content: bytes, owner: User, **how: Any) -> Import:
    return run(upload(content, owner, **how))


def counts(job: Import) -> tuple[int, int, int, int, int]:
    """Of the preview: new, changed, unchanged, skipped, refused."""
    return job.new, job.changed, job.unchanged, job.skipped, job.refused
