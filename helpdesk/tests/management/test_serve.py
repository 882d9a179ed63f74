"""`make run` without make: everything starts, and nothing is left."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from helpdesk.operations import supervisor
from helpdesk.tests.servers import (
    SECONDS,
    environment,
    family,
    free_port,
    get,
    manage,
    started,
    until,
)

# Its desks are on SQLite, whatever the suite runs on: once is enough.
pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite")
SERVE = (sys.executable, "manage.py", "serve")
PARTS = 4  # serve, gunicorn and its one worker, db_worker


@pytest.fixture
def desk(tmp_path: Path) -> dict[str, str]:
    """The environment of a desk that was never started."""
    return environment(DATABASE_URL=at(tmp_path), DEBUG="1", PORT=str(free_port()))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk with the demo data: to make one takes longer than to start it."""
    folder = tmp_path_factory.mktemp("loaded")
    env = environment(DATABASE_URL=at(folder), DEBUG="1")
    manage("migrate", "--verbosity=0", env=env)
    manage("demo", env=env)
    return folder


def at(folder: Path) -> str:
    return f"sqlite:///{folder / 'desk.sqlite3'}"


@pytest.fixture
def server(desk: dict[str, str], loaded: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command on a desk that is in use, once it has said how to sign in."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    with started(*SERVE, env=desk | {"WEB_CONCURRENCY": "1"}) as process:
        deque(until("curl", process), maxlen=0)
        yield process


def alive(pids: Iterable[int]) -> list[int]:
    """Those that still run; one that has ended may wait a moment for init to notice."""
    stats = {pid: Path(f"/proc/{pid}/stat") for pid in pids}
    return [pid for pid, stat in stats.items() if stat.exists() and ") Z " not in stat.read_text()]


def test_two_first_starts_at_once_say_how_to_sign_in_and_answer(desk: dict[str, str]) -> None:
    desk |= {"WEB_CONCURRENCY": "1"}
    elsewhere = desk | {"PORT": str(free_port()), "BIND": "127.0.0.2"}
    with started(*SERVE, env=desk) as server, started(*SERVE, env=elsewhere) as other:
        welcome, second = "".join(until("curl", server)), "".join(until("curl", other))
        assert f"http://127.0.0.1:{desk['PORT']}/admin/" in welcome
        assert "log in as  admin, lead, agent, viewer" in welcome
        assert f"http://127.0.0.2:{elsewhere['PORT']}/admin/" in second
        assert "Loaded 89 demo tickets." in welcome + second
        assert "waiting for it" in welcome + second
        assert get(int(desk["PORT"]), "/admin/login/", server) == 200
        assert supervisor.answers("127.0.0.2", int(elsewhere["PORT"]))
        assert not supervisor.answers("127.0.0.1", int(elsewhere["PORT"]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(server: subprocess.Popen[str], number: signal.Signals) -> None:
    parts = set(family(server.pid))
    assert len(parts) >= PARTS
    os.killpg(server.pid, number)
    assert server.wait(30) == 0
    assert not alive(parts)


def find(server: subprocess.Popen[str], program: str) -> int:
    return next((pid for pid, line in family(server.pid).items() if program in line), 0)


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_is_killed_starts_again_and_nothing_outlives_the_supervisor(
    server: subprocess.Popen[str], desk: dict[str, str]
) -> None:
    port, web = int(desk["PORT"]), find(server, "gunicorn")
    os.kill(find(server, "db_worker"), signal.SIGKILL)
    deque(until("The task worker ended with exit code -9; it starts again in 1 s.", server), maxlen=0)
    assert get(port, "/healthz", server) == 200
    wait_until(lambda: find(server, "db_worker"))
    assert find(server, "gunicorn") == web

    worker = find(server, "db_worker")
    os.kill(web, signal.SIGKILL)
    deque(until("The web server ended with exit code -9; it starts again in 1 s.", server), maxlen=0)
    assert get(port, "/healthz", server) == 200
    assert find(server, "db_worker") == worker

    parts = set(family(server.pid))
    assert len(parts) >= PARTS
    server.kill()
    wait_until(lambda: not alive(parts))


def test_a_port_in_use_is_told_before_anything_starts(desk: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(desk["PORT"])))
        taken.listen()
        done = subprocess.run(
            SERVE, cwd=settings.BASE_DIR, env=desk, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"Port {desk['PORT']} of 127.0.0.1 cannot be used (Address already in use)" in done.stderr
    assert not Path(desk["DATABASE_URL"].removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_nonsense_is_no_port(port: str) -> None:
    with pytest.raises(CommandError, match="is not a port"):
        call_command("serve", f"--port={port}")
