"""A file as rows of texts under headers, whatever its format was, and how it was read."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Self

MAX_COLUMNS = 1_000
SAMPLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file. What is empty or 0 is recognised; `header` is the number of a row, from 1."""

    kind: str = ""
    encoding: str = ""
    delimiter: str = ""
    header: int = 0
    sheet: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What a person chose; raises ValueError for what is no choice."""
        texts = {name: data.get(name) or "" for name in ("kind", "encoding", "delimiter", "sheet")}
        header = data.get("header") or 0
        if not all(isinstance(text, str) for text in texts.values()) or not str(header).isdecimal():
            raise ValueError("Choose kind, encoding, delimiter and sheet by name, and the header by its row.")
        return cls(**texts, header=int(header))


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read the file, and how the file looks then."""

    value: str
    label: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the headers; None is a cell that it does not have, `surplus` what has no header.

    `number` counts as a spreadsheet does, in JSON from 1. A row with a `problem` could not be read.
    """

    number: int
    cells: list[str | None]
    surplus: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Source:
    """A file that was recognised. `reading` is complete; `choices` are the alternatives to each of its parts.

    `headers` are as the file has them: some may be empty, some repeated. `notes` tell a person what was
    passed over.
    """

    name: str
    reading: Reading
    headers: list[str]
    read: Callable[[], Iterator[Row]]
    choices: dict[str, list[Choice]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """From the first row on, each time it is called, in memory that does not grow with the rows.

        Blank rows are skipped. One iteration at a time: they share the file. Raises Unreadable where the
        file breaks.
        """
        return (row for row in self.read() if row.problem or row.surplus or not _is_blank(row.cells))


def _is_blank(cells: list[str | None]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def fitted(number: int, cells: list[str], width: int) -> Row:
    """A row of this many cells: those that it has not are None, and what has no header is surplus."""
    if len(cells) == width:
        return Row(number, list(cells))
    if len(cells) < width:
        return Row(number, [*cells, *[None] * (width - len(cells))])
    surplus = cells[width:]
    while surplus and not surplus[-1].strip():
        surplus.pop()
    return Row(number, list(cells[:width]), tuple(surplus))
