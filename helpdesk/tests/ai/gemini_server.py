"""A local server that speaks Gemini's REST format, well or badly, so that tests run through the real SDK.

    with GeminiServer() as server:
        server.behave(fails(503), answers(category="billing"))
        Gemini(GeminiConfig("a-key", "a-model", server.url)).classify(…)
        server.requests[0].ticket

Behaviours are used up one per request; the last one stays.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

KEY = "AIza-the-secret-of-the-tests"
MODEL = "gemini-test"

STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        return self.body["systemInstruction"]["parts"][0]["text"]

    @property
    def ticket(self) -> str:
        """What the user's turn says, fence included."""
        return self.body["contents"][0]["parts"][0]["text"]


class Handler(BaseHTTPRequestHandler):
    server: "_Http"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        behaviour = self.server.owner.record(Recorded(self.path, dict(self.headers), body))
        try:
            behaviour(self)
        except OSError:
            self.close_connection = True  # the caller gave up

    def send(self, status: int, body: bytes) -> None:
        self.start(status, len(body))
        self.wfile.write(body)

    def start(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        self.server.owner.closing.wait(seconds)

    def log_message(self, *args: Any) -> None:
        """Keep the test output quiet."""


Behaviour = Callable[[Handler], None]


def sends(status: int, body: bytes) -> Behaviour:
    return lambda handler: handler.send(status, body)


def sends_json(body: Any, status: int = 200) -> Behaviour:
    return sends(status, json.dumps(body).encode())


def says(text: str, finish: str = "STOP") -> Behaviour:
    """A well-formed response whose text is anything."""
    content = {"role": "model", "parts": [{"text": text}]}
    return sends_json({"candidates": [{"content": content, "finishReason": finish, "index": 0}]})


def labels(
    category: str = "billing", priority: str = "high", confidence: float = 0.8, reasons: tuple[str, ...] = ()
) -> str:
    """The text of an answer in the agreed form."""
    shared = {"confidence": confidence, "reasons": reasons}
    return json.dumps({"category": {"value": category} | shared, "priority": {"value": priority} | shared})


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


def refuses_key() -> Behaviour:
    return fails(400, "The API key is not valid.", "API_KEY_INVALID")


def suspends_key() -> Behaviour:
    """Google quotes the key in this one."""
    return fails(403, f"Consumer 'api_key:{KEY}' is suspended.", "CONSUMER_SUSPENDED")


def blocks_prompt() -> Behaviour:
    return sends_json({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})


def blocks_answer(finish: str = "SAFETY") -> Behaviour:
    return sends_json({"candidates": [{"finishReason": finish, "index": 0}]})


def sends_no_candidates() -> Behaviour:
    return sends_json({"candidates": []})


def drops(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def waits(seconds: float, then: Behaviour | None = None) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.pause(seconds)
        (then or answers())(handler)

    return behave


def trickles(pause: float = 0.1) -> Behaviour:
    """Headers at once, then one byte every `pause` seconds: no single read ever times out."""

    def behave(handler: Handler) -> None:
        handler.start(200, 10_000)
        for _ in range(10_000):
            handler.wfile.write(b" ")
            handler.pause(pause)
            if handler.server.owner.closing.is_set():
                return

    return behave


FAILURES: dict[str, Behaviour] = {
    "slow": waits(30),
    "trickle": trickles(),
    "dropped connection": drops,
    "invalid key": refuses_key(),
    "bad request": fails(400),
    "unauthenticated": fails(401),
    "suspended key": suspends_key(),
    "unknown model": fails(404),
    "quota": fails(429),
    "internal error": fails(500),
    "overloaded": fails(503),
    "error in another format": sends_json({"error": "boom"}, 500),
    "not JSON at all": sends(200, b"<html>It works!</html>"),
    "blocked prompt": blocks_prompt(),
    "blocked answer": blocks_answer(),
    "answer cut short": says('{"category": {"va', finish="MAX_TOKENS"),
    "no candidates": sends_no_candidates(),
    "empty answer": says(""),
    "nonsense": says("I would say billing."),
    "unknown category": answers(category="sales"),
    "unknown priority": answers(priority="now!"),
}
"""Everything that can go wrong behind a connection; each must end in the local answer."""

HANGING = {"slow", "trickle"}
"""The failures that only a time limit ends."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: "GeminiServer"


class GeminiServer:
    """Listens on a free port of 127.0.0.1 while the `with` block runs."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._behaviours: list[Behaviour] = [answers()]

    def behave(self, *behaviours: Behaviour) -> None:
        with self._lock:
            self._behaviours = list(behaviours)

    def record(self, request: Recorded) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            return self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]

    def __enter__(self) -> Self:
        self._http = _Http(("127.0.0.1", 0), Handler)
        self._http.owner = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
