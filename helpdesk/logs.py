"""The log: one record a line, each with the id of the request or the task that it belongs to."""

import json
import logging
import textwrap
from contextvars import ContextVar
from datetime import UTC, datetime

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django_tasks import TaskResult

from helpdesk.faults import fault_of

# What was refused, and says all there is to say.
REFUSALS = (BadRequest, Http404, MultiPartParserError, PermissionDenied, SuspiciousOperation)

_origin: ContextVar[tuple[str, str]] = ContextVar("origin", default=("", ""))


def begin(kind: str, name: str) -> None:
    """From here on this thread works for the request or the task of this name."""
    _origin.set((kind, name))


def begin_task(task_result: TaskResult, **kwargs: object) -> None:
    """The worker's signal `task_started`."""
    begin("task", str(task_result.id))


def end_task(**kwargs: object) -> None:
    """The worker's signal `task_finished`."""
    begin("", "")


def request_id() -> str:
    kind, name = _origin.get()
    return name if kind == "request" else ""


def fields(record: logging.LogRecord) -> dict[str, str]:
    """The parts of a record in the order in which they are written."""
    kind, name = _origin.get()
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    parts = {
        "time": moment.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "process": str(record.process),
    }
    if name:
        parts[kind] = name
    error = record.exc_info[1] if record.exc_info else None
    fault = fault_of(error)
    parts["message"] = f"{record.getMessage()} ({fault.cure})" if fault else record.getMessage()
    if record.exc_info and error and not fault and not isinstance(error, REFUSALS):
        parts["exception"] = logging.Formatter().formatException(record.exc_info)
    return parts


class TextFormatter(logging.Formatter):
    """``time=… level=… logger=… process=… request=… message="…"``; a traceback follows, each line indented.

    Values with blanks or quotes are written as JSON strings, so that nobody's input begins a line.
    """

    def format(self, record: logging.LogRecord) -> str:
        parts = fields(record)
        exception = parts.pop("exception", "")
        line = " ".join(f"{name}={_quoted(name, value)}" for name, value in parts.items())
        return f"{line}\n{textwrap.indent(exception, '    ')}" if exception else line


class JSONFormatter(logging.Formatter):
    """One JSON object a line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(fields(record))


def _quoted(name: str, value: str) -> str:
    return json.dumps(value) if name == "message" else value
