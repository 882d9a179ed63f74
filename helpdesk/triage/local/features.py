"""What learned weights are about: the words of a text, its pairs of words, and the n-grams inside words."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from helpdesk.triage.local.passages import Passage
from helpdesk.triage.local.tokenizer import BREAK

GRAM_LENGTHS = (3, 4, 5)
GRAM_MARK = "~"  # no word holds it, so an n-gram is never taken for a word
WORD_LIMIT = 24  # characters of a word that are read: a line of base64 is not a thousand features


class Found:
    """How many times each word and pair of words of the passages occurs.

    `frequencies` are 1 plus the logarithm of that.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._read = [(passage, [word.text[:WORD_LIMIT] for word in passage.words]) for passage in passages]
        self.words: Counter[str] = Counter()
        pairs: Counter[str] = Counter()
        for _, words in self._read:
            self.words.update(words)
            pairs.update([f"{one} {other}" for one, other in pairwise(words) if one and other])
        del self.words[BREAK]
        self.counts = {**self.words, **pairs}

    @cached_property
    def frequencies(self) -> dict[str, float]:
        return {name: 1.0 if times == 1 else 1 + math.log(times) for name, times in self.counts.items()}

    def quote(self, name: str) -> str:
        """A word or pair as it is written where it occurs first."""
        wanted = name.split(" ")
        return next(
            passage.quote(at, at + len(wanted))
            for passage, words in self._read
            for at, word in enumerate(words)
            if word == wanted[0] and words[at : at + len(wanted)] == wanted
        )


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
