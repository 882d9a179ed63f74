"""Fits the learned weights of the local model to the labels of a desk, in a process of its own that ends.

One linear model per field, over the words of a text and the lexicon's totals. How far it is trusted beside
the lexicon is decided by texts that it did not see, and those answers are handed back: they are what the fit
is judged by.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from helpdesk.triage.local.blending import Blend, Unseen, choose
from helpdesk.triage.local.features import Found
from helpdesk.triage.local.grouping import groups
from helpdesk.triage.local.lexicon import load
from helpdesk.triage.local.likeness import template
from helpdesk.triage.local.linear import FORMAT, RARE, probabilities
from helpdesk.triage.local.samples import Samples, Text
from helpdesk.triage.local.weights import Row, Weights
from helpdesk.triage.prediction import FIELDS, LabelledText

FEWEST_TEXTS = 10  # of one field, before anything is learned
DIGITS = 3
FEWEST_REPEATS = 3  # texts of one template, before it is remembered
FEWEST_PROOFS, LEAST_PRECISION = 5, 0.5  # of a label that must be proved
TELLING_REPEATS = 0.9  # of these must have the label of the others like it


@dataclass(frozen=True)
class FittedModel:
    """`weights` is the JSON for `LocalModel.from_json`.

    `unseen` holds for each field, by the place of the text among those that were given, what a model answered
    that had seen neither it nor anything like it: ``[answer, confidence]``.
    """

    weights: dict[str, Any]
    unseen: dict[str, dict[int, tuple[str, float]]]


def fit(labelled: Sequence[LabelledText]) -> FittedModel:
    """Learn from texts with the newest last: of equal ones the last counts.

    A field is left out, and the lexicon decides it alone, where its labels are too few or teach nothing.
    Raises ValueError for a label outside the vocabulary.
    """
    weights: dict[str, Any] = {}
    unseen: dict[str, dict[int, tuple[str, float]]] = {}
    places = _distinct(labelled)
    for name, (numbers, texts) in _texts(places).items():
        if len(texts) < FEWEST_TEXTS:
            continue
        learned, answers = _learn(name, texts)
        weights[name] = {"labels": FIELDS[name].values, **learned}
        unseen[name] = dict(zip(numbers, answers, strict=True))
        weights[name]["templates"] = _templates(name, [places[number] for number in numbers])
    return FittedModel({"format": FORMAT, "weights": weights}, unseen)


def _distinct(labelled: Sequence[LabelledText]) -> dict[int, LabelledText]:
    """Each text once, by its last place, with the last label of each field; without words it is left out."""
    last: dict[str, tuple[int, LabelledText]] = {}
    for place, text in enumerate(labelled):
        before = last.pop(text.key, (place, text))[1]
        labels = {name: getattr(text, name) or getattr(before, name) for name in FIELDS}
        last[text.key] = (place, replace(text, **labels))
    last.pop("", None)
    return dict(last.values())


def _texts(places: Mapping[int, LabelledText]) -> dict[str, tuple[list[int], list[Text]]]:
    """What is learned of every field, with the places."""
    data = load()
    found: dict[str, tuple[list[int], list[Text]]] = {name: ([], []) for name in FIELDS}
    alike = groups([(text.title, text.description) for text in places.values()])
    for (place, text), group in zip(places.items(), alike, strict=True):
        passages = data.passages(text.title, text.description)
        counts = Found(passages).counts
        for name, vocabulary in FIELDS.items():
            if (label := getattr(text, name)) is not None:
                truth = vocabulary.values.index(label)
                totals = data.totals(name, passages)
                found[name][0].append(place)
                found[name][1].append(Text(_centred(totals), counts, truth, group))
    return found


def _learn(name: str, texts: Sequence[Text]) -> tuple[dict[str, Any], list[tuple[str, float]]]:
    """The weights of one field, and the answers of models that had not seen the text."""
    labels, mixes = FIELDS[name].values, name == "priority"
    samples = Samples(texts, inner=not mixes)
    strength = samples.strength()
    mixture = _mixture([text.truth for text in texts], len(labels))
    unseen = Unseen(
        [text.truth for text in texts], samples.unseen(strength), [t.lexicon for t in texts], mixture
    )
    blend = choose(unseen, mixture=mixes)
    answers = [
        (labels[max(range(len(labels)), key=row.__getitem__)], round(max(probabilities(row, 1.0)), DIGITS))
        for row in unseen.totals(blend).tolist()
    ]
    proven = [label for label in RARE if label in labels and _is_proven(label, answers, labels, texts)]
    trust = {"learned": blend.learned, "lexicon": blend.lexicon, "mixture": blend.mixture}
    trust = {voice: round(weight, DIGITS) for voice, weight in trust.items()}
    return {
        "trust": trust,
        "strength": strength,
        "proven": proven,
        **combined(samples, name, blend, mixture, strength),
    }, answers


def combined(samples: Samples, name: str, blend: Blend, mixture: Row, strength: float) -> dict[str, Any]:
    """All voices as one set of weights: each is linear, so their sum is."""
    hand_set = load().weights[name]
    size = len(hand_set.bias)
    centring = np.eye(size) - 1 / size
    lexicon = blend.lexicon * centring
    bias, features = blend.mixture * np.asarray(mixture), {}
    if blend.learned:
        model = samples.fitted(strength)
        lexicon = lexicon + blend.learned * centring @ np.asarray(model.lexicon)
        bias = bias + blend.learned * np.asarray(model.bias)
        features = {
            feature: [round(rarity, DIGITS), *(round(blend.learned * weight, DIGITS) for weight in row)]
            for feature, (rarity, *row) in model.features.items()
        }
    lexicon = lexicon / hand_set.temperature
    bias = bias + np.asarray(hand_set.bias) @ lexicon
    weights = Weights(
        bias=np.round(bias, DIGITS).tolist(), lexicon=np.round(lexicon, DIGITS).tolist(), features=features
    )
    return {
        "bias": weights.bias,
        "lexicon": weights.lexicon,
        "temperature": weights.temperature,
        "features": {feature: row for feature, row in weights.features.items() if any(row[1:])},
    }


def _is_proven(
    label: str, answers: Sequence[tuple[str, float]], labels: Sequence[str], texts: Sequence[Text]
) -> bool:
    """Whether a rare label was right often enough where the text had not been seen."""
    said = [
        labels[text.truth] == label
        for (answer, _), text in zip(answers, texts, strict=True)
        if answer == label
    ]
    return len(said) >= FEWEST_PROOFS and sum(said) >= LEAST_PRECISION * len(said)


def _templates(name: str, texts: Iterable[LabelledText]) -> dict[str, tuple[str, float]]:
    """What the desk does with texts that it gets again and again: the usual label, and its share.

    Nothing where the others of a template do not tell the label of each one.
    """
    counts: dict[str, Counter[str]] = {}
    for text in texts:
        if key := template(text.title, text.description):
            counts.setdefault(key, Counter())[getattr(text, name)] += 1
    repeated = {key: labels for key, labels in counts.items() if labels.total() >= FEWEST_REPEATS}
    told = sum(max(labels.values()) for labels in repeated.values() if max(labels.values()) > 2)
    if not repeated or told < TELLING_REPEATS * sum(labels.total() for labels in repeated.values()):
        return {}
    return {
        key: (label, round((most + 1) / (labels.total() + 2), DIGITS))
        for key, labels in repeated.items()
        for label, most in labels.most_common(1)
    }


def _mixture(truths: Sequence[int], size: int) -> Row:
    """The logarithm of each label's share, with a mean of 0."""
    counts = np.bincount(truths, minlength=size) + 1.0
    return _centred(np.log(counts / counts.sum()).tolist())


def _centred(row: Row) -> Row:
    mean = sum(row) / len(row)
    return [each - mean for each in row]
