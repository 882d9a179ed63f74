import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import pytest

from helpdesk.tests.triage.providers.gemini_server import (
    FAILURES,
    HANGING,
    KEY,
    MODEL,
    GeminiServer,
    answers,
    fails,
    waits,
)
from helpdesk.triage.prediction import Label, NotAsked, Prediction, Unavailable
from helpdesk.triage.providers.chain import Chain
from helpdesk.triage.providers.gemini import Gemini
from helpdesk.triage.providers.remote import Access

FREE = BoundedSemaphore(8)


class Local:
    """Stands at the end of every chain here; the real one has its own tests."""

    name = "local"
    model = "constant"

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        return Prediction(Label("general", 0.3), Label("medium", 0.3), self.name, self.model)


class Broken:
    name = "broken"
    display_name = "Broken"
    model = "none"

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        raise KeyError("a bug of ours")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Late:
    """Uses up its time on the clock of the test, and remembers how much it was given."""

    name = "late"
    display_name = "Late"
    model = "none"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.given: list[float] = []

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        self.given.append(timeout)
        self.clock.now += 3
        raise Unavailable("Late was late.")


class Spent:
    """Is never asked."""

    name = "spent"
    display_name = "Spent"
    model = "none"

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        raise NotAsked("The budget is used up.")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with GeminiServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gemini(server: GeminiServer) -> Gemini:
    return Gemini(Access(KEY, MODEL, server.url))


def ask(chain: Chain, timeout: float = 10) -> Prediction:
    return chain.classify("Refund", "I was charged twice.", timeout=timeout)


def test_without_remote_providers_the_local_one_answers() -> None:
    answer = ask(Chain([], Local(), FREE))
    assert (answer.provider, answer.failures) == ("local", {})


def test_the_first_answer_is_used(server: GeminiServer) -> None:
    answer = ask(Chain([gemini(server)], Local(), FREE))
    assert (answer.provider, answer.category.value, answer.failures) == ("gemini", "billing", {})


@pytest.mark.parametrize("name", FAILURES)
def test_after_every_failure_the_local_one_answers_and_the_reason_is_kept(
    server: GeminiServer, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    server.behave(FAILURES[name])
    started = time.monotonic()
    answer = ask(Chain([gemini(server)], Local(), FREE), timeout=0.5 if name in HANGING else 10)
    assert (answer.provider, answer.category.value, answer.priority.value) == ("local", "general", "medium")
    assert time.monotonic() - started < 3
    assert answer.failures["gemini"] in caplog.text
    assert KEY not in answer.failures["gemini"] + caplog.text


def test_a_bug_in_a_remote_provider_is_logged_and_the_next_one_answers(
    server: GeminiServer, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(Chain([Broken(), gemini(server)], Local(), FREE))
    assert answer.provider == "gemini"
    assert answer.failures == {"broken": "Broken failed unexpectedly; the log says why."}
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "a bug of ours" in caplog.text


def test_the_wait_is_told_in_milliseconds_failed_calls_included(server: GeminiServer) -> None:
    server.behave(waits(30))
    assert 300 <= ask(Chain([gemini(server)], Local(), FREE), timeout=0.3).latency_ms < 3_000


def test_the_budget_is_kept_over_all_providers_together(server: GeminiServer) -> None:
    server.behave(waits(30))
    started = time.monotonic()
    answer = ask(Chain([gemini(server), Broken()], Local(), FREE), timeout=0.5)
    assert time.monotonic() - started < 3
    assert answer.failures["broken"] == "No time was left to ask Broken."


def test_a_later_provider_gets_the_time_that_is_left(clock: Clock) -> None:
    first, second = Late(clock), Late(clock)
    answer = Chain([first, second], Local(), FREE, clock=clock).classify("", "", timeout=4)
    assert (first.given, second.given) == ([4], [1])
    assert answer.latency_ms == 6_000


def test_a_provider_that_had_no_time_is_not_blamed(clock: Clock) -> None:
    chain = Chain([Late(clock)], Local(), FREE, clock=clock)
    for _ in range(5):
        ask(chain, timeout=0)
    assert ask(chain).failures == {"late": "Late was late."}


def test_after_three_failures_a_provider_is_paused(server: GeminiServer, clock: Clock) -> None:
    server.behave(fails(503))
    chain = Chain([gemini(server)], Local(), FREE, clock=clock)
    for _ in range(3):
        assert "HTTP 503" in ask(chain).failures["gemini"]
    clock.now += 17.5
    paused = ask(chain)
    assert paused.failures == {"gemini": "Gemini is paused after repeated failures; next try in 43 s."}
    assert paused.provider == "local"
    assert len(server.requests) == 3


def test_a_paused_provider_is_tried_once_and_returns_when_it_is_well(
    server: GeminiServer, clock: Clock
) -> None:
    server.behave(fails(503), fails(503), fails(503), fails(503), answers())
    chain = Chain([gemini(server)], Local(), FREE, clock=clock)
    for _ in range(3):
        ask(chain)
    clock.now += 60
    assert "HTTP 503" in ask(chain).failures["gemini"]
    assert "next try in 60 s" in ask(chain).failures["gemini"]
    clock.now += 60
    assert [ask(chain).provider for _ in range(3)] == ["gemini"] * 3


def test_providers_are_paused_one_by_one(server: GeminiServer, clock: Clock) -> None:
    chain = Chain([Broken(), gemini(server)], Local(), FREE, clock=clock)
    answer = [ask(chain) for _ in range(4)][-1]
    assert answer.provider == "gemini"
    assert "paused" in answer.failures["broken"]


def test_a_provider_that_was_not_asked_is_not_blamed(clock: Clock) -> None:
    chain = Chain([Spent()], Local(), FREE, clock=clock)
    answers = [ask(chain) for _ in range(5)]
    assert answers[-1].failures == {"spent": "The budget is used up."}


class Slow:
    """Answers when the test lets it."""

    name = "slow"
    display_name = "Slow"
    model = "none"

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.release = threading.Event()

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        self.asked.release()
        assert self.release.wait(timeout)
        return Prediction(Label("billing", 0.6), Label("high", 0.6), self.name, self.model)


def test_who_finds_no_slot_is_answered_locally_at_once_and_told() -> None:
    slow, slots = Slow(), BoundedSemaphore(2)
    chains = [Chain([slow], Local(), slots), Chain([slow], Local(), slots)]
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(ask, chain) for chain in chains]
        for _ in waiting:
            slow.asked.acquire()
        beyond = [ask(chain) for chain in chains * 3]
        slow.release.set()
    assert [answer.provider for answer in beyond] == ["local"] * 6
    assert {answer.failures["slow"] for answer in beyond} == {
        "Too many questions wait for Slow already; the local model answered at once."
    }
    assert [future.result().provider for future in waiting] == ["slow", "slow"]
    assert ask(chains[0]).provider == "slow"


def test_a_slot_is_free_again_after_a_failure() -> None:
    chain = Chain([Broken()], Local(), BoundedSemaphore(1))
    assert "Too many" not in "".join(ask(chain).failures["broken"] for _ in range(5))


def test_who_finds_no_slot_leaves_the_trial_call_to_others(clock: Clock) -> None:
    slots = BoundedSemaphore(1)
    chain = Chain([Late(clock)], Local(), slots, clock=clock)
    for _ in range(3):
        ask(chain)
    clock.now += 60
    slots.acquire()
    assert "Too many" in ask(chain).failures["late"]
    slots.release()
    assert ask(chain).failures == {"late": "Late was late."}
