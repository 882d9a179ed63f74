"""The local model: features with weights per label, set by hand (the lexicon) or learned on this desk.

Both are evidence of the same kind, so one sum decides, and the words behind it explain the decision.
What is learned is plain JSON, made by `training.fit`.
"""

import math
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import starmap
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from helpdesk.choices import Priority
from helpdesk.triage.local.features import Found, extract
from helpdesk.triage.local.lexicon import DATA, Cues, load
from helpdesk.triage.local.likeness import template
from helpdesk.triage.local.passages import Passage
from helpdesk.triage.local.stored import CorruptModel, items, number, section
from helpdesk.triage.local.tokenizer import fold
from helpdesk.triage.local.weights import Row, Weights
from helpdesk.triage.prediction import FIELDS, Label, Prediction

FORMAT = 2
RARE = {Priority.CRITICAL.value: Priority.HIGH.value}
"""Said only by weights that have proved it on tickets they had not seen, and the other label instead: a false
alarm costs more than a missed one."""
MOST_REASONS = 5
LEAST_SHARE = 0.2  # of the strongest reason: words that add less than that decided nothing


class Evidence(NamedTuple):
    """A piece of the text: it adds ``scale * row[1 + label]`` to the total of a label.

    `key` is the same for the same words, and `quote` the words as written, if they are known already.
    """

    key: str
    scale: float
    row: Row
    quote: str = ""


class FieldModel:
    """Decides one field: the weights, and the lexicon's cues that feed them."""

    def __init__(
        self,
        labels: Sequence[str],
        cues: Cues,
        weights: Weights,
        silent: Collection[str],
        templates: Mapping[str, tuple[str, float]] = MappingProxyType({}),
    ) -> None:
        self._labels = labels
        self._cues = cues
        self._weights = weights
        self._silent = silent
        self._templates = templates

    @property
    def is_learned(self) -> bool:
        return bool(self._weights.features or self._templates)

    @property
    def has_templates(self) -> bool:
        return bool(self._templates)

    def label(self, passages: list[Passage], found: Found, key: str) -> Label:
        """The likeliest label, with the words that spoke for it; `key` is the template of the text."""
        evidence = [*self._cued(passages), *starmap(Evidence, self._weights.evidence(found))]
        totals = [
            start + sum(scale * row[at] for _, scale, row, _ in evidence)
            for at, start in enumerate(self._weights.bias, 1)
        ]
        chances = dict(zip(self._labels, probabilities(totals, self._weights.temperature), strict=True))
        value = self._allowed(chances)
        usual, share = self._templates.get(key, (value, 0.0))
        if share > chances[value]:
            return Label(usual, share, self._reasons(evidence, found, usual))
        return Label(value, chances[value], self._reasons(evidence, found, value))

    def _cued(self, passages: list[Passage]) -> Iterator[Evidence]:
        rows = dict(zip(self._labels, self._weights.lexicon, strict=True))
        for cue in self._cues.find(passages):
            yield Evidence(fold(cue.quote), cue.points, [0.0, *rows[cue.label]], cue.quote)

    def _allowed(self, chances: dict[str, float]) -> str:
        """The likeliest label; the chance of one that nothing has proved goes to the one below it."""
        for rare, instead in RARE.items():
            if rare in chances and rare not in self._weights.proven:
                chances[instead] += chances.pop(rare)
        return max(chances, key=chances.__getitem__)

    def _reasons(self, evidence: Sequence[Evidence], found: Found, value: str) -> tuple[str, ...]:
        """What a word adds by itself, by its n-grams and as a phrase is one reason; a stop word is none."""
        at = 1 + self._labels.index(value)
        weights: dict[str, float] = {}
        quotes: dict[str, str] = {}
        for key, scale, row, quote in evidence:
            weights[key] = weights.get(key, 0.0) + scale * row[at]
            if quote:
                quotes.setdefault(key, quote)
        ranked = sorted((key for key, weight in weights.items() if weight > 0), key=lambda k: -weights[k])
        telling = [key for key in ranked if key not in self._silent and any(map(str.isalpha, key))]
        least = LEAST_SHARE * weights[telling[0]] if telling else 0.0
        strong = [key for key in telling[:MOST_REASONS] if weights[key] > least]
        return tuple(quotes.get(key) or found.quote(key) for key in strong)


class LocalModel:
    """The local classifier: no network, always an answer, at once. Nothing learned, it is the lexicon."""

    name = "local"

    def __init__(self, path: Path = DATA) -> None:
        self._data = load(path)
        self.model = f"lexicon-{self._data.version}"
        self._fields = {name: self._field(name, weights) for name, weights in self._data.weights.items()}

    def _field(self, name: str, weights: Weights, templates: Any = MappingProxyType({})) -> FieldModel:
        cues, silent = self._data.cues[name], self._data.stop_words
        return FieldModel(FIELDS[name].values, cues, weights, silent, templates)

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
        for name, part in weights.items():
            model._fields[name] = model._field(name, Weights.from_json(part, name), _templates(part, name))
        if weights:
            model.model = f"learned-{version}"
        return model

    def classify(self, title: str, description: str, *, timeout: float | None = None) -> Prediction:
        """Never waits and never raises, so `timeout` is not needed."""
        started = time.perf_counter()
        passages = self._data.passages(title, description)
        learned = any(each.is_learned for each in self._fields.values())
        found = extract(passages) if learned else Found({}, {})
        repeats = any(each.has_templates for each in self._fields.values())
        key = template(title, description) if repeats else ""
        labels = {name: each.label(passages, found, key) for name, each in self._fields.items()}
        latency = round((time.perf_counter() - started) * 1000)
        return Prediction(labels["category"], labels["priority"], self.name, self.model, latency)


def _templates(data: Mapping[str, Any], name: str) -> dict[str, tuple[str, float]]:
    found = {}
    for key, pair in section(data.get("templates", {}), f"{name}.templates").items():
        label, share = items(pair, f"{name}.templates", 2)
        if label not in FIELDS[name].values:
            raise CorruptModel(f"{name}.templates must name labels")
        found[key] = (label, number(share, f"{name}.templates", 0, 1))
    return found


def probabilities(totals: Sequence[float], temperature: float) -> list[float]:
    """Softmax: the higher the `temperature`, the more modest the highest probability."""
    top = max(totals)
    powers = [math.exp((total - top) / temperature) for total in totals]
    return [power / sum(powers) for power in powers]
