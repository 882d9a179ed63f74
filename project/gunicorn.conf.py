"""How gunicorn serves Helpdesk; what may be set is set where all settings are."""

import gc
import os
import shutil
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from gunicorn.glogging import Logger

from project.environment import FILE, read_file, text

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
try:
    read_file(FILE)
    # A request that waits longer than this for the database is answered by 503; commands may take their time.
    if not text("DATABASE_STATEMENT_TIMEOUT"):
        os.environ["DATABASE_STATEMENT_TIMEOUT"] = "15"
    host = f"[{settings.BIND}]" if ":" in settings.BIND else settings.BIND
except ImproperlyConfigured as fault:
    sys.exit(f"{fault}")

bind = f"{host}:{settings.PORT}"
workers = settings.WEB_CONCURRENCY
# Threads, so that a request that waits for a provider of triage does not hold up the others; at most half of
# them wait for one (AI_CALLS_IN_FLIGHT in settings.py). A thread gets a request when all of it has come, so
# that slow clients hold up nobody.
worker_class = "project.buffering.BufferingWorker"
threads = 4
# Each may need two files, of the 1024 that a process usually may have open.
worker_connections = 400
timeout = 30
graceful_timeout = 25
keepalive = 5
# A worker is replaced now and then, not all at the same time: a slow leak never grows big.
max_requests = 2000
max_requests_jitter = 200
# Heartbeats are files: in memory, because a busy disk must not look like a hanging worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Where the web processes count for /metrics; a reload goes on with the same folder.
METRICS = "helpdesk-metrics-"
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix=METRICS, dir=worker_tmp_dir)
control_socket_disable = True
accesslog = "-"
loglevel = settings.LOG_LEVEL.lower()
# The reverse proxies whose X-Forwarded-* headers are believed.
forwarded_allow_ips = ",".join(settings.FORWARDED_ALLOW_IPS)
SLOW_SECONDS = 1


class AccessLog(Logger):
    """Logs the requests that somebody may have to look at: those that failed or took long."""

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        failed = resp.status_code >= 500
        slow = request_time.total_seconds() > SLOW_SECONDS
        asked_for = settings.LOG_LEVEL == "DEBUG" and not req.path.startswith(settings.STATIC_URL)
        if failed or slow or asked_for:
            super().access(resp, req, environ, request_time)


logger_class = AccessLog


def pre_fork(server: Any, worker: Any) -> None:
    """The first free place among its siblings: a new worker counts on where the one it replaces has ended."""
    taken = {sibling.place for sibling in server.WORKERS.values()}
    worker.place = next(place for place in count() if place not in taken)


def post_fork(server: Any, worker: Any) -> None:
    os.environ["METRICS_PROCESS"] = str(worker.place)


def on_exit(server: Any) -> None:
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if folder.name.startswith(METRICS):
        shutil.rmtree(folder, ignore_errors=True)


def post_worker_init(worker: object) -> None:
    """What is loaded by now stays for the life of the worker: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
