"""The weights by which the local model decides a field, set by hand or learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from helpdesk.triage.local.stored import CorruptModel, items, number, numbers, section
from helpdesk.triage.prediction import FIELDS

Row = Sequence[float]
"""One number per label, in the order of the vocabulary."""


@dataclass(frozen=True)
class Weights:
    """A row for the bias, for each label of the lexicon, and for each feature of `features.extract`.

    ``lexicon[i]`` is what a phrase for label `i` adds per point, ``features[name]`` what a feature adds per
    unit of its value. The higher the `temperature`, the more modest the highest probability.
    """

    bias: Row
    lexicon: Sequence[Row]
    temperature: float = 1.0
    features: Mapping[str, Row] = field(default_factory=dict)

    @classmethod
    def hand_set(cls, bias: Row, temperature: float, *, cues: bool = True) -> Self:
        """The lexicon alone; without its cues only the bias is left."""
        size = range(len(bias))
        return cls(bias, [[float(cues and i == j) for j in size] for i in size], temperature)

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
