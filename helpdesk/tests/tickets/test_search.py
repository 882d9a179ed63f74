"""The tokens of a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tickets import search, spelling
from helpdesk.tickets.search import Place


def test_words_are_folded_and_kept_once():
    assert spelling.tokens("Überweisung, überweisung! CAFÉ x-1") == ["uberweisung", "cafe", "x", "1"]


def test_a_long_word_is_cut():
    assert spelling.tokens("a" * 5000) == ["a" * spelling.TOKEN_LENGTH]


@given(st.text())
def test_tokens_hold_nothing_that_a_query_could_trip_over(text):
    assert all(token.isalnum() or not token.isascii() for token in spelling.tokens(text))
    assert not set("'%_\\ :&|!\x00") & set("".join(spelling.tokens(text)))


@given(st.text(), st.text())
def test_a_document_holds_its_parts(title, description):
    document = search.document({Place.TEXT: f"{title}\n{description}"})
    assert set(spelling.tokens(title)) <= set(document.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("invoice", "invoices"), ("query", "queries"), ("box", "boxes"), ("address", "addresses"),
        ("Rechnung", "Rechnungen"), ("devolución", "devoluciones"), ("devolução", "devoluções"),
        ("factura", "facturas"), ("journal", "journaux"), ("bateau", "bateaux"), ("error", "errores"),
    ],
)  # fmt: skip
def test_singular_and_plural_find_each_other(one, other):
    for said, wanted in ((one, other), (other, one)):
        document = search.document({Place.TEXT: said})
        assert search.found_in(document, search.asked(wanted, None)) == (Place.TEXT,)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("card", "cars"),
        ("new", "news"),
        ("us", "uses"),
        ("printer", "prints"),
        ("car", "card"),
        ("not", "notes"),
    ],
)
def test_no_other_word_is_found_for_a_form(said, wanted):
    document = search.document({Place.TEXT: said})
    assert search.found_in(document, search.asked(wanted, None)) == ()


def test_a_script_without_spaces_is_kept_in_pieces_of_two():
    assert spelling.tokens("VPN接続が失敗") == ["vpn", "接続", "続か", "か失", "失敗", "敗"]
    assert spelling.asked("接続が") == ["接続", "続か"]
    assert spelling.asked("接") == ["接"]


def test_vowel_signs_do_not_part_a_word():
    assert len(spelling.tokens("हिन्दी")) == 1


def test_words_of_a_place_are_replaced_and_those_of_others_stay():
    before = search.document({Place.TEXT: "old printer", Place.NOTE: "printer secret"})
    after = search.document({Place.TEXT: "new"}, search.heard(before, Place.REPLY, "printer"))
    assert set(after.split()) == {"new", "~printer", "~secret", ">printer"}


def test_a_document_has_an_end(settings):
    text = " ".join(f"word{number:034}" for number in range(20_000))
    assert search.DOCUMENT_BYTES - 50 < len(search.document({Place.TEXT: text})) < search.DOCUMENT_BYTES


def test_one_place_with_all_the_words_is_told_before_several():
    document = search.document({Place.TEXT: "refund", Place.REQUESTER: "Ann", Place.REPLY: "Ann refund"})
    assert search.found_in(document, search.asked("ann refund", None)) == (Place.REPLY,)
    apart = search.document({Place.TEXT: "refund", Place.REQUESTER: "Ann"})
    assert search.found_in(apart, search.asked("ann refund", None)) == (Place.REQUESTER, Place.TEXT)


KNOWN = {"invoice": "Invoice", "uberweisung": "Überweisung", "ann": "Ann", "printer": "printer"}


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("invocie", "Invoice"),
        ("ubrweisung", "Überweisung"),
        ("an invocie", "an Invoice"),
        ("invoice", ""),
        ("zebra", ""),
        ("invocie zebra", ""),
        ("", ""),
        ("接続", ""),
    ],
)
def test_a_near_miss_is_put_right(typed, right):
    assert spelling.meant(typed, KNOWN) == right


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_distance_is_the_same_both_ways_and_bounded(one, other):
    assert spelling.distance(one, other, 2) == spelling.distance(other, one, 2) <= 3
    assert (spelling.distance(one, other, 2) == 0) == (one == other)
