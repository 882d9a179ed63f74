"""The tokens of a search."""

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tickets import search


def test_words_are_folded_and_kept_once():
    assert search.tokens("Überweisung, überweisung! CAFÉ x-1") == ["uberweisung", "cafe", "x", "1"]


def test_a_long_word_is_cut():
    assert search.tokens("a" * 5000) == ["a" * search.TOKEN_LENGTH]


@given(st.text())
def test_tokens_hold_nothing_that_a_query_could_trip_over(text):
    assert all(token.isalnum() or not token.isascii() for token in search.tokens(text))
    assert not set("'%_\\ :&|!\x00") & set("".join(search.tokens(text)))


@given(st.text(), st.text())
def test_a_document_holds_its_parts(title, description):
    assert set(search.tokens(title)) <= set(search.document(title, description).split())
