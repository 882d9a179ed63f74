"""The resource of tickets for django-import-export: judged row by row, written by the write path."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from import_export.fields import Field
from import_export.resources import ModelResource

from helpdesk import intake
from helpdesk.choices import Channel
from helpdesk.tickets import changes
from helpdesk.tickets.models import Ticket
from helpdesk.tickets.query import TicketQuerySet
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.formats import Export
from helpdesk.transfer.matching import Judge
from helpdesk.transfer.preview import CHANGED, NEW, UNCHANGED, TicketResult
from helpdesk.transfer.table import Table

STALE = (
    "Tickets have changed since the preview, and nothing was imported. "
    "Upload the file again to see what it would do now."
)
# The ticket to change, or None for a new one, and the values to write.
Work = tuple[int | None, dict[str, Any]]


class TicketResource(ModelResource):
    """Takes a `Table`, gives an `Export`.

    `import_data` replaces the library's own loop, which saves instances one by one: here no row is written
    before all are judged, and then only through `tickets.changes`.
    """

    assignee = Field(attribute="assignee__username", column_name="assignee")

    class Meta:
        model = Ticket
        fields = COLUMNS

    def import_data(
        self,
        dataset: Table,
        dry_run: bool = False,
        *,
        user: User,
        expected: str = "",
        confirmed: bool = False,
        **kwargs: Any,
    ) -> TicketResult:
        """Judge every row and, unless this is a dry run or one of them is refused, write all or none.

        `expected` is the digest of the preview that a person agreed to: if the tickets have changed so that
        the file would now do something else, nothing is written. `confirmed`: the labels are right.
        """
        result = TicketResult(dataset.ignored)
        work = self._judge(dataset, result, agreed=confirmed)
        if expected and (result.has_validation_errors() or result.digest != expected):
            result.refuse(STALE)
        if dry_run or result.has_errors() or result.has_validation_errors():
            return result
        try:
            new = [values for pk, values in work if pk is None]
            changed = {pk: values for pk, values in work if pk is not None}
            write_all(new, changed, actor=user, confirmed=confirmed)
        except IntegrityError:
            result.refuse(STALE)
        return result

    def export(self, queryset: TicketQuerySet | None = None, **kwargs: Any) -> Export:
        """One query, read while the file is written; keyword `export_fields` selects columns."""
        fields = self.get_export_fields(kwargs.get("export_fields"))
        queryset = self.get_queryset() if queryset is None else queryset
        rows = queryset.values_list(*(field.attribute for field in fields))
        return Export([field.column_name for field in fields], rows.iterator(chunk_size=changes.CHUNK))

    def _judge(self, table: Table, result: TicketResult, *, agreed: bool) -> list[Work]:
        """Tell the result about every row; returns what there is to write.

        `agreed`: also the labels that a ticket has already, since the file says that they are right.
        """
        judge, work = Judge(table.columns), []
        for rows in _chunks(table.rows):
            judge.look_up(rows)
            for row in rows:
                outcome = judge.judge(row)
                result.take(outcome)
                values = {**(outcome.agreed if agreed else {}), **outcome.values}
                if outcome.kind in {NEW, CHANGED} or (outcome.kind == UNCHANGED and values):
                    work.append((outcome.ticket.pk if outcome.ticket else None, values))
        return work


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    """Lists of what the write path takes at once."""
    iterator = iter(items)
    while chunk := list(islice(iterator, changes.CHUNK)):
        yield chunk


def write_all(
    new: Sequence[Mapping[str, Any]],
    changes_by_id: Mapping[int, Mapping[str, Any]],
    *,
    actor: User,
    confirmed: bool = False,
) -> None:
    """Make the new tickets and change the known ones, all or none, as one batch.

    `confirmed`: the person importing says that the labels in the file are right, and may be learned from.
    Blank labels are filled before the transaction begins: classifying takes longer than writing, and SQLite
    lets nobody else write meanwhile.
    """
    by: dict[str, Any] = {"actor": actor, "channel": Channel.IMPORT, "batch": uuid4(), "confirmed": confirmed}
    drafts = [intake.draft(row) for row in new]
    with transaction.atomic():
        for start in range(0, len(drafts), changes.CHUNK):
            intake.create_many(drafts[start : start + changes.CHUNK], **by)
        changes.update_each(changes_by_id, **by)
