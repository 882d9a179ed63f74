"""One walk over a file: what its columns hold. Proposals and surveys follow from it without reading again."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from helpdesk.tickets.parsing import storable
from helpdesk.transfer.mapping import dates
from helpdesk.transfer.mapping.markup import is_markup
from helpdesk.transfer.mapping.plan import DAY_FIRST, MONTH_FIRST
from helpdesk.transfer.mapping.words import NOTHING
from helpdesk.transfer.reading.source import Source

DISTINCT = 1_000
LONGEST_DISTINCT = 120
SAMPLES = 3
SAMPLE_LENGTH = 120
# What a column is made of is judged by its first filled cells.
JUDGED = 500
PROSE = 40
_NUMBER = re.compile(r"^[-+]?[\d.,]+ ?%?$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.\w+$|<[^@\s]+@[^@\s]+>$")


@dataclass(slots=True)
class TimeShapes:
    """The dates of a column, all rows: what shows the order of day and month, and the first and the last.

    `day_over_12` counts those whose first number can only be a day, `month_over_12` those whose second.
    `spans` has by order the first and last time, as ISO 8601, and how many could be read so.
    """

    count: int = 0
    zoned: int = 0
    day_over_12: int = 0
    month_over_12: int = 0
    dotted: int = 0
    half_days: int = 0
    sample: str = ""
    first: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def take(self, text: str) -> None:
        self.count += 1
        parts = dates.numeric_parts(text)
        if parts:
            self.day_over_12 += parts[0] > 12
            self.month_over_12 += parts[1] > 12
            self.dotted += parts[2] == "."
            self.half_days += dates.has_half_days(text)
        self.sample = self.sample or text[:SAMPLE_LENGTH]
        if not parts:
            self._stretch((DAY_FIRST, MONTH_FIRST), text)
            return
        # What the numbers above 12 exclude is not looked at any more.
        if not self.month_over_12 or self.day_over_12:
            self._stretch((DAY_FIRST,), text)
        if not self.day_over_12 or self.month_over_12:
            self._stretch((MONTH_FIRST,), text)

    def _stretch(self, orders: tuple[str, ...], text: str) -> None:
        try:
            time = dates.read(text, orders[0])
        except (ValueError, OverflowError):
            return
        self.zoned += time.tzinfo is not None
        shown = time.replace(tzinfo=None).isoformat(" ", "seconds")
        for order in orders:
            if shown < self.first.setdefault(order, shown):
                self.first[order] = shown
            if shown > self.last.setdefault(order, shown):
                self.last[order] = shown


@dataclass(slots=True)
class Column:
    """`judged` cells were looked at for their kind, the others are counts among those.

    `distinct` counts the texts of a column that has few short ones, and is empty otherwise.
    """

    header: str
    filled: int = 0
    samples: list[str] = field(default_factory=list)
    distinct: dict[str, int] = field(default_factory=dict)
    has_many: bool = False
    judged: int = 0
    different: int = 0
    length: int = 0
    numbers: int = 0
    emails: int = 0
    dates: int = 0
    stamps: int = 0
    markup: int = 0
    times: TimeShapes = field(default_factory=TimeShapes)

    def share(self, count: int) -> float:
        """Of the cells that were looked at."""
        return count / self.judged if self.judged else 0

    @property
    def mean_length(self) -> float:
        return self.share(self.length)

    @property
    def is_prose(self) -> bool:
        """Whether it holds sentences that hardly repeat themselves."""
        return self.mean_length >= PROSE and self.share(self.different) >= 0.3 and not self.is_time

    @property
    def is_time(self) -> bool:
        return self.share(self.dates + self.stamps) >= 0.7

    @property
    def is_markup(self) -> bool:
        return self.share(self.markup) >= 0.9

    def take(self, cell: str) -> None:
        self.filled += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(cell[:SAMPLE_LENGTH])
        if not self.has_many:
            self._count(cell)
        if self.judged < JUDGED:
            self._judge(cell)
        if self.dates * 2 > self.judged or self.stamps * 2 > self.judged:
            self.times.take(cell)

    def make_storable(self) -> None:
        """Read the texts that are kept as the cells will be read: without what no database takes."""
        self.samples = list(map(storable, self.samples))
        counts = Counter[str]()
        for text, count in self.distinct.items():
            counts[storable(text)] += count
        self.distinct = dict(counts)

    def _count(self, cell: str) -> None:
        self.distinct[cell] = self.distinct.get(cell, 0) + 1
        if self.judged < JUDGED:
            self.different = len(self.distinct)
        if len(self.distinct) > DISTINCT or len(cell) > LONGEST_DISTINCT:
            self.has_many = True
            if self.judged < JUDGED:
                self.different = JUDGED
            self.distinct = {}

    def _judge(self, cell: str) -> None:
        self.judged += 1
        self.length += len(cell)
        self.numbers += bool(_NUMBER.match(cell))
        self.emails += bool(_EMAIL.search(cell))
        self.markup += is_markup(cell)
        if len(cell) <= LONGEST_DISTINCT and any(map(str.isdigit, cell)):
            self.dates += dates.is_written_out(cell)
            self.stamps += dates.is_number_of_time(cell)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a file holds, as JSON can keep it; `choices` and `notes` are those of its `Source`."""

    name: str
    kind: str
    rows: int
    columns: list[Column]
    choices: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def headers(self) -> list[str]:
        return [column.header for column in self.columns]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        columns = [Column(**{**column, "times": TimeShapes(**column["times"])}) for column in data["columns"]]
        return cls(**{**data, "columns": columns})


def scan(source: Source) -> Scan:
    """Read the whole file once; raises Unreadable where it breaks."""
    columns = [Column(header) for header in source.headers]
    rows = 0
    for row in source.rows():
        rows += 1
        for column, cell in zip(columns, row.cells, strict=False):
            if cell and (text := cell.strip()) not in NOTHING:
                column.take(text)
    for column in columns:
        column.make_storable()
    choices = {name: [asdict(choice) for choice in offered] for name, offered in source.choices.items()}
    return Scan(source.name, source.reading.kind, rows, columns, choices, source.notes)


def labels(headers: Iterable[str]) -> list[str]:
    """The headers as a person reads them: a nameless one by its place."""
    return [header or f"Column {number}" for number, header in enumerate(headers, 1)]
