"""One at a time prepares a database."""

import threading
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from helpdesk.operations import preparation

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    """Run it as another process would: with a connection of its own."""

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("command", ["migrate", "demo"])
def test_the_second_says_that_it_waits_and_goes_on_when_the_first_is_done(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(preparation, "LOOK_SECONDS", 0.01)
    waits, output = threading.Event(), StringIO()
    monkeypatch.setattr(output, "write", lambda text: (waits.set(), StringIO.write(output, text)))
    with preparation.alone(print):
        second = in_thread(lambda: call_command(command, verbosity=0, stdout=output))
        assert waits.wait(30)
        assert output.getvalue() == "Another process is preparing this database; waiting for it …\n"
        assert second.is_alive()
    second.join(60)
    assert not second.is_alive()


def test_the_lock_is_given_back_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), preparation.alone(print):
        raise ZeroDivisionError
    told: list[str] = []
    with preparation.alone(told.append):
        assert not told
