"""Finding many phrases in a text at once, in time that grows with the text alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from helpdesk.triage.local.tokenizer import Token, fold

FILLERS_IN_A_ROW = 3
WORDS_KEPT = 50_000


@dataclass(frozen=True)
class Spelling:
    """What makes two wordings one: fillers may stand between the words of a phrase, variants are one word."""

    fillers: frozenset[str]
    variants: Mapping[str, str]

    def read(self, words: Iterable[Token]) -> list[Token]:
        return [word._replace(text=self.variants.get(word.text, word.text)) for word in words]

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

    def following(self, word: str) -> Iterator["Node"]:
        """The nodes that `word` leads to, the most specific first."""
        if exact := self.words.get(word):
            yield exact
        for length in self.lengths:
            if length <= len(word) and (node := self.prefixes.get(word[:length])):
                yield node


class Phrases:
    """A set of phrases. Of two matches, one inside the other, only the longer counts."""

    def __init__(self, phrases: Iterable[str], spelling: Spelling) -> None:
        self._fillers = spelling.fillers
        self._root = Node()
        self._begins: dict[str, bool] = {}  # for words seen, whether a phrase begins with them
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
        for start, word in enumerate(words):
            if word.text not in self._begins:
                self._remember(word.text)
            if not self._begins[word.text]:
                continue
            match = self._longest(self._root, words, start, start)
            if match and match.end > covered:
                found.append(match)
                covered = match.end
        return found

    def _remember(self, word: str) -> None:
        if len(self._begins) >= WORDS_KEPT:
            self._begins.clear()
        self._begins[word] = any(True for _ in self._root.following(word))

    def _longest(self, node: Node, words: list[Token], start: int, at: int, skipped: int = 0) -> Match | None:
        if at == len(words):
            return None
        matches = []
        for following in node.following(words[at].text):
            here = Match(following.phrase, start, at + 1) if following.phrase else None
            matches.append(self._longest(following, words, start, at + 1) or here)
        if at > start and skipped < FILLERS_IN_A_ROW and words[at].text in self._fillers:
            matches.append(self._longest(node, words, start, at + 1, skipped + 1))
        return max(filter(None, matches), key=lambda match: match.end, default=None)
