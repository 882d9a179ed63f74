"""A local server that speaks OpenAI's chat completions."""

from typing import Any

from helpdesk.tests.triage.providers import model_server
from helpdesk.tests.triage.providers.model_server import (
    KEY,
    Behaviour,
    ModelServer,
    Recorded,
    labels,
    sends_json,
)


def completes(message: dict[str, Any], finish: str = "stop") -> Behaviour:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    return sends_json({"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]})


def says(text: str, finish: str = "stop") -> Behaviour:
    """A well-formed response whose text is anything."""
    return completes({"content": text}, finish)


def answers(**changes: Any) -> Behaviour:
    """A right answer; the arguments are those of `labels`."""
    return says(labels(**changes))


def fails(status: int, message: str = "Refused.", code: str | None = None) -> Behaviour:
    return sends_json({"error": {"message": message, "type": "error", "code": code}}, status)


def quotes_key() -> Behaviour:
    return fails(403, f"The key {KEY} is not allowed to do this.")


FAILURES: dict[str, Behaviour] = {
    **model_server.failures(says, fails),
    "invalid key": fails(400, f"Incorrect API key provided: {KEY}.", "invalid_api_key"),
    "key quoted": quotes_key(),
    "refused question": completes({"content": None, "refusal": "I cannot help with that."}),
    "refused answer": completes({"content": None}, finish="content_filter"),
    "answer cut short": says('{"category": {"va', finish="length"),
    "no answer": sends_json({"choices": []}),
}


class OpenAIRequest(Recorded):
    @property
    def system(self) -> str:
        return self.body["messages"][0]["content"]

    @property
    def ticket(self) -> str:
        return self.body["messages"][1]["content"]


class OpenAIServer(ModelServer):
    usual = answers()
    recorded = OpenAIRequest
    path = "/v1"
