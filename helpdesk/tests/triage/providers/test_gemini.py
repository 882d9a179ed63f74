"""What is Gemini's own, by either of Google's SDKs; test_contract.py holds what all providers share."""

from collections.abc import Iterator

import pytest

from helpdesk.tests.triage.providers.gemini_server import GeminiServer
from helpdesk.tests.triage.providers.model_server import KEY, MODEL, labels, sends_json
from helpdesk.triage.prediction import NotAsked, Unavailable
from helpdesk.triage.providers.gemini import Gemini
from helpdesk.triage.providers.google_genai import GoogleGenAI
from helpdesk.triage.providers.remote import Access, Remote


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with GeminiServer() as server:
        yield server


@pytest.fixture(params=[Gemini, GoogleGenAI])
def provider(request: pytest.FixtureRequest, server: GeminiServer) -> Remote:
    return request.param(Access(KEY, MODEL, server.url))


def test_the_request_asks_for_json_and_sets_nothing_else(provider: Remote, server: GeminiServer) -> None:
    provider.classify("Refund", "Twice", timeout=10)
    (request,) = server.requests
    assert request.path.startswith(f"/v1beta/models/{MODEL}:generateContent")
    assert request.headers["x-goog-api-key"] == KEY
    assert set(request.body) == {"contents", "generationConfig", "systemInstruction"}
    assert set(request.body["generationConfig"]) == {"responseMimeType", "responseSchema"}


def test_a_part_that_the_sdk_does_not_know_is_skipped(provider: Remote, server: GeminiServer) -> None:
    parts = [{"text": labels()}, {"thoughtSignature": "c2lnbmVk"}]
    server.behave(sends_json({"candidates": [{"content": {"parts": parts}}]}))
    assert provider.classify("Refund", "Twice", timeout=10).category.value == "billing"


@pytest.mark.filterwarnings("ignore:A_REASON_OF_NEXT_YEAR:UserWarning")
@pytest.mark.parametrize("finish", ["SAFETY", "A_REASON_OF_NEXT_YEAR"])
def test_a_reason_to_stop_is_told(provider: Remote, server: GeminiServer, finish: str) -> None:
    server.behave(sends_json({"candidates": [{"finishReason": finish}]}))
    with pytest.raises(Unavailable, match=r"broke off its answer|empty answer"):
        provider.classify("Refund", "Twice", timeout=10)


@pytest.mark.parametrize("kind", [Gemini, GoogleGenAI])
def test_a_blank_key_is_told(kind: type[Remote]) -> None:
    with pytest.raises(NotAsked, match="Check GEMINI_API_KEY"):
        kind(Access("", MODEL)).classify("Refund", "Twice", timeout=10)


def test_a_malformed_model_is_told(server: GeminiServer) -> None:
    with pytest.raises(Unavailable, match="GEMINI_MODEL"):
        Gemini(Access(KEY, "a/b/c", server.url)).classify("Refund", "Twice", timeout=10)


def test_the_environment_does_not_choose_another_service(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "another-key")
    GoogleGenAI(Access(KEY, MODEL, server.url)).classify("Refund", "Twice", timeout=10)
    assert server.requests[0].headers["x-goog-api-key"] == KEY
