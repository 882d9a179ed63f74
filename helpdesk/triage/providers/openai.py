"""Any server that speaks the chat completions of OpenAI: Ollama, vLLM, a gateway, OpenAI itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from helpdesk.triage.prediction import Unavailable
from helpdesk.triage.providers import prompt
from helpdesk.triage.providers.remote import SOCKET_GRACE, Remote, Settings

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

COMPLETE = {"stop", None}


class OpenAI(Remote):
    """The key is left out of the request when there is none, as servers of one's own need none."""

    name = "openai"
    display_name = "OpenAI-compatible API"
    settings = Settings(
        "OPENAI_API_KEY", "OPENAI_MODEL", "OPENAI_BASE_URL", required=("OPENAI_BASE_URL", "OPENAI_MODEL")
    )

    def _ask(self, request: prompt.Prompt, timeout: float) -> str:
        body = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
            "response_format": RESPONSE_FORMAT,
        }
        address = self.access.endpoint.rstrip("/") + "/chat/completions"
        with self._explained():
            response = self._connected().post(address, json=body, timeout=timeout + SOCKET_GRACE)
            return self._text(response.status_code, _json(response))

    def _connect(self) -> "Session":
        """Without retries, which is what requests does unless told otherwise."""
        from requests import Session  # noqa: PLC0415

        session = Session()
        session.auth = _bearer(self.access.api_key)
        self._guard(session)
        return session

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever goes wrong on the way, or in a body of another format, into `Unavailable`."""
        from requests import RequestException  # noqa: PLC0415

        try:
            yield
        except Unavailable:
            raise
        except (RequestException, OSError) as error:
            raise self._unreachable() from error
        except Exception as error:
            raise self._unreadable(error) from error

    def _text(self, status: int, body: Any) -> str:
        if status != 200:
            raise self._refused(status, invalid_key=_error_code(body) == "invalid_api_key")
        if not body["choices"]:
            raise self._silent()
        message, finish = body["choices"][0]["message"], body["choices"][0].get("finish_reason")
        if message.get("refusal"):
            raise self._declined("refusal")
        if finish not in COMPLETE:
            raise self._broken_off(str(finish)[:40])
        if not isinstance(message["content"], str) or not message["content"]:
            raise self._silent()
        return message["content"]


def _strict(schema: Any) -> Any:
    """Strict mode wants it said of every object that it has no other properties."""
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if schema.get("type") == "object" else {}
    return {name: _strict(part) for name, part in schema.items()} | closed


RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "triage", "strict": True, "schema": _strict(prompt.RESPONSE_SCHEMA)},
}


def _bearer(api_key: str) -> "Callable[[PreparedRequest], PreparedRequest]":
    """As `auth` and not as a header, which a line in somebody's .netrc would replace."""

    def sign(request: "PreparedRequest") -> "PreparedRequest":
        if api_key:
            request.headers["Authorization"] = f"Bearer {api_key}"
        return request

    return sign


def _json(response: "Response") -> Any:
    """The body, or None if an error came with something else."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        if response.status_code == 200:
            raise
        return None


def _error_code(body: Any) -> Any:
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None
