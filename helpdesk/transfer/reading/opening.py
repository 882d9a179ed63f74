"""A file is recognised by its content; its name decides nothing."""

from typing import BinaryIO

from helpdesk.transfer.reading import delimited
from helpdesk.transfer.reading.source import Reading, Source


def open_source(file: BinaryIO, name: str, reading: Reading | None = None) -> Source:
    """Recognise a seekable file, apart from what `reading` says; raises Unreadable with what to do."""
    reading = reading or Reading()
    return delimited.open_delimited(file, name, reading)
