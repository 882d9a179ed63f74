"""Measures of matrices and curves, checked by hand."""

import pytest

from helpdesk.triage.metrics import Bucket, Matrix, Reliability

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
