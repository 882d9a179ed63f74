"""Texts with a separator between the cells: CSV and its relatives."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from helpdesk.transfer.reading import encodings
from helpdesk.transfer.reading.headers import find_header, header_choices, trimmed
from helpdesk.transfer.reading.source import MAX_COLUMNS, SAMPLE_LENGTH, Choice, Reading, Row, Source, fitted
from helpdesk.transfer.unreadable import Unreadable

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEAD = 1 << 18
HEAD_ROWS = 60
MAX_CELL = 16 << 20
CUT = "The row is cut off: its last double quote is never closed. Complete it, or export the file again."
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?\r?\n', re.IGNORECASE)

# For the whole process. A quote that is never closed makes the rest of the file one cell.
csv.field_size_limit(MAX_CELL)


def open_delimited(file: BinaryIO, name: str, reading: Reading) -> Source:
    """Raises Unreadable if the file is no table; `reading` names the encoding already."""
    head = _head(file, reading.encoding)
    stated = _SEPARATOR_LINE.match(head)
    head = head[stated.end() :] if stated else head
    delimiter = reading.delimiter or (stated.group(1) if stated else sniff(head))
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unreadable("Between cells stands one character: comma, semicolon, tab or bar.")
    rows = _head_rows(head, delimiter)
    number = reading.header or find_header(rows) + 1
    if number > len(rows):
        raise Unreadable(f"The header cannot be row {number}: choose one of the first {len(rows)} rows.")
    header = trimmed(rows[number - 1], _width(rows[number:]))
    if len(header) > MAX_COLUMNS:
        raise Unreadable(f"The file has {len(header):,} columns; at most {MAX_COLUMNS:,} are read.")
    complete = replace(reading, kind="csv", delimiter=delimiter, header=number)

    def read() -> Iterator[Row]:
        return _read(file, complete, len(header))

    choices = {
        "encoding": encodings.choices(file),
        "delimiter": [Choice(sign, name, _first(head, sign)) for sign, name in DELIMITERS.items()],
        "header": header_choices(rows),
    }
    return Source(name, complete, header, read, choices)


def sniff(head: str) -> str:
    """The delimiter that cuts the first rows into the same number of cells, the more the better."""
    return max(DELIMITERS, key=lambda delimiter: _regularity(_head_rows(head, delimiter)))


def _first(head: str, delimiter: str) -> str:
    return " | ".join(next(iter(_head_rows(head[:2000], delimiter)), []))[:SAMPLE_LENGTH]


def _regularity(rows: list[list[str]]) -> float:
    widths = Counter(len(row) for row in rows if row)
    if not widths:
        return 0
    width, times = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return times / widths.total() * (1 + min(width, 50) / 50) if width > 1 else 0


def _width(rows: list[list[str]]) -> int:
    """How many columns have anything in them."""
    return max(
        (max((n for n, cell in enumerate(row, 1) if cell.strip()), default=0) for row in rows), default=0
    )


def _head(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    return file.read(HEAD).decode(encoding, "replace").lstrip("\ufeff")


def _head_rows(head: str, delimiter: str) -> list[list[str]]:
    """The first rows; the last of them may be cut where the head ends, and is left out then."""
    rows = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > HEAD_ROWS:
                break
    except csv.Error:
        pass  # reading the whole file tells where and why
    return rows[:HEAD_ROWS] if len(rows) > 1 else rows


class _Lines:
    """The lines of a text, and whether they are at their end."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._text):
            if number == 0:
                if _SEPARATOR_LINE.match(line):
                    continue
                yield line.removeprefix("\ufeff")
            else:
                yield line
        self.ended = True


def _read(file: BinaryIO, reading: Reading, width: int) -> Iterator[Row]:
    file.seek(0)
    text = io.TextIOWrapper(file, reading.encoding, "replace", newline="")
    lines = _Lines(text)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=reading.delimiter), 1):
            if lines.ended:
                yield Row(number, [], problem=CUT)
            elif number > reading.header:
                yield fitted(number, cells, width)
    except csv.Error as error:
        raise Unreadable(
            f"The file cannot be read after row {number} ({error}). A double quote is missing there."
        ) from None
    finally:
        text.detach()
