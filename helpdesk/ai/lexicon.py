"""Cold start: hand-set weights of phrases per label, kept as readable JSON.

A field (category, priority) is scored as a sum of weights, so that learned weights can be added to the same
`Scores` before `decide` turns them into one label, its confidence and the words that decided.
"""

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

from helpdesk.ai.base import Label, Prediction
from helpdesk.ai.text import BREAK, Token, tokens
from helpdesk.choices import Category, Priority

DATA = Path(__file__).resolve().parents[2] / "fixtures" / "triage_lexicon.json"
VOCABULARY = {"category": Category, "priority": Priority}

TITLE_LIMIT = 1_000  # characters that are read: what decides is said early, and the work stays bounded
DESCRIPTION_LIMIT = 10_000
TITLE_FACTOR = 1.5  # a phrase in the title counts this much more
FADING = 100  # words after which a phrase of the description counts half
FILLERS_SKIPPED = 4  # at most, between two words of a phrase
MOST_REASONS = 5


class LexiconError(Exception):
    """The data file is missing or damaged: a fault of the installation, named with its file and place."""


@dataclass(frozen=True)
class Contribution:
    """What one phrase of the text (`quote`, as written there) adds to the score of one label."""

    label: str
    phrase: str
    quote: str
    weight: float


@dataclass(frozen=True)
class Scores:
    """The evidence for one field. `totals` holds every label's sum, bias included, in units of log odds."""

    totals: dict[str, float]
    contributions: tuple[Contribution, ...] = ()


class Match(NamedTuple):
    """A phrase found at `tokens[start:end]`."""

    phrase: str
    start: int
    end: int


@dataclass
class Node:
    """One step of a trie of phrases: the words that may follow, whole or as a prefix of a word."""

    phrase: str = ""
    words: dict[str, "Node"] = field(default_factory=dict)
    prefixes: dict[str, "Node"] = field(default_factory=dict)
    lengths: tuple[int, ...] = ()

    def child(self, word: str) -> "Node":
        if not word.endswith("*"):
            return self.words.setdefault(word, Node())
        prefix = word.removesuffix("*")
        self.lengths = tuple(sorted({*self.lengths, len(prefix)}, reverse=True))
        return self.prefixes.setdefault(prefix, Node())

    def next(self, word: str) -> Iterator["Node"]:
        """The nodes that `word` leads to, the most specific first."""
        if exact := self.words.get(word):
            yield exact
        for length in self.lengths:
            if length <= len(word) and (node := self.prefixes.get(word[:length])):
                yield node


class Phrases:
    """A set of phrases, found in a text in time that grows with the text's length only."""

    def __init__(self, phrases: Iterable[str], spelling: "Spelling") -> None:
        self.root = Node()
        for phrase in phrases:
            self._add(phrase, spelling)

    def _add(self, phrase: str, spelling: "Spelling") -> None:
        node = self.root
        for word in spelling.words(phrase):
            node = node.child(word)
        if node is self.root or node.phrase:
            raise LexiconError(f"{phrase!r} says the same as {node.phrase or 'nothing'!r}; remove one")
        node.phrase = phrase

    def find(self, words: list[Token]) -> list[Match]:
        """The matches that no other match contains, from left to right."""
        found, covered = [], 0
        for start in range(len(words)):
            match = self._longest(self.root, words, start, start)
            if match and match.end > covered:
                found.append(match)
                covered = match.end
        return found

    def _longest(self, node: Node, words: list[Token], start: int, at: int) -> Match | None:
        best = Match(node.phrase, start, at) if node.phrase else None
        if at == len(words):
            return best
        for following in node.next(words[at].text):
            match = self._longest(following, words, start, at + 1)
            if match and (best is None or match.end > best.end):
                best = match
        return best
