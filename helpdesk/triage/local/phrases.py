"""Finding many phrases in a text at once, in time that grows with the text alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from helpdesk.triage.local.tokenizer import Token, fold

FILLERS_IN_A_ROW = 3
WORDS_KEPT = 20_000  # of which the phrases that begin with them are remembered


@dataclass(frozen=True)
class Spelling:
    """What makes two wordings one: fillers may stand between the words of a phrase, variants are one word."""

    fillers: frozenset[str]
    variants: Mapping[str, str]

    def read(self, words: Iterable[Token]) -> list[Token]:
        variants = self.variants
        return [
            Token(variants[word.text], word.start, word.end) if word.text in variants else word
            for word in words
        ]

    def pattern(self, phrase: str) -> list[str]:
        """The words of a phrase as they are compared; a trailing ``*`` matches the rest of a word."""
        return [self.variants.get(word, word) for word in fold(phrase).split()]


class Match(NamedTuple):
    """A phrase found at ``words[start:end]``."""

    phrase: str
    start: int
    end: int


@dataclass
class Node:
    """One step of the trie: the words that may follow, whole or as the beginning of a word."""

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

    @property
    def goes_on(self) -> bool:
        return bool(self.words or self.prefixes)

    def following(self, word: str) -> list["Node"]:
        """The nodes that `word` leads to, the most specific first."""
        exact = self.words.get(word)
        begun = [
            node
            for length in self.lengths
            if length <= len(word) and (node := self.prefixes.get(word[:length]))
        ]
        return [exact, *begun] if exact else begun


class Phrases:
    """A set of phrases. Of two matches, one inside the other, only the longer counts."""

    def __init__(self, phrases: Iterable[str], spelling: Spelling) -> None:
        self._fillers = spelling.fillers
        self._root = Node()
        self._begin = lru_cache(maxsize=WORDS_KEPT)(self._root.following)
        for phrase in phrases:
            self._add(phrase, spelling.pattern(phrase))

    def _add(self, phrase: str, words: list[str]) -> None:
        node = self._root
        for word in words:
            node = node.child(word)
        if node is self._root or node.phrase:
            raise ValueError(f"the phrase {phrase!r} says the same as {node.phrase!r}; remove one of them")
        node.phrase = phrase

    def find(self, words: list[Token]) -> list[Match]:
        """The matches that no other match contains, from left to right."""
        found, covered = [], 0
        begin = self._begin
        for start in [at for at, word in enumerate(words) if begin(word.text)]:
            match = self._longest(begin(words[start].text), words, start, start + 1)
            if match and match.end > covered:
                found.append(match)
                covered = match.end
        return found

    def _longest(self, nodes: Sequence[Node], words: list[Token], start: int, end: int) -> Match | None:
        """The longest match from `start`; ``words[start:end]`` led to these nodes."""
        longest = None
        for node in nodes:
            match = self._beyond(node, words, start, end) if node.goes_on else None
            if match is None and node.phrase:
                match = Match(node.phrase, start, end)
            if match and (longest is None or match.end > longest.end):
                longest = match
        return longest

    def _beyond(self, node: Node, words: list[Token], start: int, at: int, skipped: int = 0) -> Match | None:
        """The same of what goes on after the node with ``words[at]``, a filler or not."""
        if at == len(words):
            return None
        text = words[at].text
        match = self._longest(node.following(text), words, start, at + 1)
        if skipped < FILLERS_IN_A_ROW and text in self._fillers:
            further = self._beyond(node, words, start, at + 1, skipped + 1)
            if further and (match is None or further.end > match.end):
                return further
        return match
