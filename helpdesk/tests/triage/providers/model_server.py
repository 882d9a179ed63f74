"""A local server that answers as a language model does, well or badly; its siblings speak one format each.

    with GeminiServer() as server:
        server.behave(fails(503), answers(category="billing"))
        Gemini(Access("a-key", "a-model", server.url)).classify(…)
        server.requests[0].ticket

Behaviours are used up one per request; the last one stays.
"""

import gzip
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self

KEY = "AIza-the-secret-of-the-tests"
MODEL = "gemini-test"


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived; `system` and `user` are the two texts in it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        raise NotImplementedError

    @property
    def ticket(self) -> str:
        """What the user's turn says, fences included."""
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    server: "_Http"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        behaviour = self.server.owner.record(self.path, dict(self.headers), body)
        try:
            behaviour(self)
        except OSError:
            self.close_connection = True  # the caller gave up

    def do_GET(self) -> None:
        """What some redirects make of a POST."""
        self.server.owner.record(self.path, dict(self.headers), {})(self)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.start(status, len(body), **headers)
        self.wfile.write(body)

    def start(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
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


def labels(
    category: str = "billing", priority: str = "high", confidence: Any = 0.8, reasons: tuple[str, ...] = ()
) -> str:
    """The text of an answer in the agreed form."""
    shared = {"confidence": confidence, "reasons": reasons}
    return json.dumps({"category": {"value": category} | shared, "priority": {"value": priority} | shared})


def drops(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def hangs(seconds: float, then: Behaviour = drops) -> Behaviour:
    def behave(handler: Handler) -> None:
        handler.pause(seconds)
        then(handler)

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


def redirects(to: str = "/elsewhere", status: int = 307) -> Behaviour:
    return lambda handler: handler.send(status, b"{}", Location=to)


def floods(size: int, sent: list[int]) -> Behaviour:
    """An answer of `size` bytes; `sent` gets the length of each part that the caller took."""

    def behave(handler: Handler) -> None:
        handler.start(200, size)
        part = b" " * 65_536
        for _ in range(size // len(part)):
            handler.wfile.write(part)
            sent.append(len(part))

    return behave


def packs(text: bytes) -> Behaviour:
    return lambda handler: handler.send(200, gzip.compress(text), Content_Encoding="gzip")


def failures(says: Callable[..., Behaviour], fails: Callable[..., Behaviour]) -> dict[str, Behaviour]:
    """What goes wrong in every format, given how a format says a text and refuses with a status."""
    return {
        "slow": hangs(30, says(labels())),
        "trickle": trickles(),
        "dropped connection": drops,
        "bad request": fails(400),
        "unauthenticated": fails(401),
        "forbidden": fails(403),
        "unknown model": fails(404),
        "quota": fails(429),
        "internal error": fails(500),
        "overloaded": fails(503),
        "error in another format": sends_json({"error": "boom"}, 500),
        "error page": sends(502, b"<html>Bad gateway</html>"),
        "not JSON at all": sends(200, b"<html>It works!</html>"),
        "JSON of something else": sends_json(["It works!"]),
        "empty answer": says(""),
        "nonsense": says("I would say billing."),
        "unknown category": says(labels(category="sales")),
        "unknown priority": says(labels(priority="now!")),
        "confidence in words": says(labels(confidence="high")),
        "redirect": redirects(),
        "flood": floods(300_000_000, []),
        "bomb": packs(b" " * 50_000_000),
    }


HANGING = {"slow", "trickle"}
"""The failures that only a time limit ends."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: "ModelServer"


class ModelServer:
    """Listens on a free port of 127.0.0.1 while the `with` block runs."""

    usual: ClassVar[Behaviour]
    recorded: ClassVar[type[Recorded]]
    path = ""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._behaviours: list[Behaviour] = [type(self).usual]

    def behave(self, *behaviours: Behaviour) -> None:
        with self._lock:
            self._behaviours = list(behaviours)

    def record(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Behaviour:
        with self._lock:
            self.requests.append(self.recorded(path, headers, body))
            return self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]

    def __enter__(self) -> Self:
        self._http = _Http(("127.0.0.1", 0), Handler)
        self._http.owner = self
        self.url = f"http://127.0.0.1:{self._http.server_port}{self.path}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
