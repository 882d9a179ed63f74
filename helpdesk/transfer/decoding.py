"""From bytes to text: which encoding, and which character separates the cells."""

import codecs
import csv
import io

from helpdesk.transfer.columns import known
from helpdesk.transfer.unreadable import Unreadable

DELIMITERS = (",", ";", "\t")
HEADER_REACH = 65_536
# A text has hardly any control characters but line breaks and tabs; a picture or an archive is full of them.
CONTROLS_ALLOWED = 0.1
SAVE_AGAIN = "Save it again as CSV in UTF-8."


def decode(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows wrote before them; raises Unreadable."""
    if not content.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable("The file is empty. Choose a file with a header row and a row for each ticket.")
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        else:
            text = _decode_bytes(content)
    except UnicodeDecodeError:
        raise Unreadable(f"The file is no text, or its encoding is unknown. {SAVE_AGAIN}") from None
    if _is_binary(text[:HEADER_REACH]):
        raise Unreadable(f"The file is no text. {SAVE_AGAIN}")
    return text


def sniff(text: str) -> str:
    """The delimiter under which the first row names the most columns of a ticket, else the most columns."""
    return max(DELIMITERS, key=lambda delimiter: _score(text[:HEADER_REACH], delimiter))


def _decode_bytes(content: bytes) -> str:
    """A file that begins as UTF-8 and then breaks is damaged; guessing on would garble every accent in it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content[: error.start].isascii() and error.end < len(content):
            return content.decode("cp1252")
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(f"Line {line} is damaged or cut off: it is not valid UTF-8. {SAVE_AGAIN}") from None


def _is_binary(text: str) -> bool:
    controls = sum(char < " " and char not in "\t\n\r\f" for char in text)
    return controls > CONTROLS_ALLOWED * len(text)


def _score(text: str, delimiter: str) -> tuple[int, int]:
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return len(known(header)), len(header)
