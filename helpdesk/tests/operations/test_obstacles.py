"""What stops a start: one line that says what to do, and no traceback."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError

from helpdesk.operations import obstacles
from helpdesk.tests import servers

MANAGE = ("manage.py", "migrate")
GUNICORN = ("-m", "gunicorn", "--config", "project/gunicorn.conf.py", "project.wsgi")


def refused(*command: str, **variables: str) -> str:
    """The one line that a start with these settings says before it ends."""
    done = subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=servers.environment(**variables),
        capture_output=True, text=True, check=False, timeout=servers.SECONDS,
    )  # fmt: skip
    assert done.returncode == 1
    assert not done.stdout
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgres://desk:secret@127.0.0.1:1/desk", "No PostgreSQL answers at 127.0.0.1:1 (refused). Start"),
        ("sqlite:///{folder}/letter.txt", "is no SQLite database, or a damaged one. Put a backup in its"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path, url: str, told: str) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, this is no database. " * 100)
    said = refused(*MANAGE, DATABASE_URL=url.format(folder=tmp_path))
    assert told in said
    assert "secret" not in said


@pytest.mark.parametrize("command", [MANAGE, GUNICORN, ("manage.py", "serve")])
def test_a_wrong_setting_is_one_line_whatever_is_started(command: tuple[str, ...]) -> None:
    assert refused(*command, WEB_CONCURRENCY="0") == "WEB_CONCURRENCY=0 is out of range. Use 1 to 100.\n"


def test_more_is_shown_when_it_is_asked_for() -> None:
    command = [sys.executable, "manage.py", "check", "--traceback"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=servers.environment(HTTPS="ja"), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.fixture
def sentence_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The sentence for an error, on a database of this vendor."""

    def say(vendor: str, error: Exception, name: str = "desk") -> str:
        parts = {"USER": "desk", "HOST": "db.example", "PORT": "", "PASSWORD": "secret", "NAME": name}
        monkeypatch.setattr(obstacles, "connection", SimpleNamespace(vendor=vendor, settings_dict=parts))
        return obstacles.sentence(error) or ""

    return say


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('could not translate host name "db.example" to address: …', "No host is called db.example."),
        ('FATAL:  password authentication failed for user "desk"', "refuses the password of desk. Correct"),
        ('connection failed: FATAL:  database "desk" does not exist', "Make it by createdb desk"),
        ('FATAL:  role "desk" does not exist', "has no user desk. Make it by createuser"),
        ("FATAL:  sorry, too many clients already", "takes no connection now. Try again"),
        ("FATAL:  the database system is starting up", "takes no connection now. Try again"),
        ("could not connect: timeout expired", "No PostgreSQL answers at db.example:5432"),
        ("permission denied for schema public", "does not let desk work: permission denied"),
        ('relation "helpdesk_ticket" does not exist\nLINE 1: SELECT', "Run manage.py migrate."),
        ('invalid dsn: invalid connection option "colour"', "does not know: invalid dsn"),
        ("the moon is full\nand red", "cannot be used: the moon is full. Check DATABASE_URL"),
    ],
)
def test_what_postgresql_says_comes_with_the_cure(
    sentence_of: Callable[..., str], said: str, told: str
) -> None:
    sentence = sentence_of("postgresql", OperationalError(said))
    assert told in sentence
    assert "\n" not in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("attempt to write a readonly database", "Let user"),
        ("database is locked", "Another process has locked the database"),
        ("database or disk is full", "Free some space"),
        ("no such table: helpdesk_ticket", "Run manage.py migrate."),
        ("database disk image is malformed", "Put a backup in its place"),
    ],
)
def test_what_sqlite_says_comes_with_the_cure(sentence_of: Callable[..., str], said: str, told: str) -> None:
    assert told in sentence_of("sqlite", DatabaseError(said))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/none/desk.sqlite3", "there is no folder /none. Mend that"),
        ("/proc", "it is a folder. Mend that"),
        ("/proc/desk.sqlite3", "may not write to it and its folder. Mend that"),
    ],
)
def test_why_sqlite_cannot_open_a_file(sentence_of: Callable[..., str], name: str, told: str) -> None:
    with pytest.raises(sqlite3.OperationalError) as failure:
        sqlite3.connect(name)
    assert told in sentence_of("sqlite", OperationalError(str(failure.value)), name)


def test_a_mistake_of_the_program_keeps_its_traceback() -> None:
    assert obstacles.sentence(IntegrityError("UNIQUE constraint failed")) is None
    assert obstacles.sentence(ValueError("nonsense")) is None
