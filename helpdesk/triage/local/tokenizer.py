"""Words of a ticket's text, each with the place it came from, so that a reason can quote it exactly."""

import re
import unicodedata
from typing import NamedTuple

BREAK = ""
"""The text of the token that ends a sentence; no phrase crosses it."""

_TOKEN = re.compile(
    r"""
    (?P<skipped> https?://\S+ | @[\w.-]+ | </?[a-z][^<>]{0,200}> )
  | (?P<break> [.!?;]+(?=\s|$) | [\r\n]+ | [\x00-\x08\ud800-\udfff]+ | \W{4,} )
  | (?P<word> [\w\u0300-\u036f]*n't\b | [\w\u0300-\u036f]+ )
    """,
    re.VERBOSE,
)
_MARKS = dict.fromkeys(range(0x300, 0x370))


class Token(NamedTuple):
    """A folded word, and where it starts and ends in the text it was taken from."""

    text: str
    start: int
    end: int


def _folded(char: str) -> str:
    """One character for one character, so that offsets in a folded text hold in the original."""
    if unicodedata.combining(char):
        return char
    base = unicodedata.normalize("NFKD", char)[0]
    return base.casefold()[0]


_FOLDING = {code: _folded(chr(code)) for code in range(0x2000)} | {0x2019: "'", ord("_"): " "}


def fold(text: str) -> str:
    """Lower case without accents, of the same length as `text`."""
    return text.translate(_FOLDING)


def tokens(text: str) -> list[Token]:
    """The words of `text` and the breaks between its sentences; links, addresses and tags are left out."""
    folded = fold(text)
    found = [
        Token(match["word"] or BREAK, *match.span())
        for match in _TOKEN.finditer(folded)
        if match.lastgroup != "skipped"
    ]
    if folded.isascii():
        return found
    return [token._replace(text=token.text.translate(_MARKS)) for token in found]


def words(text: str) -> set[str]:
    """The different ones among them."""
    folded = fold(text)
    found = {word for *_, word in _TOKEN.findall(folded) if word}
    return found if folded.isascii() else {word.translate(_MARKS) for word in found}
