"""How well labels were proposed: measures of confusion matrices and of reliability curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BUCKETS = 10
SURE = 8  # the first bucket of what is shown at 80 % or more


def share(part: float, whole: float) -> float | None:
    """From 0 to 1; None of nothing."""
    return part / whole if whole else None


@dataclass(frozen=True)
class Matrix:
    """Cases as ``{settled label: {suggested label: count}}``. Measures are None where there is no case."""

    counts: Mapping[str, Mapping[str, int]]

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
    def macro_recall(self) -> float | None:
        """The mean over settled labels of how many of their cases were suggested so."""
        settled = {label: sum(row.values()) for label, row in self.counts.items()}
        return _mean([self.counts[label].get(label, 0) / cases for label, cases in settled.items() if cases])

    @property
    def macro_f1(self) -> float | None:
        """The mean over all labels that occur of the harmonic mean of precision and recall."""
        occurrences: dict[str, int] = {}
        for settled, row in self.counts.items():
            for suggested, count in row.items():
                occurrences[settled] = occurrences.get(settled, 0) + count
                occurrences[suggested] = occurrences.get(suggested, 0) + count
        hits = {label: self.counts.get(label, {}).get(label, 0) for label in occurrences}
        return _mean([2 * hits[label] / total for label, total in occurrences.items() if total])


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

    @property
    def cases(self) -> int:
        return sum(bucket.cases for bucket in self.buckets)

    @property
    def error(self) -> float | None:
        """The expected calibration error: how far confidence and truth lie apart, weighted by cases."""
        gaps = (abs(bucket.confidence * bucket.cases - bucket.right) for bucket in self.buckets)
        return share(sum(gaps), self.cases)

    @property
    def sure(self) -> Bucket:
        """All that was shown at 80 % or more."""
        high = [bucket for bucket in self.buckets if bucket.index >= SURE]
        cases = sum(bucket.cases for bucket in high)
        confidence = share(sum(bucket.confidence * bucket.cases for bucket in high), cases)
        return Bucket(SURE, cases, sum(bucket.right for bucket in high), confidence or 0.0)


def _mean(values: Sequence[float]) -> float | None:
    return share(sum(values), len(values))
