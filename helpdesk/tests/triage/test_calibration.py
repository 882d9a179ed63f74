"""What a provider's record leaves of the confidence that it states."""

import pytest
from django.core.cache import caches

from helpdesk.tests.triage import record
from helpdesk.triage.calibration import calibrated
from helpdesk.triage.prediction import Label, Prediction

pytestmark = pytest.mark.django_db


def shown(stated=0.8, model="m"):
    """How sure an answer is shown to be of its category and of its priority."""
    caches["default"].clear()
    answer = calibrated(Prediction(Label("billing", stated), Label("medium", stated), "gemini", model))
    assert (answer.category.stated, answer.priority.stated) == (stated, stated)
    return answer.category.confidence, answer.priority.confidence


def judged(count, **fields):
    ordinary = {"provider": "gemini", "model": "m", "stated_category": 0.8, "stated_priority": 0.8}
    record.suggestions(count, **ordinary | fields)


def test_without_a_record_three_quarters_are_shown():
    assert shown() == (0.6, 0.6)


def test_the_record_decides_for_each_field_alone():
    judged(30)
    judged(30, verdict="edited", final_category="general")
    category, priority = shown()
    assert category == pytest.approx(0.8 * (15 + 30) / (20 + 60 * 0.8), abs=0.001)
    assert priority == pytest.approx(0.8 * (15 + 60) / (20 + 60 * 0.8), abs=0.001)


def test_nothing_is_shown_as_certain():
    judged(500)
    assert shown(1.0) == (0.99, 0.99)


def test_one_that_is_always_wrong_is_soon_not_believed():
    judged(100, verdict="edited", final_category="general", final_priority="low")
    assert max(shown(1.0)) < 0.2


@pytest.mark.parametrize(
    "fields",
    [{"model": "another"}, {"provider": "openai"}, {"stated_category": None}, {"verdict": "pending"}],
)
def test_what_tells_nothing_about_this_model_does_not_count(fields):
    judged(100, **fields)
    assert shown() == (0.6, 0.6)


def test_a_long_name_of_a_model_finds_its_record():
    judged(100, model="x" * 100)
    assert shown(model="x" * 300) != (0.6, 0.6)


def test_the_record_is_read_once_in_a_while(django_assert_num_queries):
    answer = Prediction(Label("billing", 0.5), Label("medium", 0.5), "gemini", "m")
    caches["default"].clear()
    with django_assert_num_queries(1):
        calibrated(answer)
        calibrated(answer)
