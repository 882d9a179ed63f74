"""The image and its compose file: read as text, and their steps taken by hand, since tests have no Docker."""

import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from helpdesk.tests.servers import database_url, environment, free_port, get, manage, started

DOCKERFILE = (settings.BASE_DIR / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]


STAGES = DOCKERFILE.replace("\\\n", " ").split("\nFROM ")[1:]


def instructions(name: str, stage: int = -1) -> list[str]:
    """What follows each `name` in a stage of the Dockerfile, with continued lines joined."""
    return re.findall(rf"^\s*{name}\s+(.+)$", STAGES[stage], re.MULTILINE)


def health_check() -> list[str]:
    return yaml.safe_load(instructions("HEALTHCHECK")[0].split("CMD ")[1])


def test_the_image_is_built_in_stages_on_a_slim_base() -> None:
    assert [stage.splitlines()[0] for stage in STAGES] == ["python:3.13-slim AS build", "python:3.13-slim"]
    assert any(
        "pip install -r requirements.txt -c constraints.txt" in step for step in instructions("RUN", stage=0)
    )
    assert not any("pip" in step for step in instructions("RUN"))


def test_the_process_is_not_root() -> None:
    assert instructions("USER") == ["helpdesk"]
    assert any(
        "useradd --system --uid 10001 --no-create-home helpdesk" in step for step in instructions("RUN")
    )


def test_static_files_are_collected_while_building() -> None:
    assert any("manage.py collectstatic --noinput" in step for step in instructions("RUN"))


def test_the_image_has_a_health_check_and_serves_with_the_shipped_configuration() -> None:
    assert "/readyz" in health_check()[-1]
    assert instructions("CMD")[-1] == '["gunicorn", "--config", "project/gunicorn.conf.py", "project.wsgi"]'


def test_what_runs_is_copied_and_nothing_else() -> None:
    ignored = (settings.BASE_DIR / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {"!manage.py", "!requirements.txt", "!project/", "!helpdesk/", "!fixtures/"} <= set(ignored)
    assert not any(".env" in line or "sqlite" in line for line in ignored if line.startswith("!"))


def test_the_services_share_one_image() -> None:
    assert set(SERVICES) == {"db", "migrate", "web", "worker"}
    assert {SERVICES[name]["image"] for name in ("migrate", "web", "worker")} == {"helpdesk"}
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["migrate"]
    assert {SERVICES[name]["pull_policy"] for name in ("migrate", "web", "worker")} == {"never"}


def test_services_wait_by_health_and_by_completion() -> None:
    assert "pg_isready" in SERVICES["db"]["healthcheck"]["test"]
    assert SERVICES["migrate"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_only_the_web_server_is_published_and_only_to_this_machine() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["web"]
    assert SERVICES["web"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_no_secret_is_in_clear() -> None:
    for name, service in SERVICES.items():
        variables = service["environment"]
        assert variables.get("SECRET_KEY") is variables.get("GEMINI_API_KEY") is None, name
    assert SERVICES["db"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:-helpdesk}"


def test_every_setting_reaches_the_containers() -> None:
    example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE))
    chosen_by_the_image = {"BIND", "DEBUG", "DEMO_LOGINS", "PORT", "SECRET_KEY"}
    assert names - chosen_by_the_image <= set(SERVICES["web"]["environment"])


@pytest.fixture
def image(tmp_path: Path, transactional_db: None) -> dict[str, str]:
    """The environment of a container on the database of this test."""
    key = tmp_path / "secret_key"
    return environment(DATABASE_URL=database_url(), SECRET_KEY="", SECRET_KEY_FILE=str(key))


def prepare(image: dict[str, str]) -> str:
    """Run the script of the service `migrate` as compose would; returns what is in its log."""
    script = SERVICES["migrate"]["command"][-1].replace("$$", "$")
    python = f'python() {{ {shlex.quote(sys.executable)} "$@"; }}\n'
    done = subprocess.run(
        [*SERVICES["migrate"]["command"][:-1], python + script], cwd=settings.BASE_DIR, env=image,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_log_of_the_demo_has_its_logins_whenever_it_is_asked_for(image: dict[str, str]) -> None:
    for _ in range(2):
        log = prepare(image | {"HELPDESK_DEMO": "1"})
        assert "log in as  lead, agent, viewer; the password of each is helpdesk-demo" in log


def test_the_secret_key_is_made_once_and_may_be_given(image: dict[str, str]) -> None:
    file = Path(image["SECRET_KEY_FILE"])
    prepare(image)
    first = file.read_text()
    assert len(first) >= 50
    assert file.stat().st_mode & 0o077 == 0
    prepare(image)
    assert file.read_text() == first
    prepare(image | {"SECRET_KEY": "my own"})
    assert file.read_text() == "my own"


def test_the_image_serves_and_stops(image: dict[str, str]) -> None:
    prepare(image)
    port = free_port()
    image |= {"PORT": str(port), "BIND": "127.0.0.1", "ALLOWED_HOSTS": "desk.example.com"}
    command = [sys.executable, "-m", *yaml.safe_load(instructions("CMD")[-1])]
    with started(*command, env=image) as server:
        assert get(port, "/healthz", server) == 200
        assert get(port, "/readyz", server) == 200
        assert get(port, "/healthz", server, host="desk.example.com") == 200
        assert get(port, "/healthz", server, host="other.example.com") == 400
        check = subprocess.run([sys.executable, *health_check()[1:]], env=image, check=False)
        assert check.returncode == 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0, server.stdout.read()


def test_static_files_are_found_by_their_hashed_names(tmp_path: Path) -> None:
    script = (
        "from django.conf import settings; settings.STATIC_ROOT = {root!r}\n"
        "from django.core.management import call_command; call_command('collectstatic', verbosity=0)\n"
        "from django.templatetags.static import static; print(static('admin/css/base.css'))"
    )
    shell = ("shell", "--verbosity=0", "--no-imports", "-c", script.format(root=str(tmp_path)))
    printed = manage(*shell, env=environment())
    url = printed.strip().splitlines()[-1]
    assert re.fullmatch(r"/static/admin/css/base\.[0-9a-f]{12}\.css", url)
    assert (tmp_path / f"{url.removeprefix('/static/')}.gz").exists()
