"""The formats that tickets are written to, for the API as for the admin.

Writing takes an `Export` and gives bytes piece by piece, so that memory does not grow with the tickets.
"""

import codecs
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, ClassVar

from import_export.formats.base_formats import Format

from helpdesk.transfer import spreadsheets
from helpdesk.transfer.cells import as_text, in_csv, in_json, turned
from helpdesk.transfer.parts import Parts
from helpdesk.transfer.spreadsheets import guard

if TYPE_CHECKING:
    from openpyxl import Workbook

ROWS_PER_PIECE = 500
BYTES_PER_PIECE = 65_536
# A line of CSV that is not a blank one.
EMPTY = '""'


@dataclass(frozen=True)
class Export:
    """What to write: rows of native values, read from the database while they are written.

    With `parts` the last value of a row is the number of its ticket, by which they are read.
    """

    headers: list[str]
    rows: Iterator[tuple[Any, ...]]
    parts: Parts | None = None

    def pieces(self) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in lists of `ROWS_PER_PIECE`; an export without rows is one empty list."""
        yield list(islice(self.rows, ROWS_PER_PIECE))
        while piece := list(islice(self.rows, ROWS_PER_PIECE)):
            yield piece


class TicketFormat(Format):
    """`extensions` are the endings of file names that mean this format, the one we write first."""

    extensions: ClassVar[tuple[str, ...]]
    content_type: ClassVar[str]

    def get_title(self) -> str:
        return self.extensions[0]

    def get_extension(self) -> str:
        return self.extensions[0]

    def get_content_type(self) -> str:
        return self.content_type

    def can_import(self) -> bool:
        return False

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: Export, **kwargs: Any) -> Iterator[bytes]:
        raise NotImplementedError


class CSV(TicketFormat):
    """Written with a byte order mark: without it Excel takes UTF-8 for its own old encoding."""

    extensions = ("csv", "tsv", "txt")
    content_type = "text/csv; charset=utf-8"

    def export_data(self, dataset: Export, **kwargs: Any) -> Iterator[bytes]:
        start = codecs.BOM_UTF8 + self._lines([dataset.headers])
        for piece in dataset.pieces():
            yield start + self._lines(piece)
            start = b""

    def _lines(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """As `csv.writer` writes them, in a third of its time: most columns have nothing to be quoted."""
        lines = map(",".join, turned(rows, in_csv))
        return "".join([f"{line or EMPTY}\r\n" for line in lines]).encode()


class XLSX(TicketFormat):
    extensions = ("xlsx",)
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def export_data(self, dataset: Export, **kwargs: Any) -> Iterator[bytes]:
        """Raises ValueError if a sheet cannot hold the tickets; nothing is sent before all is written."""
        from openpyxl import Workbook  # noqa: PLC0415  it brings numpy along, which few processes need

        workbook = Workbook(write_only=True)
        try:
            self._fill(workbook, dataset)
        except Exception:
            # Only saving closes and removes the temporary file that the sheet was being written to.
            for _ in self._saved(workbook):
                pass
            raise
        return self._saved(workbook)

    def _fill(self, workbook: "Workbook", dataset: Export) -> None:
        sheet = workbook.create_sheet("Tickets")
        sheet.freeze_panes = "A2"
        for number, row in enumerate(chain([dataset.headers], chain.from_iterable(dataset.pieces())), 1):
            if number > spreadsheets.MAX_ROWS:
                raise ValueError("There are more tickets than a sheet has rows. Filter them, or export CSV.")
            sheet.append([self._cell(value, row[0]) for value in row])

    def _saved(self, workbook: "Workbook") -> Iterator[bytes]:
        with tempfile.TemporaryFile() as file:
            workbook.save(file)
            file.seek(0)
            while piece := file.read(BYTES_PER_PIECE):
                yield piece

    def _cell(self, value: Any, first: Any) -> int | str:
        if isinstance(value, int):
            return value
        text = spreadsheets.escape(guard(as_text(value)))
        if len(text) > spreadsheets.CELL_LENGTH:
            raise ValueError(
                f"A text of the row that begins with {str(first)[:40]} is longer than the "
                f"{spreadsheets.CELL_LENGTH:,} characters of a cell. Export CSV or JSON instead."
            )
        return text


class JSON(TicketFormat):
    """A list of objects; nothing runs formulas here, so that texts stay as they are."""

    extensions = ("json",)
    content_type = "application/json"

    def export_data(self, dataset: Export, **kwargs: Any) -> Iterator[bytes]:
        start = "[\n"
        for piece in dataset.pieces():
            yield (start + ",\n".join(self._objects(dataset.headers, piece))).encode()
            start = ",\n"
        yield b"\n]\n"

    def _objects(self, headers: Iterable[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        """Each as `json.dumps` would write it."""
        names = (encode_basestring(header).replace("%", "%%") for header in headers)
        form = "{" + ", ".join(f"{name}: %s" for name in names) + "}"
        return (form % row for row in turned(rows, in_json))


class JSONLines(JSON):
    """An object on each line, with what else belongs to the ticket."""

    extensions = ("jsonl",)
    content_type = "application/x-ndjson"

    def export_data(self, dataset: Export, **kwargs: Any) -> Iterator[bytes]:
        for piece in dataset.pieces():
            lines = self._objects(dataset.headers, [row[: len(dataset.headers)] for row in piece])
            if dataset.parts:
                more = dataset.parts([row[-1] for row in piece])
                lines = (_joined(line, extra) for line, extra in zip(lines, more, strict=True))
            yield "".join(f"{line}\n" for line in lines).encode()


def _joined(line: str, extra: Mapping[str, Any]) -> str:
    """An object in JSON with what else belongs to it."""
    return f"{line[:-1]}, {json.dumps(extra, ensure_ascii=False)[1:]}" if extra else line


FORMATS: list[type[TicketFormat]] = [CSV, XLSX, JSON, JSONLines]
