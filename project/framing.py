"""Where a request's body ends, and how long it may be."""

import re

from project.files import IMPORT_MAX_BYTES

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 12 * 1024 * 1024
LARGEST_UPLOAD = IMPORT_MAX_BYTES + 1024 * 1024  # a file to import, and the form around it
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
# Where files to import are sent, with or without a prefix of a proxy's.
_UPLOAD = re.compile(rb"POST [^ ?\r\n]*(?:/admin/imports/new/|/api/imports/)(?:\?[^ \r\n]*)? HTTP/")


class RequestRefused(Exception):
    """The request cannot be taken in; its argument is the status of the answer."""


class Length:
    """The end of a body whose length is told."""

    def __init__(self, size: int, largest: int = LARGEST_BODY) -> None:
        if size > largest:
            raise RequestRefused(413)
        self.left = size

    def taken(self, data: bytes) -> int:
        """How many of these bytes belong to the body."""
        count = min(self.left, len(data))
        self.left -= count
        return count

    @property
    def complete(self) -> bool:
        return not self.left


class Chunks:
    """The end of a body in chunks: an empty one, then lines up to an empty one.

    What is no chunk ends the body too. It is for gunicorn's parser to say what is wrong with it.
    """

    def __init__(self, largest: int = LARGEST_BODY) -> None:
        self.largest = largest
        self.size = 0
        self.inside = 0  # bytes of the chunk, and the line end after it, that are still to come
        self.line = b""
        self.last = self.complete = False

    def taken(self, data: bytes) -> int:
        """How many of these bytes belong to the body."""
        at = 0
        while at < len(data) and not self.complete:
            if self.inside:
                step = min(self.inside, len(data) - at)
                self.inside -= step
            else:
                end = data.find(b"\n", at)
                step = (end + 1 if end >= 0 else len(data)) - at
                self._read(data[at : at + step])
            at += step
        self.size += at
        if self.size > 2 * self.largest:  # as small chunks are longer than what they hold
            raise RequestRefused(413)
        return at

    def _read(self, part: bytes) -> None:
        self.line += part
        if not self.line.endswith(b"\n"):
            self.complete = len(self.line) > LARGEST_HEAD
            return
        line, self.line = self.line.strip(), b""
        if self.last:
            self.complete = not line
            return
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            size = -1
        self.complete, self.last = size < 0, size == 0
        self.inside = size + 2 if size > 0 else 0


def of(head: bytes) -> Length | Chunks:
    """How the body of a request with this head is framed."""
    largest = LARGEST_UPLOAD if _UPLOAD.match(head) else LARGEST_BODY
    if _CHUNKED.search(head):
        return Chunks(largest)
    length = _LENGTH.search(head)
    return Length(int(length[1]) if length else 0, largest)
