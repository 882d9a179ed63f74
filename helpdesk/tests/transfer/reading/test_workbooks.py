"""Workbooks of Excel, with what people and programs leave in them."""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook

from helpdesk.tests.transfer.reading.test_opening import opened, table
from helpdesk.transfer.unreadable import Unreadable


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows: list[Any], title: str = "Sheet") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return saved(book)


def test_values_are_read_as_a_person_would_type_them() -> None:
    when = datetime(2024, 5, 1, 9, 30)  # noqa: DTZ001  a sheet knows no zones
    source = opened(workbook(["id", "when", "text", "n"], [7, when, "a_x000D_b", 1.5]))
    assert source.headers == ["id", "when", "text", "n"]
    assert table(source) == table(source) == [["7", "2024-05-01T09:30:00", "a\rb", "1.5"]]
    assert source.reading.kind == "xlsx"


def test_the_header_may_stand_below_a_title_and_rows_keep_their_numbers() -> None:
    source = opened(workbook(["All tickets"], [], ["id", "title"], [1, "A"], [], [2, "B"]))
    assert source.reading.header == 3
    assert [row.number for row in source.rows()] == [4, 6]


def test_the_sheet_with_the_table_is_taken_and_another_can_be_chosen() -> None:
    book = Workbook()
    book.active.append(["About this file"])
    table_sheet = book.create_sheet("Tickets")
    for row in (["id", "title"], [1, "A"]):
        table_sheet.append(row)
    hidden = book.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    for _ in range(9):
        hidden.append([1, 2, 3])
    other = book.create_sheet("Other")
    for row in (["x"], ["y"]):
        other.append(row)
    source = opened(saved(book))
    assert source.reading.sheet == "Tickets"
    assert [choice.value for choice in source.choices["sheet"]] == ["Sheet", "Tickets", "Other"]
    assert table(opened(saved(book), sheet="Other")) == [["y"]]
    with pytest.raises(Unreadable, match="Choose one of: Sheet, Tickets, Other"):
        opened(saved(book), sheet="Hidden")


def test_empty_cells_that_have_only_a_colour_are_no_columns() -> None:
    source = opened(workbook(["id", "title", None, None], [1, "A", None, ""], [2, None, None, None]))
    assert source.headers == ["id", "title"]
    assert table(source) == [["1", "A"], ["2", None]]


def test_formulas_without_results_are_said_to_have_none() -> None:
    with pytest.raises(Unreadable, match="open the file in Excel and save it"):
        opened(workbook(["=A2", "=B2"], ["=1+1", '=CMD("calc")']))


def altered(content: bytes, name: str, text: str) -> bytes:
    """The workbook with one of its files exchanged."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, text if entry.filename == name else old.read(entry))
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (workbook(), "No sheet has any values"),
        (workbook(["id", "title"]), "a header but no rows"),
        (workbook(["x"] * 1_001, [1]), "wider than 1,000 columns"),
        (workbook(["id"], [1])[:-200], "damaged"),
        (b"PK\3\4 nothing else", "damaged"),
        (
            altered(workbook(["id"], [1]), "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"),
            "damaged",
        ),
        (
            altered(
                workbook(["id"], [1]),
                SHEET,
                f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]><worksheet><sheetData><row><c t="str"><v>&e9;</v></c>'
                "</row></sheetData></worksheet>",
            ),
            "damaged|No sheet",
        ),
        (altered(workbook(["id"], [1]), "xl/styles.xml", " " * (101 << 20)), "unpacks to more than 100 MB"),
    ],
)
def test_what_is_no_workbook_of_tickets_is_refused_in_one_sentence(content: bytes, cure: str) -> None:
    with pytest.raises(Unreadable, match=cure):
        opened(content)


def test_another_archive_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tickets.csv", "id,title\n1,A\n")
    with pytest.raises(Unreadable, match="no Excel workbook"):
        opened(file.getvalue())
