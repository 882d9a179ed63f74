"""The costs of learning and answering, each beside its limit."""

from io import StringIO

import pytest
from django.core.management import call_command

from helpdesk.management.commands import benchmark_triage
from helpdesk.management.commands.benchmark_triage import Cost


def test_it_learns_in_another_process_and_prints_each_cost_beside_its_limit() -> None:
    output = StringIO()
    call_command("benchmark", "triage", "--labels", "60", stdout=output)
    names = [line[:46].strip() for line in output.getvalue().splitlines()[1:]]
    assert names == [
        "learning 60 labels, CPU",
        "its memory at the most",
        "the model",
        "an answer of 2,000 characters, median",
        "the slowest but five in a hundred",
    ]


@pytest.mark.parametrize(("value", "mark"), [(5.0, False), (5.1, True)])
def test_what_is_above_its_limit_is_marked(value: float, mark: bool) -> None:
    assert str(Cost("an answer", value, 5, "ms")).endswith("too much") is mark


def test_the_texts_differ_and_have_both_labels() -> None:
    made = benchmark_triage.texts(50)
    assert len({text.key for text in made}) == 50
    assert all(text.category and text.priority for text in made)
