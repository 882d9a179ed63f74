"""Requests that no well-behaved client sends."""

import io
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.test.client import ClientHandler
from rest_framework.test import APIClient

from helpdesk.tests.api.conftest import TICKETS
from helpdesk.tickets.models import Ticket
from project.wsgi import ChunkedBodies, application

CLASSIFY = f"{TICKETS}classify/"
MEGABYTE = 1_000_000


def send(api: APIClient, body: bytes, url: str = TICKETS, content_type: str = "application/json") -> Any:
    return api.generic("POST", url, body, content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'title': 1}",
        b'{"title": "a",}',
        b'{"title": "\\ud800", "description": "b"}',
        b'{"title": "\xff"}',
        b'{"title": NaN}',
        b'{"assignee": 1e999}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"[" * 100_000,
        b"[" * 1000 + b"]" * 1000,
        b'{"title": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b"\0",
    ],
)
@pytest.mark.parametrize("url", [TICKETS, CLASSIFY, "/api/auth/login/"])
def test_a_body_that_is_not_proper_json_is_refused(url: str, body: bytes, api: APIClient) -> None:
    response = send(api, body, url)
    assert response.status_code == 400
    assert response.json()["detail"].startswith("The body is ")


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"text"', b"true", b'[{"title": "a"}]', b"[[]]"])
@pytest.mark.parametrize("url", [TICKETS, CLASSIFY, "/api/auth/login/"])
def test_a_body_that_is_no_object_is_refused(url: str, body: bytes, api: APIClient) -> None:
    response = send(api, body, url)
    assert response.status_code == 400
    assert response.json().keys() == {"non_field_errors"}


@pytest.mark.parametrize(
    "body", [b'{"assignee": 99999999999999999999999999}', b'{"title": 1e300}', b"{}", b""]
)
def test_huge_numbers_and_empty_bodies_are_refused(body: bytes, api: APIClient) -> None:
    assert send(api, body).status_code == 400


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""],
)
def test_another_content_type_is_refused(content_type: str, api: APIClient) -> None:
    response = send(api, b"title=a", content_type=content_type)
    assert response.status_code == 415
    assert "Send application/json." in response.json()["detail"]


def test_a_body_of_five_megabytes_is_too_large(api: APIClient) -> None:
    body = json.dumps({"title": "a", "description": "x" * 5 * MEGABYTE}).encode()
    for url in (TICKETS, CLASSIFY, "/api/auth/login/"):
        response = send(api, body, url)
        assert response.status_code == 413
        assert response.json()["detail"] == "The body is too large. Send at most 2,621,440 bytes."
    assert not Ticket.objects.exists()


def test_a_description_of_the_greatest_length_fits_even_when_every_character_is_escaped(
    api: APIClient,
) -> None:
    body = b'{"title": "a", "description": "' + b"\\ud83c\\udfab" * 200_000 + b'"}'
    assert send(api, body).status_code == 201


def send_in_chunks(api: APIClient, body: bytes) -> HttpResponse:
    """POST a ticket as gunicorn hands a chunked body on: without a length."""
    environ = RequestFactory().generic("POST", TICKETS, body, "application/json", **api.defaults).environ
    del environ["CONTENT_LENGTH"]
    in_chunks = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }
    handler = ClientHandler()
    return ChunkedBodies(lambda environ, _: handler(environ))(environ | in_chunks, print)


def test_a_chunked_body_is_read(api: APIClient) -> None:
    response = send_in_chunks(api, b'{"title": "In chunks", "description": "It came bit by bit."}')
    assert (response.status_code, json.loads(response.content)["title"]) == (201, "In chunks")


def test_a_chunked_body_of_five_megabytes_is_too_large(api: APIClient) -> None:
    response = send_in_chunks(api, b'{"title": "' + b"x" * 5 * MEGABYTE + b'"}')
    assert response.status_code == 413
    assert "at most" in json.loads(response.content)["detail"]


def test_gunicorn_is_given_the_application_that_reads_chunks() -> None:
    assert isinstance(application, ChunkedBodies)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_a_wrong_method_is_refused_and_the_right_ones_are_named(method: str, api: APIClient) -> None:
    response = api.generic(method.upper(), TICKETS)
    assert (response.status_code, response["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")
    assert "Allow" in response.json()["detail"]


@pytest.mark.parametrize(
    "url", ["/api/", "/api/nothing/", "/api/tickets/1/2/3/", "/api/tickets/x", "/api/../etc"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_route_is_a_404_in_json(method: str, url: str, debug: bool, api: APIClient) -> None:
    with override_settings(DEBUG=debug):
        response = api.generic(method, url)
    assert response.status_code == 404
    assert "/api/docs/" in response.json()["detail"]


def test_a_forgotten_slash_is_added_and_the_body_kept(api: APIClient) -> None:
    ticket = {"title": "a", "description": "b"}
    response = api.post("/api/tickets?x=1", ticket)
    assert (response.status_code, response["Location"]) == (308, "/api/tickets/?x=1")
    assert api.post("/api/tickets", ticket, follow=True).status_code == 201


@pytest.mark.parametrize("accept", ["text/csv", "image/png"])
def test_an_answer_that_cannot_be_given_is_refused(accept: str, api: APIClient) -> None:
    response = api.get(TICKETS, headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (406, "application/json")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "text/html,*/*;q=0.8", "", ";;;", "é", "a/b/c, */*"]
)
def test_other_accept_headers_get_json(accept: str, api: APIClient) -> None:
    response = api.get(TICKETS, headers={"accept": accept})
    assert response.status_code in {200, 406}
    assert response["Content-Type"] == "application/json"


@override_settings(DEBUG=False)
def test_a_host_that_is_not_ours_is_refused_in_json(api: APIClient) -> None:
    response = api.get(TICKETS, headers={"host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
