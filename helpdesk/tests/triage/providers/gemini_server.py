"""A local server that speaks Gemini's REST format, which both of Google's SDKs use."""

from typing import Any

from helpdesk.tests.triage.providers import model_server
from helpdesk.tests.triage.providers.model_server import (
    HANGING,
    KEY,
    MODEL,
    Behaviour,
    ModelServer,
    Recorded,
    hangs,
    labels,
    sends_json,
)

__all__ = [
    "FAILURES",
    "HANGING",
    "KEY",
    "MODEL",
    "GeminiServer",
    "answers",
    "fails",
    "labels",
    "says",
    "waits",
]

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


def says(text: str, finish: str = "STOP") -> Behaviour:
    """A well-formed response whose text is anything."""
    content = {"role": "model", "parts": [{"text": text}]}
    return sends_json({"candidates": [{"content": content, "finishReason": finish, "index": 0}]})


def answers(**changes: Any) -> Behaviour:
    """A right answer; the arguments are those of `labels`."""
    return says(labels(**changes))


def fails(status: int, message: str = "Refused.", reason: str = "") -> Behaviour:
    """An error in Google's format; `reason` as in google.rpc.ErrorInfo."""
    error: dict[str, Any] = {"code": status, "message": message, "status": STATUS_NAMES[status]}
    if reason:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": {}}
        error["details"] = [info | {"domain": "googleapis.com"}]
    return sends_json({"error": error}, status)


def waits(seconds: float) -> Behaviour:
    """A right answer, but late."""
    return hangs(seconds, answers())


def refuses_key() -> Behaviour:
    return fails(400, "The API key is not valid.", "API_KEY_INVALID")


def suspends_key() -> Behaviour:
    """Google quotes the key in this one."""
    return fails(403, f"Consumer 'api_key:{KEY}' is suspended.", "CONSUMER_SUSPENDED")


def blocks_prompt() -> Behaviour:
    return sends_json({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})


def blocks_answer(finish: str = "SAFETY") -> Behaviour:
    return sends_json({"candidates": [{"finishReason": finish, "index": 0}]})


FAILURES: dict[str, Behaviour] = {
    **model_server.failures(says, fails),
    "invalid key": refuses_key(),
    "key quoted": suspends_key(),
    "refused question": blocks_prompt(),
    "refused answer": blocks_answer(),
    "answer cut short": says('{"category": {"va', finish="MAX_TOKENS"),
    "no answer": sends_json({"candidates": []}),
}
"""Everything that can go wrong behind a connection; each must end in the local answer."""


class GeminiRequest(Recorded):
    @property
    def system(self) -> str:
        return self.body["systemInstruction"]["parts"][0]["text"]

    @property
    def ticket(self) -> str:
        return self.body["contents"][0]["parts"][0]["text"]


class GeminiServer(ModelServer):
    usual = answers()
    recorded = GeminiRequest
