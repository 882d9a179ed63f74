"""What learned weights are about: the words of a text, its pairs of words, and the n-grams inside words."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from helpdesk.triage.local.passages import Passage
from helpdesk.triage.local.tokenizer import BREAK

GRAM_LENGTHS = (3, 4, 5)
GRAM_MARK = "~"  # no word holds it, so an n-gram is never taken for a word
WORD_LIMIT = 24  # characters of a word that are read: a line of base64 is not a thousand features


class Found(NamedTuple):
    """The words and pairs of a text: how many times each occurs, and where first (passage, start, end)."""

    counts: dict[str, int]
    places: dict[str, tuple[Passage, int, int]]

    @property
    def words(self) -> list[str]:
        return [name for name in self.counts if " " not in name]

    def quote(self, name: str) -> str:
        passage, start, end = self.places[name]
        return passage.quote(start, end)


def extract(passages: Sequence[Passage]) -> Found:
    counts: dict[str, int] = {}
    places: dict[str, tuple[Passage, int, int]] = {}
    for passage in passages:
        texts = [word.text[:WORD_LIMIT] for word in passage.words]
        pairs = ("" if BREAK in (first, second) else f"{first} {second}" for first, second in pairwise(texts))
        for names, length in ((texts, 1), (pairs, 2)):
            for at, name in enumerate(names):
                if name in counts:
                    counts[name] += 1
                elif name:
                    counts[name] = 1
                    places[name] = (passage, at, at + length)
    return Found(counts, places)


@lru_cache(maxsize=20_000)
def grams(word: str) -> tuple[str, ...]:
    """The n-grams of a word, each once; ``<`` and ``>`` stand at its ends."""
    fenced = f"<{word}>"
    found = (
        GRAM_MARK + fenced[start : start + length]
        for length in GRAM_LENGTHS
        for start in range(len(fenced) - length + 1)
    )
    return tuple(dict.fromkeys(found))
