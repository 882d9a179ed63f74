from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk.triage.providers.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(threshold=3, pause=60, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed()


def test_it_admits_until_failures_follow_each_other(breaker: Breaker) -> None:
    fail(breaker, 2)
    assert breaker.admit() == 0
    breaker.failed()
    assert breaker.admit() == 60


def test_a_success_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)
    assert breaker.admit() == 0


def test_it_tells_the_seconds_left(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 18
    assert breaker.admit() == 42


def test_after_the_pause_one_caller_tries(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 60
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: breaker.admit(), range(50)))
    assert sorted(answers) == [0] + [60] * 49


def test_a_trial_that_succeeds_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 60
    breaker.admit()
    breaker.succeeded()
    assert breaker.admit() == breaker.admit() == 0


def test_a_trial_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 60
    breaker.admit()
    clock.now += 4
    breaker.failed()
    assert breaker.admit() == 60


def test_a_trial_that_never_reports_is_repeated_after_the_pause(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 60
    assert breaker.admit() == 0
    clock.now += 60
    assert breaker.admit() == 0
