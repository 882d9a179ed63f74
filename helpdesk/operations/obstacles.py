"""What keeps a command from its work, in one sentence with the cure: a wrong setting, or the database."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, OperationalError, connection

Describe = Callable[[str, dict[str, Any]], str]
"""Takes what the database said and the settings of the connection; returns a sentence."""


def sentence(error: Exception) -> str | None:
    """One line about an error that the operator can mend; None for a mistake of the program."""
    said = " ".join(str(error).split())
    if isinstance(error, ImproperlyConfigured):
        return said
    if not isinstance(error, Error):
        return None
    parts = connection.settings_dict
    known = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    for signs, describe in known.items():
        if re.search(signs, said, re.IGNORECASE):
            return describe(said, parts)
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {reason(error)}. Check DATABASE_URL and the database."
    return None


def reason(error: Exception) -> str:
    """What the database said, on one line: drivers add hints and the statement on lines of their own."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return re.sub(r".*(?:failed|FATAL|ERROR): +", "", first).rstrip(". ")


def server(parts: dict[str, Any]) -> str:
    return f"{parts['HOST'] or 'localhost'}:{parts['PORT'] or 5432}"


def unprepared(said: str, parts: dict[str, Any]) -> str:
    return "The database does not fit this version of Helpdesk. Run manage.py migrate."


def unknown_host(said: str, parts: dict[str, Any]) -> str:
    return f"No host is called {parts['HOST']}. Correct DATABASE_URL, or the name service of this machine."


def no_answer(said: str, parts: dict[str, Any]) -> str:
    why = next(iter(re.findall(r"refused|timeout|timed out|No such file|unreachable|No route", said)), "")
    return f"No PostgreSQL answers at {server(parts)} ({why}). Start it, or correct DATABASE_URL."


def wrong_password(said: str, parts: dict[str, Any]) -> str:
    return (
        f"PostgreSQL at {server(parts)} refuses the password of {parts['USER'] or 'its user'}. Correct "
        "DATABASE_URL, where / # ? @ and % in a password are written as %2F %23 %3F %40 and %25."
    )


def no_user(said: str, parts: dict[str, Any]) -> str:
    return (
        f"PostgreSQL at {server(parts)} has no user {parts['USER']}. Make it by createuser, or correct "
        "DATABASE_URL."
    )


def no_database(said: str, parts: dict[str, Any]) -> str:
    return (
        f"PostgreSQL at {server(parts)} has no database {parts['NAME']}. Make it by createdb "
        f"{parts['NAME']}, or correct DATABASE_URL."
    )


def not_allowed(said: str, parts: dict[str, Any]) -> str:
    why = reason(Error(said))
    return f"PostgreSQL does not let {parts['USER']} work: {why}. Make it the owner of {parts['NAME']}."


def busy(said: str, parts: dict[str, Any]) -> str:
    return f"PostgreSQL at {server(parts)} takes no connection now. Try again in a minute."


def unknown_option(said: str, parts: dict[str, Any]) -> str:
    return f"DATABASE_URL has an option that PostgreSQL does not know: {reason(Error(said))}."


def out_of_reach(said: str, parts: dict[str, Any]) -> str:
    """SQLite says only that it cannot open the file."""
    file = Path(parts["NAME"]).absolute()
    if not file.parent.is_dir():
        why = f"there is no folder {file.parent}"
    elif file.is_dir():
        why = "it is a folder"
    else:
        why = f"{user()} may not write to it and its folder"
    return f"The database {file} cannot be opened: {why}. Mend that, or name another file in DATABASE_URL."


def read_only(said: str, parts: dict[str, Any]) -> str:
    file = Path(parts["NAME"]).absolute()
    return f"The database {file} is read-only. Let {user()} write to it and its folder {file.parent}."


def user() -> str:
    return f"user {os.geteuid()}" if hasattr(os, "geteuid") else "this user"


def damaged(said: str, parts: dict[str, Any]) -> str:
    return (
        f"{Path(parts['NAME']).absolute()} is no SQLite database, or a damaged one. Put a backup in its "
        "place, or name another file in DATABASE_URL."
    )


def locked(said: str, parts: dict[str, Any]) -> str:
    return f"Another process has locked the database {parts['NAME']}. Try again when it is done, or end it."


def full(said: str, parts: dict[str, Any]) -> str:
    return "The disk of the database is full. Free some space on it."


POSTGRESQL: dict[str, Describe] = {
    r"could not translate host name": unknown_host,
    r"password authentication failed|no password supplied": wrong_password,
    r"role .* does not exist": no_user,
    r"database .* does not exist": no_database,
    r"(relation|column) .* does not exist": unprepared,
    r"permission denied|no pg_hba\.conf entry|must be owner|not permitted to log in": not_allowed,
    r"too many clients|remaining connection slots|the database system is": busy,
    r"invalid (dsn|connection option)|invalid \w+ value|invalid integer value": unknown_option,
    r"No space left": full,
    r"refused|timeout expired|timed out|No such file|unreachable|No route": no_answer,
}
SQLITE: dict[str, Describe] = {
    r"unable to open database file": out_of_reach,
    r"readonly database": read_only,
    r"not a database|malformed": damaged,
    r"no such (table|column)|has no column named": unprepared,
    r"is locked": locked,
    r"is full": full,
}
