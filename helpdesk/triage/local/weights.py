"""The weights by which the local model decides a field, set by hand or learned."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import mul
from typing import Any, NamedTuple, Self

from helpdesk.triage.local.certainty import Certainty
from helpdesk.triage.local.features import Found, grams
from helpdesk.triage.local.stored import CorruptModel, items, number, numbers, section
from helpdesk.triage.prediction import FIELDS

Row = Sequence[float]
"""One number per label, in the order of the vocabulary."""

WORDS_KEPT = 50_000  # of which the sums of their n-grams are remembered


class Evidence(NamedTuple):
    """Pieces of the text, folded, in columns: each adds ``scale * row[1 + label]`` to the label's total."""

    keys: list[str]
    scales: list[float]
    rows: list[Row]

    def and_also(self, other: "Evidence") -> "Evidence":
        return Evidence(self.keys + other.keys, self.scales + other.scales, self.rows + other.rows)

    def added_to(self, totals: Row) -> list[float]:
        if not self.rows:
            return list(totals)
        _, *columns = zip(*self.rows, strict=True)
        return [
            total + sum(map(mul, self.scales, column)) for total, column in zip(totals, columns, strict=True)
        ]


class WordSum(NamedTuple):
    """What the known n-grams of a word come to: their rows times their rarity, and the square of that.

    The row begins with a 0, so that it is read like those of `Weights.features`.
    """

    row: Row
    square: float


NOTHING = WordSum((), 0.0)


@dataclass(frozen=True)
class Weights:
    """A row for the bias, for each label of the lexicon, and for each known word, pair and n-gram.

    ``lexicon[i]`` is what a phrase for label `i` adds per point. A row of `features` begins with the rarity
    of the feature (its inverse document frequency), and goes on with what it adds for each label per unit.
    The higher the `temperature`, the more modest the highest probability. `proven` are rare labels that were
    right often enough on tickets which had not been learned. Without a `certainty` the probability is how
    sure an answer is.
    """

    bias: Row
    lexicon: Sequence[Row]
    temperature: float = 1.0
    features: Mapping[str, Row] = field(default_factory=dict)
    proven: frozenset[str] = frozenset()
    certainty: Certainty | None = None
    _sums: dict[str, WordSum] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def hand_set(cls, bias: Row, temperature: float, certainty: Certainty | None = None) -> Self:
        """The lexicon alone."""
        size = range(len(bias))
        return cls(bias, [[float(i == j) for j in size] for i in size], temperature, certainty=certainty)

    @classmethod
    def from_json(cls, data: Any, name: str) -> Self:
        """Raises `CorruptModel` unless every number is where it belongs."""
        data, labels = section(data, name), FIELDS[name].values
        if data.get("labels") != labels:
            raise CorruptModel(f"{name}.labels must be {labels}")
        rows = items(data.get("lexicon"), f"{name}.lexicon", len(labels))
        features = section(data.get("features"), f"{name}.features")
        proven = data.get("proven", [])
        if not isinstance(proven, list) or not all(isinstance(label, str) for label in proven):
            raise CorruptModel(f"{name}.proven must be a list of labels")
        return cls(
            bias=numbers(data.get("bias"), f"{name}.bias", len(labels)),
            lexicon=[numbers(row, f"{name}.lexicon", len(labels)) for row in rows],
            temperature=number(data.get("temperature"), f"{name}.temperature", 0.01, 100),
            features={
                key: numbers(row, f"{name}.features", len(labels) + 1) for key, row in features.items()
            },
            proven=frozenset(proven),
        )

    def evidence(self, found: Found) -> Evidence:
        """What each word and pair adds: its own row and those of its n-grams, each kind of a length of 1."""
        features, frequencies = self.features, found.frequencies
        names = [name for name in frequencies if name in features]
        rows = [features[name] for name in names]
        values = [frequencies[name] * row[0] for name, row in zip(names, rows, strict=True)]
        length = math.sqrt(sum(map(mul, values, values))) or 1.0
        sums, remember = self._sums, self._remember
        inner = {word: total for word in found.words if (total := sums.get(word) or remember(word)).row}
        share = 1 / (math.sqrt(sum(total.square for total in inner.values())) or 1.0)
        return Evidence(
            [*names, *inner],
            [*(value / length for value in values), *repeat(share, len(inner))],
            [*rows, *(total.row for total in inner.values())],
        )

    def _remember(self, word: str) -> WordSum:
        if len(self._sums) >= WORDS_KEPT:
            self._sums.clear()
        return self._sums.setdefault(word, self._add_up(word))

    def _add_up(self, word: str) -> WordSum:
        rows = [row for gram in grams(word) if (row := self.features.get(gram))]
        if not rows:
            return NOTHING
        columns = zip(*rows, strict=True)
        rarities = next(columns)
        row = [sum(r * w for r, w in zip(rarities, column, strict=True)) for column in columns]
        return WordSum([0.0, *row], sum(r * r for r in rarities))
