"""How far each voice is trusted, told once more in a slower way."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from helpdesk.triage.local.blending import FIRMNESS, PROOF, USUAL, Blend, Unseen, choose

LABELS = 4
EVEN, SKEW = (0.25, 0.25, 0.25, 0.25), (0.1, 0.7, 0.15, 0.05)
ALL, LEXICON, BOTH, SHARES = (1, 1, 1), (0, 1, 0), (0, 1, 1), (0, 0, 1)


def desk(
    seed: int, count: int, learned: float, lexicon: float, shares: Sequence[float], loud: float = 1
) -> Unseen:
    """Texts of which each voice has an idea: 0 is none, and a negative one misleads."""
    draw = np.random.default_rng(seed)
    truths = draw.choice(LABELS, count, p=shares)
    right = np.eye(LABELS)[truths]
    voices = [loud * (idea * right + draw.normal(size=right.shape)) for idea in (learned, lexicon)]
    mixture = np.log(np.asarray(shares))
    return Unseen(
        [*map(int, truths)], voices[0].tolist(), voices[1].tolist(), (mixture - mixture.mean()).tolist()
    )


def voices_of(unseen: Unseen) -> NDArray[np.float64]:
    """By text, voice and label."""
    mixture = [unseen.mixture] * len(unseen.truths)
    return np.asarray([unseen.learned, unseen.lexicon, mixture]).transpose(1, 0, 2)


def likeliest(unseen: Unseen, heard: Sequence[int]) -> NDArray[np.float64]:
    """The weights of the voices, without a slope to go by."""
    voices, truths = voices_of(unseen), unseen.truths

    def surprise(weights: NDArray[np.float64]) -> float:
        weights = weights * heard
        told = np.einsum("v,nvk->nk", weights, voices)
        doubts = np.logaddexp.reduce(told, axis=1) - told[range(len(truths)), truths]
        return float(doubts.sum() + FIRMNESS * sum((weights - USUAL) ** 2))

    found = minimize(surprise, [1.0, 1.0, 1.0], bounds=[(0, 10)] * 3)
    return found.x * heard


def rights(unseen: Unseen, weights: Sequence[float]) -> list[bool]:
    told = np.einsum("v,nvk->nk", weights, voices_of(unseen))
    return [int(np.argmax(row)) == truth for row, truth in zip(told, unseen.truths, strict=True)]


def expected(unseen: Unseen, mixture: bool) -> tuple[Sequence[int], NDArray[np.float64]]:
    """Which voices are heard, and how much each counts."""
    whole = (1, 1, int(mixture))
    simple = [LEXICON, BOTH, SHARES] if mixture else [LEXICON]
    scores = {heard: rights(unseen, likeliest(unseen, heard)) for heard in (whole, *simple)}
    best = max(simple, key=lambda heard: sum(scores[heard]))
    ahead = sum(scores[whole]) - sum(scores[best])
    differ = sum(one != other for one, other in zip(scores[whole], scores[best], strict=True))
    is_proven = ahead > 0 and ahead >= PROOF * differ**0.5 if mixture else ahead >= 0
    heard = whole if is_proven else best
    return heard, likeliest(unseen, heard)


@pytest.mark.parametrize(
    ("shares", "learned", "lexicon", "seed", "heard"),
    [
        (SKEW, 2, 1, 0, (1, 1, 0)),
        (EVEN, 0, 0.3, 1, (1, 1, 0)),  # as often right as the lexicon, about the same texts
        (EVEN, 0.7, 0.3, 2, (1, 1, 0)),  # as often, about others
        (EVEN, 0.7, -0.5, 2, LEXICON),
        (SKEW, 0, 0.3, 0, LEXICON),
    ],
)
def test_without_shares_the_learned_voice_is_heard_unless_the_lexicon_is_right_more_often(
    shares: Sequence[float], learned: float, lexicon: float, seed: int, heard: Sequence[int]
) -> None:
    check(desk(seed, 30, learned, lexicon, shares), heard, mixture=False)


@pytest.mark.parametrize(
    ("shares", "learned", "lexicon", "seed", "heard"),
    [
        (EVEN, 2, 1, 1, ALL),  # right about 7 more texts, of 7 about which they differ
        (EVEN, 2, 1, 2, ALL),  # 11 of 13
        (SKEW, 2, 0.3, 0, ALL),  # 11 of 11
        (EVEN, 0.7, 0.3, 1, LEXICON),  # 3 of 3 may be chance
        (EVEN, 0.7, -0.5, 0, LEXICON),  # 6 of 16
        (SKEW, 2, 0.3, 2, BOTH),  # 4 of 6
        (SKEW, 0, 0.3, 2, BOTH),  # about the same texts
        (SKEW, 0.7, 1, 2, BOTH),
        (SKEW, 0, 0.3, 1, SHARES),
        (SKEW, 0, 1, 1, SHARES),
    ],
)
def test_beside_shares_the_learned_voice_is_heard_where_it_is_right_more_often_beyond_chance(
    shares: Sequence[float], learned: float, lexicon: float, seed: int, heard: Sequence[int]
) -> None:
    check(desk(seed, 30, learned, lexicon, shares), heard, mixture=True)


def check(unseen: Unseen, heard: Sequence[int], *, mixture: bool) -> None:
    voices, weights = expected(unseen, mixture)
    assert voices == heard
    blend = choose(unseen, mixture=mixture)
    assert [blend.learned, blend.lexicon, blend.mixture] == pytest.approx(list(weights), abs=0.003)


def test_loud_voices_are_survived() -> None:
    unseen = desk(0, 30, 5, 5, EVEN, loud=300)
    assert unseen.rights(choose(unseen, mixture=False)).all()


def test_the_totals_of_a_blend_are_those_of_its_voices() -> None:
    unseen = Unseen([1, 0], [[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]], [0.5, -0.5])
    blend = Blend(learned=2.0, lexicon=0.5, mixture=4.0)
    assert unseen.totals(blend).tolist() == [[6.5, 5.0], [11.5, 10.0]]
    assert unseen.rights(blend).tolist() == [False, True]
