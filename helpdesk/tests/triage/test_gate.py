"""What is promoted, and why not."""

import pytest

from helpdesk.tests.triage.local.desks import habits
from helpdesk.triage.gate import Comparison, Pair, rule
from helpdesk.triage.metrics import Outcome
from helpdesk.triage.poison import Poison, outcomes


def pairs(both: int = 0, gained: int = 0, lost: int = 0, neither: int = 0) -> list[Pair]:
    right, wrong = Outcome("a", "a", 0.8), Outcome("a", "b", 0.8)
    kinds = ((right, right, both), (right, wrong, gained), (wrong, right, lost), (wrong, wrong, neither))
    return [Pair(candidate, live) for candidate, live, count in kinds for _ in range(count)]


@pytest.mark.parametrize(
    ("judged", "taken"),
    [
        ({"both": 20, "gained": 20, "lost": 5}, True),
        ({"both": 60, "gained": 14, "lost": 10}, False),
        ({"both": 20, "gained": 5, "lost": 20}, False),
        ({"gained": 9}, False),
        ({"both": 100}, False),
        ({}, False),
    ],
)
def test_a_gain_must_be_beyond_chance(judged: dict[str, int], taken: bool) -> None:
    assert rule(Comparison.of(pairs(**judged)), None).taken is taken


def test_what_forgets_the_record_is_refused_with_the_figures() -> None:
    gain = Comparison.of(pairs(both=20, gained=20))
    ruling = rule(gain, Comparison.of(pairs(both=50, lost=30, gained=5)))
    assert not ruling.taken
    assert ruling.reason == "it forgets: 55 right of 85 settled before, the version before 80"
    assert rule(gain, Comparison.of(pairs(both=50, lost=9, gained=5))).taken


def test_as_often_right_but_nearer_to_the_truth_is_better() -> None:
    calm, sure = Outcome("a", "b", 0.3), Outcome("a", "b", 0.97)
    same = [Pair(Outcome("a", "a", 0.8), Outcome("a", "a", 0.8))] * 60
    ruling = rule(Comparison.of([*same, *[Pair(calm, sure)] * 40]), None)
    assert (ruling.taken, "nearer to the truth" in ruling.reason) == (True, True)


def test_it_is_told_on_which_labels_the_versions_differ() -> None:
    better, worse = Outcome("billing", "billing", 0.8), Outcome("billing", "account", 0.8)
    of_account = [Pair(Outcome("account", "general", 0.8), Outcome("account", "account", 0.8))] * 2
    compared = Comparison.of([*[Pair(better, worse)] * 3, Pair(better, better), *of_account])
    assert compared.by_label == {"account": (2, 0, 2), "billing": (4, 4, 1)}


def test_a_refusal_says_that_it_may_be_chance() -> None:
    assert "may be chance" in rule(Comparison.of(pairs(both=60, gained=14, lost=10)), None).reason
    assert "only 9 new labels" in rule(Comparison.of(pairs(gained=9)), None).reason


@pytest.mark.parametrize(
    ("poison", "outcome"),
    [
        (Poison("random", 80), "set aside"),
        (Poison("account", 80), "set aside"),
        (Poison("right", 80), "promoted"),
    ],
)
def test_bad_labels_are_never_promoted_and_right_ones_are(poison: Poison, outcome: str) -> None:
    assert outcomes(habits(120), poison, settled=0, draws=1) == {outcome: 1}
