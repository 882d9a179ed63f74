"""When the local model learns: enough is new, or somebody asks. The work is done by a process of its own."""

import os
import subprocess
import sys
from datetime import timedelta

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from helpdesk.triage.labels import gather
from helpdesk.triage.models import TriageModel

# How many labels must be new before a fit is worth it: so many, or this share of what the last version knows.
NEW_LABELS, NEW_SHARE = 10, 0.05
# Corrections are gathered for so long before the worker looks whether there are enough of them; and so long
# after it started a process, it looks whether that came to its end.
DELAY, PATIENCE = timedelta(minutes=5), timedelta(minutes=3)
MOST_ATTEMPTS = 3
LOCK, LOCK_SECONDS = "learning", 120
# Threads of the numerical libraries make small fits dearer, not faster.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@task()
def learn_if_due(force: bool = False, attempt: int = 1) -> None:
    """Start learning, and look again later, in case that the process is killed on its way."""
    if not force and not is_due():
        return
    if progress() is None:
        start(force=force)
    if attempt < MOST_ATTEMPTS:
        learn_if_due.using(run_after=timezone.now() + PATIENCE).enqueue(attempt=attempt + 1)


def request(*, at_once: bool = False) -> None:
    """Queue a look at the labels: soon, when there may be more of them, or because somebody asked for it.

    One look serves all that was settled before it.
    """
    if at_once:
        learn_if_due.enqueue(force=True)
        return
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=learn_if_due.module_path)
    if not waiting.exclude(args_kwargs__kwargs__has_key="force").exists():
        learn_if_due.using(run_after=timezone.now() + DELAY).enqueue()


def is_due() -> bool:
    """Whether enough has been settled since the last version was fitted, promoted or not."""
    last = TriageModel.objects.first()
    known = last.learned_from if last else {}
    new = [pk for pk, text in gather().items() if known.get(str(pk)) != [text.category, text.priority]]
    return len(new) >= max(NEW_LABELS, NEW_SHARE * len(known))


def start(*, force: bool = False) -> None:
    """Run `manage.py learn` beside this process, which goes on with other work."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "learn", *(["--force"] if force else [])]
    subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **ONE_THREAD},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def progress() -> str | None:
    """What a process that is learning now does; None when there is none."""
    found: str | None = caches["shared"].get(LOCK)
    return found


def report(step: str) -> None:
    """Say what is done now; who learns has to say something every two minutes."""
    caches["shared"].set(LOCK, step, LOCK_SECONDS)
