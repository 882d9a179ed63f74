"""How good a classifier is: figures over what it said and what was true, and the splits they are taken on."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, TypeVar

BINS = 10
TRAINING_SHARE = 0.8  # of a source, when all of its own labels are learned

Item = TypeVar("Item")


@dataclass(frozen=True)
class Outcome:
    """One answer beside the truth; `confidence` from 0 to 1."""

    truth: str
    answer: str
    confidence: float
    source: str = ""

    @property
    def is_right(self) -> bool:
        return self.truth == self.answer


@dataclass(frozen=True)
class LabelFigures:
    """Of one label; 0 where nothing was there to be right about. `support` counts the truths."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Bin:
    """The answers whose confidence lies from `start` to a tenth above it."""

    start: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Figures:
    """Of many outcomes. The macro-F1 is over the labels that occur, as a truth or as an answer.

    ``confusion[truth][answer]`` counts; `calibration_error` is the mean distance between confidence and
    accuracy over `BINS` equally wide bins, weighted by their counts.
    """

    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    labels: Mapping[str, LabelFigures]
    confusion: Mapping[str, Mapping[str, int]]
    bins: Sequence[Bin]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(outcomes: Iterable[Outcome]) -> Figures:
    """The figures of outcomes; all 0 when there are none."""
    outcomes = list(outcomes)
    confusion = _confusion(outcomes)
    labels = {label: _label_figures(label, confusion) for label in confusion}
    bins = reliability(outcomes)
    apart = sum(each.count * abs(each.confidence - each.accuracy) for each in bins)
    return Figures(
        count=len(outcomes),
        accuracy=_mean(each.is_right for each in outcomes),
        macro_f1=_mean(each.f1 for each in labels.values()),
        calibration_error=apart / len(outcomes) if outcomes else 0.0,
        labels=labels,
        confusion=confusion,
        bins=bins,
    )


def measure_by_source(outcomes: Iterable[Outcome]) -> dict[str, Figures]:
    return {source: measure(group) for source, group in grouped(outcomes, lambda each: each.source).items()}


def reliability(outcomes: Iterable[Outcome]) -> list[Bin]:
    """The bins that are not empty, from unsure to sure; a confidence of 1 belongs to the last one."""
    groups = grouped(outcomes, lambda each: min(int(each.confidence * BINS), BINS - 1))
    return [
        Bin(at / BINS, len(group), _mean(o.confidence for o in group), _mean(o.is_right for o in group))
        for at, group in groups.items()
    ]


def grouped(items: Iterable[Item], key: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    """The items by their key, in the order of the keys."""
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(sorted(groups.items()))


def learning_split(rows: Sequence[Item], count: int | None, seed: int) -> tuple[list[Item], list[Item]]:
    """`count` rows to learn from (None: `TRAINING_SHARE` of them) and the rest to test on, drawn by `seed`.

    The rest is empty when there are too few rows.
    """
    drawn = random.Random(seed).sample(rows, len(rows))  # noqa: S311  (a draw for a measurement, not a secret)
    cut = int(len(rows) * TRAINING_SHARE) if count is None else count
    return drawn[:cut], drawn[cut:]


def leave_one_out(groups: Mapping[str, Sequence[Item]]) -> Iterator[tuple[str, list[Item], list[Item]]]:
    """Each source with the rows of all the others, to learn from, and its own, to test on."""
    for source, own in groups.items():
        yield source, [row for other, rows in groups.items() if other != source for row in rows], list(own)


def _confusion(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    counts = Counter((each.truth, each.answer) for each in outcomes)
    labels = sorted({label for pair in counts for label in pair})
    return {truth: {answer: counts[truth, answer] for answer in labels} for truth in labels}


def _label_figures(label: str, confusion: Mapping[str, Mapping[str, int]]) -> LabelFigures:
    right = confusion[label][label]
    support = sum(confusion[label].values())
    answered = sum(answers[label] for answers in confusion.values())
    return LabelFigures(
        precision=right / answered if answered else 0.0,
        recall=right / support if support else 0.0,
        f1=2 * right / (support + answered),
        support=support,
    )


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return fmean(values) if values else 0.0
