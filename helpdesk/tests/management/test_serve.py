"""`make run` without make: everything starts, and nothing is left."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from helpdesk.tests.servers import environment, free_port, get, manage, started

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


def alive(pids: Iterable[int]) -> list[int]:
    """Those that still run; one that has ended may wait a moment for init to notice."""
    stats = {pid: Path(f"/proc/{pid}/stat") for pid in pids}
    return [pid for pid, stat in stats.items() if stat.exists() and ") Z " not in stat.read_text()]


def test_it_says_how_to_sign_in_and_answers(desk: dict[str, str]) -> None:
    with started(*SERVE, env=desk) as server:
        welcome = "".join(until("curl", server))
        assert f"http://127.0.0.1:{desk['PORT']}/admin/" in welcome
        assert "lead, agent, viewer" in welcome
        assert get(int(desk["PORT"]), "/admin/login/", server) == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(server: subprocess.Popen[str], number: signal.Signals) -> None:
    parts = set(family(server.pid))
    assert len(parts) >= PARTS
    os.killpg(server.pid, number)
    assert server.wait(30) == 0
    assert not alive(parts)


@pytest.mark.parametrize("victim", ["db_worker", "gunicorn"])
def test_when_one_process_dies_the_other_is_stopped(server: subprocess.Popen[str], victim: str) -> None:
    parts = family(server.pid)
    os.kill(next(pid for pid, line in parts.items() if victim in line), signal.SIGKILL)
    rest = server.stdout.read()
    assert server.wait(30) == 1
    assert "ended with exit code -9; the rest was stopped." in rest
    assert not alive(parts)


def test_a_port_in_use_is_told_before_anything_starts(desk: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(desk["PORT"])))
        taken.listen()
        done = subprocess.run(
            SERVE, cwd=settings.BASE_DIR, env=desk, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert f"Port {desk['PORT']} cannot be used (Address already in use)" in done.stderr
    assert not Path(desk["DATABASE_URL"].removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_nonsense_is_no_port(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(CommandError, match="is not a port"):
        call_command("serve")
