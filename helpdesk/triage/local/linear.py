"""The local model: features with weights per label, set by hand (the lexicon) or learned on this desk.

Both are evidence of the same kind, so one sum decides, and the words behind it explain the decision.
What is learned is plain JSON, made by `training.fit`.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

from helpdesk.choices import Priority
from helpdesk.triage.local.features import Feature, extract
from helpdesk.triage.local.lexicon import DATA, Lexicon, LexiconData, Passage, Weights
from helpdesk.triage.local.scoring import Contribution, probabilities, reasons
from helpdesk.triage.local.stored import CorruptModel, items, number, numbers, section
from helpdesk.triage.prediction import FIELDS, Label, Prediction

__all__ = ["CorruptModel", "LinearWeights", "LocalModel"]

FORMAT = 1
NEEDED = {Priority.CRITICAL.value: 0.5}
"""Learned weights must be so sure before they say this: a false alarm costs more than a missed one."""
LEAST_SHARE = 0.2  # of the strongest reason: words that add less than that decided nothing

Row = Sequence[float]
"""One number per label, in the order of the vocabulary."""


class Evidence(NamedTuple):
    """What one piece of the text (`quote`) adds to the total of every label."""

    quote: str
    row: Row


@dataclass(frozen=True)
class LinearWeights:
    """The weights of one field.

    ``lexicon[i]`` is what a phrase of the lexicon for label `i` adds per unit of its hand-set weight,
    ``features[name]`` what a feature of `features.extract` adds per unit of its value.
    """

    bias: Row
    lexicon: Sequence[Row]
    temperature: float
    features: Mapping[str, Row] = field(default_factory=dict)

    @classmethod
    def hand_set(cls, weights: Weights) -> Self:
        """The lexicon alone."""
        size = range(len(weights.bias))
        identity = [[float(i == j) for j in size] for i in size]
        return cls(list(weights.bias.values()), identity, weights.temperature)

    @classmethod
    def from_json(cls, data: Any, name: str) -> Self:
        """Raises `CorruptModel` unless every number is where it belongs."""
        data, labels = section(data, name), FIELDS[name].values
        if data.get("labels") != labels:
            raise CorruptModel(f"{name}.labels must be {labels}")
        rows = items(data.get("lexicon"), f"{name}.lexicon", len(labels))
        features = section(data.get("features"), f"{name}.features")
        return cls(
            bias=numbers(data.get("bias"), f"{name}.bias", len(labels)),
            lexicon=[numbers(row, f"{name}.lexicon", len(labels)) for row in rows],
            temperature=number(data.get("temperature"), f"{name}.temperature", 0.01, 100),
            features={key: numbers(row, f"{name}.features", len(labels)) for key, row in features.items()},
        )


class Field:
    """Decides one field: the weights, and the lexicon's phrases that feed them."""

    def __init__(self, phrases: Weights, weights: LinearWeights) -> None:
        self._phrases = phrases
        self._weights = weights
        self._labels = list(phrases.bias)

    @property
    def is_learned(self) -> bool:
        return bool(self._weights.features)

    def label(self, passages: list[Passage], found: Sequence[Feature]) -> Label:
        """The likeliest label, with the words that spoke for it."""
        evidence = list(self._evidence(passages, found))
        sums = map(sum, zip(self._weights.bias, *(each.row for each in evidence), strict=True))
        chances = probabilities(dict(zip(self._labels, sums, strict=True)), self._weights.temperature)
        value = self._likeliest(chances)
        return Label(value, chances[value], self._reasons(evidence, value))

    def _evidence(self, passages: list[Passage], found: Sequence[Feature]) -> Iterator[Evidence]:
        rows = dict(zip(self._labels, self._weights.lexicon, strict=True))
        for each in self._phrases.score(passages).contributions:
            yield Evidence(each.quote, [each.weight * weight for weight in rows[each.label]])
        for each in found:
            if row := self._weights.features.get(each.name):
                yield Evidence(each.quote, [each.value * weight for weight in row])

    def _likeliest(self, chances: Mapping[str, float]) -> str:
        ranked = sorted(chances, key=chances.__getitem__, reverse=True)
        too_unsure = self.is_learned and chances[ranked[0]] < NEEDED.get(ranked[0], 0)
        return ranked[too_unsure]

    def _reasons(self, evidence: Sequence[Evidence], value: str) -> tuple[str, ...]:
        """What a word adds by itself, by its n-grams and as a phrase is one reason."""
        at = self._labels.index(value)
        weights: dict[str, float] = {}
        quotes: dict[str, str] = {}
        for each in evidence:
            key = each.quote.casefold()
            quotes.setdefault(key, each.quote)
            weights[key] = weights.get(key, 0.0) + each.row[at]
        least = LEAST_SHARE * max(weights.values(), default=0.0)
        return reasons(
            (
                Contribution(value, key, quotes[key], weight)
                for key, weight in weights.items()
                if weight > least
            ),
            value,
        )


class LocalModel:
    """The local classifier: no network, always an answer, at once. Nothing learned, it is the lexicon."""

    name = "local"

    def __init__(self, path: Path = DATA) -> None:
        lexicon = Lexicon(path)
        self.model = lexicon.model
        self._data = lexicon.data
        self._fields = {
            name: Field(phrases, LinearWeights.hand_set(phrases))
            for name, phrases in phrases_of(self._data).items()
        }

    @classmethod
    def from_json(cls, data: Any, *, version: int | str, path: Path = DATA) -> Self:
        """`data` as made by `training.fit`. Raises `CorruptModel` saying what is wrong with it."""
        data = section(data, "the model")
        if data.get("format") != FORMAT:
            raise CorruptModel(f"format must be {FORMAT}")
        weights = section(data.get("weights"), "weights")
        if unknown := weights.keys() - FIELDS.keys():
            raise CorruptModel(f"weights holds unknown fields: {', '.join(sorted(unknown))}")
        model = cls(path)
        phrases = phrases_of(model._data)
        for name, part in weights.items():
            model._fields[name] = Field(phrases[name], LinearWeights.from_json(part, name))
        if weights:
            model.model = f"learned-{version}"
        return model

    def classify(self, title: str, description: str, *, timeout: float | None = None) -> Prediction:
        """Never waits and never raises, so `timeout` is not needed."""
        started = time.perf_counter()
        passages = self._data.passages(title, description)
        found = extract(passages) if any(each.is_learned for each in self._fields.values()) else []
        labels = {name: each.label(passages, found) for name, each in self._fields.items()}
        latency = round((time.perf_counter() - started) * 1000)
        return Prediction(labels["category"], labels["priority"], self.name, self.model, latency)


def phrases_of(data: LexiconData) -> dict[str, Weights]:
    return {"category": data.category, "priority": data.priority}
