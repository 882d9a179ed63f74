"""From bytes to text: which encoding a file is written in."""

import codecs
from typing import BinaryIO

from helpdesk.transfer.reading.alphabets import plausibility
from helpdesk.transfer.reading.source import SAMPLE_LENGTH, Choice
from helpdesk.transfer.unreadable import Unreadable

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Western (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp932": "Japanese (Shift-JIS)",
    "mac_roman": "Western (Mac Roman)",
}
# Of two that are as plausible the first is taken.
LEGACY = ("cp1252", "mac_roman", "cp1250", "cp1251", "cp932")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROLS_ALLOWED = 0.1
BLOCK = 1 << 20
SAMPLE = 1 << 16
# Of the characters beyond ASCII in a damaged UTF-8 file most are whole; in another encoding hardly any is.
DAMAGE = 0.1


def recognise(file: BinaryIO) -> tuple[str, list[str]]:
    """The encoding of a text file, and notes about what is damaged in it; raises Unreadable."""
    head = _head(file)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, []
    if encoding := _unmarked_utf16(head):
        return encoding, []
    if _is_binary(head):
        raise Unreadable("The file is no text. Save it again as CSV in UTF-8.")
    good, bad, sample = _try_utf8(file)
    if bad == 0:
        return "utf-8", []
    if bad <= DAMAGE * good:
        return "utf-8", [f"Damaged characters: {bad:,}. They are read as \N{REPLACEMENT CHARACTER}."]
    return max(LEGACY, key=lambda encoding: plausibility(sample, encoding)), []


def choices(file: BinaryIO) -> list[Choice]:
    """Every encoding under which the beginning of the file is text, with a line that shows the difference."""
    head = _head(file)
    sample = next((line for line in head.splitlines() if not line.isascii()), head[:SAMPLE_LENGTH])
    marked = any(head.startswith(mark) for mark, _ in _MARKS[1:]) or bool(_unmarked_utf16(head))
    found = []
    for encoding, label in ENCODINGS.items():
        if encoding.startswith("utf-16") != marked:
            continue
        text = (head if marked else sample).decode(encoding, "replace")
        found.append(Choice(encoding, label, " ".join(text.lstrip("\ufeff").split())[:SAMPLE_LENGTH]))
    return found


def check(encoding: str) -> str:
    """The encoding that a person chose, if any; raises Unreadable for one that is not offered."""
    if encoding and encoding not in ENCODINGS:
        raise Unreadable(f"There is no encoding of this name. Choose one of: {', '.join(ENCODINGS)}.")
    return encoding


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(SAMPLE)


def _is_binary(head: bytes) -> bool:
    """A text has hardly any control characters but line breaks and tabs; an archive is full of them."""
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f" for byte in head)
    return controls > CONTROLS_ALLOWED * len(head)


def _unmarked_utf16(head: bytes) -> str:
    """Text of any language has line breaks, commas and digits: in UTF-16 every second byte of them is 0.

    Where only a few zeros strayed into a text of bytes, its line breaks are none of UTF-16.
    """
    even, odd = head[0::2].count(0), head[1::2].count(0)
    found = ""
    if odd > 4 * even and odd * 50 > len(head):
        found = "utf-16-le"
    elif even > 4 * odd and even * 50 > len(head):
        found = "utf-16-be"
    breaks = sum(map(head.decode(found, "replace").count, "\n\r")) if found else 0
    return found if 2 * breaks > head.count(b"\n") + head.count(b"\r") else ""


def _try_utf8(file: BinaryIO) -> tuple[int, int, bytes]:
    """How many characters beyond ASCII are valid UTF-8, how many bytes are not, and lines that have those."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    sample = bytearray()
    file.seek(0)
    while block := file.read(BLOCK):
        if block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block)
        broken = text.count("\ufffd")
        good += sum(character > "\x7f" for character in text) - broken if not text.isascii() else 0
        bad += broken
        if broken and len(sample) < SAMPLE:
            sample += b"\n".join(line for line in block.splitlines() if not line.isascii())
    bad += decoder.decode(b"", final=True).count("\ufffd")
    return good, bad, bytes(sample[:SAMPLE])
