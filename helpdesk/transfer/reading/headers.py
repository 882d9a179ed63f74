"""Which row of a table names its columns."""

import re
from collections import Counter
from collections.abc import Sequence

from helpdesk.transfer.reading.source import SAMPLE_LENGTH, Choice

REACH = 12
# A name of a column has letters, or is the one sign that stands for a number.
_NAME = re.compile(r"^(?=.*[^\W\d_])|^#$", re.DOTALL)
_VALUE = re.compile(r"^\s*[\d.,:/\-+%$€£ ]+\s*$|@[\w-]+\.")
NAME_LENGTH = 80


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row that names the columns, among the first rows; a title may stand above it."""
    widths = [_filled(row) for row in rows]
    usual = Counter(width for width in widths if width).most_common(1)
    if not usual:
        return 0
    width = max(usual[0][0], max(widths[REACH:], default=0))
    wide = [n for n, filled in enumerate(widths[:REACH]) if filled * 2 >= width and filled >= min(width, 2)]
    return max(
        wide,
        key=lambda number: (_names(rows[number]) >= 0.8, widths[number] * 2 > width, -number),
        default=0,
    )


def header_choices(rows: Sequence[Sequence[str]]) -> list[Choice]:
    """The rows that could be the header, as choices."""
    return [
        Choice(str(number), f"row {number}", " | ".join(row)[:SAMPLE_LENGTH])
        for number, row in enumerate(rows[:REACH], 1)
    ]


def trimmed(header: Sequence[str], width: int) -> list[str]:
    """Names without the blanks around them, and without nameless columns at the end, but `width` ones."""
    names = [name.strip() for name in header]
    while len(names) > width and not names[-1]:
        names.pop()
    return names


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def _names(row: Sequence[str]) -> float:
    """The share of cells that could be names."""
    cells = [cell.strip() for cell in row if cell.strip()]
    names = [c for c in cells if _NAME.search(c) and not _VALUE.search(c) and len(c) <= NAME_LENGTH]
    return len(names) / len(cells) if cells else 0
