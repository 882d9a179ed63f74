"""Fits the learned weights of the local model to the labels of a desk. Never in a web process.

One linear model per field, over the features of a text and the lexicon's totals as further features, so that
it starts from what the lexicon knows. How far it is trusted is measured by cross-validation.
"""

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from helpdesk.triage.local.blending import Choice, Held, choose
from helpdesk.triage.local.features import extract
from helpdesk.triage.local.lexicon import load
from helpdesk.triage.local.linear import FORMAT
from helpdesk.triage.local.weights import Row, Weights
from helpdesk.triage.prediction import FIELDS, LabelledText

FEWEST_TEXTS = 10  # of one field, before anything is learned
MANY_TEXTS = 200  # among which a feature of one text alone is no evidence
MOST_FEATURES = 15_000
FOLDS = 5
PROOF = {"category": 1.0, "priority": 2.0}  # standard errors: a priority is hardly in the text at all
ENOUGH_UNSEEN = 1_000  # texts to measure a fit on: of many texts not every fold is left out in turn
FIT = {"C": 20.0, "max_iter": 60, "tol": 3e-3}  # closer to the optimum is no better on unseen texts
LEXICON_SCALE = 0.5  # brings the lexicon's totals to the size of the other features
# Every label begins with an example without words, of which the lexicon is this sure: so a label that the
# desk has not used yet keeps its cues, and a desk with a single label can be fitted like any other.
ANCHOR_TOTAL, ANCHOR_WEIGHT = 3.0, 0.5
DIGITS = 3

Features = Mapping[str, float]


@dataclass(frozen=True)
class Text:
    """A text for one field: the lexicon's points for each label, the features, and the label it was given."""

    lexicon: Row
    features: Features
    truth: int
    weight: float = 1.0


def fit(labelled: Iterable[LabelledText], *, seed: int = 0) -> dict[str, Any]:
    """The JSON for `LocalModel.from_json`, from texts with the newest last: of equal ones the last counts.

    A field is left out, and the lexicon decides it alone, where its labels are too few or teach nothing.
    Raises ValueError for a label outside the vocabulary.
    """
    weights = {}
    for name, texts in _texts(_distinct(labelled)).items():
        if len(texts) >= FEWEST_TEXTS and (learned := _learn(name, texts, seed)):
            weights[name] = {"labels": FIELDS[name].values, **learned}
    return {"format": FORMAT, "weights": weights}


def _distinct(labelled: Iterable[LabelledText]) -> Iterable[LabelledText]:
    """Each text once, with the last label of each field; those without words are left out."""
    last: dict[str, LabelledText] = {}
    for text in labelled:
        before = last.get(text.key, text)
        labels = {name: getattr(text, name) or getattr(before, name) for name in FIELDS}
        last[text.key] = replace(text, **labels)
    last.pop("", None)
    return last.values()


def _texts(labelled: Iterable[LabelledText]) -> dict[str, list[Text]]:
    """What is learned of every field."""
    data = load()
    texts: dict[str, list[Text]] = {name: [] for name in FIELDS}
    for text in labelled:
        passages = data.passages(text.title, text.description)
        features = {each.name: each.value for each in extract(passages)}
        for name, vocabulary in FIELDS.items():
            if (label := getattr(text, name)) is not None:
                points = dict.fromkeys(vocabulary.values, 0.0)
                for cue in data.cues[name].find(passages):
                    points[cue.label] += cue.points
                truth = vocabulary.values.index(label)
                texts[name].append(Text(list(points.values()), features, truth))
    return texts


def _learn(name: str, texts: Sequence[Text], seed: int) -> dict[str, Any] | None:
    """The weights of one field, already mixed with the hand-set ones; None to leave it to the lexicon."""
    samples, lexicon = Samples(texts), load().weights[name]
    unseen = samples.unseen(seed)
    tests, heat = [texts[at] for at in unseen], lexicon.temperature
    bias = [total / heat for total in lexicon.bias]
    held = Held(
        truths=[text.truth for text in tests],
        cued=[[own + cue / heat for own, cue in zip(bias, text.lexicon, strict=True)] for text in tests],
        uncued=[bias] * len(tests),
        learned=list(unseen.values()),
    )
    choice = choose(held, proof=PROOF[name])
    if choice.is_plain:
        return None
    hand_set = Weights.hand_set(lexicon.bias, heat, cues=choice.cues)
    mixed = _mixed(samples.fitted() if choice.trust else hand_set, hand_set, choice)
    return {"trust": choice.trust, "cues": choice.cues, **asdict(mixed)}


class Samples:
    """The texts of one field as scikit-learn wants them, and the anchors behind them."""

    def __init__(self, texts: Sequence[Text]) -> None:
        from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415

        self._size = size = len(texts[0].lexicon)
        self._count = len(texts)
        anchors = [
            Text([ANCHOR_TOTAL * (at == label) for at in range(size)], {}, label, ANCHOR_WEIGHT)
            for label in range(size)
        ]
        kept = _kept(texts)
        self._vectors = DictVectorizer()
        self._rows = self._vectors.fit_transform([_vector(each, kept) for each in (*texts, *anchors)])
        self._truths = [each.truth for each in (*texts, *anchors)]
        self._weights = [each.weight for each in (*texts, *anchors)]

    def fitted(self) -> Weights:
        """The rows of a model of all texts."""
        model = self._fit(range(self._count))
        rows = dict(zip(self._vectors.feature_names_, model.coef_.T.tolist(), strict=True))
        lexicon = [[LEXICON_SCALE * each for each in rows.pop(_lexicon_name(at))] for at in range(self._size)]
        return Weights(model.intercept_.tolist(), lexicon, features=rows)

    def unseen(self, seed: int) -> dict[int, Row]:
        """The totals of texts, by their position, from models that were fitted without them."""
        from sklearn.model_selection import KFold  # noqa: PLC0415

        totals: dict[int, Row] = {}
        folds = KFold(FOLDS, shuffle=True, random_state=seed)
        for seen, unseen in folds.split(range(self._count)):
            answers = self._fit(seen).decision_function(self._rows[unseen])
            totals.update(zip(unseen.tolist(), answers.tolist(), strict=True))
            if len(totals) >= ENOUGH_UNSEEN:
                break
        return totals

    def _fit(self, texts: Iterable[int]) -> Any:
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        chosen = [*texts, *range(self._count, len(self._truths))]
        truths = [self._truths[at] for at in chosen]
        weights = [self._weights[at] for at in chosen]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return LogisticRegression(**FIT).fit(self._rows[chosen], truths, sample_weight=weights)


def _kept(texts: Sequence[Text]) -> set[str]:
    """The features that most texts have; of the rare ones, as many as a stored model has room for."""
    counts = Counter(name for text in texts for name in text.features)
    fewest = 1 if len(texts) <= MANY_TEXTS else 2
    ranked = sorted(
        (name for name, count in counts.items() if count >= fewest), key=lambda n: (-counts[n], n)
    )
    return set(ranked[:MOST_FEATURES])


def _vector(text: Text, kept: set[str]) -> Features:
    lexicon = {_lexicon_name(at): LEXICON_SCALE * total for at, total in enumerate(text.lexicon)}
    return lexicon | {name: value for name, value in text.features.items() if name in kept}


def _lexicon_name(label: int) -> str:
    """No word of a text begins like that."""
    return f"={label}"


def _mixed(learned: Weights, hand_set: Weights, choice: Choice) -> Weights:
    """One set of weights, as far as each side is trusted; the learned ones are at a temperature of 1."""

    def mix(one: Row, other: Row) -> list[float]:
        trust, heat = choice.trust, hand_set.temperature
        return [
            round((1 - trust) * (mine / heat) + trust * theirs, DIGITS)
            for mine, theirs in zip(one, other, strict=True)
        ]

    features = {name: mix([0.0] * len(row), row) for name, row in learned.features.items()}
    return Weights(
        bias=mix(hand_set.bias, learned.bias),
        lexicon=[mix(*rows) for rows in zip(hand_set.lexicon, learned.lexicon, strict=True)],
        temperature=choice.temperature,
        features={name: row for name, row in features.items() if any(row)},
    )
