"""Browsers of other origins: headers on every kind of answer."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from helpdesk.tests.api.conftest import TICKETS

ORIGIN = "http://localhost:5173"
FROM_THERE = {"origin": ORIGIN}


def test_a_preflight_allows_what_the_clients_send(stranger: APIClient) -> None:
    asks = {
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type",
    }
    response = stranger.options(f"{TICKETS}1/", headers=FROM_THERE | asks)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert "PATCH" in response["Access-Control-Allow-Methods"]
    assert "authorization" in response["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("url", "code"), [(TICKETS, 200), (f"{TICKETS}?status=x", 400), (f"{TICKETS}9/", 404), ("/api/x/", 404)]
)
def test_answers_and_errors_carry_the_headers(
    url: str, code: int, stranger: APIClient, open_mode: None
) -> None:
    response = stranger.get(url, headers=FROM_THERE)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (code, ORIGIN)
    assert "Link" in response["Access-Control-Expose-Headers"]


def test_a_refusal_for_want_of_credentials_carries_the_headers(stranger: APIClient) -> None:
    response = stranger.get(TICKETS, headers=FROM_THERE)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (401, ORIGIN)


def test_a_failure_of_the_server_is_json_with_the_headers_and_without_details(
    db: None, open_mode: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("helpdesk.reports.counts.collect", fail)
    response = Client(raise_request_exception=False).get(f"{TICKETS}stats/", headers=FROM_THERE)
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (500, ORIGIN)
    assert response.json()["detail"].startswith("The server failed on this request")
    assert b"secret" not in response.content


def test_another_origin_gets_no_headers(stranger: APIClient, open_mode: None) -> None:
    response = stranger.get(TICKETS, headers={"origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in response
