"""Cold start: hand-set weights of phrases per label, read from a data file that people can edit."""

import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Self

from helpdesk.choices import Category, Priority
from helpdesk.triage.local.phrases import Phrases, Spelling
from helpdesk.triage.local.scoring import Contribution, Scores, decide
from helpdesk.triage.local.tokenizer import BREAK, Token, tokens
from helpdesk.triage.prediction import Label, Prediction

DATA = Path(__file__).resolve().parents[3] / "fixtures" / "triage_lexicon.json"

TITLE_LIMIT = 1_000  # characters that are read: what decides is said early, and the work stays bounded
DESCRIPTION_LIMIT = 6_000
QUOTE_LIMIT = 80
TITLE_FACTOR = 1.5  # how much more a phrase counts in the title
FADING = 100  # words into the description after which a phrase counts half
TELLING = 8  # contributions beyond which more of them only repeat: a long text is not surer for its length


class LexiconError(Exception):
    """The data file is missing or damaged: a fault of the installation."""


@dataclass(frozen=True)
class Passage:
    """The title or the description: its words, and how much a phrase found among them counts."""

    text: str
    words: list[Token]
    factor: float
    fading: float

    def quote(self, start: int, end: int) -> str:
        return self.text[self.words[start].start : self.words[end - 1].end][:QUOTE_LIMIT]

    def strength(self, start: int) -> float:
        return self.factor / (1 + self.fading * start)


@dataclass(frozen=True)
class Weights:
    """The hand-set weights of one field: ``{phrase: {label: weight}}``, and a bias per label."""

    bias: Mapping[str, float]
    temperature: float
    weights: Mapping[str, Mapping[str, float]]
    phrases: Phrases

    @classmethod
    def from_data(
        cls, data: Mapping[str, Any], vocabulary: type[Category | Priority], spelling: Spelling
    ) -> Self:
        """`data` groups phrases by label, then by language."""
        labels = set(vocabulary.values)
        if set(data["bias"]) != labels or not set(data["phrases"]) <= labels:
            raise ValueError(f"the labels must be {', '.join(vocabulary.values)}")
        if data["temperature"] <= 0:
            raise ValueError("a temperature must be above 0")
        weights: dict[str, dict[str, float]] = {}
        for label, languages in data["phrases"].items():
            for phrase, weight in chain.from_iterable(phrases.items() for phrases in languages.values()):
                if label in weights.setdefault(phrase, {}):
                    raise ValueError(f"the phrase {phrase!r} of {label} occurs in two languages")
                weights[phrase][label] = float(weight)
        bias = {label: float(data["bias"][label]) for label in vocabulary.values}
        return cls(bias, float(data["temperature"]), weights, Phrases(weights, spelling))

    def score(self, passages: list[Passage]) -> Scores:
        """Every phrase counts once, where it is strongest."""
        strongest: dict[str, tuple[float, str]] = {}
        for phrase, strength, quote in self._found(passages):
            strongest[phrase] = max(strongest.get(phrase, (0.0, "")), (strength, quote))
        return self._sum(strongest)

    def _sum(self, strongest: Mapping[str, tuple[float, str]]) -> Scores:
        repetition = math.sqrt(max(1.0, len(strongest) / TELLING))
        contributions = tuple(
            Contribution(label, phrase, quote, weight * strength / repetition)
            for phrase, (strength, quote) in strongest.items()
            for label, weight in self.weights[phrase].items()
        )
        totals = dict(self.bias)
        for each in contributions:
            totals[each.label] += each.weight
        return Scores(totals, contributions)

    def _found(self, passages: list[Passage]) -> Iterator[tuple[str, float, str]]:
        for passage in passages:
            for match in self.phrases.find(passage.words):
                yield match.phrase, passage.strength(match.start), passage.quote(match.start, match.end)

    def decide(self, scores: Scores) -> Label:
        return decide(scores, self.temperature)


@dataclass(frozen=True)
class LexiconData:
    """The whole data file. Orders are phrases that speak to the classifier instead of telling a problem."""

    version: str
    spelling: Spelling
    sentence_orders: Phrases
    text_orders: Phrases
    category: Weights
    priority: Weights

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        variants = {word: meant for meant, words in data["variants"].items() for word in words}
        spelling = Spelling(frozenset(data["fillers"]), variants)
        return cls(
            version=str(data["version"]),
            spelling=spelling,
            sentence_orders=Phrases(data["orders"]["to the end of the sentence"], spelling),
            text_orders=Phrases(data["orders"]["to the end of the text"], spelling),
            category=Weights.from_data(data["category"], Category, spelling),
            priority=Weights.from_data(data["priority"], Priority, spelling),
        )

    def passages(self, title: str, description: str) -> list[Passage]:
        """What the scores are taken from: the beginning of both texts, without orders to the classifier."""
        title, description = title[:TITLE_LIMIT], description[:DESCRIPTION_LIMIT]
        return [
            Passage(title, self._words(title), TITLE_FACTOR, 0.0),
            Passage(description, self._words(description), 1.0, 1 / FADING),
        ]

    def _words(self, text: str) -> list[Token]:
        """An order ends the text, or is blanked from its first word to the end of its sentence."""
        words = self.spelling.read(tokens(text))
        for match in self.text_orders.find(words)[:1]:
            words = words[: match.start]
        for match in self.sentence_orders.find(words):
            for at in range(match.start, len(words)):
                if words[at].text == BREAK:
                    break
                words[at] = words[at]._replace(text=BREAK)
        return words


@cache
def load(path: Path = DATA) -> LexiconData:
    """The data file, read once per process. Raises `LexiconError` naming what is wrong with it."""
    try:
        return LexiconData.from_data(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LexiconError(f"{path} is not a usable lexicon ({error!r}); install the file again") from error


class Lexicon:
    """The local classifier: no network, no learning, always an answer."""

    name = "local"

    def __init__(self, path: Path = DATA) -> None:
        self.data = load(path)
        self.model = f"lexicon-{self.data.version}"

    def classify(self, title: str, description: str, *, timeout: float | None = None) -> Prediction:
        """Never waits and never raises, so `timeout` is not needed."""
        started = time.perf_counter()
        passages = self.data.passages(title, description)
        category = self.data.category.decide(self.data.category.score(passages))
        priority = self.data.priority.decide(self.data.priority.score(passages))
        latency = round((time.perf_counter() - started) * 1000)
        return Prediction(category, priority, self.name, self.model, latency)
