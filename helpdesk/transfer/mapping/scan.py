"""One walk over a file: what its columns hold. Proposals and surveys follow from it without reading again."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from helpdesk.transfer.reading.source import Source

DISTINCT = 1_000
SAMPLES = 3
SAMPLE_LENGTH = 120


@dataclass(slots=True)
class Column:
    """`distinct` counts the texts of a column that has at most `DISTINCT` of them, and is empty otherwise."""

    header: str
    filled: int = 0
    samples: list[str] = field(default_factory=list)
    distinct: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Scan:
    """What a file holds, as JSON can keep it."""

    name: str
    kind: str
    rows: int
    columns: list[Column]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{**data, "columns": [Column(**column) for column in data["columns"]]})


def scan(source: Source) -> Scan:
    """Read the whole file once; raises Unreadable where it breaks."""
    columns = [Column(header) for header in source.headers]
    full: set[int] = set()
    rows = 0
    for row in source.rows():
        rows += 1
        for place, cell in enumerate(row.cells):
            if cell:
                _take(columns[place], cell, full, place)
    for place in full:
        columns[place].distinct = {}
    return Scan(source.name, source.reading.kind, rows, columns)


def _take(column: Column, cell: str, full: set[int], place: int) -> None:
    column.filled += 1
    if len(column.samples) < SAMPLES:
        column.samples.append(cell[:SAMPLE_LENGTH])
    if place not in full:
        column.distinct[cell] = column.distinct.get(cell, 0) + 1
        if len(column.distinct) > DISTINCT:
            full.add(place)


def labels(headers: Iterable[str]) -> list[str]:
    """The headers as a person reads them: a nameless one by its place."""
    return [header or f"Column {number}" for number, header in enumerate(headers, 1)]
