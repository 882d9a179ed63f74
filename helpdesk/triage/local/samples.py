"""The texts of one field as scikit-learn wants them, in numbers. Never in a web process."""

import math
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from helpdesk.triage.local.features import grams
from helpdesk.triage.local.weights import Row

MANY_TEXTS = 200  # among which a feature of one text alone is no evidence
MOST_FEATURES = 15_000
FOLDS, FEWER_FOLDS = 5, 3
MANY_FOR_FOLDS = 1_500  # texts from which fewer folds tell enough
STRENGTHS = (3.0, 10.0, 30.0)
ENOUGH_TO_CHOOSE = 1_000  # texts by which the strength is chosen
LEXICON_SCALE = 0.3  # brings the lexicon's totals to the size of the other features
GRAMS_SCALE = 0.7  # n-grams repeat what the words say
MOST_WEIGHT = 10.0  # of one text of a rare label
# Every label begins with an example without words, of which the lexicon is this sure: so a label that the
# desk has not used yet keeps its cues, and a desk with a single label can be fitted like any other.
ANCHOR_TOTAL, ANCHOR_WEIGHT = 3.0, 0.5


@dataclass(frozen=True)
class Text:
    """A text for one field: the lexicon's totals, how often each word and pair occurs, label, and group.

    The totals have a mean of 0, and the label is a position. Texts of a `group` say nearly the same. `weight`
    is how much the label is believed.
    """

    lexicon: Row
    counts: Mapping[str, int]
    truth: int
    group: int
    weight: float = 1.0


@dataclass(frozen=True)
class Fitted:
    """Of a model of all texts: bias and a row for each label of the lexicon; features as in `Weights`."""

    bias: Row
    lexicon: Sequence[Row]
    features: Mapping[str, Row]


class Samples:
    def __init__(self, texts: Sequence[Text], *, inner: bool) -> None:
        """`inner`: n-grams inside words are features too."""
        self._size, self._count = len(texts[0].lexicon), len(texts)
        names, self._rarity, blocks = _features([text.counts for text in texts], inner=inner)
        self._names = names
        lexicon = [text.lexicon for text in texts]
        anchors = [
            [ANCHOR_TOTAL * ((at == label) - 1 / self._size) for at in range(self._size)]
            for label in range(self._size)
        ]
        rows = sparse.vstack([blocks, sparse.csr_matrix((self._size, blocks.shape[1]))])
        totals = sparse.csr_matrix(LEXICON_SCALE * np.asarray([*lexicon, *anchors]))
        self._rows = sparse.hstack([rows, totals]).tocsr()
        self._truths = np.asarray([*(text.truth for text in texts), *range(self._size)])
        self._groups = _groups(texts)
        believed = np.asarray([text.weight for text in texts])
        self._weights = believed * _balanced(self._truths[: self._count], self._size)

    def strength(self) -> float:
        """The inverse regularisation under which unseen truths are likeliest."""
        chosen = np.arange(self._count)[-ENOUGH_TO_CHOOSE:]
        surprises = dict.fromkeys(STRENGTHS, 0.0)
        for number, (seen, unseen) in enumerate(self._folds(chosen)):
            if number == FEWER_FOLDS:
                break
            for strength in STRENGTHS:
                chances = self._fit(seen, strength).predict_proba(self._rows[unseen])
                surprises[strength] -= float(np.log(chances[range(len(unseen)), self._truths[unseen]]).sum())
        return min(surprises, key=surprises.__getitem__)

    def unseen(self, strength: float) -> Any:
        """For every text the totals of a model that was fitted without its group; a row each."""
        totals = np.zeros((self._count, self._size))
        for seen, unseen in self._folds(np.arange(self._count)):
            answers = self._fit(seen, strength).decision_function(self._rows[unseen])
            totals[unseen] = answers - answers.mean(axis=1, keepdims=True)
        return totals

    def fitted(self, strength: float) -> Fitted:
        model = self._fit(np.arange(self._count), strength)
        bias = model.intercept_ - model.intercept_.mean()
        weights = (model.coef_ - model.coef_.mean(axis=0)).T
        scale = np.asarray([GRAMS_SCALE if name.startswith("~") else 1.0 for name in self._names])
        words = weights[: len(self._names)] * scale[:, None]
        features = {
            name: [rarity, *row]
            for name, rarity, row in zip(self._names, self._rarity.tolist(), words.tolist(), strict=True)
        }
        lexicon = (LEXICON_SCALE * weights[len(self._names) :]).tolist()
        return Fitted(bias.tolist(), lexicon, features)

    def _folds(self, chosen: Any) -> Iterator[tuple[Any, Any]]:
        folds = FOLDS if len(chosen) < MANY_FOR_FOLDS else FEWER_FOLDS
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of labels with fewer texts than folds
            for seen, unseen in splitter.split(chosen, self._truths[chosen], self._groups[chosen]):
                yield chosen[seen], chosen[unseen]

    def _fit(self, texts: Any, strength: float) -> Any:
        anchors = np.arange(self._count, self._count + self._size)
        chosen = np.concatenate([texts, anchors])
        weights = np.concatenate([self._weights[texts], np.full(self._size, ANCHOR_WEIGHT)])
        model = LogisticRegression(C=strength, max_iter=60, tol=3e-3)
        with warnings.catch_warnings(), one_thread():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(self._rows[chosen], self._truths[chosen], sample_weight=weights)


@contextmanager
def one_thread() -> Iterator[None]:
    """More threads of the numerical library cost five times the work on small data."""
    with threadpool_limits(limits=1):
        yield


def _features(texts: Sequence[Mapping[str, int]], *, inner: bool) -> tuple[list[str], Any, Any]:
    """The names kept, their rarity, and a row per text: what `Weights.evidence` makes of it."""
    kept = _kept(texts, inner=inner)
    own = [name for name in kept if not name.startswith("~")]
    rarity = {name: math.log((1 + len(texts)) / (1 + count)) + 1 for name, count in kept.items()}
    index = {name: at for at, name in enumerate(own)}
    outer = _matrix(
        [
            {index[name]: (1 + math.log(n)) * rarity[name] for name, n in counts.items() if name in index}
            for counts in texts
        ],
        len(index),
    )
    outer = sparse.diags(1 / _lengths(outer.multiply(outer).sum(axis=1))) @ outer
    names = own + [name for name in kept if name.startswith("~")]
    values = np.asarray([rarity[name] for name in names])
    if not inner:
        return names, values, outer.tocsr()
    return names, values, sparse.hstack([outer, _inner(texts, names[len(own) :], rarity)]).tocsr()


def _inner(texts: Sequence[Mapping[str, int]], names: Sequence[str], rarity: Mapping[str, float]) -> Any:
    """The n-grams of the words: every different word counts once."""
    index = {name: at for at, name in enumerate(names)}
    words = {
        word: at for at, word in enumerate(sorted({w for counts in texts for w in counts if " " not in w}))
    }
    of_words = _matrix(
        [{index[gram]: rarity[gram] for gram in grams(word) if gram in index} for word in words], len(index)
    )
    of_texts = _matrix([{words[w]: 1.0 for w in counts if w in words} for counts in texts], len(words))
    squares = of_texts @ of_words.multiply(of_words).sum(axis=1)
    return GRAMS_SCALE * sparse.diags(1 / _lengths(squares)) @ (of_texts @ of_words)


def _matrix(rows: Sequence[Mapping[int, float]], width: int) -> Any:
    starts: list[int] = [0]
    columns: list[int] = []
    values: list[float] = []
    for row in rows:
        columns.extend(row.keys())
        values.extend(row.values())
        starts.append(len(columns))
    return sparse.csr_matrix((values, columns, starts), shape=(len(rows), width), dtype=float)


def _lengths(squares: Any) -> Any:
    lengths = np.sqrt(np.asarray(squares).ravel())
    lengths[lengths == 0] = 1.0
    return lengths


def _kept(texts: Sequence[Mapping[str, int]], *, inner: bool) -> dict[str, int]:
    """The features that most texts have, with their number; of the rare ones as many as there is room for."""
    counts: Counter[str] = Counter(name for text in texts for name in text)
    if inner:
        for text in texts:
            counts.update({gram for word in text if " " not in word for gram in grams(word)})
    fewest = 1 if len(texts) <= MANY_TEXTS else 2
    ranked = sorted((name for name, n in counts.items() if n >= fewest), key=lambda n: (-counts[n], n))
    return {name: counts[name] for name in ranked[:MOST_FEATURES]}


def _groups(texts: Sequence[Text]) -> Any:
    """Near-duplicates together, unless a label then had too few groups to be left out in turn."""
    by_label: dict[int, set[int]] = {}
    for text in texts:
        by_label.setdefault(text.truth, set()).add(text.group)
    count = Counter(text.truth for text in texts)
    fits = all(len(groups) >= min(FOLDS, count[label]) for label, groups in by_label.items())
    return np.asarray([text.group for text in texts] if fits else range(len(texts)))


def _balanced(truths: Any, size: int) -> Any:
    """Weights under which every label that occurs counts the same, within a limit."""
    counts = np.bincount(truths, minlength=size)
    share = len(truths) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return np.minimum(share, MOST_WEIGHT)[truths]
