"""How far each voice is trusted: weights that make the truth likeliest on texts the voices did not see."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from helpdesk.triage.local.weights import Row

# What is believed before a label is seen: of the learned totals, the lexicon's, and the desk's own mixture of
# labels, and how many standard deviations of evidence it takes to believe otherwise.
USUAL = (0.5, 0.5, 0.0)
FIRMNESS = 3.0
PROOF = 2.0  # standard errors


@dataclass(frozen=True)
class Blend:
    """How much each voice counts."""

    learned: float
    lexicon: float
    mixture: float


@dataclass(frozen=True)
class Unseen:
    """Texts with their truth (a label by its position) and each voice's totals, taken without knowing it."""

    truths: Sequence[int]
    learned: Sequence[Row]
    lexicon: Sequence[Row]
    mixture: Row

    def totals(self, blend: Blend) -> NDArray[Any]:
        return (
            blend.learned * np.asarray(self.learned)
            + blend.lexicon * np.asarray(self.lexicon)
            + blend.mixture * np.asarray(self.mixture)
        )

    def rights(self, blend: Blend) -> NDArray[Any]:
        """For each text whether the blend is right."""
        found: NDArray[Any] = self.totals(blend).argmax(1) == np.asarray(self.truths)
        return found


def choose(unseen: Unseen, *, mixture: bool) -> Blend:
    """The blend that makes the truth likeliest, unless the lexicon or the mixture is right more often alone.

    `mixture`: whether the share of each label counts, which helps to be right and hurts the rare labels. The
    labels are hardly in the texts then, so a blend must be right more often beyond chance.
    """
    blend = _fitted(unseen, (True, True, mixture))
    simple = [_fitted(unseen, (False, True, False))]
    if mixture:
        simple += [_fitted(unseen, (False, True, True)), _fitted(unseen, (False, False, True))]
    best = max(simple, key=lambda one: unseen.rights(one).sum())
    mine, others = unseen.rights(blend), unseen.rights(best)
    needed = PROOF * math.sqrt((mine != others).sum()) if mixture else 0.0
    return blend if mine.sum() - others.sum() >= needed and (needed or not mixture) else best


def _fitted(unseen: Unseen, heard: tuple[bool, bool, bool]) -> Blend:
    truths = np.asarray(unseen.truths)
    count, rows = len(truths), np.arange(len(truths))
    mixture = np.broadcast_to(np.asarray(unseen.mixture), (count, len(unseen.mixture)))
    voices = np.stack([np.asarray(unseen.learned), np.asarray(unseen.lexicon), mixture], axis=2)
    usual = np.asarray(USUAL)

    def loss(weights: Any) -> tuple[float, Any]:
        totals = voices @ weights
        powers = np.exp(totals - totals.max(1, keepdims=True))
        chances = powers / powers.sum(1, keepdims=True)
        surprise = -np.log(np.maximum(chances[rows, truths], 1e-12)).sum()
        chances[rows, truths] -= 1
        slope = np.einsum("nk,nkv->v", chances, voices) + 2 * FIRMNESS * (weights - usual)
        return float(surprise + FIRMNESS * ((weights - usual) ** 2).sum()), slope

    bounds = [(0.0, 10.0 if each else 0.0) for each in heard]
    start = np.where(heard, np.maximum(usual, 0.1), 0.0)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return Blend(*map(float, found.x))
