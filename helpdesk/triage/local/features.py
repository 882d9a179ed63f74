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


class Feature(NamedTuple):
    """A word or a pair of words, how many times the text has it, and where it stands first."""

    name: str
    times: int
    passage: Passage
    start: int
    end: int

    @property
    def quote(self) -> str:
        return self.passage.quote(self.start, self.end)

    @property
    def is_word(self) -> bool:
        return self.end - self.start == 1


def extract(passages: Sequence[Passage]) -> list[Feature]:
    """The words and pairs of a text, each once."""
    found: dict[str, Feature] = {}

    def see(name: str, passage: Passage, start: int, end: int) -> None:
        before = found.get(name)
        found[name] = (
            before._replace(times=before.times + 1) if before else Feature(name, 1, passage, start, end)
        )

    for passage in passages:
        texts = [word.text[:WORD_LIMIT] for word in passage.words]
        for at, text in enumerate(texts):
            if text != BREAK:
                see(text, passage, at, at + 1)
        for at, (first, second) in enumerate(pairwise(texts)):
            if BREAK not in (first, second):
                see(f"{first} {second}", passage, at, at + 2)
    return list(found.values())


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
