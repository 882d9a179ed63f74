"""JSON documents read object by object, in memory that does not grow with the file."""

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from helpdesk.transfer.unreadable import NAME_LENGTH, Unreadable, shown

BLOCK = 1 << 16
MAX_OBJECT = 64 << 20
NO_LIST = "The JSON must be a list of objects, one for each ticket: [{…}, {…}]."
_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n\ufeff"


def objects(file: BinaryIO, encoding: str) -> Iterator[dict[str, Any]]:
    """The objects of the document's list, or of the first list of objects in it; raises Unreadable."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, "replace", newline="")
    scanner = _Scanner(text)
    try:
        if scanner.peek() == "{":
            yield from _within(scanner)
        elif scanner.peek() == "[":
            yield from scanner.items()
        else:
            raise Unreadable(NO_LIST)
    finally:
        text.detach()


def parsed(file: BinaryIO, encoding: str) -> Iterator[dict[str, Any] | str]:
    """The object of each line; a text instead says what is wrong with the line. Blank lines are skipped."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, "replace", newline="\n")
    try:
        while line := text.readline(MAX_OBJECT):
            if line.strip(_BLANK):
                yield _object(line.strip(_BLANK))
    finally:
        text.detach()


def _object(line: str) -> dict[str, Any] | str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"The line is no valid JSON ({error}). Mend it, or export the file again."
    return found if isinstance(found, dict) else "The line is no object. Write each ticket as one: {…}."


def _within(scanner: "_Scanner") -> Iterator[dict[str, Any]]:
    """``{"tickets": [{…}], "count": 1}``, whatever the list is called; else the document is one object."""
    rest: dict[str, Any] = {}
    found = False
    scanner.skip("{")
    while scanner.peek() not in {"}", ""}:
        key = scanner.value()
        scanner.skip(":")
        if not found and scanner.peek() == "[" and scanner.holds_objects() and key not in LISTS_WITHIN:
            found = True
            yield from scanner.items()
        else:
            value = scanner.value()
            rest |= {} if found else {str(key): value}
        if scanner.peek() == ",":
            scanner.skip(",")
    if not found:
        yield rest


# Lists that belong to one ticket.
LISTS_WITHIN = frozenset({"comments", "tags", "labels", "custom_fields", "attachments", "notes"})


class _Scanner:
    """Values one after another from a text, of which only the part that is being read is in memory."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._buffer = ""
        self._place = 0
        self._read = 0

    def peek(self) -> str:
        """The next character that is not blank, or nothing at the end."""
        while True:
            while self._place < len(self._buffer) and self._buffer[self._place] in _BLANK:
                self._place += 1
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if not self._more(BLOCK):
                return ""

    def skip(self, sign: str) -> None:
        if self.peek() != sign:
            raise self._broken(f"{sign} expected")
        self._place += 1

    def holds_objects(self) -> bool:
        """Whether the list that begins here has an object first."""
        while len(self._buffer) - self._place < BLOCK and self._more(BLOCK):
            pass
        return self._buffer[self._place + 1 :].lstrip(_BLANK).startswith("{")

    def value(self) -> Any:
        """The next value; raises Unreadable where it breaks, or is larger than `MAX_OBJECT`."""
        self.peek()
        block = BLOCK
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._place)
            except RecursionError:
                raise self._broken("it is nested too deeply") from None
            except ValueError as error:
                if len(self._buffer) - self._place > MAX_OBJECT or not self._more(block):
                    raise self._broken(str(error)) from None
                block *= 2
                continue
            # A number goes on where the buffer ends.
            if end < len(self._buffer) or not self._more(block):
                self._place = end
                return value

    def items(self) -> Iterator[dict[str, Any]]:
        self.skip("[")
        while self.peek() not in {"]", ""}:
            value = self.value()
            if not isinstance(value, dict):
                raise Unreadable(f"{NO_LIST} Found: {shown(json.dumps(value), NAME_LENGTH)}.")
            yield value
            if self.peek() != "]":
                self.skip(",")
        self.skip("]")

    def _more(self, size: int) -> bool:
        block = self._text.read(size)
        self._read += len(block)
        self._buffer = self._buffer[self._place :] + block
        self._place = 0
        return bool(block)

    def _broken(self, reason: str) -> Unreadable:
        near = self._read - len(self._buffer) + self._place
        return Unreadable(f"The file is no valid JSON after {near:,} characters: {shown(reason, 120)}.")
