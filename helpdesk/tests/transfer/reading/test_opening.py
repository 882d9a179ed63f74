"""A file becomes rows under headers, whatever it was written by."""

import csv
import io

from helpdesk.transfer.reading.opening import open_source
from helpdesk.transfer.reading.source import Reading, Source


def opened(content: bytes, **reading: str | int) -> Source:
    return open_source(io.BytesIO(content), "tickets.csv", Reading(**reading))


def table(source: Source) -> list[list[str | None]]:
    return [row.cells for row in source.rows()]


def written(rows: list[list[str]], encoding: str = "utf-8", **dialect: str) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, **dialect).writerows(rows)
    return file.getvalue().encode(encoding)


def test_a_file_can_be_read_twice() -> None:
    source = opened(b"id,title\r\n1,A\r\n2,B\r\n")
    assert source.headers == ["id", "title"]
    assert table(source) == table(source) == [["1", "A"], ["2", "B"]]
