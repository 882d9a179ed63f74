"""Workers that die: what they had begun is taken up by the next one, and happens once in effect."""

import os
import signal
import sys
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from helpdesk.jobs import workers
from helpdesk.jobs.models import Worker
from helpdesk.tests.servers import database_url, environment, started
from helpdesk.tests.triage.providers.gemini_server import GeminiServer, answers, waits

pytestmark = pytest.mark.django_db(transaction=True)
BLANK = {"title": "Charged twice", "description": "Refund me", "category": "", "priority": ""}


@pytest.fixture
def gemini(settings):
    with GeminiServer() as server:
        settings.GEMINI_API_KEY, settings.GEMINI_API_ENDPOINT = "test-key", server.url
        settings.AI_ASK_BELOW = 1
        settings.AI_TIMEOUT = 25  # the SDK is loaded within it, on a machine that may be busy
        yield server


def worker(gemini, interval="0.1"):
    """A real worker on the database of this test, which looks for work every `interval` seconds."""
    env = environment(
        DATABASE_URL=database_url(),
        AI_ASK_BELOW="1",
        GEMINI_API_KEY="test-key",
        GEMINI_API_ENDPOINT=gemini.url,
        AI_TIMEOUT="25",
        DEBUG="0",
    )
    command = (sys.executable, "manage.py", "db_worker", "--no-startup-delay", "--interval", interval)
    return started(*command, env=env)


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def work():
    call_command("db_worker", batch=True, verbosity=0)


def declare_dead():
    """As if the silence had lasted."""
    Worker.objects.update(beat_at=timezone.now() - workers.SILENCE - timedelta(seconds=1))


def test_a_reaction_whose_worker_is_killed_in_the_middle_happens_once(gemini, make_ticket):
    gemini.behave(waits(20))
    ticket = make_ticket(**BLANK)
    with worker(gemini) as process:
        wait_for(lambda: gemini.requests)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert DBTaskResult.objects.get().status == "RUNNING"
    work()
    assert DBTaskResult.objects.get().status == "RUNNING"  # it may only be slow
    declare_dead()
    gemini.behave(answers(category="account", priority="high"))
    work()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    assert [suggestion.provider for suggestion in ticket.suggestions.all()] == ["gemini", "local"]


def test_a_worker_killed_between_commit_and_reaction_loses_nothing(gemini, make_ticket):
    gemini.behave(answers(category="account", priority="high"))
    # It looks once and then sleeps. It is not stopped by a signal: that could leave it holding SQLite's lock.
    with worker(gemini, interval="600") as process:
        wait_for(Worker.objects.exists)
        ticket = make_ticket(**BLANK)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    declare_dead()  # a busy machine may have let it begin
    work()
    assert [suggestion.provider for suggestion in ticket.suggestions.all()] == ["gemini", "local"]


def test_a_worker_that_is_stopped_leaves_no_trace_of_itself(gemini):
    with worker(gemini):
        wait_for(Worker.objects.exists)
    assert not Worker.objects.exists()


def orphan(claims):
    result = DBTaskResult.objects.create(
        status="RUNNING",
        task_path="helpdesk.jobs.delivery.deliver",
        args_kwargs={"args": ["nothing", []], "kwargs": {}},
        worker_ids=["gone"] * claims,
        started_at=timezone.now(),
        run_after=timezone.now(),
        backend_name="default",
    )
    assert workers.take_up() == (claims < workers.MOST_CLAIMS)
    result.refresh_from_db()
    return result


def test_an_orphan_waits_again(db):
    assert orphan(1).status == "READY"


def test_a_task_that_outlives_too_many_workers_is_given_up(db):
    result = orphan(workers.MOST_CLAIMS)
    assert result.status == "FAILED"
    assert "5 workers ended" in result.traceback


def test_a_task_that_was_stopped_at_once_waits_again(db):
    result = orphan(1)
    DBTaskResult.objects.update(status="FAILED", exception_class_path="builtins.SystemExit")
    assert workers.take_up() == 1
    result.refresh_from_db()
    assert result.status == "READY"
