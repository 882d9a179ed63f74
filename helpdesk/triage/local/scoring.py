"""From evidence to one label: shared by the hand-set and the learned weights, for category and priority."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.triage.prediction import Label

MOST_REASONS = 5


@dataclass(frozen=True)
class Contribution:
    """What one phrase of the text (`quote`, as written there) adds to the score of one label."""

    label: str
    phrase: str
    quote: str
    weight: float


@dataclass(frozen=True)
class Scores:
    """The evidence for one field. `totals` holds every label's sum of weights, its bias included."""

    totals: dict[str, float]
    contributions: tuple[Contribution, ...] = ()


def probabilities(totals: dict[str, float], temperature: float) -> dict[str, float]:
    """Softmax: the higher the `temperature`, the more modest the highest probability."""
    top = max(totals.values())
    powers = {label: math.exp((total - top) / temperature) for label, total in totals.items()}
    return {label: power / sum(powers.values()) for label, power in powers.items()}


def decide(scores: Scores, temperature: float) -> Label:
    """The likeliest label with the quotes that spoke for it, strongest first."""
    chances = probabilities(scores.totals, temperature)
    value = max(chances, key=chances.__getitem__)
    return Label(value, chances[value], reasons(scores.contributions, value))


def reasons(contributions: Iterable[Contribution], value: str) -> tuple[str, ...]:
    """The quotes that spoke for the label `value`, strongest first."""
    support = [each for each in contributions if each.label == value and each.weight > 0]
    support.sort(key=lambda each: -each.weight)
    return tuple(dict.fromkeys(each.quote for each in support))[:MOST_REASONS]
