"""A file is recognised by its content; its name decides nothing."""

import codecs
from dataclasses import replace
from typing import BinaryIO

from helpdesk.tickets.parsing import storable
from helpdesk.transfer.reading import encodings
from helpdesk.transfer.reading.delimited import open_delimited
from helpdesk.transfer.reading.documents import open_documents, open_lines
from helpdesk.transfer.reading.source import Reading, Source
from helpdesk.transfer.reading.workbooks import open_workbook
from helpdesk.transfer.unreadable import Unreadable

OPENERS = {"csv": open_delimited, "xlsx": open_workbook, "json": open_documents, "jsonl": open_lines}
HEAD = 4096
_WRITE_TABLE = "Save the tickets as CSV, .xlsx or JSON."
# How other files begin, and what to do about them.
_OTHERS = (
    (b"\x89PNG", f"The file is a picture. {_WRITE_TABLE}"),
    (b"\xff\xd8\xff", f"The file is a picture. {_WRITE_TABLE}"),
    (b"GIF8", f"The file is a picture. {_WRITE_TABLE}"),
    (b"%PDF", f"The file is a PDF. {_WRITE_TABLE}"),
    (b"\x1f\x8b", "The file is packed by gzip. Unpack it first."),
    (b"BZh", "The file is packed by bzip2. Unpack it first."),
    (b"7z\xbc\xaf", "The file is packed by 7-Zip. Unpack it first."),
    (b"Rar!", "The file is packed by RAR. Unpack it first."),
    (b"\xd0\xcf\x11\xe0", "The file is an old Excel workbook, or one with a password. Save it as .xlsx."),
    (b"SQLite format 3\0", f"The file is a database. {_WRITE_TABLE}"),
    (b"{\\rtf", f"The file is a Word document. {_WRITE_TABLE}"),
)


def open_source(file: BinaryIO, name: str, reading: Reading | None = None) -> Source:
    """Recognise a seekable file, apart from what `reading` says; raises Unreadable with what to do."""
    reading = reading or Reading()
    file.seek(0)
    head = file.read(HEAD)
    _refuse_others(head)
    if reading.kind and reading.kind not in OPENERS:
        raise Unreadable(f"Files of this kind are not read. Choose one of: {', '.join(OPENERS)}.")
    kind = "xlsx" if head.startswith(b"PK\3\4") else reading.kind
    encoding, notes = encodings.check(reading.encoding), list[str]()
    if kind != "xlsx" and not encoding:
        encoding, notes = encodings.recognise(file)
        reading = replace(reading, encoding=encoding)
    kind = kind or _kind_of_text(head.decode(encoding, "ignore"))
    source = OPENERS[kind](file, name, reading)
    source.notes.extend(notes)
    if next(source.rows(), None) is None:
        raise Unreadable("The file has a header but no rows. Add a row for each ticket.")
    choices = {
        name: [replace(choice, sample=storable(choice.sample)) for choice in offered]
        for name, offered in source.choices.items()
    }
    return replace(source, headers=list(map(storable, source.headers)), choices=choices)


def _refuse_others(head: bytes) -> None:
    if not head.removeprefix(codecs.BOM_UTF8).strip(b" \t\r\n\0\xff\xfe"):
        raise Unreadable("The file is empty. Choose a file with a header row and a row for each ticket.")
    for magic, cure in _OTHERS:
        if head.startswith(magic):
            raise Unreadable(cure)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise Unreadable(f"The file is a web page, perhaps of a sign-in. {_WRITE_TABLE}")
    if start.startswith((b"<?xml", b"<!doctype")):
        raise Unreadable(f"The file is XML. {_WRITE_TABLE}")


def _kind_of_text(head: str) -> str:
    """JSON begins with a list or an object; one object a line is JSON Lines."""
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        return "json"
    if not start.startswith("{"):
        return "csv"
    first, _, second = start.partition("\n")
    whole = first.rstrip().endswith("}") and second.lstrip().startswith("{")
    return "jsonl" if whole else "json"
