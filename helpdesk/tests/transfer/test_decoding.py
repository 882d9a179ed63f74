"""Bytes become text, or an error that says what to do."""

import codecs

import pytest

from helpdesk.transfer.decoding import decode, sniff
from helpdesk.transfer.unreadable import Unreadable

TEXT = "title,description\r\nCafé, naïve: € 5\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_encoding_gives_the_same_text(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)) == TEXT


def test_big_endian_utf_16_is_known_by_its_mark() -> None:
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")) == TEXT


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable, match="The file is empty"):
        decode(content)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0", bytes(range(256)) * 4, b"\xff\xfet"]
)
def test_a_file_that_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable, match="Save it again as CSV in UTF-8"):
        decode(content)


def test_utf_8_that_breaks_later_is_not_taken_for_another_encoding() -> None:
    with pytest.raises(Unreadable, match="Line 2 is damaged"):
        decode("title\r\nCafé ".encode() + b"\xff more\r\n")


def test_utf_8_cut_in_the_middle_of_a_character_is_refused() -> None:
    with pytest.raises(Unreadable, match="Line 2 is damaged or cut off"):
        decode("title\r\nCafé".encode()[:-1])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_names_most_columns(delimiter: str) -> None:
    header = ["title", '"a,b;c,d\te"', "description", "status"]
    assert sniff(delimiter.join(header) + "\r\n1,2,3;4\r\n") == delimiter
