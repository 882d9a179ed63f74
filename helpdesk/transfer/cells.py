"""Values as cells show them: one by one, or a whole column at once, which is several times as fast."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from types import NoneType
from typing import Any

from helpdesk.transfer.spreadsheets import MARKED, guard

Column = Sequence[Any]
WHOLE, FRACTION = len("19:30:00"), len("19:30:00.000000")
QUOTE = '"'
_SPECIAL = re.compile('[",\r\n]')
TEXTS, MOMENTS, NUMBERS = {str, NoneType}, {datetime, NoneType}, {int, NoneType}


def as_text(value: Any) -> str:
    """None is an empty cell; a time is ISO 8601 with its zone, to the microsecond."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def in_iso(column: Iterable[str | None]) -> list[str | None]:
    """Times as both databases write them, in UTC, as `datetime.isoformat` does.

    PostgreSQL cuts the zeros at the end of a fraction and names the zone, SQLite neither.
    """
    clocks = ((text, text[11:].removesuffix("+00")) if text else (None, "") for text in column)
    return [
        text and f"{text[:10]}T{clock if len(clock) == WHOLE else clock.ljust(FRACTION, '0')}+00:00"
        for text, clock in clocks
    ]


def turned(rows: Iterable[Sequence[Any]], turn: Callable[[Column], Column]) -> Iterator[tuple[Any, ...]]:
    """The rows, with what `turn` makes of each of their columns."""
    return zip(*map(turn, zip(*rows, strict=True)), strict=True)


def in_csv(column: Column) -> Sequence[str]:
    """As a spreadsheet reads them from CSV: no text is a formula, and in quotes is what needs them."""
    kinds = {*map(type, column)}
    if kinds <= MOMENTS:
        return [moment.isoformat() if moment else "" for moment in column]
    if kinds <= TEXTS:
        texts = [guard(text) if text and text[0] in MARKED else text or "" for text in column]
    else:
        texts = [guard(as_text(value)) for value in column]
    if not _SPECIAL.search("".join(texts)):
        return texts
    return [f'"{text.replace(QUOTE, 2 * QUOTE)}"' if _SPECIAL.search(text) else text for text in texts]


def in_json(column: Column) -> Sequence[str]:
    """In JSON: numbers and null as such, the rest as texts."""
    kinds = {*map(type, column)}
    if kinds <= TEXTS:
        return ["null" if text is None else encode_basestring(text) for text in column]
    if kinds <= MOMENTS:
        return [f'"{moment.isoformat()}"' if moment else "null" for moment in column]
    if kinds <= NUMBERS:
        return ["null" if number is None else str(number) for number in column]
    return ["null" if value is None else encode_basestring(as_text(value)) for value in column]
