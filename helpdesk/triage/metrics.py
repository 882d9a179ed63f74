"""How good a classifier is: the figures of what it answered beside what was true."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Self, TypeVar

from helpdesk.triage.prediction import Label

BUCKETS = 10
SURE = 8  # the first bucket of what is shown at 80 % or more

Item = TypeVar("Item")


@dataclass(frozen=True)
class Outcome:
    """One answer beside the truth; `confidence` from 0 to 1, `source` the desk that the text is from."""

    truth: str
    answer: str
    confidence: float
    source: str = ""

    @classmethod
    def of(cls, truth: str, label: Label, source: str = "") -> Self:
        return cls(truth, label.value, label.confidence, source)

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
class Matrix:
    """Cases as ``{true label: {answered label: count}}``. Measures are None where there is no case."""

    counts: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        counts: dict[str, dict[str, int]] = {}
        for outcome in outcomes:
            tally(counts, outcome)
        return cls(counts)

    @property
    def cases(self) -> int:
        return sum(sum(row.values()) for row in self.counts.values())

    @property
    def right(self) -> int:
        return sum(row.get(label, 0) for label, row in self.counts.items())

    @property
    def accuracy(self) -> float | None:
        return share(self.right, self.cases)

    @property
    def square(self) -> dict[str, dict[str, int]]:
        """The counts of every label that occurs, as a truth or as an answer, with every other."""
        labels = sorted({*self.counts, *(answer for row in self.counts.values() for answer in row)})
        return {
            truth: {label: self.counts.get(truth, {}).get(label, 0) for label in labels} for truth in labels
        }

    @property
    def labels(self) -> dict[str, LabelFigures]:
        square = self.square
        return {label: _label_figures(label, square) for label in square}

    @property
    def macro_recall(self) -> float | None:
        """The mean over the labels that were true at least once."""
        return _mean(figures.recall for figures in self.labels.values() if figures.support)

    @property
    def macro_f1(self) -> float | None:
        """The mean over all labels that occur of the harmonic mean of precision and recall."""
        return _mean(figures.f1 for figures in self.labels.values())


@dataclass(frozen=True)
class Bucket:
    """Cases shown with a confidence from a tenth to the next; `confidence` is their mean, if it is known."""

    index: int
    cases: int
    right: int
    confidence: float

    @property
    def share(self) -> float | None:
        return share(self.right, self.cases)

    @property
    def label(self) -> str:
        """The confidences it holds, in per cent."""
        first = 10 * self.index
        return f"{first} to {first + 9} %" if self.index < BUCKETS - 1 else f"{first} % or more"


@dataclass(frozen=True)
class Reliability:
    """What was right of what was shown, by confidence; only buckets with cases, the least sure first."""

    buckets: Sequence[Bucket]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Self:
        groups = grouped(outcomes, lambda outcome: bucket_of(outcome.confidence))
        return cls(
            [
                Bucket(index, len(group), sum(o.is_right for o in group), fmean(o.confidence for o in group))
                for index, group in groups.items()
            ]
        )

    @property
    def cases(self) -> int:
        return sum(bucket.cases for bucket in self.buckets)

    @property
    def error(self) -> float | None:
        """The expected calibration error: how far confidence and truth lie apart, weighted by cases."""
        gaps = (
            bucket.cases * abs(bucket.confidence - bucket.right / bucket.cases) for bucket in self.buckets
        )
        return share(sum(gaps), self.cases)

    @property
    def sure(self) -> Bucket:
        """All that was shown at 80 % or more."""
        return self.above(SURE)

    @property
    def surer(self) -> Bucket:
        """All that was shown at 90 % or more."""
        return self.above(BUCKETS - 1)

    def above(self, index: int) -> Bucket:
        """All that was shown in this bucket and in those above it, as one."""
        high = [bucket for bucket in self.buckets if bucket.index >= index]
        cases = sum(bucket.cases for bucket in high)
        confidence = share(sum(bucket.confidence * bucket.cases for bucket in high), cases)
        return Bucket(index, cases, sum(bucket.right for bucket in high), confidence or 0.0)


@dataclass(frozen=True)
class Score:
    """What two classifiers are compared by, on the same outcomes.

    `brier` is the mean squared distance of the confidence from 1 where right, and from 0 where wrong.
    """

    right: int
    count: int
    brier: float

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        distances = [(outcome.is_right - outcome.confidence) ** 2 for outcome in outcomes]
        return cls(sum(outcome.is_right for outcome in outcomes), len(outcomes), _mean(distances) or 0.0)

    def beats(self, other: "Score") -> bool:
        return (self.right, -self.brier) > (other.right, -other.brier)


@dataclass(frozen=True)
class Support:
    """What a record shows at or above `threshold`; None when no threshold reaches the target."""

    threshold: float | None
    precision: float
    cases: int


def support(record: Iterable[tuple[float, bool]], target: float, *, least: int) -> Support:
    """The lowest confidence from which `least` cases or more are right in a share of `target`.

    `record` holds confidences, and whether the answer was right.
    """
    best, right, cases = None, 0, 0
    ranked = sorted(record, key=lambda case: -case[0])
    for position, (confidence, is_right) in enumerate(ranked):
        right, cases = right + is_right, cases + 1
        ends = position + 1 == len(ranked) or ranked[position + 1][0] < confidence
        if ends and cases >= least and right / cases >= target:
            best = Support(confidence, right / cases, cases)
    return best or Support(None, share(right, cases) or 0.0, cases)


def tally(counts: dict[str, dict[str, int]], outcome: Outcome) -> None:
    """Add one case to the counts of a `Matrix`."""
    row = counts.setdefault(outcome.truth, {})
    row[outcome.answer] = row.get(outcome.answer, 0) + 1


def bucket_of(confidence: float) -> int:
    """The index of its bucket; a confidence of 1 belongs to the last one."""
    return min(int(confidence * BUCKETS), BUCKETS - 1)


def share(part: float, whole: float) -> float | None:
    """From 0 to 1; None of nothing."""
    return part / whole if whole else None


def grouped(items: Iterable[Item], key: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    """The items by their key, in the order of the keys."""
    groups: dict[Any, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(sorted(groups.items()))


def _label_figures(label: str, square: Mapping[str, Mapping[str, int]]) -> LabelFigures:
    right = square[label][label]
    support = sum(square[label].values())
    answered = sum(row[label] for row in square.values())
    return LabelFigures(
        precision=share(right, answered) or 0.0,
        recall=share(right, support) or 0.0,
        f1=2 * right / (support + answered),
        support=support,
    )


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return fmean(values) if values else None
