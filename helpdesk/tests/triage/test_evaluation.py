"""How a classifier is measured: what it learns from, and what it is tested on."""

from helpdesk.triage.evaluation import Result, families, learning_split, leave_one_out
from helpdesk.triage.metrics import Outcome


def test_sources_are_measured_apart() -> None:
    outcomes = [
        Outcome("a", "a", 0.9, "bank"),
        Outcome("a", "b", 0.9, "bank"),
        Outcome("a", "a", 0.9, "shop"),
    ]
    sources = Result("cold", "category", outcomes).sources
    assert {name: part.matrix.accuracy for name, part in sources.items()} == {"bank": 0.5, "shop": 1}


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
    assert splits == [([3, 4], [1, 2]), ([1, 2, 4], [3]), ([1, 2, 3], [4])]


def test_what_is_like_a_text_to_learn_from_is_no_test() -> None:
    own, rest = learning_split(range(10), 4, seed=3, alike=[str(number // 2) for number in range(10)])
    assert len(own) == 4
    assert not {number // 2 for number in own} & {number // 2 for number in rest}


def test_siblings_are_one_family() -> None:
    found = families({"bank-chat": [1], "bank-mail": [2], "shop": [3]})
    assert found == {"bank": [1, 2], "shop": [3]}
