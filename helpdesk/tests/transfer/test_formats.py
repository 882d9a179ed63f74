"""What is written is read back exactly, in every format and whatever the texts."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from helpdesk.tickets.models import Ticket
from helpdesk.transfer import spreadsheets
from helpdesk.transfer.columns import COLUMNS
from helpdesk.transfer.formats import CSV, FORMATS, JSON, XLSX, Export, TicketFormat
from helpdesk.transfer.reading.opening import open_source
from helpdesk.transfer.resource import TicketResource
from helpdesk.transfer.spreadsheets import unguard

MakeTicket = Callable[..., Ticket]
each_format = pytest.mark.parametrize("file_format", FORMATS)
# Everything that a ticket can hold; the lists lean towards what some layer treats in a special way.
texts = st.text(
    st.sampled_from("'\"=+-@,;\t\r\n _x0D")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)


def written(file_format: type[TicketFormat], **kwargs: object) -> bytes:
    return b"".join(file_format().export_data(TicketResource().export(Ticket.objects.for_list(), **kwargs)))


def read(file_format: type[TicketFormat], content: bytes) -> list[dict[str, str | None]]:
    """As an import reads it, with the marks of formulas taken off."""
    source = open_source(io.BytesIO(content), f"tickets.{file_format.extensions[0]}")
    marked = file_format in {CSV, XLSX}
    return [
        {
            header: unguard(cell or "") if marked else cell
            for header, cell in zip(source.headers, row.cells, strict=True)
        }
        for row in source.rows()
    ]


@each_format
@given(text=texts)
def test_any_text_comes_back_as_it_was(file_format: type[TicketFormat], text: str) -> None:
    export = Export(["id", "title", "description"], iter([(1, "A", text)]))
    (row,) = read(file_format, b"".join(file_format().export_data(export)))
    assert row == {"id": "1", "title": "A", "description": text}


@each_format
def test_all_columns_are_written_or_those_selected(file_format: type[TicketFormat], ticket: Ticket) -> None:
    assert tuple(read(file_format, written(file_format))[0]) == COLUMNS
    selected = written(file_format, export_fields=["status", "id"])
    assert tuple(read(file_format, selected)[0]) == ("id", "status")


def test_csv_begins_with_a_byte_order_mark_and_marks_formulas(make_ticket: MakeTicket) -> None:
    make_ticket(title='=HYPERLINK("http://evil.example")')
    content = written(CSV, export_fields=["title"])
    assert content == b'\xef\xbb\xbftitle\r\n"\'=HYPERLINK(""http://evil.example"")"\r\n'


def test_no_cell_of_a_workbook_is_a_formula(make_ticket: MakeTicket) -> None:
    make_ticket(title="=1+1")
    sheet = load_workbook(io.BytesIO(written(XLSX, export_fields=["id", "title"]))).active
    assert [(cell.data_type, cell.value) for cell in sheet[2]][1] == ("s", "'=1+1")


def test_json_keeps_texts_as_they_are_and_has_null_for_nothing(make_ticket: MakeTicket) -> None:
    made = make_ticket(title="=1+1", created_at=datetime(2026, 3, 2, 9, 15, tzinfo=UTC))
    (ticket,) = json.loads(written(JSON))
    assert (ticket["id"], ticket["title"], ticket["assignee"]) == (made.pk, "=1+1", None)
    assert ticket["created_at"] == "2026-03-02T09:15:00+00:00"


def test_a_desk_without_tickets_exports_a_header_or_an_empty_list(db: None) -> None:
    assert json.loads(written(JSON)) == []
    assert written(CSV).decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
    assert load_workbook(io.BytesIO(written(XLSX))).active.max_row == 1


def test_a_text_too_long_for_a_cell_is_refused_not_cut(make_ticket: MakeTicket) -> None:
    make_ticket(description="x" * (spreadsheets.CELL_LENGTH + 1))
    with pytest.raises(ValueError, match="Export CSV or JSON instead"):
        written(XLSX)


@each_format
def test_an_export_costs_two_queries_however_many_tickets(
    file_format: type[TicketFormat], make_ticket: MakeTicket
) -> None:
    written(file_format)  # the first makes the mark of the desk, where another test has emptied all tables
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            written(file_format)
        assert len(captured) == 2, "the mark of the desk, and the tickets"
        [make_ticket() for _ in range(5)]
