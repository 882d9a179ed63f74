"""Gemini through google-generativeai. Its import costs a second and 40 MB, so the first question does it."""

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from helpdesk.ai import prompt
from helpdesk.ai.base import Prediction, Unavailable
from helpdesk.ai.deadline import Deadline

if TYPE_CHECKING:
    from google.ai.generativelanguage import GenerativeServiceClient
    from google.api_core.exceptions import GoogleAPICallError
    from google.generativeai.types import GenerateContentResponse

SOCKET_GRACE = 1.0  # seconds by which a call that was given up may outlive its deadline
COMPLETE = {"STOP", "FINISH_REASON_UNSPECIFIED"}

_importing = threading.Lock()  # catch_warnings changes the whole process and must not overlap with itself


@dataclass(frozen=True)
class GeminiConfig:
    """`endpoint` is the base URL of a gateway that speaks Gemini's REST format; empty means Google's own."""

    api_key: str = field(repr=False)
    model: str
    endpoint: str = ""


class Gemini:
    """Keep one per process: it holds the open connections and counts the calls that still hang."""

    name = "gemini"

    def __init__(self, config: GeminiConfig) -> None:
        self.config = config
        self.model = config.model
        self._deadline = Deadline("Gemini")
        self._client: GenerativeServiceClient | None = None
        self._building = threading.Lock()

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        _check(self.config)
        request = prompt.build(title, description)
        answer = self._deadline.run(lambda: self._ask(request, timeout), timeout=timeout)
        category, priority = prompt.parse(answer, request.ticket)
        return Prediction(category, priority, self.name, self.model)

    def _ask(self, request: prompt.Prompt, timeout: float) -> str:
        genai = _sdk()
        model = genai.GenerativeModel(
            self.model,
            system_instruction=request.system,
            generation_config={
                "response_mime_type": "application/json",
                "response_schema": prompt.RESPONSE_SCHEMA,
            },
        )
        model._client = self._connected()  # genai.configure() would set it for the whole process
        options = {"timeout": timeout + SOCKET_GRACE, "retry": None}
        with _explained(self.model):
            return _text(model.generate_content(request.user, request_options=options))

    def _connected(self) -> "GenerativeServiceClient":
        with self._building:
            if self._client is None:
                self._client = _client(self.config)
            return self._client


@cache
def _sdk() -> Any:
    with _importing, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the SDK announces the end of its support
        import google.generativeai  # noqa: PLC0415
    return google.generativeai


def _client(config: GeminiConfig) -> "GenerativeServiceClient":
    from google.ai.generativelanguage import GenerativeServiceClient  # noqa: PLC0415

    options = {"api_key": config.api_key}
    if config.endpoint:
        options["api_endpoint"] = config.endpoint.rstrip("/")
    return GenerativeServiceClient(transport="rest", client_options=options)


def _check(config: GeminiConfig) -> None:
    """Refuse a key that cannot be sent as a header, since the HTTP client would quote it in its error."""
    key = config.api_key
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise Unavailable("The Gemini API key is blank or has characters no key has. Check GEMINI_API_KEY.")
    if config.endpoint and not re.match(r"https?://[^/\s]", config.endpoint):
        raise Unavailable("Gemini's address must start with http:// or https://. Check GEMINI_API_ENDPOINT.")


@contextmanager
def _explained(model: str) -> Iterator[None]:
    """Turn whatever the SDK raises into `Unavailable`."""
    from google.api_core.exceptions import GoogleAPICallError  # noqa: PLC0415

    try:
        yield
    except Unavailable:
        raise
    except GoogleAPICallError as error:
        raise Unavailable(_refusal(error, model)) from None  # Google's own words can quote the key
    except OSError as error:  # every network fault of requests is one
        raise Unavailable(
            "Gemini could not be reached. Check the network and GEMINI_API_ENDPOINT."
        ) from error
    except Exception as error:  # the SDK stumbles in many ways over a body that is not Gemini's
        hint = "Check GEMINI_API_ENDPOINT and GEMINI_MODEL."
        raise Unavailable(f"Gemini's answer could not be read ({type(error).__name__}). {hint}") from error


def _text(response: "GenerateContentResponse") -> str:
    if blocked := response.prompt_feedback.block_reason:
        raise Unavailable(f"Gemini declined to read this ticket ({_name(blocked)}).")
    if not response.candidates:
        raise Unavailable("Gemini sent no answer.")
    finish = _name(response.candidates[0].finish_reason)
    if finish not in COMPLETE:
        raise Unavailable(f"Gemini broke off its answer ({finish}).")
    # response.text would raise over a part of a kind that is younger than the SDK.
    if text := "".join(part.text for part in response.candidates[0].content.parts):
        return text
    raise Unavailable("Gemini sent an empty answer.")


def _name(reason: Any) -> str:
    """The SDK gives a plain integer for a reason that is younger than itself."""
    return getattr(reason, "name", str(reason))


def _refusal(error: "GoogleAPICallError", model: str) -> str:
    invalid_key = "API_KEY_INVALID" in str(error.details)  # over REST, error.reason raises AttributeError
    if invalid_key or error.code == 401:
        return "Gemini refused the API key. Check GEMINI_API_KEY."
    if error.code == 403:
        return f"Gemini does not let this API key use {model}. Check GEMINI_API_KEY and GEMINI_MODEL."
    if error.code == 404:
        return f"Gemini does not know the model {model}. Check GEMINI_MODEL."
    if error.code == 429:
        return "Gemini's quota or rate limit is used up."
    if error.code is not None and error.code >= 500:
        return f"Gemini has a fault of its own (HTTP {error.code:d})."
    return f"Gemini refused the request (HTTP {error.code})."
