import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.triage.evaluation import (
    Outcome,
    grouped,
    learning_split,
    leave_one_out,
    measure,
    measure_by_source,
    reliability,
)

OUTCOMES = [
    Outcome("billing", "billing", 0.95, "bank"),
    Outcome("billing", "general", 0.55, "bank"),
    Outcome("account", "account", 0.85, "shop"),
    Outcome("general", "general", 0.65, "shop"),
]
CHANCE = st.floats(0, 1)
OUTCOME = st.builds(Outcome, st.sampled_from("abc"), st.sampled_from("abcd"), CHANCE, st.sampled_from("xy"))


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert (measure(OUTCOMES).count, measure(OUTCOMES).accuracy) == (4, 0.75)


def test_every_label_has_its_precision_recall_and_f1() -> None:
    labels = measure(OUTCOMES).labels
    assert list(labels) == ["account", "billing", "general"]
    billing, general = labels["billing"], labels["general"]
    assert (billing.precision, billing.recall, billing.support) == (1, 0.5, 2)
    assert billing.f1 == pytest.approx(2 / 3)
    assert (general.precision, general.recall, general.support) == (0.5, 1, 1)


def test_macro_f1_counts_every_label_that_occurs_the_same() -> None:
    assert measure(OUTCOMES).macro_f1 == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)


def test_a_label_that_was_only_answered_lowers_macro_f1() -> None:
    outcomes = [Outcome("billing", "billing", 1), Outcome("billing", "account", 1)]
    assert measure(outcomes).macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_the_confusion_matrix_counts_truths_by_answers() -> None:
    confusion = measure(OUTCOMES).confusion
    assert confusion["billing"] == {"account": 0, "billing": 1, "general": 1}
    assert confusion["account"] == {"account": 1, "billing": 0, "general": 0}


def test_the_calibration_error_is_the_distance_of_each_bin() -> None:
    assert measure(OUTCOMES).calibration_error == pytest.approx((0.05 + 0.55 + 0.15 + 0.35) / 4)


def test_bins_gather_what_is_equally_sure() -> None:
    first, last = reliability([Outcome("a", "b", 0.0), Outcome("a", "a", 0.9), Outcome("a", "b", 1.0)])
    assert (first.start, first.count, first.accuracy) == (0, 1, 0)
    assert (last.start, last.count, last.confidence, last.accuracy) == (0.9, 2, 0.95, 0.5)


def test_nothing_measured_is_nothing_at_all() -> None:
    figures = measure([])
    assert (figures.count, figures.accuracy, figures.macro_f1, figures.calibration_error) == (0, 0, 0, 0)
    assert (figures.labels, figures.confusion, figures.bins) == ({}, {}, [])


@given(st.lists(OUTCOME, min_size=1))
def test_figures_are_shares(outcomes: list[Outcome]) -> None:
    figures = measure(outcomes)
    for share in (figures.accuracy, figures.macro_f1, figures.calibration_error):
        assert 0 <= share <= 1
        assert math.isfinite(share)
    assert sum(each.support for each in figures.labels.values()) == len(outcomes)
    assert sum(each.count for each in figures.bins) == len(outcomes)


@given(st.lists(OUTCOME))
def test_sources_together_are_everything(outcomes: list[Outcome]) -> None:
    assert sum(each.count for each in measure_by_source(outcomes).values()) == len(outcomes)


def test_sources_are_measured_apart() -> None:
    sources = measure_by_source(OUTCOMES)
    assert {name: each.accuracy for name, each in sources.items()} == {"bank": 0.5, "shop": 1}


def test_groups_come_in_the_order_of_their_keys() -> None:
    assert grouped([3, 1, 2, 4], lambda number: number % 2) == {0: [2, 4], 1: [3, 1]}


def test_a_split_learns_from_so_many_and_tests_on_the_rest() -> None:
    own, rest = learning_split(range(100), 40, seed=1)
    assert (len(own), len(rest)) == (40, 60)
    assert sorted(own + rest) == list(range(100))
    assert learning_split(range(100), 40, seed=1) == (own, rest)
    assert learning_split(range(100), 40, seed=2) != (own, rest)


def test_a_split_of_everything_keeps_a_fifth_to_test_on() -> None:
    own, rest = learning_split(range(10), None, seed=0)
    assert (len(own), len(rest)) == (8, 2)


def test_a_source_too_small_has_nothing_to_test_on() -> None:
    assert learning_split(range(10), 40, seed=0)[1] == []


def test_each_source_is_left_out_once() -> None:
    splits = list(leave_one_out({"bank": [1, 2], "shop": [3], "train": [4]}))
    assert splits == [("bank", [3, 4], [1, 2]), ("shop", [1, 2, 4], [3]), ("train", [1, 2, 3], [4])]
