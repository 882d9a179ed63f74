"""How sure the lexicon is of an answer. Its points alone say too much: they were set without your texts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

MOST = 0.99


@dataclass(frozen=True)
class Certainty:
    """A logistic regression, fitted on texts of desks whose words the lexicon was not made from.

    It looks at the log odds that the points give, at how many different cues there are and at how many
    telling words: in a long text some cue turns up for anything. `guess` is said where there is no cue.
    """

    start: float
    odds: float
    cues: float
    words: float
    guess: float

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Raises KeyError or ValueError."""
        found = cls(*(float(data[name]) for name in ("start", "odds", "cues", "words", "guess")))
        if not 0 < found.guess < 1:
            raise ValueError("a guess must be between 0 and 1")
        return found

    def of(self, chance: float, *, cues: int, words: int) -> float:
        """From 0 to 1; `chance` is what the points give to the answer."""
        if not cues:
            return self.guess
        chance = min(MOST, chance)
        total = self.start + self.odds * math.log(chance / (1 - chance))
        total += self.cues * math.log1p(cues) + self.words * math.log1p(words)
        return min(MOST, 1 / (1 + math.exp(-total)))
