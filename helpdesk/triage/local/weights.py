"""The weights by which the local model decides a field, set by hand or learned."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from helpdesk.triage.local.features import Feature, grams
from helpdesk.triage.local.stored import CorruptModel, items, number, numbers, section
from helpdesk.triage.prediction import FIELDS

Row = Sequence[float]
"""One number per label, in the order of the vocabulary."""

WORDS_KEPT = 50_000  # of which the sums of their n-grams are remembered


class Sum(NamedTuple):
    """What the known n-grams of a word come to: their rows times their rarity, and the square of that."""

    row: Row
    square: float


NOTHING = Sum((), 0.0)


@dataclass(frozen=True)
class Weights:
    """A row for the bias, for each label of the lexicon, and for each known word, pair and n-gram.

    ``lexicon[i]`` is what a phrase for label `i` adds per point. A row of `features` begins with the rarity
    of the feature (its inverse document frequency), and goes on with what it adds for each label per unit.
    The higher the `temperature`, the more modest the highest probability. `proven` are rare labels that were
    right often enough on tickets which had not been learned.
    """

    bias: Row
    lexicon: Sequence[Row]
    temperature: float = 1.0
    features: Mapping[str, Row] = field(default_factory=dict)
    proven: frozenset[str] = frozenset()
    _sums: dict[str, Sum] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def hand_set(cls, bias: Row, temperature: float) -> Self:
        """The lexicon alone."""
        size = range(len(bias))
        return cls(bias, [[float(i == j) for j in size] for i in size], temperature)

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

    def evidence(self, found: Sequence[Feature]) -> Sequence[tuple[Feature, Row]]:
        """What each word and pair adds: its own row and those of its n-grams, each kind of a length of 1."""
        known = [
            (each, (1 + math.log(each.times)) * row[0], row)
            for each in found
            if (row := self.features.get(each.name))
        ]
        length = math.sqrt(sum(value * value for _, value, _ in known)) or 1.0
        told = [(each, [value / length * weight for weight in row[1:]]) for each, value, row in known]
        inner = [(each, total) for each in found if each.is_word and (total := self._grams(each.name)).row]
        length = math.sqrt(sum(total.square for _, total in inner)) or 1.0
        return told + [(each, [weight / length for weight in total.row]) for each, total in inner]

    def _grams(self, word: str) -> Sum:
        total = self._sums.get(word)
        if total is None:
            if len(self._sums) >= WORDS_KEPT:
                self._sums.clear()
            total = self._sums[word] = self._add_up(word)
        return total

    def _add_up(self, word: str) -> Sum:
        rows = [row for gram in grams(word) if (row := self.features.get(gram))]
        if not rows:
            return NOTHING
        columns = zip(*rows, strict=True)
        rarities = next(columns)
        row = [sum(r * w for r, w in zip(rarities, column, strict=True)) for column in columns]
        return Sum(row, sum(r * r for r in rarities))
