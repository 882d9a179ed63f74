"""What is the OpenAI format's own; test_contract.py holds what all providers share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.tests.triage.providers.model_server import KEY, MODEL
from helpdesk.tests.triage.providers.openai_server import OpenAIServer, completes
from helpdesk.triage.prediction import NotAsked, Unavailable
from helpdesk.triage.providers.openai import OpenAI
from helpdesk.triage.providers.remote import Access


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with OpenAIServer() as server:
        yield server


def ask(server: OpenAIServer, key: str = KEY, tail: str = "") -> str:
    return OpenAI(Access(key, MODEL, server.url + tail)).classify("Refund", "Twice", timeout=10).provider


@pytest.mark.parametrize("tail", ["", "/"])
def test_the_request_is_a_chat_with_a_strict_schema(server: OpenAIServer, tail: str) -> None:
    ask(server, tail=tail)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert set(request.body) == {"model", "messages", "response_format"}
    schema = request.body["response_format"]["json_schema"]["schema"]
    objects = [schema, *schema["properties"].values()]
    assert [each["additionalProperties"] for each in objects] == [False] * 3


def test_without_a_key_none_is_sent(server: OpenAIServer) -> None:
    assert ask(server, key="") == "openai"
    assert "Authorization" not in server.requests[0].headers


def test_a_netrc_file_lends_no_password(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    ask(server)
    ask(server, key="")
    assert [request.headers.get("Authorization") for request in server.requests] == [f"Bearer {KEY}", None]


@pytest.mark.parametrize("message", [{}, {"content": None}, {"content": [{"type": "text"}]}])
def test_a_message_of_another_shape_is_no_answer(server: OpenAIServer, message: dict[str, object]) -> None:
    server.behave(completes(message))
    with pytest.raises(Unavailable, match=r"could not be read|empty answer"):
        ask(server)


def test_an_address_is_needed() -> None:
    with pytest.raises(NotAsked, match="Check OPENAI_BASE_URL"):
        OpenAI(Access("", MODEL)).classify("Refund", "Twice", timeout=10)
