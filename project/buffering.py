"""gunicorn's worker of threads, with a loop in front that takes in whole requests before a thread works.

gunicorn gives a connection to a thread as soon as it is made, and the thread then waits for as long as the
client likes to take: as many slow clients as threads stop the server. Here the loop that accepts connections
also reads them, all at once and into a file where they are long. A slow client costs a file, not a thread.

Requests have a lowest rate instead of a longest time, so that large files may take as long as they need. TLS
ends in front of this server, and HTTP/2 too.
"""

import re
import selectors
import socket
import time
from collections.abc import Iterator
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

from project import framing
from project.framing import LARGEST_HEAD, Chunks, Length, RequestRefused

WINDOW = 20.0  # seconds over which the rate is taken; most requests are complete before the first is over
LOWEST_RATE = 500  # bytes a second
IN_MEMORY = 256 * 1024
PIECE = 64 * 1024
SEND_SECONDS = 30.0  # in which a client has to take a piece of the answer
LINGER = 2.0  # how long a client may take to close what the server has closed
REASONS = {
    408: "Request Timeout",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
    507: "Insufficient Storage",
}
_CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)


class Incoming:
    """One request while it comes in."""

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.received = 0  # since then
        self.head = b""
        self.body: Length | Chunks | None = None
        self.file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed by whoever reads it
        self.surplus = b""  # what has come of the next request

    @property
    def complete(self) -> bool:
        return self.body is not None and self.body.complete

    def is_slow(self, now: float) -> bool:
        """Whether a window is over in which too little came; `now` is of the monotonic clock."""
        if now < self.since + WINDOW:
            return False
        received, self.since, self.received = self.received, now, 0
        return received < WINDOW * LOWEST_RATE

    def take(self, data: bytes) -> bool:
        """Keep what belongs to the request; whether it asks to be told to go on. Raises RequestRefused."""
        self.received += len(data)
        asks = False
        if self.body is None:
            start = max(0, len(self.head) - 3)
            self.head += data
            end = self.head.find(b"\r\n\r\n", start) + 4
            if end < 4:
                if len(self.head) > LARGEST_HEAD:
                    raise RequestRefused(431)
                return False
            head, data = self.head[:end], self.head[end:]
            self.file.write(head)
            self.body = framing.of(head)
            asks = not self.complete and not data and _CONTINUE.search(head) is not None
        count = self.body.taken(data)
        self.file.write(data[:count])
        self.surplus = data[count:]
        return asks

    def pieces(self) -> Iterator[bytes]:
        """What has come, for gunicorn's parser: after it there is nothing more to wait for."""
        with self.file as file:
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece


class BufferingWorker(ThreadWorker):
    """Overrides what ThreadWorker does when a connection wants a thread, and when it no longer does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incoming: dict[TConn, Incoming] = {}
        self.lingering: dict[TConn, float] = {}
        self.swept = 0.0

    def enqueue_req(self, conn: TConn) -> None:
        """A connection is new, or has something to read again."""
        request = self.incoming[conn] = Incoming()
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.receive, conn))
        surplus, conn.surplus = getattr(conn, "surplus", b""), b""
        if surplus:
            self.accept_bytes(conn, request, surplus)

    def receive(self, conn: TConn, _: socket.socket) -> None:
        try:
            data = conn.sock.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.accept_bytes(conn, self.incoming[conn], data)
        else:
            self.drop(conn)

    def accept_bytes(self, conn: TConn, request: Incoming, data: bytes) -> None:
        try:
            if request.take(data):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        except RequestRefused as refusal:
            self.refuse(conn, refusal.args[0])
        except ConnectionError:
            self.drop(conn)
        except OSError as error:
            self.log.error("A request cannot be taken in: %s", error)
            self.refuse(conn, 507)
        else:
            if request.complete:
                self.hand_over(conn, request)

    def hand_over(self, conn: TConn, request: Incoming) -> None:
        del self.incoming[conn]
        self.poller.unregister(conn.sock)
        conn.surplus = request.surplus
        conn.parser = http.get_parser(self.cfg, request.pieces(), conn.client)
        conn.initialized = True
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """In a thread, which waits only so long for a client that does not read."""
        conn.sock.settimeout(SEND_SECONDS)
        req._expected_100_continue = False  # the loop has said so already
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            self.log.debug("A client did not take its answer.")
            return False

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """The loop must not wait for the client here, as gunicorn's own does for up to two seconds."""
        if fs.cancelled() or fs.exception() or not fs.result():
            self.linger(conn)
        elif conn.surplus:
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def refuse(self, conn: TConn, status: int) -> None:
        answer = f"HTTP/1.1 {status} {REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        self.forget(conn)
        try:
            conn.sock.send(answer.encode())
        except OSError:
            self.drop(conn)
        else:
            self.linger(conn)

    def linger(self, conn: TConn) -> None:
        """Close the sending side, and read what still comes: otherwise the end of the answer may be lost."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.drain, conn))
        except (OSError, ValueError):
            self.drop(conn)
        else:
            self.lingering[conn] = time.monotonic() + LINGER

    def drain(self, conn: TConn, _: socket.socket) -> None:
        try:
            if conn.sock.recv(PIECE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.drop(conn)

    def forget(self, conn: TConn) -> None:
        """It is waited for no more."""
        request = self.incoming.pop(conn, None)
        if request:
            request.file.close()
        if request or self.lingering.pop(conn, None):
            self.poller.unregister(conn.sock)

    def drop(self, conn: TConn) -> None:
        self.forget(conn)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Called by gunicorn's loop at least once a second."""
        now = time.monotonic()
        if now < self.swept + 0.5:
            return
        self.swept = now
        for conn, request in list(self.incoming.items()):
            slow = request.is_slow(now)
            if slow and request.head:
                self.refuse(conn, 408)
            elif slow or not (self.alive or request.head):
                self.drop(conn)
        for conn in [conn for conn, deadline in self.lingering.items() if deadline < now]:
            self.drop(conn)
