"""What an import would do or has done, in words and numbers: its rows by tab, its mistakes by reason."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from helpdesk.choices import Standing
from helpdesk.transfer.importing.staging import opened
from helpdesk.transfer.models import Import, StagedRow
from helpdesk.transfer.spreadsheets import guard

REASON_COLUMN = "refused because"
VALUES_SHOWN = 5
ROWS_SHOWN = 3
PIECE = 500
# Before a list of all mistakes is longer than anybody reads.
REASONS_COUNTED = 20_000


@dataclass
class RowMistake:
    """One reason with everything that it is said of: values with their counts, the most frequent first."""

    column: str
    reason: str
    cure: str
    count: int = 0
    values: dict[str, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    @property
    def most(self) -> list[tuple[str, int]]:
        return sorted(self.values.items(), key=lambda pair: -pair[1])[:VALUES_SHOWN]


def visible_to(user: User | AnonymousUser, *, sees_all: bool) -> QuerySet[Import]:
    """The imports that a person may see: their own, or for leads everybody's."""
    jobs = Import.objects.select_related("owner").defer("scan")
    if not user.is_authenticated:
        return jobs.none()
    return jobs if sees_all else jobs.filter(owner=user)


def mistakes(job: Import, *, warnings: bool = False) -> list[RowMistake]:
    """The reasons for which rows are refused, or only warned about; the most frequent first."""
    rows = job.rows.filter(is_warned=True) if warnings else job.rows.filter(standing=Standing.REFUSED)
    remarks = rows.order_by("number").values_list("number", "warnings" if warnings else "problems")
    found: dict[tuple[str, str], RowMistake] = {}
    for number, told in remarks[:REASONS_COUNTED].iterator(chunk_size=PIECE):
        for column, value, reason, cure in told:
            mistake = found.setdefault((column, reason), RowMistake(column, reason, cure))
            mistake.count += 1
            if value and (value in mistake.values or len(mistake.values) < REASONS_COUNTED):
                mistake.values[value] = mistake.values.get(value, 0) + 1
            if len(mistake.rows) < ROWS_SHOWN:
                mistake.rows.append(number)
    return sorted(found.values(), key=lambda mistake: -mistake.count)


def refused_rows(job: Import) -> Iterator[bytes]:
    """The refused rows as CSV: the columns of the file, and a last one that says why.

    Raises Unreadable when the file is gone, before the first piece.
    """
    with opened(job) as source:
        headers = list(source.headers)
    return _lines(job, headers)


def _lines(job: Import, headers: Sequence[str]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*map(guard, headers), REASON_COLUMN])
    rows = job.rows.filter(standing=Standing.REFUSED).order_by("number")
    for row in rows.iterator(chunk_size=PIECE):
        writer.writerow([*_cells(row, len(headers)), _reasons(row)])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _cells(row: StagedRow, width: int) -> list[str]:
    """As wide as the header: what a row has besides would move the reason to another column."""
    cells = [guard(cell) if cell else "" for cell in row.extra.get("cells", ())]
    return (cells + [""] * width)[:width]


def _reasons(row: StagedRow) -> str:
    named = ((f"{column}: " if column else "", reason, cure) for column, _, reason, cure in row.problems)
    return guard(" ".join(f"{name}{reason}. {cure}" for name, reason, cure in named))
