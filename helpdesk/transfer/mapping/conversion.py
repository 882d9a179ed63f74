"""From a row of a file to what a ticket is made of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.transfer.mapping.plan import ImportMapping
from helpdesk.transfer.reading.source import Row


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong with a row: in which column, with which text, and what to do about it.

    `reason` is the same for all rows that have the same mistake, so that they can be counted together.
    """

    line: int
    column: str
    value: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class ImportedComment:
    """`author` as the file names them; `username` is the member of staff that this is."""

    body: str
    author: str = ""
    username: str = ""
    at: datetime | None = None
    is_internal: bool = False
    from_requester: bool = False


@dataclass(slots=True)
class Converted:
    """A row as values of `tickets.fields`: texts, aware times, the assignee by user name.

    A field that the file leaves to the desk is absent from `values`. `source_data` are header and text of
    what has no place in a ticket, or did not fit into it. A row with `refusals` makes no ticket.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    comments: list[ImportedComment] = field(default_factory=list)
    source_data: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    refusals: list[Remark] = field(default_factory=list)


class Converter:
    """Converts the rows of one file: what depends on the mapping only is worked out once."""

    def __init__(self, mapping: ImportMapping, headers: list[str]) -> None:
        self._mapping = mapping
        self._headers = headers

    def convert(self, row: Row) -> Converted:
        converted = Converted(row.number)
        for target, header, cell in zip(self._mapping.columns, self._headers, row.cells, strict=True):
            if not cell:
                continue
            if target:
                converted.values[target] = cell
            else:
                converted.source_data.append((header, cell))
        return converted
