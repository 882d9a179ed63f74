import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from helpdesk.triage.prediction import Unavailable
from helpdesk.triage.providers.deadline import Deadline


def test_it_returns_what_the_call_returns() -> None:
    assert Deadline("Someone").run(lambda: 42, timeout=5) == 42


def test_it_raises_what_the_call_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        Deadline("Someone").run(lambda: 1 / 0, timeout=5)


def test_a_call_that_hangs_is_given_up() -> None:
    release = threading.Event()
    with pytest.raises(Unavailable, match=r"^Someone did not answer within 0\.1 s\.$"):
        Deadline("Someone").run(release.wait, timeout=0.1)
    release.set()


def test_calls_given_up_keep_their_place_until_they_end() -> None:
    deadline, release = Deadline("Someone", most=1), threading.Event()
    with pytest.raises(Unavailable, match="did not answer"):
        deadline.run(release.wait, timeout=0.05)
    with pytest.raises(Unavailable, match=r"^Someone is still busy with earlier calls\.$"):
        deadline.run(int, timeout=5)
    release.set()
    assert eventually(lambda: deadline.run(int, timeout=5)) == 0


def eventually(call: Callable[[], int]) -> int:
    for _ in range(100):
        try:
            return call()
        except Unavailable:
            time.sleep(0.02)
    return call()


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_process() -> None:
    code = (
        "import time; from helpdesk.triage.providers.deadline import Deadline\n"
        "try: Deadline('Someone').run(lambda: time.sleep(60), timeout=0.1)\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert "did not answer" in done.stdout
