"""Whether a version is better than the one that answers now: in pairs, with an error bar, for each field."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from helpdesk.triage.metrics import Outcome, grouped

# Standard errors: 95 of 100 chance results stay below the first, 98 of 100 below the second.
SURE, SURER = 1.64, 2.05
FEWEST_JUDGED = 10


@dataclass(frozen=True)
class Pair:
    """What both versions answered about one ticket that neither had learned."""

    candidate: Outcome
    live: Outcome


@dataclass(frozen=True)
class Comparison:
    """`gained` counts what the candidate alone had right, `lost` what the live version alone had right.

    `low` is the least gain that chance leaves likely, as a share of the judged tickets. `calmer` is the same
    of how much nearer to the truth its confidence is. `by_label` counts, for each true label, the judged
    tickets, those that the candidate had right, and those that the live version had right.
    """

    judged: int
    candidate: int
    live: int
    gained: int
    lost: int
    low: float
    calmer: float
    by_label: Mapping[str, tuple[int, int, int]]

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> "Comparison":
        gained = sum(pair.candidate.is_right > pair.live.is_right for pair in pairs)
        lost = sum(pair.candidate.is_right < pair.live.is_right for pair in pairs)
        return cls(
            judged=len(pairs),
            candidate=sum(pair.candidate.is_right for pair in pairs),
            live=sum(pair.live.is_right for pair in pairs),
            gained=gained,
            lost=lost,
            low=_least(gained, lost, len(pairs)),
            calmer=_calmer(pairs),
            by_label={
                label: (
                    len(same),
                    sum(pair.candidate.is_right for pair in same),
                    sum(pair.live.is_right for pair in same),
                )
                for label, same in grouped(pairs, lambda pair: pair.candidate.truth).items()
            },
        )

    @property
    def is_worse(self) -> bool:
        """Beyond chance."""
        return self.lost - self.gained > SURE * math.sqrt(self.gained + self.lost)


@dataclass(frozen=True)
class Ruling:
    """Whether a field of the candidate is taken, and why."""

    taken: bool
    reason: str


def rule(judged: Comparison, record: Comparison | None) -> Ruling:
    """`record` compares both on what was settled before, each answering without having learned the ticket."""
    told = f"{judged.candidate} right of {judged.judged}, the version before {judged.live}"
    if judged.judged < FEWEST_JUDGED:
        return Ruling(False, f"only {judged.judged} new labels to judge by, {FEWEST_JUDGED} are needed")
    if record and record.is_worse:
        return Ruling(
            False,
            f"it forgets: {record.candidate} right of {record.judged} settled before, "
            f"the version before {record.live}",
        )
    if judged.low > 0:
        return Ruling(True, told)
    if judged.candidate < judged.live:
        return Ruling(False, told)
    if judged.calmer > 0:
        return Ruling(True, f"{told}, and nearer to the truth in how sure it is")
    return Ruling(False, f"{told}: that may be chance")


def _least(gained: int, lost: int, count: int) -> float:
    """The lower end of the gain by McNemar's test, which only looks at where the two differ."""
    return (gained - lost - SURE * math.sqrt(gained + lost)) / count if count else 0.0


def _calmer(pairs: Iterable[Pair]) -> float:
    gains = [_miss(pair.live) - _miss(pair.candidate) for pair in pairs]
    if len(gains) < FEWEST_JUDGED:
        return 0.0
    return fmean(gains) - SURER * stdev(gains) / math.sqrt(len(gains))


def _miss(outcome: Outcome) -> float:
    return (outcome.is_right - outcome.confidence) ** 2
