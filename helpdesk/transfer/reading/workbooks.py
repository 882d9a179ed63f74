"""Workbooks of Excel. They are the only files that are not read in flat memory."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.etree.ElementTree import ParseError

from helpdesk.transfer.reading.headers import find_header, header_choices, trimmed
from helpdesk.transfer.reading.source import MAX_COLUMNS, Choice, Reading, Row, Source, fitted
from helpdesk.transfer.spreadsheets import unescape
from helpdesk.transfer.unreadable import NAME_LENGTH, Unreadable, listed, shown

if TYPE_CHECKING:
    from openpyxl import Workbook

HEAD_ROWS = 40
# A workbook is a zip archive: what it unpacks to is bounded, by its own size and at all.
UNPACKED_ALWAYS = 100 << 20
UNPACKED_RATIO = 40
UNPACKED_AT_MOST = 2 << 30
# What a damaged workbook was seen to raise, somewhere below `load_workbook` and its rows.
_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
DAMAGED = "The file is no Excel workbook, or it is damaged. Save it again as .xlsx."


def open_workbook(file: BinaryIO, name: str, reading: Reading) -> Source:
    """The sheet that looks most like a table, unless one is chosen; raises Unreadable."""
    sheets = {title: rows for title, rows in _sheets(file) if rows}
    if not sheets:
        raise Unreadable(
            "No sheet has any values. If its cells are formulas, open the file in Excel and save it: "
            "their results are read."
        )
    if reading.sheet and reading.sheet not in sheets:
        raise Unreadable(f"There is no sheet with this name. Choose one of: {listed(sheets)}.")
    sheet = reading.sheet or max(sheets, key=lambda title: _extent(sheets[title]))
    rows = sheets[sheet]
    number = reading.header or find_header(rows) + 1
    if number > len(rows):
        raise Unreadable(f"The header cannot be row {number}: choose one of the first {len(rows)} rows.")
    header = trimmed(rows[number - 1], max((len(row) for row in rows[number:]), default=0))
    complete = replace(reading, kind="xlsx", encoding="", delimiter="", header=number, sheet=sheet)
    choices = {
        "sheet": [
            Choice(title, shown(title, NAME_LENGTH), " | ".join(sheet_rows[0])[:NAME_LENGTH])
            for title, sheet_rows in sheets.items()
        ],
        "header": header_choices(rows),
    }
    return Source(name, complete, header, lambda: _read(file, complete, len(header)), choices)


def _read(file: BinaryIO, reading: Reading, width: int) -> Iterator[Row]:
    try:
        workbook = _load(file)
        rows = _texts(workbook, reading.sheet)
        for number, row in enumerate(rows, 1):
            if number > reading.header:
                yield fitted(number, row, width)
    except Unreadable:
        raise
    except _BROKEN:
        raise Unreadable(DAMAGED) from None


def _sheets(file: BinaryIO) -> Iterator[tuple[str, list[list[str]]]]:
    """Every visible sheet of cells with its first rows."""
    try:
        workbook = _load(file)
        for sheet in workbook.worksheets:
            if sheet.sheet_state == "visible":
                rows = list(islice(_texts(workbook, sheet.title), HEAD_ROWS))
                yield sheet.title, rows if any(map(any, rows)) else []
    except Unreadable:
        raise
    except _BROKEN:
        raise Unreadable(DAMAGED) from None


def _load(file: BinaryIO) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415  it brings numpy along, which few processes need
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    _check_unpacked_size(file)
    file.seek(0)
    try:
        return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except InvalidFileException:
        raise Unreadable(DAMAGED) from None


def _check_unpacked_size(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    allowed = min(UNPACKED_AT_MOST, max(UNPACKED_ALWAYS, UNPACKED_RATIO * size))
    with zipfile.ZipFile(file) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise Unreadable("The file is packed, and no Excel workbook. Unpack it, or save it as .xlsx.")
        if sum(entry.file_size for entry in archive.infolist()) > allowed:
            raise Unreadable(
                f"The workbook unpacks to more than {allowed >> 20:,} MB. Split it, or save it as CSV."
            )


def _texts(workbook: "Workbook", title: str) -> Iterator[list[str]]:
    """The rows of a sheet without the empty cells at their ends, which a sheet keeps for their colours."""
    sheet = workbook[title]
    sheet.reset_dimensions()  # a sheet may claim to be a million columns wide
    for values in sheet.iter_rows(values_only=True):
        row = [text_of(value) for value in values]
        while row and not row[-1]:
            row.pop()
        if len(row) > MAX_COLUMNS:
            raise Unreadable(
                f"The sheet is wider than {MAX_COLUMNS:,} columns. Delete those to the right of the tickets."
            )
        yield row


def text_of(value: Any) -> str:
    """A native value as the text that a person would type."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _extent(rows: list[list[str]]) -> int:
    return sum(bool(cell) for row in rows for cell in row)
