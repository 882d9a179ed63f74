"""Measures of matrices and curves, checked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.triage.metrics import Bucket, Matrix, Outcome, Reliability, Score, grouped

OUTCOMES = [
    Outcome("billing", "billing", 0.95, "bank"),
    Outcome("billing", "general", 0.55, "bank"),
    Outcome("account", "account", 0.85, "shop"),
    Outcome("general", "general", 0.65, "shop"),
]
CHANCE = st.floats(0, 1)
OUTCOME = st.builds(Outcome, st.sampled_from("abc"), st.sampled_from("abcd"), CHANCE, st.sampled_from("xy"))


def test_accuracy_is_the_share_of_right_answers() -> None:
    assert (Matrix.of(OUTCOMES).cases, Matrix.of(OUTCOMES).accuracy) == (4, 0.75)


def test_every_label_has_its_precision_recall_and_f1() -> None:
    labels = Matrix.of(OUTCOMES).labels
    assert list(labels) == ["account", "billing", "general"]
    billing, general = labels["billing"], labels["general"]
    assert (billing.precision, billing.recall, billing.support) == (1, 0.5, 2)
    assert billing.f1 == pytest.approx(2 / 3)
    assert (general.precision, general.recall, general.support) == (0.5, 1, 1)


def test_macro_f1_counts_every_label_that_occurs_the_same() -> None:
    assert Matrix.of(OUTCOMES).macro_f1 == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)


def test_a_label_that_was_only_answered_lowers_macro_f1() -> None:
    outcomes = [Outcome("billing", "billing", 1), Outcome("billing", "account", 1)]
    assert Matrix.of(outcomes).macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_the_confusion_matrix_counts_truths_by_answers() -> None:
    square = Matrix.of(OUTCOMES).square
    assert square["billing"] == {"account": 0, "billing": 1, "general": 1}
    assert square["account"] == {"account": 1, "billing": 0, "general": 0}


def test_the_calibration_error_is_the_distance_of_each_bin() -> None:
    assert Reliability.of(OUTCOMES).error == pytest.approx((0.05 + 0.55 + 0.15 + 0.35) / 4)


def test_bins_gather_what_is_equally_sure() -> None:
    first, last = Reliability.of(
        [Outcome("a", "b", 0.0), Outcome("a", "a", 0.9), Outcome("a", "b", 1.0)]
    ).buckets
    assert (first.index, first.cases, first.share) == (0, 1, 0)
    assert (last.index, last.cases, last.confidence, last.share) == (9, 2, 0.95, 0.5)


@given(st.lists(OUTCOME, min_size=1))
def test_figures_are_shares(outcomes: list[Outcome]) -> None:
    matrix, reliability = Matrix.of(outcomes), Reliability.of(outcomes)
    for figure in (matrix.accuracy, matrix.macro_f1, matrix.macro_recall, reliability.error):
        assert 0 <= figure <= 1
    assert sum(figures.support for figures in matrix.labels.values()) == len(outcomes)
    assert matrix.cases == reliability.cases == len(outcomes)


# Of four billing tickets one was called technical; of two technical ones, one billing.
MATRIX = Matrix({"billing": {"billing": 3, "technical": 1}, "technical": {"billing": 1, "technical": 1}})


def test_a_matrix_counts_what_is_right():
    assert (MATRIX.right, MATRIX.cases) == (4, 6)
    assert MATRIX.accuracy == pytest.approx(4 / 6)


def test_macro_measures_weigh_every_label_alike():
    assert MATRIX.macro_recall == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert MATRIX.macro_f1 == pytest.approx((2 * 3 / 8 + 2 * 1 / 4) / 2)


def test_a_label_that_was_never_settled_costs_precision():
    matrix = Matrix({"billing": {"billing": 1, "general": 1}})
    assert matrix.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert matrix.macro_recall == 0.5


def test_a_matrix_without_cases_measures_nothing():
    empty = Matrix({})
    assert (empty.cases, empty.right) == (0, 0)
    assert {empty.accuracy, empty.macro_f1, empty.macro_recall} == {None}


def test_the_calibration_error_weighs_buckets_by_cases():
    curve = Reliability([Bucket(2, 1, 1, 0.2), Bucket(9, 3, 3, 0.9)])
    assert curve.error == pytest.approx((0.8 * 1 + 0.1 * 3) / 4)


def test_sure_is_what_was_shown_at_eighty_or_more():
    curve = Reliability([Bucket(7, 5, 0, 0.75), Bucket(8, 2, 1, 0.85), Bucket(9, 2, 2, 0.95)])
    sure = curve.sure
    assert (sure.cases, sure.right, sure.share) == (4, 3, 0.75)
    assert sure.confidence == pytest.approx(0.9)


def test_a_curve_without_cases_is_off_by_nothing_known():
    empty = Reliability([])
    assert (empty.error, empty.sure.share, empty.sure.cases) == (None, None, 0)


def test_a_bucket_names_the_confidences_it_holds():
    assert Bucket(3, 1, 1, 0.3).label == "30 to 39 %"
    assert Bucket(9, 1, 1, 0.9).label == "90 % or more"


def test_more_right_answers_beat_modesty_and_then_the_better_confidence_wins():
    better, worse = Score(8, 10, 0.4), Score(7, 10, 0.1)
    assert better.beats(worse)
    assert not worse.beats(better)
    assert not better.beats(better)
    assert Score(7, 10, 0.05).beats(worse)


def test_the_brier_score_is_far_from_nought_for_what_is_sure_and_wrong():
    assert Score.of([Outcome("a", "a", 1.0), Outcome("a", "b", 0.0)]) == Score(1, 2, 0.0)
    assert Score.of([Outcome("a", "b", 0.8), Outcome("a", "a", 0.5)]).brier == pytest.approx(
        (0.64 + 0.25) / 2
    )
    assert Score.of([]) == Score(0, 0, 0.0)


def test_groups_come_in_the_order_of_their_keys() -> None:
    assert grouped([3, 1, 2, 4], lambda number: number % 2) == {0: [2, 4], 1: [3, 1]}
