"""Personal details out of a text before it leaves the house: each gives way to a mark that says its kind."""

import re
from collections.abc import Iterator
from itertools import accumulate

EMAIL = "[email]"
PHONE = "[phone]"
CARD = "[card]"
MARKS = (EMAIL, PHONE, CARD)

_EMAIL = re.compile(
    r"""
    (?<! [\w.+%'-] ) [\w.+%'-]++          # once for each name: a long run of letters must not cost its square
    [@\uff20]
    [\w-]+ (?: \. [\w-]+ )*
    \. (?: xn--[\w-]+ | [^\W\d_]{2,} )    # not lodash@4.17.21
    """,
    re.VERBOSE,
)
_DIGIT_RUN = re.compile(r"(?<![\w+]) \d (?: [ \u00a0.-]{0,2} \d ){12,63} (?!\w)", re.VERBOSE)
_DIGIT_GROUP = re.compile(r"\d+")
CARD_LENGTHS = range(13, 20)

_CUE = re.compile(
    r"""
    (?P<cue>
      \b (?: phone | telephone | tel | mobile | cell | call | fax | whatsapp | handy | móvil | portable )
      (?: [ :.,#-] | \b (?: me | us | at | on | is | no | nr | number ) \b ){0,12}
    )
    (?<! \w ) \+? \(? \d (?: [ \u00a0./()-]{0,3} \d ){5,14} (?! \w | [.,:]\d )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PHONE = re.compile(
    r"""
    (?<! [\w.,:/+-] )                                          # not inside a date, an address or an amount
    (?:
        (?: \+ | 00 ) [ ]? \d (?: [ \u00a0./()-]{0,3} \d ){6,14}  # +44 (0)20 7946 0018
      | \( \d{2,5} \) [ ./-]{0,3} \d (?: [ .-]? \d ){4,9}          # (030) 1234567
      | 0 \d (?: [ \u00a0./-]{0,2} \d ){7,11}                      # 0171 1234567, 01 23 45 67 89
      | (?: 1 [ .-] )? [2-9]\d{2} [ .-]? \d{3} [ .-]? \d{4}        # 555-123-4567
    )
    (?! \w | [.,:/-]\d )
    """,
    re.VERBOSE,
)
_MARKS = re.compile(r"\[(?:email|phone|card)\]|\[\w{0,5}\Z")  # the last one was cut off


def redact(text: str) -> str:
    """`text` with marks in place of e-mail addresses, card numbers and phone numbers.

    A rule cannot know every number: one that is written like an order's is left alone, and an order number
    that is written like a phone's is not.
    """
    text = _EMAIL.sub(EMAIL, text)
    text = _DIGIT_RUN.sub(lambda run: _without_cards(run[0]), text)
    text = _CUE.sub(lambda found: found["cue"] + PHONE, text)
    return _PHONE.sub(PHONE, text)


def blank(text: str) -> str:
    """A redacted text with NUL for its marks: what is left stands in the original, word for word."""
    return _MARKS.sub("\0", text)


def _without_cards(run: str) -> str:
    """Groups of digits that together pass for a card's number go, whatever stands beside them."""
    for start, end in _spans(run):
        if _is_card(run[start:end]):
            return run[:start] + CARD + _without_cards(run[end:])
    return run


def _spans(run: str) -> Iterator[tuple[int, int]]:
    """From the beginning of each group to the end of each that makes the length right, the longest first."""
    groups = [group.span() for group in _DIGIT_GROUP.finditer(run)]
    for first, (start, _) in enumerate(groups):
        lengths = accumulate(end - begin for begin, end in groups[first : first + CARD_LENGTHS.stop])
        ends = [
            end for (_, end), length in zip(groups[first:], lengths, strict=False) if length in CARD_LENGTHS
        ]
        yield from ((start, end) for end in reversed(ends))


def _is_card(text: str) -> bool:
    digits = [int(char) for char in text if char.isdecimal()]
    return digits[0] > 1 and _luhn(digits)


def _luhn(digits: list[int]) -> bool:
    """The check digit that every card's number ends with (ISO/IEC 7812)."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
