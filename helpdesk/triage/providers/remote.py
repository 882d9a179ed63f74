"""What all remote providers share: how they are reached, their time limit, and the words for what went wrong.

The words are ours, since a provider's own can quote the key.
"""

import io
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from helpdesk.triage.prediction import NotAsked, Prediction, Unavailable
from helpdesk.triage.providers import prompt
from helpdesk.triage.providers.deadline import Deadline

if TYPE_CHECKING:
    from requests import Response, Session

BODY_LIMIT = 1_000_000  # bytes of an answer that are read at all
PART = 65_536  # bytes that are read at once
UNPACKED = {
    "Accept-Encoding": "identity"
}  # a header: a packed answer can grow a thousandfold when it is unpacked
_SENDABLE = re.compile(r"[!-~]*")
SOCKET_GRACE = 1.0  # seconds by which a call that was given up may outlive its deadline


@dataclass(frozen=True)
class Access:
    """`endpoint` is a base URL; empty means the provider's own, if it has one."""

    api_key: str = field(repr=False)
    model: str
    endpoint: str = ""


@dataclass(frozen=True)
class Settings:
    """The names of the settings that `Access` is read from, and those that cannot be left empty."""

    api_key: str
    model: str
    endpoint: str
    required: tuple[str, ...]


class Remote(ABC):
    """Keep one per process: it holds the open connections and counts the calls that still hang."""

    name: ClassVar[str]
    display_name: ClassVar[str]
    settings: ClassVar[Settings]

    def __init__(self, access: Access) -> None:
        self.access = access
        self.model = access.model
        self._deadline = Deadline(self.display_name)
        self._client: Any = None
        self._building = threading.Lock()

    def classify(self, title: str, description: str, *, timeout: float) -> Prediction:
        """Label one ticket within `timeout` seconds, or raise `Unavailable`."""
        return self.answer(prompt.build(title, description), timeout=timeout)

    def answer(self, request: prompt.Prompt, *, timeout: float) -> Prediction:
        """`classify` for a request that was built before."""
        self._check()
        said = self._deadline.run(lambda: self._ask(request, timeout), timeout=timeout)
        category, priority = prompt.parse(said, request.ticket)
        return Prediction(category, priority, self.name, self.model)

    @abstractmethod
    def _ask(self, request: prompt.Prompt, timeout: float) -> str:
        """The text of the model's answer, or `Unavailable`; runs on a thread of its own."""

    @abstractmethod
    def _connect(self) -> Any:
        """A client with open connections for `_ask`, which finds it by `_connected`."""

    def _connected(self) -> Any:
        with self._building:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _guard(self, session: "Session") -> None:
        """Let a session of requests read answers by `_receive`, and nothing that it would not."""
        session.headers.update(UNPACKED)
        session.hooks["response"].append(self._receive_by_requests)

    def _receive_by_requests(self, response: "Response", **options: Any) -> None:
        try:
            body = self._receive(response.status_code, response.headers, response.raw.stream(PART))
        except BaseException:
            response.close()
            raise
        response.raw = io.BytesIO(body)

    def _receive(self, status: int, headers: Mapping[str, str], parts: Iterable[bytes]) -> bytes:
        """The body of an answer, or `Unavailable` before more than `BODY_LIMIT` bytes of it are held.

        A redirect is refused here, where no HTTP client has followed it: key and question would go along.
        """
        name, endpoint = self.display_name, self.settings.endpoint
        if 300 <= status < 400:
            raise Unavailable(
                f"{name} sends us elsewhere (HTTP {status:d}); redirects are not followed. Check {endpoint}."
            )
        if headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Unavailable(f"{name} sent a packed answer that nobody asked for. Check {endpoint}.")
        body = bytearray()
        for part in parts:
            body += part
            if len(body) > BODY_LIMIT:
                raise Unavailable(f"{name} sent more than {BODY_LIMIT:,} bytes. Check {endpoint}.")
        return bytes(body)

    def _check(self) -> None:
        """Refuse a key that cannot be sent as a header, since the HTTP client would quote it in its error."""
        access, name, names = self.access, self.display_name, self.settings
        if (not access.api_key and names.api_key in names.required) or not _SENDABLE.fullmatch(
            access.api_key
        ):
            raise NotAsked(f"The {name} key is blank or has characters no key has. Check {names.api_key}.")
        if not access.model:
            raise NotAsked(f"No model is named for {name}. Check {names.model}.")
        if not is_address(access.endpoint) and (access.endpoint or names.endpoint in names.required):
            raise NotAsked(f"The {name} address must start with http:// or https://. Check {names.endpoint}.")

    def _refused(self, status: int | None, *, invalid_key: bool = False) -> Unavailable:
        """What an HTTP status that is no success means to the people who run the desk."""
        name, names = self.display_name, self.settings
        if invalid_key or status == 401:
            return Unavailable(f"{name} refused the API key. Check {names.api_key}.")
        if status == 403:
            return Unavailable(
                f"{name} does not let this API key use {self.model}. Check {names.api_key} and {names.model}."
            )
        if status == 404:
            return Unavailable(
                f"{name} does not know the model {self.model}. Check {names.model} and {names.endpoint}."
            )
        if status == 429:
            return Unavailable(f"The quota or rate limit at {name} is used up.")
        if status is not None and status >= 500:
            return Unavailable(f"{name} has a fault of its own (HTTP {status:d}).")
        return Unavailable(f"{name} refused the request (HTTP {status}).")

    def _unreachable(self) -> Unavailable:
        return Unavailable(
            f"{self.display_name} could not be reached. Check the network and {self.settings.endpoint}."
        )

    def _unreadable(self, error: Exception) -> Unavailable:
        """A body that is not the provider's."""
        return Unavailable(
            f"The answer of {self.display_name} could not be read ({type(error).__name__}). "
            f"Check {self.settings.endpoint} and {self.settings.model}."
        )

    def _declined(self, reason: str) -> Unavailable:
        return Unavailable(f"{self.display_name} declined to read this ticket ({reason}).")

    def _broken_off(self, reason: str) -> Unavailable:
        return Unavailable(f"{self.display_name} broke off its answer ({reason}).")

    def _silent(self) -> Unavailable:
        return Unavailable(f"{self.display_name} sent an empty answer.")


def is_address(text: str) -> bool:
    """Whether `text` begins like the address of a web server."""
    return re.match(r"https?://[^/\s]", text) is not None
