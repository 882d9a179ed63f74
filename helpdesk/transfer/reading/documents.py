"""JSON: a list of objects, an object that has one, or an object a line; nested names are joined by a dot."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from helpdesk.transfer.reading import fixtures
from helpdesk.transfer.reading.json_stream import objects, parsed
from helpdesk.transfer.reading.source import MAX_COLUMNS, Reading, Row, Source
from helpdesk.transfer.unreadable import Unreadable

DEPTH = 4
# Under which of its names an object is called in a text.
NAMES = ("name", "display_name", "displayName", "login", "title")

Record = dict[str, Any]
# The objects of a file, each time anew; a text says what is wrong with one.
Records = Callable[[], Iterator[Record | str]]


def open_documents(file: BinaryIO, name: str, reading: Reading) -> Source:
    """One JSON document; raises Unreadable."""
    first = next(objects(file, reading.encoding), None)
    if first is not None and fixtures.is_fixture(first):
        dump = fixtures.Dump(objects(file, reading.encoding))
        return _source(name, reading, "json", lambda: dump.tickets(objects(file, reading.encoding)))
    return _source(name, reading, "json", lambda: objects(file, reading.encoding))


def open_lines(file: BinaryIO, name: str, reading: Reading) -> Source:
    """JSON Lines; raises Unreadable."""
    return _source(name, reading, "jsonl", lambda: parsed(file, reading.encoding))


def _source(name: str, reading: Reading, kind: str, records: Records) -> Source:
    headers = _headers(records())

    def read() -> Iterator[Row]:
        for number, record in enumerate(records(), 1):
            if isinstance(record, str):
                yield Row(number, [], problem=record)
            else:
                yield _row(number, flat(record), headers)

    complete = replace(reading, kind=kind, delimiter="", header=0, sheet="")
    return Source(name, complete, list(headers), read)


def _headers(records: Iterable[Record | str]) -> dict[str, int]:
    """Every name that an object has, and its place."""
    headers: dict[str, int] = {}
    for record in records:
        for key in flat(record) if isinstance(record, dict) else ():
            headers.setdefault(key, len(headers))
        if len(headers) > MAX_COLUMNS:
            raise Unreadable(f"The objects have more than {MAX_COLUMNS:,} different names.")
    if not headers:
        raise Unreadable("The JSON has no objects. Give one for each ticket: [{…}, {…}].")
    return headers


def _row(number: int, record: dict[str, str], headers: dict[str, int]) -> Row:
    cells: list[str | None] = [None] * len(headers)
    for key, text in record.items():
        cells[headers[key]] = text
    return Row(number, cells)


def flat(record: Record, prefix: str = "", depth: int = 1) -> dict[str, str]:
    """The texts of an object under their names: ``{"requester": {"name": "Ann"}}`` has a requester.name."""
    texts: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value and depth < DEPTH:
            texts |= flat(value, f"{prefix}{key}.", depth + 1)
        else:
            texts[f"{prefix}{key}"] = text_of(value)
    return texts


def text_of(value: Any) -> str:
    """A list of names as they are read; what has more to it as JSON."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # noqa: PLR0124  NaN is no number
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and (names := [_name(item) for item in value]) and all(names):
        return ", ".join(map(str, names))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _name(item: Any) -> str | None:
    if isinstance(item, dict):
        names = (item[key] for key in NAMES if isinstance(item.get(key), str))
        has_text = item.keys() & {"body", "text", "comment", "content", "message"}
        return None if has_text else next(names, None)
    return None if isinstance(item, list) or item is None else text_of(item)
