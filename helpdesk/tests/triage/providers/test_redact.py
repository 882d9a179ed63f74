import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.triage.providers.redact import blank, redact

CARDS = ["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011.1111.1111.1117"]
PHONES = [
    "+44 20 7946 0018",
    "+44 (0)20 7946 0018",
    "+4915112345678",
    "0049 151 12345678",
    "(030) 1234567",
    "(555) 123-4567",
    "555-123-4567",
    "1-555-123-4567",
    "5551234567",
    "0171/1234567",
    "01 23 45 67 89",
    "+91 98765 43210",
]
ADDRESSES = [
    "ann@example.com",
    "ann.lee+desk@mail.example.co.uk",
    "o'neil@example.org",
    "müller@bücher.example",
    "a@xn--bcher-kva.xn--p1ai",
    "用户@例子.公司",
]
KEPT = [
    "Error 0x80070005 at 10.0.12.254:8080",
    "Version 3.11.7, build 20260105",
    "Since 2026-01-05 08:12:00 and 05.01.2026",
    "Invoice 40117 over 1,234,567.00 EUR, was 1 234.50",
    "Order INV-2026-0004711, tracking 1Z999AA10123456784",
    "npm i lodash@4.17.21 fails, thanks @ann",
    "Between 1700000000 and 1700000000123",
    "Room 12-034, 24/7, 50-60 seats",
    "Card 4111 1111 1111 1112 is mistyped",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_gives_way_to_a_mark(address: str) -> None:
    assert redact(f"Write to <{address}>, please.") == "Write to <[email]>, please."


@pytest.mark.parametrize("number", PHONES)
def test_a_phone_number_gives_way_to_a_mark(number: str) -> None:
    assert redact(f"Reach me under {number}. Thanks") == "Reach me under [phone]. Thanks"


@pytest.mark.parametrize(
    "cue", ["Call me at 1234567", "tel: 123 45 67", "Mobile 98765432", "phone no. 12-34-56"]
)
def test_a_short_number_is_a_phones_if_a_word_says_so(cue: str) -> None:
    assert redact(cue).endswith("[phone]")


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_gives_way_to_a_mark(number: str) -> None:
    assert redact(f"My card {number}, thanks") == "My card [card], thanks"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111 123", "[card] 123"),
        ("12 27 4111 1111 1111 1111", "12 27 [card]"),
        ("4111111111111111 5500000000000004", "[card] [card]"),
    ],
)
def test_a_card_number_is_found_among_other_digits(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(), st.sampled_from(ADDRESSES), st.text())
def test_no_address_survives_between_any_words(before: str, address: str, after: str) -> None:
    assert address not in redact(f"{before} {address} {after}")


@given(st.text(alphabet="0123456789 +()-./@a\n"))
def test_any_mixture_is_read(text: str) -> None:
    assert len(redact(text)) <= len(text) + 10 * (len(text) // 5 + 1)


@pytest.mark.parametrize("part", ["a", "a.", "1", "1 ", "+1", "a@", "0-", "call ", "(", "@a.", "4111 "])
def test_a_long_text_is_read_to_its_end(part: str) -> None:
    """Slowly growing patterns would take minutes here."""
    assert redact(part * (32_000 // len(part)))


def test_what_is_left_without_marks_stands_in_the_original() -> None:
    assert blank("Write [email] or [phone]") == "Write \0 or \0"
    assert blank("Write [ema") == "Write \0"
