"""Settings as an operator meets them: a fresh process that is given only what is said here."""

import json
import subprocess
import sys
from pathlib import Path
from runpy import run_path

import pytest
from django.conf import settings

KEY = "a-long-enough-key-of-a-test-with-many-different-characters-0123456789"
# Set and empty, so that a developer's .env cannot answer in their place.
NOTHING = dict.fromkeys(("SECRET_KEY", "DEBUG", "HTTPS", "DATABASE_URL", "GEMINI_API_KEY", "AI_TIMEOUT"), "")
SHOW = "import json; from project import settings; print(json.dumps(settings.{name}))"


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *arguments, **environment)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, env=NOTHING | environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def value(name: str, **environment: str) -> object:
    """The value of one setting in a process with this environment."""
    done = run("-c", SHOW.format(name=name), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_deployment_does_not_start_without_a_secret_key() -> None:
    done = manage("check")
    assert done.returncode != 0
    assert "SECRET_KEY is not set. Set it (or SECRET_KEY_FILE)" in done.stderr


def test_debug_mode_starts_without_any_setting() -> None:
    assert manage("check", DEBUG="1").returncode == 0


@pytest.mark.parametrize(
    ("name", "nonsense"),
    [
        ("DEBUG", "maybe"),
        ("HTTPS", "ja"),
        ("HELPDESK_API_OPEN", "2"),
        ("AI_TIMEOUT", "soon"),
        ("AI_TIMEOUT", "-1"),
        ("AI_TIMEOUT", "nan"),
        ("AI_CALLS_PER_DAY", "0"),
        ("AI_REDACT", "please"),
        ("API_TOKEN_DAYS", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, nonsense: str) -> None:
    done = manage("check", **{"SECRET_KEY": KEY, name: nonsense})
    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_an_unknown_provider_is_refused_with_the_names_of_those_there_are() -> None:
    done = manage("check", SECRET_KEY=KEY, AI_PROVIDER="oracle")
    assert done.returncode != 0
    assert "AI_PROVIDER=oracle is unknown. Use one of gemini, google-genai, openai, local." in done.stderr


def test_a_secret_is_read_from_a_file_without_its_newline(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    assert value("SECRET_KEY", SECRET_KEY_FILE=str(file)) == KEY


def test_the_address_of_the_database_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgres://desk:secret@db.example:5433/tickets\n")
    found = value("DATABASES", SECRET_KEY=KEY, DATABASE_URL_FILE=str(file))["default"]
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", 5433, "tickets")


def test_a_lock_is_given_up_before_the_statement_that_waits_for_it() -> None:
    address = "postgres://desk@db.example/tickets"
    found = value("DATABASES", SECRET_KEY=KEY, DATABASE_URL=address, DATABASE_STATEMENT_TIMEOUT="15")
    assert found["default"]["OPTIONS"]["options"] == "-c statement_timeout=15000 -c lock_timeout=10000"


def test_sqlite_is_the_database_when_none_is_named() -> None:
    assert value("DATABASES", DEBUG="1")["default"]["NAME"].endswith("db.sqlite3")


def test_the_health_check_may_ask_whatever_the_hosts() -> None:
    hosts = value("ALLOWED_HOSTS", SECRET_KEY=KEY, ALLOWED_HOSTS="desk.example.com")
    assert hosts == ["desk.example.com", "127.0.0.1"]


def test_other_origins_may_call_in_debug_mode_only() -> None:
    assert value("CORS_ALLOWED_ORIGINS", SECRET_KEY=KEY) == []
    assert "http://localhost:5173" in value("CORS_ALLOWED_ORIGINS", DEBUG="1")


def test_a_deployment_behind_https_passes_the_checks() -> None:
    done = manage("check", "--deploy", "--fail-level=WARNING", SECRET_KEY=KEY, HTTPS="1")
    assert done.returncode == 0, done.stderr


def test_no_migration_is_missing() -> None:
    done = manage("makemigrations", "--check", DEBUG="1", DATABASE_URL="sqlite://:memory:")
    assert done.returncode == 0, done.stdout


def test_providers_can_take_half_of_the_threads_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_STATEMENT_TIMEOUT", "15")  # the file sets it where nobody has
    server = run_path(str(settings.BASE_DIR / "project" / "gunicorn.conf.py"))
    assert server["threads"] // 2 == settings.AI_CALLS_IN_FLIGHT
