"""Texts that were labelled before the lexicon was looked at: what it reached on them is not to be lost.

They are no training ground. A change made to be right about one of them is a reason to write others.
"""

from pathlib import Path

import pytest

from helpdesk.choices import Priority
from helpdesk.triage.classify import LOCAL
from helpdesk.triage.evaluation import Result, cold, read

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module", params=["judge.csv", "judge_letters.csv"])
def figures(request: pytest.FixtureRequest) -> dict[str, Result]:
    results = cold(LOCAL, read(DATA / request.param))
    return {result.field: result for result in results if result.name.startswith(LOCAL)}


def test_the_lexicon_travels(figures: dict[str, Result]) -> None:
    category = figures["category"]
    assert category.matrix.macro_f1 > 0.85
    assert category.reliability.error < 0.15


def test_what_is_shown_as_sure_is_right(figures: dict[str, Result]) -> None:
    sure = figures["category"].reliability.sure
    assert sure.cases > 40
    assert sure.share is not None
    assert sure.share > 0.9


def test_a_priority_is_told_better_than_by_saying_medium(figures: dict[str, Result]) -> None:
    matrix = figures["priority"].matrix
    medium = matrix.labels[Priority.MEDIUM.value].support / matrix.cases
    assert matrix.accuracy is not None
    assert matrix.accuracy > medium
    assert not any(answers.get(Priority.CRITICAL.value) for answers in matrix.square.values())
