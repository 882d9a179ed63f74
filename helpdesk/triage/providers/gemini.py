"""Gemini through google-generativeai. Its import costs a second and 40 MB, so the first question does it."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from helpdesk.triage.prediction import Unavailable
from helpdesk.triage.providers import prompt
from helpdesk.triage.providers.remote import SOCKET_GRACE, Remote, Settings

if TYPE_CHECKING:
    from google.ai.generativelanguage import GenerativeServiceClient
    from google.generativeai.types import GenerateContentResponse

COMPLETE = {"STOP", "FINISH_REASON_UNSPECIFIED"}
SETTINGS = Settings(
    "GEMINI_API_KEY", "GEMINI_MODEL", "GEMINI_API_ENDPOINT", required=("GEMINI_API_KEY", "GEMINI_MODEL")
)

_importing = threading.Lock()  # catch_warnings changes the whole process and must not overlap with itself


class Gemini(Remote):
    name = "gemini"
    display_name = "Gemini"
    settings = SETTINGS

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
        with self._explained():
            return self._text(model.generate_content(request.user, request_options=options))

    def _connect(self) -> "GenerativeServiceClient":
        _sdk()  # first, for its way of importing without warnings
        from google.ai.generativelanguage import GenerativeServiceClient  # noqa: PLC0415

        options = {"api_key": self.access.api_key}
        if self.access.endpoint:
            options["api_endpoint"] = self.access.endpoint.rstrip("/")
        client = GenerativeServiceClient(transport="rest", client_options=options)
        self._guard(client.transport._session)  # type: ignore[attr-defined]  # of REST alone
        return client

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever the SDK raises into `Unavailable`."""
        from google.api_core.exceptions import GoogleAPICallError  # noqa: PLC0415

        try:
            yield
        except Unavailable:
            raise
        except GoogleAPICallError as error:
            invalid_key = "API_KEY_INVALID" in str(error.details)  # over REST, error.reason raises
            raise self._refused(error.code, invalid_key=invalid_key) from None
        except OSError as error:  # every network fault of requests is one
            raise self._unreachable() from error
        except Exception as error:  # the SDK stumbles in many ways over a body that is not Gemini's
            raise self._unreadable(error) from error

    def _text(self, response: "GenerateContentResponse") -> str:
        if blocked := response.prompt_feedback.block_reason:
            raise self._declined(reason_name(blocked))
        if not response.candidates:
            raise self._silent()
        finish = reason_name(response.candidates[0].finish_reason)
        if finish not in COMPLETE:
            raise self._broken_off(finish)
        # response.text would raise over a part of a kind that is younger than the SDK.
        if text := "".join(part.text for part in response.candidates[0].content.parts):
            return text
        raise self._silent()


@cache
def _sdk() -> Any:
    with _importing, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the SDK announces the end of its support
        import google.generativeai  # noqa: PLC0415
    return google.generativeai


def reason_name(reason: Any) -> str:
    """The SDK gives a plain integer for a reason that is younger than itself."""
    return getattr(reason, "name", str(reason))
