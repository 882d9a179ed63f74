"""How far learned weights are trusted, and how modest they are: measured on texts they did not see."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean, stdev

TRUSTS = (0.25, 0.5, 0.75, 1.0)
TEMPERATURES = (0.5, 0.6, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0)
USUAL_TEXTS = 10  # that speak for a temperature of 1 before any text is seen

Row = Sequence[float]


@dataclass(frozen=True)
class Choice:
    """`trust` in the learned weights from 0 to 1, the rest in the lexicon, whose phrases count if `cues`."""

    trust: float
    cues: bool
    temperature: float

    @property
    def is_plain(self) -> bool:
        """The lexicon as it is."""
        return self == Choice(0.0, True, 1.0)


@dataclass(frozen=True)
class Trial:
    """How a choice did: for each text the log of the chance it gave to the truth, and if it was right."""

    choice: Choice
    logs: Sequence[float]
    rights: Sequence[bool]

    @property
    def right(self) -> int:
        return sum(self.rights)

    @property
    def score(self) -> float:
        return sum(self.logs) - USUAL_TEXTS * math.log(self.choice.temperature) ** 2

    def beats(self, other: "Trial", proof: float) -> bool:
        """Surer of the truth by `proof` standard errors, and not less often right."""
        gains = [mine - theirs for mine, theirs in zip(self.logs, other.logs, strict=True)]
        error = stdev(gains) / math.sqrt(len(gains))
        return self.right >= other.right and fmean(gains) > proof * error


@dataclass(frozen=True)
class Held:
    """Texts with their truth (a label by its position), and the totals of each side for every label."""

    truths: Sequence[int]
    cued: Sequence[Row]
    uncued: Sequence[Row]
    learned: Sequence[Row]

    def mixed(self, trust: float, cues: bool) -> Iterator[Row]:
        for base, learned in zip(self.cued if cues else self.uncued, self.learned, strict=True):
            yield [(1 - trust) * one + trust * other for one, other in zip(base, learned, strict=True)]


def choose(held: Held, *, proof: float = 1.0) -> Choice:
    """The lexicon with or without its phrases, whichever is right more often, unless another is better."""
    baseline = max((_best(held, 0.0, cues) for cues in (True, False)), key=lambda trial: trial.right)
    trials = [_best(held, trust, cues) for trust, cues in product(TRUSTS, (True, False))]
    better = [trial for trial in trials if trial.beats(baseline, proof)]
    return max(better, key=lambda trial: trial.score, default=baseline).choice


def _best(held: Held, trust: float, cues: bool) -> Trial:
    """The best temperature for a mixture."""
    rows = list(held.mixed(trust, cues))
    rights = [row.index(max(row)) == truth for row, truth in zip(rows, held.truths, strict=True)]
    trials = (
        Trial(
            Choice(trust, cues, temperature),
            [_log_chance(row, truth, temperature) for row, truth in zip(rows, held.truths, strict=True)],
            rights,
        )
        for temperature in TEMPERATURES
    )
    return max(trials, key=lambda trial: trial.score)


def _log_chance(row: Row, truth: int, temperature: float) -> float:
    top = max(row)
    return (row[truth] - top) / temperature - math.log(
        sum(math.exp((each - top) / temperature) for each in row)
    )
