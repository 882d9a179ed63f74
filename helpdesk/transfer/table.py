"""A file as rows of named cells, whatever its format was."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from helpdesk.transfer.columns import locate
from helpdesk.transfer.unreadable import Unreadable

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` counts as a spreadsheet does, and a cell that the file does not have is absent."""

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows under their columns' names, and the names of the columns that were passed over."""

    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: list[Row]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def gather(header: Sequence[str], records: Iterable[Sequence[str | None]], first: int = 2) -> Table:
    """Put records under their header; blank ones are skipped, and `first` is the number of the first.

    None stands for a cell that the record does not have. Raises Unreadable if this is no table of tickets.
    """
    places, ignored = locate(header)
    rows: list[Row] = []
    for number, record in enumerate(records, first):
        if not any(cell and not cell.isspace() for cell in record):
            continue
        if len(rows) == MAX_ROWS:
            raise Unreadable(f"The file has more than {MAX_ROWS:,} rows. Split it into smaller files.")
        rows.append(_row(number, record, places, len(header)))
    if not rows:
        raise Unreadable("The file has a header but no rows. Add a row for each ticket.")
    return Table(tuple(places), ignored, rows)


def _row(number: int, record: Sequence[str | None], places: dict[str, int], width: int) -> Row:
    if len(record) != width:
        problem = (
            f"The row has {len(record)} cells, the header {width}. Put cells that hold the separator "
            "or a line break in double quotes, and see whether the file was cut off."
        )
        return Row(number, {}, problem)
    cells = ((column, record[place]) for column, place in places.items())
    return Row(number, {column: cell for column, cell in cells if cell is not None})
