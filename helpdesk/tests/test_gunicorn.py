"""How gunicorn is set up: which requests its log names."""

from collections.abc import Callable
from datetime import timedelta
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from types import SimpleNamespace

import pytest
from django.conf import LazySettings
from gunicorn.config import Config

from project.environment import BASE_DIR


@pytest.fixture
def logged(settings: LazySettings) -> Callable[..., bool]:
    """Whether the log names a request that was answered like this."""
    loader = SourceFileLoader("gunicorn_configuration", str(BASE_DIR / "project" / "gunicorn.conf.py"))
    configuration = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(configuration)
    log, lines = configuration.AccessLog(Config()), []
    log.access_log = SimpleNamespace(info=lambda *line: lines.append(line))
    log._access_log_enabled = True

    def serve(level: str, path: str, status: int, seconds: float) -> bool:
        settings.LOG_LEVEL = level
        answer = SimpleNamespace(status_code=status, status=str(status), sent=1, headers=[])
        request = SimpleNamespace(path=path, headers=[])
        environ = {"REQUEST_METHOD": "GET", "RAW_URI": path, "SERVER_PROTOCOL": "HTTP/1.1"}
        log.access(answer, request, environ, timedelta(seconds=seconds))
        return bool(lines)

    return serve


@pytest.mark.parametrize(
    ("level", "path", "status", "seconds"),
    [
        ("INFO", "/admin/", 500, 0.2),
        ("INFO", "/admin/", 503, 0.2),
        ("INFO", "/admin/", 200, 1.5),
        ("DEBUG", "/admin/", 200, 0.2),
    ],
)
def test_a_request_is_logged_when_somebody_may_have_to_look(
    logged: Callable[..., bool], level: str, path: str, status: int, seconds: float
) -> None:
    assert logged(level, path, status, seconds)


@pytest.mark.parametrize(
    ("level", "path", "status"),
    [("INFO", "/admin/", 200), ("INFO", "/admin/", 404), ("DEBUG", "/static/admin.css", 200)],
)
def test_others_are_not(logged: Callable[..., bool], level: str, path: str, status: int) -> None:
    assert not logged(level, path, status, seconds=0.2)
