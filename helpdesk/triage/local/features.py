"""What learned weights are about: the words of a text, its pairs of words, and the n-grams inside words."""

import math
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from helpdesk.triage.local.lexicon import Passage
from helpdesk.triage.local.tokenizer import BREAK

GRAM_LENGTHS = (3, 4, 5)
GRAM_MARK = "~"  # no word holds it, so an n-gram is never taken for a word
WORD_LIMIT = 24  # characters of a word that are read: a line of base64 is not a thousand features


class Feature(NamedTuple):
    """One feature of a text. `value` is above 0; ``passage.quote(start, end)`` is where it was first seen."""

    name: str
    value: float
    passage: Passage
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.passage.quote(self.start, self.end)


Place = tuple[Passage, int, int]


def extract(passages: Sequence[Passage]) -> list[Feature]:
    """Every feature counts once; words, pairs and n-grams each have a length of 1, however long the text."""
    words: dict[str, Place] = {}
    pairs: dict[str, Place] = {}
    for passage in passages:
        texts = [word.text[:WORD_LIMIT] for word in passage.words]
        for at, text in enumerate(texts):
            if text != BREAK:
                words.setdefault(text, (passage, at, at + 1))
        for at, (first, second) in enumerate(pairwise(texts)):
            if BREAK not in (first, second):
                pairs.setdefault(f"{first} {second}", (passage, at, at + 2))
    grams: dict[str, Place] = {}
    for word, place in words.items():
        for gram in _grams(word):
            grams.setdefault(gram, place)
    return list(chain.from_iterable(_normed(kind) for kind in (words, pairs, grams)))


def _grams(word: str) -> Iterator[str]:
    """The n-grams of a word; ``<`` and ``>`` stand at its ends."""
    fenced = f"<{word}>"
    for length in GRAM_LENGTHS:
        for start in range(len(fenced) - length + 1):
            yield GRAM_MARK + fenced[start : start + length]


def _normed(kind: dict[str, Place]) -> Iterator[Feature]:
    value = 1 / math.sqrt(len(kind) or 1)
    return (Feature(name, value, *place) for name, place in kind.items())
