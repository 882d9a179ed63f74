"""Nothing that we write runs in a spreadsheet, and nothing is lost by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.transfer import spreadsheets
from helpdesk.transfer.spreadsheets import SIGNS, escape, guard, unescape, unguard

tricky = st.text(st.sampled_from("'=+-@\t\r\nab_x0D") | st.characters(exclude_categories=["Cs"]))


@given(tricky)
def test_reading_is_the_inverse_of_writing(text: str) -> None:
    assert unguard(guard(text)) == text


@given(tricky)
def test_nothing_that_is_written_begins_like_a_formula(text: str) -> None:
    assert not guard(text).startswith(SIGNS)


@pytest.mark.parametrize(
    ("text", "written"),
    [("=1+1", "'=1+1"), ("'=1+1", "''=1+1"), ("@you", "'@you"), ("'tis", "'tis"), ("a=b", "a=b"), ("", "")],
)
def test_only_what_looks_like_a_formula_is_marked(text: str, written: str) -> None:
    assert guard(text) == written


@given(tricky)
def test_what_xml_cannot_hold_is_spelt_out_and_restored(text: str) -> None:
    assert unescape(escape(text)) == text


def test_a_text_that_only_looks_like_a_spelling_stays_as_it_is() -> None:
    assert escape("_x000D_\r") == "_x005F_x000D__x000D_"


def test_the_limits_are_those_of_excel():
    assert (spreadsheets.MAX_ROWS, spreadsheets.CELL_LENGTH) == (2**20, 2**15 - 1)
