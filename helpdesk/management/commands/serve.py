"""Runs the whole of Helpdesk in the foreground: what `make run` starts."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from helpdesk import people
from helpdesk.management.commands import demo

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 10

Processes = dict[str, subprocess.Popen[bytes]]
"""By what people call them."""


class Command(BaseCommand):
    help = "Migrate, then run the web server and the task worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port_number, default=os.environ.get("PORT") or "8000")

    def handle(self, *, port: int, **options: Any) -> None:
        require_free(port)
        self.stdout.write("Preparing the database …")
        call_command("migrate", verbosity=0)
        if settings.DEBUG:
            call_command("demo", stdout=self.stdout)
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        with stopped_by_signals(), running(commands(port)) as processes:
            self.stdout.write("Starting …")
            wait_for_answer(port, processes)
            self.welcome(f"http://{HOST}:{port}")
            watch(processes)
        self.stdout.write("Stopped.")

    def welcome(self, address: str) -> None:
        lines = [f"Helpdesk is running at {address}/admin/  (Ctrl-C stops it)", *demo.welcome(address)]
        if not people.assignable().exists():
            lines.append(
                f"Nobody can sign in yet: make an account by {sys.executable} manage.py createsuperuser"
            )
        self.stdout.write("\n" + "\n".join(lines) + "\n")
        self.stdout.flush()


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text!r} is not a port. Use a number from 1 to 65535, such as PORT=8001.")
    return int(text)


def require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Choose another one: PORT={port + 1} make run"
            ) from error


def commands(port: int) -> dict[str, list[str]]:
    python = sys.executable
    gunicorn = [python, "-m", "gunicorn", "--config", "project/gunicorn.conf.py", "--log-level", "warning"]
    return {
        "web server": [*gunicorn, "--bind", f"{HOST}:{port}", "project.wsgi"],
        "task worker": [python, "manage.py", "db_worker", "--no-reload", "--no-startup-delay"],
    }


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end the block without an error."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield


@contextmanager
def running(lines: Mapping[str, Sequence[str]]) -> Iterator[Processes]:
    """Start the processes and leave none behind."""
    processes: Processes = {}
    try:
        for name, line in lines.items():
            processes[name] = start(line)
        yield processes
    finally:
        stop(processes)


def start(line: Sequence[str]) -> subprocess.Popen[bytes]:
    # In a group of its own a process does not see the terminal's Ctrl-C: it is stopped once, by us.
    return subprocess.Popen(line, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, process_group=0)


def stop(processes: Processes) -> None:
    """Ask all to end, wait, and end by force what is left, children included."""
    for process in processes.values():
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes.values():
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(max(0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_answer(port: int, processes: Processes) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        require_alive(processes)
        if time.monotonic() > deadline:
            raise CommandError(f"The web server did not answer within {START_SECONDS} seconds.")
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether a request gets any answer at all: who may ask, and for which host, is not our question."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def watch(processes: Processes) -> None:
    """Return never: a signal ends it, or the end of one of the processes."""
    while True:
        require_alive(processes)
        time.sleep(0.2)


def require_alive(processes: Processes) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            raise CommandError(f"The {name} ended with exit code {process.returncode}; the rest was stopped.")
