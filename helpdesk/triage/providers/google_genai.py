"""Gemini through google-genai, the successor of google-generativeai; imported by the first question too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from helpdesk.triage.prediction import Unavailable
from helpdesk.triage.providers import prompt
from helpdesk.triage.providers.gemini import COMPLETE, SETTINGS, reason_name
from helpdesk.triage.providers.remote import SOCKET_GRACE, UNPACKED, Remote

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.types import GenerateContentResponse, HttpOptionsDict
    from httpx2 import Response, SyncByteStream

# Said aloud, or variables of the environment that are meant for other programs would choose.
GOOGLE = "https://generativelanguage.googleapis.com"
API_VERSION = "v1beta"


class GoogleGenAI(Remote):
    name = "google-genai"
    display_name = "Google Gen AI"
    settings = SETTINGS

    def _ask(self, request: prompt.Prompt, timeout: float) -> str:
        config = {
            "system_instruction": request.system,
            "response_mime_type": "application/json",
            "response_schema": prompt.RESPONSE_SCHEMA,
            "http_options": {"timeout": round(1000 * (timeout + SOCKET_GRACE))},
        }
        with self._explained():
            models = self._connected().models
            return self._text(models.generate_content(model=self.model, contents=request.user, config=config))

    def _connect(self) -> "Client":
        from google.genai import Client  # noqa: PLC0415

        options: HttpOptionsDict = {
            "base_url": self.access.endpoint or GOOGLE,
            "api_version": API_VERSION,
            "retry_options": {"attempts": 1},
            "client_args": {"headers": UNPACKED, "event_hooks": {"response": [self._receive_by_httpx]}},
        }
        return Client(vertexai=False, api_key=self.access.api_key, http_options=options)

    def _receive_by_httpx(self, response: "Response") -> None:
        from httpx2 import ByteStream  # noqa: PLC0415

        stream = cast("SyncByteStream", response.stream)
        response.stream = ByteStream(self._receive(response.status_code, response.headers, stream))
        stream.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever the SDK and the HTTP client below it raise into `Unavailable`."""
        from google.genai.errors import APIError  # noqa: PLC0415
        from httpx2 import InvalidURL, TransportError  # noqa: PLC0415

        try:
            yield
        except Unavailable:
            raise
        except APIError as error:
            raise self._refused(error.code, invalid_key="API_KEY_INVALID" in str(error.details)) from None
        except (TransportError, InvalidURL, OSError) as error:
            raise self._unreachable() from error
        except Exception as error:  # the SDK stumbles in many ways over a body that is not Gemini's
            raise self._unreadable(error) from error

    def _text(self, response: "GenerateContentResponse") -> str:
        """Every field may be missing."""
        feedback = response.prompt_feedback
        if feedback and feedback.block_reason:
            raise self._declined(reason_name(feedback.block_reason))
        if not response.candidates:
            raise self._silent()
        first = response.candidates[0]
        if first.finish_reason and reason_name(first.finish_reason) not in COMPLETE:
            raise self._broken_off(reason_name(first.finish_reason))
        parts = (first.content and first.content.parts) or []
        if text := "".join(part.text or "" for part in parts if not part.thought):
            return text
        raise self._silent()
