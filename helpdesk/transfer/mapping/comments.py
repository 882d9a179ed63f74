"""The conversation of a ticket in one cell, as products write it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# As Jira writes an entry: time, author and text.
_JIRA = re.compile(r"^(?P<at>[^;\n]{6,40});(?P<author>[^;\n]{0,200});(?P<body>.*)$", re.DOTALL)
# As ServiceNow writes a journal: a heading for each entry, the newest first.
_JOURNAL = re.compile(
    r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d?[/.]\d\d?[/.]\d{4} \d\d:\d\d:\d\d) - (?P<author>.+?)"
    r" \((?P<kind>[^()\n]+)\)\s*$",
    re.MULTILINE,
)
_BODY = ("body", "text", "comment", "content", "message", "plain_body", "body_text", "value", "html_body")
_AUTHOR = ("author", "from", "user", "created_by", "author_name", "author_email", "sender", "email", "name")
_AT = ("created_at", "created", "date", "at", "time", "updated_at", "timestamp", "published_at")
_PERSON = ("email", "name", "display_name", "displayName", "login", "username")


@dataclass(frozen=True, slots=True)
class Said:
    """One entry: what, by whom and when; who may see it and which side it is from, if the cell says so."""

    body: str
    author: str = ""
    at: datetime | None = None
    is_internal: bool | None = None
    from_requester: bool | None = None


def split(cell: str, read_time: Callable[[str], datetime | None]) -> Iterator[Said]:
    """The entries of a cell; a text in no known shape is one entry of nobody.

    `read_time` gives None for what is no time.
    """
    if cell.startswith(("[", "{")) and (entries := _json_entries(cell, read_time)):
        yield from entries
    elif _JOURNAL.match(cell):
        yield from _journal(cell, read_time)
    elif (found := _JIRA.match(cell)) and (at := read_time(found["at"].strip())):
        yield Said(found["body"].strip(), found["author"].strip(), at)
    else:
        yield Said(cell.strip())


def _json_entries(cell: str, read_time: Callable[[str], datetime | None]) -> list[Said]:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return []
    found = found if isinstance(found, list) else [found]
    if not all(isinstance(entry, dict) and _first(entry, _BODY) for entry in found):
        return []
    return [_entry(entry, read_time) for entry in found]


def _entry(entry: dict[str, Any], read_time: Callable[[str], datetime | None]) -> Said:
    public = entry.get("public", entry.get("is_public"))
    internal = entry.get("is_internal", entry.get("internal", entry.get("private")))
    if internal is None and public is not None:
        internal = not public
    asker = entry.get("from_requester")
    at = _first(entry, _AT)
    return Said(
        _first(entry, _BODY),
        _first(entry, _AUTHOR),
        read_time(at) if at else None,
        internal if isinstance(internal, bool) else None,
        asker if isinstance(asker, bool) else None,
    )


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = entry.get(name)
        if isinstance(value, dict):
            value = _first(value, _PERSON)
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()
    return ""


def _journal(cell: str, read_time: Callable[[str], datetime | None]) -> Iterator[Said]:
    heads = list(_JOURNAL.finditer(cell))
    ends = [head.start() for head in heads[1:]] + [len(cell)]
    for head, end in reversed(list(zip(heads, ends, strict=True))):
        if body := cell[head.end() : end].strip():
            internal = "work notes" in head["kind"].lower()
            yield Said(body, head["author"].strip(), read_time(head["at"]), internal)
