"""Files of each format become tables, or an error that says what to do; never anything else."""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from helpdesk.transfer import readers, table
from helpdesk.transfer.readers import read_csv, read_json, read_xlsx
from helpdesk.transfer.unreadable import Unreadable

HEADER = b"title,description,status\r\n"


def workbook(*rows: list[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    rows = read_csv(HEADER + b"A,a,\r\n\r\n,,\r\nB,b,open\r\n").rows
    assert [(row.number, row.cells["title"]) for row in rows] == [(2, "A"), (5, "B")]


def test_a_quoted_cell_may_hold_separators_quotes_and_line_breaks() -> None:
    (row,) = read_csv(HEADER + b'"A, ""B""","one\r\ntwo\nthree",open\r\n').rows
    assert row.cells == {"title": 'A, "B"', "description": "one\r\ntwo\nthree", "status": "open"}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_on_any_system(end: bytes) -> None:
    assert len(read_csv(end.join([b"title;description", b"A;a", b"B;b"]))) == 2


def test_a_cell_may_be_longer_than_the_csv_module_expects() -> None:
    (row,) = read_csv(HEADER + b"A," + b"x" * 150_000 + b",open").rows
    assert len(row.cells["description"]) == 150_000


@pytest.mark.parametrize("line", [b"A,a,open,more", b"A,a"])
def test_a_row_of_another_length_than_the_header_is_a_problem_of_that_row(line: bytes) -> None:
    first, second = read_csv(HEADER + b"A,a,open\r\n" + line).rows
    assert not first.problem
    assert "the header 3" in second.problem


def test_a_quote_that_is_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(Unreadable, match="from line 3 on"):
        read_csv(HEADER + b'A,a,open\r\nB,"cut o')


@pytest.mark.parametrize("read", [read_csv, read_json, read_xlsx])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"PK\x03\x04 damaged", b"\x89PNG\r\n\x1a\n\0\0"])
def test_what_is_no_table_is_refused(read: Callable[[bytes], Any], content: bytes) -> None:
    with pytest.raises(Unreadable):
        read(content)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(HEADER.__add__))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (read_csv, read_json, read_xlsx):
        with contextlib.suppress(Unreadable):
            assert len(read(content)) > 0


def test_a_header_alone_is_refused() -> None:
    with pytest.raises(Unreadable, match="a header but no rows"):
        read_csv(HEADER)


def test_too_many_rows_are_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 2)
    with pytest.raises(Unreadable, match="more than 2 rows"):
        read_csv(HEADER + b"A,a,open\r\n" * 3)


def test_a_formula_mark_is_taken_off() -> None:
    (row,) = read_csv(HEADER + b"'=1+1,''=2,'tis\r\n").rows
    assert list(row.cells.values()) == ["=1+1", "'=2", "'tis"]


def test_json_cells_may_be_missing_or_null() -> None:
    content = [{"id": 7, "Status": "open"}, {"id": 8, "assignee": None, "more": True}]
    read = read_json(json.dumps(content).encode())
    assert [(row.number, row.cells) for row in read] == [
        (1, {"id": "7", "status": "open"}),
        (2, {"id": "8", "assignee": ""}),
    ]
    assert read.ignored == ("more",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{}", "must be a list of objects"),
        (b"[1]", "must be a list of objects"),
        (b"[", "no valid JSON"),
        (b"[" * 100_000, "no valid JSON"),
        (b"[]", "names no column"),
        (b'[{"title": ["A"], "description": "a"}]', "Row 1: title is a list or an object"),
    ],
)
def test_json_of_another_shape_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_json(content)


def test_cells_of_a_workbook_are_read_as_a_person_would_type_them() -> None:
    row = ["A", 5, 2.0, datetime(2026, 3, 2, 9, 15), None]  # noqa: DTZ001 - a workbook knows no zones
    read = read_xlsx(workbook(["Title", "Description", "external_id", "created_at", "status", None], row))
    assert list(read.rows[0].cells.values()) == ["A", "5", "2", "2026-03-02T09:15:00", ""]


def test_a_row_of_a_workbook_longer_than_its_header_is_a_problem() -> None:
    read = read_xlsx(workbook(["title", "description"], ["A", "a", "more"]))
    assert "3 cells, the header 2" in read.rows[0].problem


def test_a_sheet_that_is_far_too_wide_is_refused() -> None:
    with pytest.raises(Unreadable, match="wider than 1,000 columns"):
        read_xlsx(workbook(["title", "description"], ["A", "a", *[None] * 1_000, "far away"]))


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_UNPACKED_BYTES", 1 << 20)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (2 << 20))
    with pytest.raises(Unreadable, match="unpacks to more than 1 MB"):
        read_xlsx(file.getvalue())


def test_a_zip_archive_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", b"hello")
    with pytest.raises(Unreadable, match="no Excel workbook"):
        read_xlsx(file.getvalue())
