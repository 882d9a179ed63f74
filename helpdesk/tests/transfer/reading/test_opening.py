"""A file becomes rows under headers, whatever it was written by."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.transfer.reading.opening import open_source
from helpdesk.transfer.reading.source import Reading, Source
from helpdesk.transfer.unreadable import Unreadable


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


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_rows_evenly(delimiter: str) -> None:
    rows = [["id", "subject", "text"], ["1", "a, b; c", "x | y"], ["2", "d, e, f, g", "z\tz; u"]]
    source = opened(written(rows, delimiter=delimiter))
    assert source.reading.delimiter == delimiter
    assert [source.headers, *table(source)] == rows


def test_a_comma_in_every_text_does_not_outvote_the_semicolon() -> None:
    source = opened(b"id;subject;created\r\n1;Hello, I need help;1.2.2024\r\n2;Hi, it is me;2.2.2024\r\n")
    assert source.reading.delimiter == ";"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_line_in_which_excel_names_the_separator_is_no_row(mark: str) -> None:
    source = opened(f"{mark}sep=|\r\nid|title, long\r\n1|a,b\r\n".encode())
    assert (source.reading.delimiter, source.headers) == ("|", ["id", "title, long"])
    assert table(source) == [["1", "a,b"]]


def test_the_choice_of_a_person_stands_above_what_is_recognised() -> None:
    source = opened(b"a;b,c\r\n1;2,3\r\n", delimiter=",", encoding="cp1252")
    assert (source.headers, source.reading.encoding) == (["a;b", "c"], "cp1252")


@pytest.mark.parametrize(
    "above",
    [
        b"Tickets of 2024\r\n",
        b"Tickets of 2024\r\n\r\n",
        b"Report,,,\r\nCreated:,2024-01-01,,\r\n,,,\r\n",
        b'"Export, by Ann"\r\n',
    ],
)
def test_the_header_may_stand_below_a_title(above: bytes) -> None:
    source = opened(above + b"id,subject,status,created\r\n1,A,Open,2024-01-01\r\n2,B,Open,2024-01-02\r\n")
    assert source.headers == ["id", "subject", "status", "created"]
    assert [row.cells[0] for row in source.rows()] == ["1", "2"]


def test_a_header_that_has_fewer_names_than_columns_still_is_the_header() -> None:
    source = opened(b"id,subject,,\r\n1,A,x,y\r\n2,B,x,y\r\n")
    assert source.headers == ["id", "subject", "", ""]


def test_empty_and_repeated_headers_keep_their_places() -> None:
    source = opened(b"id,,Comment,Comment\r\n1,a,b,c\r\n")
    assert source.headers == ["id", "", "Comment", "Comment"]
    assert table(source) == [["1", "a", "b", "c"]]


def test_commas_at_the_end_are_no_columns() -> None:
    source = opened(b"id,title,,,\r\n1,A,,,\r\n2,B,,,\r\n")
    assert source.headers == ["id", "title"]
    assert [row.surplus for row in source.rows()] == [(), ()]


def test_a_short_row_lacks_cells_and_a_long_one_has_some_without_a_header() -> None:
    short, long = opened(b"id,title,text\r\n1,A\r\n2,B,b,more,,\r\n").rows()
    assert short.cells == ["1", "A", None]
    assert (long.cells, long.surplus) == (["2", "B", "b"], ("more",))


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    content = b'title,text\r\nA,"one\r\ntwo\nthree"\r\n\r\n,,\r\nB,b\r\n'
    assert [(row.number, row.cells) for row in opened(content).rows()] == [
        (2, ["A", "one\r\ntwo\nthree"]),
        (5, ["B", "b"]),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_on_any_system(end: bytes) -> None:
    assert len(table(opened(end.join([b"title;text", b"A;a", b"B;b"])))) == 2


def test_a_quote_in_the_middle_of_a_text_is_a_character() -> None:
    assert table(opened(b'id,title\r\n1,the 5" screen\r\n2,"say ""hi"""\r\n')) == [
        ["1", 'the 5" screen'],
        ["2", 'say "hi"'],
    ]


def test_a_last_row_that_was_cut_is_the_only_one_refused() -> None:
    *whole, cut = opened(b'id,title\r\n1,A\r\n2,B\r\n3,"cut o').rows()
    assert [row.cells for row in whole] == [["1", "A"], ["2", "B"]]
    assert cut.number == 4
    assert "cut off" in cut.problem


def test_a_quote_that_swallows_the_rest_of_a_large_file_is_named_by_its_row() -> None:
    before = csv.field_size_limit(10_000)
    try:
        with pytest.raises(Unreadable, match=r"after row 2 .*double quote"):
            table(opened(b'id,title\r\n1,A\r\n2,"B\r\n' + b"3,cccccc\r\n" * 2_000))
    finally:
        csv.field_size_limit(before)


def test_cells_may_be_long_and_have_characters_of_no_text() -> None:
    long = "x" * 200_000
    assert table(opened(written([["id", "text"], [long, "a\0b"]]))) == [[long, "a\0b"]]


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf", "The file is empty"),
        (b" \r\n\r\n", "The file is empty"),
        (b"id,title\r\n", "a header but no rows"),
        (b"id,title\r\n,\r\n\r\n", "a header but no rows"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0", "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256)), "a picture"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "Unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Excel"),
        (bytes(range(256)) * 4, "no text"),
        (b"<html><body><table><tr><td>id</td></tr></table></body></html>", "a web page"),
        (b"<!DOCTYPE html>\n<html>", "a web page"),
        (",".join(f"c{n}" for n in range(20_000)).encode() + b"\r\n1,2\r\n", "20,000 columns"),
    ],
)
def test_what_is_no_table_of_tickets_is_refused_in_one_sentence(content: bytes, cure: str) -> None:
    with pytest.raises(Unreadable, match=cure) as refused:
        opened(content)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "reading",
    [{"encoding": "rot13"}, {"delimiter": "ab"}, {"delimiter": '"'}, {"header": 99}, {"kind": "pdf"}],
)
def test_a_choice_that_does_not_exist_is_refused(reading: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        opened(b"id,title\r\n1,A\r\n", **reading)


def test_the_choices_show_samples() -> None:
    choices = opened("id,title\r\n1,Müller\r\n".encode("cp1252")).choices
    assert {"utf-8", "cp1251"} < {choice.value for choice in choices["encoding"]}
    assert [choice.value for choice in choices["header"]] == ["1", "2"]
    assert choices["delimiter"][0].sample == "id | title"


NAMES = ["id", "subject", "text", "status"]
ENCODINGS_OF_ALL_TEXTS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.lists(TEXTS, min_size=4, max_size=4)), st.sampled_from(",;\t|"), ENCODINGS_OF_ALL_TEXTS)
def test_any_table_is_read_as_it_was_written(rows, delimiter, encoding) -> None:
    rows = [["1", "a", "b", "open"], *rows]
    source = opened(written([NAMES, *rows], encoding, delimiter=delimiter))
    assert [source.headers, *table(source)] == [NAMES, *(row for row in rows if any(map(str.strip, row)))]


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "cp1250", "cp932", "mac_roman"])
@settings(max_examples=15)
@given(data=st.data())
def test_any_table_in_an_old_encoding_is_read_as_it_was_written(encoding, data) -> None:
    only = {"cp932": "¢£¬‖−〜"}.get(encoding, "")  # two bytes that mean the same
    texts = st.text(st.characters(codec=encoding, exclude_characters=only), max_size=20)
    delimiter = data.draw(st.sampled_from(",;\t|"))
    rows = [["1", "a", "b", "open"], *data.draw(st.lists(st.lists(texts, min_size=4, max_size=4)))]
    source = opened(written([NAMES, *rows], encoding, delimiter=delimiter), encoding=encoding)
    assert [source.headers, *table(source)] == [NAMES, *(row for row in rows if any(map(str.strip, row)))]
