"""Runs the processes of the desk: starts again what died, and leaves nothing behind."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from django.conf import settings

logger = logging.getLogger(__name__)
START_SECONDS = 60
STOP_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
# What has run for so long starts again after the first pause when it dies.
STEADY_SECONDS = 60
LOOK_SECONDS = 0.2
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  where to find what listens everywhere
PR_SET_PDEATHSIG = 1
# Loaded before a process is made: there is no time for it in the process.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class NotStarted(Exception):
    """The desk cannot be started; the message says why and what to do."""


@dataclass
class Part:
    """A process of the desk, by what people call it, and its command line."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    pause: float = field(default=FIRST_PAUSE, init=False)
    started_at: float = field(default=0, init=False)
    starts_at: float = field(default=0, init=False)

    def start(self) -> None:
        # In a group of its own a process does not see the terminal's Ctrl-C: it is stopped once, by us.
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=end_with_parent,  # noqa: PLW1509  this process has no threads
        )
        self.started_at = time.monotonic()

    def ended(self) -> int | None:
        """The exit code of a process that has ended."""
        return self.process.poll() if self.process else None

    def look_after(self) -> None:
        """Start the process again if it has died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.starts_at:
                self.start()
        elif (code := self.ended()) is not None:
            self.end_by_force()
            if now - self.started_at >= STEADY_SECONDS:
                self.pause = FIRST_PAUSE
            logger.warning(
                "The %s ended with exit code %s; it starts again in %.0f s.", self.name, code, self.pause
            )
            self.starts_at = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def end_by_force(self) -> None:
        """End what is left of the process, children included."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def end_with_parent() -> None:
    """In a new process: when we are killed, Linux kills it too. What gunicorn started sees that itself."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def parts() -> list[Part]:
    """The web server and the task worker, as the settings say."""
    python = sys.executable
    gunicorn = [python, "-m", "gunicorn", "--config", "project/gunicorn.conf.py"]
    worker = [python, "manage.py", "db_worker", "--no-reload", "--no-startup-delay"]
    # What goes well is not told, so that the address and the logins stay on the screen.
    if settings.LOG_LEVEL != "DEBUG":
        gunicorn += ["--log-level", "warning"]
        worker += ["--verbosity", "0"]
    return [Part("web server", [*gunicorn, "project.wsgi"]), Part("task worker", worker)]


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end the block without an error."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield


@contextmanager
def running(desk: Sequence[Part]) -> Iterator[None]:
    """Start the parts and leave none behind."""
    try:
        for part in desk:
            part.start()
        yield
    finally:
        stop(desk)


def stop(desk: Sequence[Part]) -> None:
    """Ask all to end, wait, and end by force what is left."""
    processes = [part.process for part in desk if part.process]
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(max(0, deadline - time.monotonic()))
    for part in desk:
        part.end_by_force()


def watch(desk: Sequence[Part]) -> None:
    """Return never: a signal ends it."""
    while True:
        for part in desk:
            part.look_after()
        time.sleep(LOOK_SECONDS)


def require_free(host: str, port: int) -> None:
    """Raise NotStarted when nothing can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise NotStarted(f"BIND={host} is no address of this machine ({error.strerror}).") from error
    except OSError as error:
        raise NotStarted(
            f"Port {port} of {host} cannot be used ({error.strerror}). Choose another one, such as "
            f"PORT={port % 65535 + 1}."
        ) from error


def wait_for_answer(host: str, port: int, desk: Sequence[Part]) -> None:
    """Raise NotStarted when a part ends before there is an answer, or there is none for a minute."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(host, port):
        for part in desk:
            if (code := part.ended()) is not None:
                raise NotStarted(f"The {part.name} ended with exit code {code}; what it said stands above.")
        if time.monotonic() > deadline:
            raise NotStarted(f"The web server did not answer within {START_SECONDS} seconds.")
        time.sleep(LOOK_SECONDS)


def answers(host: str, port: int) -> bool:
    """Whether a request gets any answer at all: who may ask, and for which host, is not our question."""
    connection = HTTPConnection(ANYWHERE.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def address(host: str, port: int) -> str:
    """Where people on this machine find the desk."""
    shown = ANYWHERE.get(host, host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
