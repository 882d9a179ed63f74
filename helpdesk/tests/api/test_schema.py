"""The OpenAPI document and the page that shows it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings
from rest_framework.test import APIClient

import helpdesk.api

COMMITTED = Path(helpdesk.api.__file__).with_name("schema.yml")
HOW_TO = (
    "The API is not what helpdesk/api/schema.yml says. If that is meant, write it down with "
    "`manage.py spectacular --validate --fail-on-warn --file helpdesk/api/schema.yml` and read the diff."
)
DOCS = "/api/docs/"


@pytest.fixture(scope="module")
def document() -> dict:
    return yaml.safe_load(COMMITTED.read_text())


def test_the_committed_document_is_what_the_code_says(tmp_path: Path) -> None:
    fresh = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
    assert fresh.read_text() == COMMITTED.read_text(), HOW_TO


def test_the_served_document_is_the_committed_one(api: APIClient) -> None:
    response = api.get("/api/schema/")
    assert response.status_code == 200
    assert response.content.decode() == COMMITTED.read_text(), HOW_TO


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_document_can_only_be_read(method: str, api: APIClient) -> None:
    response = api.generic(method, "/api/schema/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> set[str]:
    """Every address below these patterns, spelt as in the document."""
    found = set()
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        found |= routes(pattern.url_patterns, address) if isinstance(pattern, URLResolver) else {address}
    return {re.sub(r"<id:pk>", "{id}", re.sub(r"<id:(\w+_id)>", r"{\1}", address)) for address in found}


def test_every_route_is_in_the_document(document: dict) -> None:
    api = {f"/{route}" for route in routes(get_resolver().url_patterns) if route.startswith("api/")}
    not_of_the_contract = {"/api/schema/", "/api/docs/", "/api/"}
    assert api - not_of_the_contract == {path.replace("{pk}", "{id}") for path in document["paths"]}


def operations(document: dict) -> list[tuple[str, dict]]:
    return [(f"{verb} {path}", op) for path, verbs in document["paths"].items() for verb, op in verbs.items()]


def test_every_operation_has_a_summary_an_example_and_documented_errors(document: dict) -> None:
    for name, operation in operations(document):
        answers = operation["responses"]
        assert operation["summary"], name
        assert "401" in answers, name
        success = next(answer for code, answer in answers.items() if code.startswith("2"))
        shown = [content.get("examples") for content in success.get("content", {}).values()]
        assert all(shown), name


def test_every_body_has_an_example(document: dict) -> None:
    for name, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content.get("examples"), name


def test_the_document_is_openapi_3_1(document: dict) -> None:
    assert document["openapi"].startswith("3.1")
    assert {"token", "session"} == document["components"]["securitySchemes"].keys()


def test_the_examples_of_the_document_are_answers_of_the_api(document: dict, api: APIClient) -> None:
    [shown] = document["paths"]["/api/tickets/"]["post"]["responses"]["201"]["content"]["application/json"][
        "examples"
    ].values()
    made = api.post("/api/tickets/", {"title": "a", "description": "b"}).json()
    assert made.keys() == shown["value"].keys()


@pytest.mark.parametrize("url", ["/api/schema/", DOCS])
def test_staff_who_are_signed_in_can_read_it(
    url: str, admin_as: Callable[[User], Client], viewer: User
) -> None:
    assert admin_as(viewer).get(url).status_code == 200


def test_strangers_are_sent_to_the_login(stranger: APIClient) -> None:
    assert stranger.get("/api/schema/").status_code == 401
    response = stranger.get(DOCS)
    assert (response.status_code, response["Location"]) == (302, f"/admin/login/?next={DOCS}")


def test_in_open_mode_strangers_can_read_it(stranger: APIClient, open_mode: None) -> None:
    assert stranger.get("/api/schema/").status_code == 200
    assert stranger.get(DOCS).status_code == 200


def test_the_page_has_no_inline_script_and_loads_nothing_from_elsewhere(
    admin_as: Callable[[User], Client], viewer: User, settings: Settings
) -> None:
    browser = admin_as(viewer)
    page = browser.get(DOCS)
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.content.decode(), re.DOTALL)
    assert len(scripts) == 3
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    sources = re.findall(r'(?:src|href)="([^"]*)"', page.content.decode())
    assert all(source.startswith("/") and not source.startswith("//") for source in sources)
    assert "script-src 'self'" in page["Content-Security-Policy"]
    script = browser.get(next(source for source in sources if "script" in source and "?" in source))
    assert script["Content-Type"].startswith("application/javascript")
    assert '"validatorUrl": null' in script.content.decode()
