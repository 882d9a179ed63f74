"""Slow and hostile clients: what has not come as a whole takes no thread, whoever sends it."""

import contextlib
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tests.servers import environment, free_port, get, manage, started
from project.buffering import LOWEST_RATE, WINDOW, Incoming
from project.framing import LARGEST_BODY, LARGEST_HEAD, LARGEST_UPLOAD, RequestRefused

POST = b"POST /api/tickets/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
IN_CHUNKS = POST + b"Transfer-Encoding: chunked\r\n\r\n"
HALVES = {
    "nothing": b"",
    "half a head": POST + b"X-Slow: ",
    "half a body": POST + b"Content-Length: 1000\r\n\r\n{",
    "half a chunk": IN_CHUNKS + b'9\r\n{"tit',
    "no last chunk": IN_CHUNKS + b"2\r\n{}\r\n",
    "an answer not closed": GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
}
WHOLE = {
    "without a body": GET,
    "with a length": POST + b"Content-Length: 12\r\n\r\n{\r\n\r\n0\r\n\r\n}}",
    "in chunks": IN_CHUNKS + b"7\r\n\r\n0\r\n\r\n\r\n2;x=y\r\n{}\r\n0\r\n\r\n",
    "with trailers": IN_CHUNKS + b"2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n",
}


@pytest.mark.parametrize("sent", WHOLE.values(), ids=WHOLE.keys())
@given(data=st.data())
def test_a_request_is_complete_at_its_last_byte_however_it_is_cut(sent: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1))))
    request = Incoming()
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        assert not request.complete
        request.take(sent[start:end])
    assert request.complete
    assert b"".join(request.pieces()) == sent
    assert request.surplus == b""


@pytest.mark.parametrize("sent", WHOLE.values(), ids=WHOLE.keys())
def test_what_follows_is_kept_for_the_next(sent: bytes) -> None:
    request = Incoming()
    request.take(sent + GET)
    assert b"".join(request.pieces()) == sent
    assert request.surplus == GET


@given(st.binary(max_size=200))
def test_any_bytes_at_all_end_or_wait(body: bytes) -> None:
    request = Incoming()
    request.take(IN_CHUNKS + body)
    assert b"".join(request.pieces()) + request.surplus == IN_CHUNKS + body


def taken_in(path: bytes, size: int) -> bool:
    """Whether the head of a request with a body of this size is accepted."""
    head = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size
    request = Incoming()
    with contextlib.closing(request.file):
        try:
            request.take(head)
        except RequestRefused:
            return False
    return True


@pytest.mark.parametrize("path", [b"/admin/imports/new/", b"/api/imports/", b"/api/imports/?a=b"])
def test_a_file_of_the_largest_import_passes_with_its_form(path: bytes) -> None:
    assert taken_in(path, settings.IMPORT_MAX_BYTES + 64 * 1024)
    assert not taken_in(path, LARGEST_UPLOAD + 1)


@pytest.mark.parametrize("path", [b"/api/tickets/", b"/api/imports/7/start/", b"/api/x/?y=/api/imports/"])
def test_other_bodies_may_not_be_as_large(path: bytes) -> None:
    assert taken_in(path, LARGEST_BODY)
    assert not taken_in(path, LARGEST_BODY + 1)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (POST + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), 413),
        (POST + b"X-Long: " + b"x" * LARGEST_HEAD, 431),
        (IN_CHUNKS + b"ffffffff\r\n" + b"x" * (2 * LARGEST_BODY), 413),
    ],
    ids=["a large body", "a large head", "large chunks"],
)
def test_what_is_too_large_is_refused(sent: bytes, status: int) -> None:
    request = Incoming()
    with request.file, pytest.raises(RequestRefused) as refusal:
        request.take(sent)
    assert refusal.value.args == (status,)


def test_a_long_request_needs_a_rate_and_no_haste() -> None:
    request = Incoming()
    with request.file:
        request.take(POST + b"Content-Length: 1000000\r\n\r\n")
        now = request.since
        for _ in range(5):
            request.take(b"x" * int(WINDOW * LOWEST_RATE))
            now += WINDOW
            assert not request.is_slow(now)
        request.take(b"x" * (int(WINDOW * LOWEST_RATE) - 1))
        assert not request.is_slow(now + WINDOW / 2)
        assert request.is_slow(now + WINDOW)


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, str]]:
    """How one process of the web server is started on an empty desk, and in which environment."""
    env = environment(
        DATABASE_URL=f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.sqlite3'}", WEB_CONCURRENCY="1",
        ALLOWED_HOSTS="localhost", HELPDESK_API_OPEN="1",
        LOG_LEVEL="CRITICAL",  # nobody reads what it prints
    )  # fmt: skip
    manage("migrate", "--verbosity=0", env=env)
    return [sys.executable, "-m", "gunicorn", "--config", "project/gunicorn.conf.py", "project.wsgi"], env


@pytest.fixture(scope="module")
def port(command: tuple[list[str], dict[str, str]]) -> Iterator[int]:
    line, env = command
    port = free_port()
    with started(*line, env=env | {"PORT": str(port)}) as process:
        assert get(port, "/healthz", process) == 200
        yield port


def answer(port: int, method: str = "GET", path: str = "/healthz", **options: object) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, **options)
    response = connection.getresponse()
    response.content = response.read()
    connection.close()
    return response


def connected(port: int, sent: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.sendall(sent)
    return client


def test_slow_clients_hold_up_nobody(port: int) -> None:
    """The connections stay open, sixty of a kind, against the four threads of one process."""
    with ExitStack() as clients:
        for sent in HALVES.values():
            for _ in range(60):
                clients.enter_context(connected(port, sent))
            assert answer(port).status == 200
            assert answer(port, path="/api/tickets/").status == 200


def test_the_rest_may_come_late(port: int) -> None:
    body = b'{"title": "Slow line", "description": "It takes its time."}'
    with connected(port, POST + b"Content-Length: %d\r\n\r\n" % len(body)) as client:
        for start in range(0, len(body), 10):
            time.sleep(0.05)
            client.sendall(body[start : start + 10])
        assert client.recv(100).startswith(b"HTTP/1.1 201 Created")


def test_requests_sent_at_once_are_answered_in_turn(port: int) -> None:
    last = GET.replace(b"Host", b"Connection: close\r\nHost")
    with connected(port, GET + WHOLE["in chunks"] + last) as client:
        answers = b"".join(iter(lambda: client.recv(65536), b""))
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"400", b"200"]


def test_who_asks_before_sending_is_told_to_go_on(port: int) -> None:
    with connected(port, POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n") as client:
        assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert b"400 Bad Request" in client.recv(65536)


def test_a_large_body_arrives_whole_and_a_larger_one_is_refused(port: int) -> None:
    headers = {"Content-Type": "application/json"}
    large = answer(port, "POST", "/api/tickets/", body=b"[" * LARGEST_BODY, headers=headers)
    assert large.status in {400, 413}
    assert b"detail" in large.content
    with connected(port, POST + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1)) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 413 Content Too Large")


def test_clients_that_send_nothing_do_not_hold_up_its_end(
    command: tuple[list[str], dict[str, str]],
) -> None:
    line, env = command
    port = free_port()
    with started(*line, env=env | {"PORT": str(port)}) as process:
        assert get(port, "/healthz", process) == 200
        with connected(port, b""), connected(port, GET) as served:
            assert served.recv(100)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
