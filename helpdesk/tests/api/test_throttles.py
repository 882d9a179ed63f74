"""Rate limits."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from rest_framework.test import APIClient

from helpdesk.api.throttles import ReadThrottle, WindowThrottle, WriteThrottle
from helpdesk.tests.api.conftest import TICKETS

LEAST = {"title": "Charged twice", "description": "The invoice was paid twice."}


@pytest.fixture
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WindowThrottle, "timer", staticmethod(lambda: 1000.0))  # no minute ends in a test
    monkeypatch.setattr(ReadThrottle, "rate", "3/min", raising=False)
    monkeypatch.setattr(WriteThrottle, "rate", "2/min", raising=False)


@pytest.mark.usefixtures("low_limits")
def test_who_reads_too_often_is_told_when_to_come_back(api: APIClient) -> None:
    codes = [api.get(TICKETS).status_code for _ in range(3)]
    response = api.get(TICKETS)
    assert (codes, response.status_code) == ([200] * 3, 429)
    assert response["Retry-After"] == "20"
    assert "throttled" in response.json()["detail"]


@pytest.mark.usefixtures("low_limits")
def test_reads_and_writes_are_counted_apart_and_classifying_is_a_read(api: APIClient) -> None:
    assert [api.post(TICKETS, LEAST).status_code for _ in range(3)] == [201, 201, 429]
    assert [api.post(f"{TICKETS}classify/", LEAST).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert api.get(TICKETS).status_code == 429


@pytest.mark.usefixtures("low_limits")
def test_each_caller_has_a_limit_of_their_own(
    api: APIClient, lead: User, api_as: Callable[[User], APIClient]
) -> None:
    for _ in range(4):
        api.get(TICKETS)
    assert api_as(lead).get(TICKETS).status_code == 200


@pytest.mark.usefixtures("low_limits", "open_mode")
def test_a_made_up_forwarding_header_does_not_give_a_stranger_more(stranger: APIClient) -> None:
    codes = [stranger.get(TICKETS, headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(4)]
    assert codes == [200, 200, 200, 429]


def test_the_limits_are_generous(api: APIClient) -> None:
    assert ReadThrottle().num_requests == 1200
    assert WriteThrottle().num_requests == 300


def test_guessing_passwords_is_stopped_in_all_processes_at_once(stranger: APIClient) -> None:
    guesses = [stranger.post("/api/auth/login/", {"username": "amir"}) for _ in range(11)]
    assert [guess.status_code for guess in guesses] == [400] * 10 + [429]
    assert int(guesses[-1]["Retry-After"]) >= 1
    caches["default"].clear()  # another process has another one
    assert stranger.post("/api/auth/login/", {"username": "amir"}).status_code == 429
