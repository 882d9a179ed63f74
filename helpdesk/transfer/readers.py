"""One reader for each format: bytes in, a Table out, or Unreadable with what to do about it."""

import csv
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from helpdesk.transfer import spreadsheets
from helpdesk.transfer.decoding import decode, sniff
from helpdesk.transfer.spreadsheets import unguard
from helpdesk.transfer.table import MAX_BYTES, Table, gather
from helpdesk.transfer.unreadable import NAME_LENGTH, Unreadable, shown

# A workbook is a zip archive: what it unpacks to is bounded too.
MAX_UNPACKED_BYTES = 10 * MAX_BYTES
MAX_COLUMNS = 1_000
# What a damaged workbook was seen to raise, somewhere below `load_workbook` and its rows.
_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

# For the whole process: a cell may be as long as a file.
csv.field_size_limit(MAX_BYTES)


def read_csv(content: bytes) -> Table:
    text = decode(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=sniff(text), strict=True)
    try:
        header = [unguard(name) for name in next(lines, [])]
        return gather(header, ([unguard(cell) for cell in line] for line in lines))
    except csv.Error as error:
        raise Unreadable(
            f"The file cannot be read from line {lines.line_num} on ({error}). A double quote is missing or "
            "out of place there, or the file was cut off."
        ) from None


def read_json(content: bytes) -> Table:
    """A list of objects, one for each ticket, counted from 1; a missing key is a missing cell."""
    try:
        records = json.loads(decode(content))
    except Unreadable:
        raise
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The file is no valid JSON: {error}.") from None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise Unreadable("The JSON must be a list of objects, one for each ticket: [{…}, {…}].")
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = ([_json_cell(record, name, number) for name in names] for number, record in enumerate(records, 1))
    return gather(names, rows, first=1)


def read_xlsx(content: bytes) -> Table:
    """The first visible table of a workbook: its active sheet, the first row of which is the header."""
    from openpyxl import load_workbook  # noqa: PLC0415  it brings numpy along, which few processes need
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        _check_unpacked_size(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.active
        sheet.reset_dimensions()  # a sheet may claim to be a million columns wide
        rows = _sheet_rows(sheet.iter_rows(values_only=True))
        header = _trimmed(next(rows, []))
        return gather(header, (_fitted(row, len(header)) for row in rows))
    except Unreadable:
        raise
    except (*_BROKEN, InvalidFileException):
        raise Unreadable("The file is no Excel workbook, or it is damaged. Save it again as .xlsx.") from None


def _json_cell(record: dict[str, Any], name: str, number: int) -> str | None:
    if name not in record:
        return None
    value = record[name]
    if isinstance(value, list | dict):
        raise Unreadable(
            f"Row {number}: {shown(name, NAME_LENGTH)} is a list or an object. Use a text, a number or null."
        )
    return _cell(value)


def _check_unpacked_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise Unreadable(
                f"The workbook unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB. "
                "Split it into smaller files."
            )


def _sheet_rows(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    for row in rows:
        if len(row) > MAX_COLUMNS:
            raise Unreadable(
                f"The sheet is wider than {MAX_COLUMNS:,} columns. Delete those to the right of the tickets."
            )
        yield [unguard(spreadsheets.unescape(_cell(value))) for value in row]


def _cell(value: Any) -> str:
    """A native value as the text that a person would type."""
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _trimmed(row: list[str]) -> list[str]:
    """Without the empty cells at the end, which a sheet keeps for their colours."""
    while row and not row[-1]:
        row.pop()
    return row


def _fitted(row: list[str], width: int) -> list[str]:
    row = _trimmed(row)
    return row + [""] * (width - len(row))
