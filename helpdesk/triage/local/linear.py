"""The local model: features with weights per label, set by hand (the lexicon) or learned on this desk.

Both are evidence of the same kind, so one sum decides, and the words behind it explain the decision.
What is learned is plain JSON, made by `training.fit`.
"""

import math
import time
from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from helpdesk.choices import Priority
from helpdesk.triage.local.features import Found
from helpdesk.triage.local.lexicon import DATA, Cues, load
from helpdesk.triage.local.likeness import template
from helpdesk.triage.local.passages import Passage
from helpdesk.triage.local.stored import CorruptModel, items, number, section
from helpdesk.triage.local.tokenizer import BREAK, fold
from helpdesk.triage.local.weights import Evidence, Weights
from helpdesk.triage.prediction import FIELDS, Label, Prediction

FORMAT = 2
RARE = {Priority.CRITICAL.value: Priority.HIGH.value}
"""Said only by weights that have proved it on tickets they had not seen, and the other label instead: a false
alarm costs more than a missed one."""
MOST_REASONS = 5
LEAST_SHARE = 0.2  # of the strongest reason: words that add less than that decided nothing


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
        cued, quotes = self._cued(passages)
        evidence = cued.and_also(self._weights.evidence(found))
        totals = evidence.added_to(self._weights.bias)
        chances = dict(zip(self._labels, probabilities(totals, self._weights.temperature), strict=True))
        meant = max(chances, key=chances.__getitem__)
        value = self._allowed(chances)
        usual, share = self._templates.get(key, (value, 0.0))
        sure = self._certainty(chances[value], len(quotes), passages)
        if share > sure:
            value, sure = usual, share
        spoke_for = meant if RARE.get(meant) == value else value
        reasons = tuple(quotes.get(key) or found.quote(key) for key in self._telling(evidence, spoke_for))
        return Label(value, sure, reasons)

    def _certainty(self, chance: float, cues: int, passages: list[Passage]) -> float:
        if self._weights.certainty is None:
            return chance
        words = [word.text for passage in passages for word in passage.words]
        telling = sum(word != BREAK and word not in self._silent for word in words)
        return self._weights.certainty.of(chance, cues=cues, words=telling)

    def _cued(self, passages: list[Passage]) -> tuple[Evidence, dict[str, str]]:
        """What the lexicon's phrases say, and how they are written in the text."""
        rows = {label: [0.0, *row] for label, row in zip(self._labels, self._weights.lexicon, strict=True)}
        cues = self._cues.find(passages)
        keys = [fold(cue.quote) for cue in cues]
        quotes: dict[str, str] = {}
        for key, cue in zip(keys, cues, strict=True):
            quotes.setdefault(key, cue.quote)
        return Evidence(keys, [cue.points for cue in cues], [rows[cue.label] for cue in cues]), quotes

    def _allowed(self, chances: dict[str, float]) -> str:
        """The likeliest label; the chance of one that nothing has proved goes to the one below it."""
        for rare, instead in RARE.items():
            if rare in chances and rare not in self._weights.proven:
                chances[instead] += chances.pop(rare)
        return max(chances, key=chances.__getitem__)

    def _telling(self, evidence: Evidence, value: str) -> list[str]:
        """What a word adds by itself, by its n-grams and as a phrase is one reason; a stop word is none."""
        at = 1 + self._labels.index(value)
        weights: dict[str, float] = {}
        for key, scale, row in zip(*evidence, strict=True):
            weights[key] = weights.get(key, 0.0) + scale * row[at]
        ranked = sorted(weights, key=weights.__getitem__, reverse=True)
        telling = (key for key in ranked if key not in self._silent and any(map(str.isalpha, key)))
        strongest = list(islice(telling, MOST_REASONS))
        least = max(0.0, LEAST_SHARE * weights[strongest[0]]) if strongest else 0.0
        return [key for key in strongest if weights[key] > least]


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
        found = Found(passages if learned else ())
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
