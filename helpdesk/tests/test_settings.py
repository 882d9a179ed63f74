"""Settings as an operator meets them: a fresh process that is given only what is said here."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from runpy import run_path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from project import environment

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


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("desk.sqlite3", "does not begin with the kind of the database"),
        ("mysql://desk:secret@db.example/desk", "Helpdesk does not work on mysql"),
        ("postgres://desk:secret@db.example:http/desk", "its host or port cannot be read"),
        ("postgres://desk:secret@db.example:99999/desk", "its host or port cannot be read"),
        ("postgres://desk:se/cret@db.example/desk", "write / as %2F"),
        ("postgres://desk:se#cret@db.example/desk", "# as %23"),
        ("postgres://desk:12#34secret@db.example/desk", "a character of the password ends the host"),
        ("postgres://desk:12/secret@db.example/desk", "a character of the password ends the host"),
        ("postgres://desk:se?cret@db.example/desk", "? as %3F"),
        ("postgres://desk:se[cret@db.example/desk", "[ as %5B"),
        ("postgres://desk:secret@db.example", "it names no database"),
        ("sqlite://desk.sqlite3", "after three slashes"),
        ("sqlite:///", "after three slashes"),
    ],
)
def test_an_address_of_a_database_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str, told: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=re.escape(told)) as refusal:
        environment.database("DATABASE_URL", "")
    assert "cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgres://desk:p%2F%23%40@db.example:5433/tickets", ("db.example", 5433, "tickets", "p/#@")),
        ("postgres://desk:p@ss@db.example/tickets", ("db.example", "", "tickets", "p@ss")),
        ("postgres://desk@%2Frun%2Fpostgresql/tickets", ("/run/postgresql", "", "tickets", "")),
        ("postgres://desk:p@one.example:5432,two.example:5433/tickets",
         ("one.example,two.example", "5432,5433", "tickets", "p")),
        ("sqlite:////srv/desk.sqlite3", ("", "", "/srv/desk.sqlite3", "")),
    ],
)  # fmt: skip
def test_an_address_of_a_database_is_read(
    monkeypatch: pytest.MonkeyPatch, url: str, parts: tuple[object, ...]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    found = environment.database("DATABASE_URL", "")
    assert tuple(found[name] for name in ("HOST", "PORT", "NAME", "PASSWORD")) == parts


@pytest.mark.parametrize(
    ("read", "nonsense", "told"),
    [
        (partial(environment.whole, default=2, minimum=1, maximum=100), "1.5", "is not a whole number"),
        (
            partial(environment.whole, default=2, minimum=1, maximum=100),
            "0",
            "is out of range. Use 1 to 100.",
        ),
        (partial(environment.zone, default="UTC"), "Mars/Base", "is no time zone"),
        (partial(environment.zone, default="UTC"), "../etc/passwd", "is no time zone"),
        (partial(environment.host, default=""), "http://desk.example", "is no address to listen at"),
        (partial(environment.host, default=""), "127.0.0.1:8000/x", "is no address to listen at"),
        (partial(environment.networks, default=[]), "10.0.0.1,proxy", "does not appear to be"),
        (partial(environment.origins, default=[]), "https://a.example,b.example", "b.example is no origin"),
        (partial(environment.origins, default=[]), "https://a.example/", "is no origin"),
        (partial(environment.origins, default=[]), "*", "is no origin"),
    ],
)
def test_nonsense_of_the_web_server_is_refused(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[str], object], nonsense: str, told: str
) -> None:
    monkeypatch.setenv("DESK_VALUE", nonsense)
    with pytest.raises(ImproperlyConfigured, match=re.escape(told)):
        read("DESK_VALUE")


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESK_VALUE_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="none cannot be read: No such file or directory"):
        environment.text("DESK_VALUE")
    file = tmp_path / "settings"
    file.write_bytes(b"DESK_VALUE=\xff\xfe")
    with pytest.raises(ImproperlyConfigured, match="settings cannot be read: it is no text in UTF-8"):
        environment.read_file(file)


def make_settings(folder: Path, **variables: str) -> str:
    """Let make prepare a folder; returns what it said."""
    unset = dict.fromkeys(("DEBUG", "SECRET_KEY", "SECRET_KEY_FILE"), "")
    done = subprocess.run(
        ["make", "--no-print-directory", "--file", settings.BASE_DIR / "Makefile", "settings",
         f"PYTHON={sys.executable}"],
        cwd=folder, env=os.environ | unset | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_run_writes_down_what_other_commands_need(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TIME_ZONE=Europe/Berlin")
    assert make_settings(tmp_path, DEBUG="0") == make_settings(tmp_path, SECRET_KEY="own") == ""
    assert file.read_text() == "TIME_ZONE=Europe/Berlin"
    assert "to .env" in make_settings(tmp_path)
    written = file.read_text()
    assert re.fullmatch(r"TIME_ZONE=Europe/Berlin\n#.*\nDEBUG=1\nSECRET_KEY=[\w-]{60,}\n", written)
    assert make_settings(tmp_path) == ""
    assert file.read_text() == written


def test_the_file_with_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    make_settings(tmp_path)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
