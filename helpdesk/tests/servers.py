"""Processes that tests start for real, each on a free port, and stop at the end."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from django.db import connection

KEY = "a-long-enough-key-of-a-test-with-many-different-characters-0123456789"
SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without what the tests' own settings put there."""
    unset = dict.fromkeys(("DEBUG", "HTTPS", "SECRET_KEY", "ALLOWED_HOSTS", "LOG_LEVEL"), "")
    return os.environ | unset | {"DJANGO_SETTINGS_MODULE": "project.settings", "SECRET_KEY": KEY} | variables


def database_url() -> str:
    """The address of the database that the tests use, for another process."""
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{parts['NAME']}"
    who = f"{quote(parts['USER'])}:{quote(parts['PASSWORD'])}"
    return f"postgres://{who}@{quote(str(parts['HOST']), safe='')}:{parts['PORT']}/{parts['NAME']}"


def manage(*arguments: str, env: Mapping[str, str]) -> str:
    """Run one command to its end; returns what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@contextmanager
def started(*command: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def get(port: int, path: str, process: subprocess.Popen[str], host: str = "127.0.0.1") -> int:
    """The status of a GET, asked until the server answers."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host})
            return connection.getresponse().status
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(f"The server did not answer; exit code {process.poll()}.")


def until(word: str, process: subprocess.Popen[str]) -> Iterator[str]:
    for line in process.stdout:
        yield line
        if word in line:
            return
    raise AssertionError(f"It ended with {process.wait()} and never said {word!r}.")


def family(pid: int) -> dict[int, str]:
    """The process, its children and theirs, with their command lines."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = {pid: Path(f"/proc/{pid}/cmdline").read_text()}
    for child in map(int, children):
        found |= family(child)
    return found
