"""Reading the environment, and the file ``.env``: typed, and refusing nonsense.

Any value may also be given as a file: ``SECRET_KEY_FILE=/run/secrets/key`` sets ``SECRET_KEY``.
"""

import os
import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
FILE = BASE_DIR / ".env"
env = environ.FileAwareEnv()
POSTGRES = {"postgres", "postgresql", "psql", "pgsql"}
DATABASE_URLS = "postgres://user:password@host:5432/name or sqlite:////folder/file.sqlite3"
UNESCAPED = (
    "In its user and password write / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, [ as %5B and % as %25."
)


def read_file(file: Path) -> None:
    """Take from a file what the environment does not say; without the file that is nothing."""
    if file.exists():
        try:
            with file.open(encoding="utf-8") as lines:
                environ.FileAwareEnv.read_env(lines)
        except (OSError, UnicodeDecodeError) as fault:
            raise ImproperlyConfigured(f"{file} cannot be read: {reason(fault)}.") from fault


def text(name: str, default: str = "") -> str:
    """Read a text; blanks around it are dropped, and an empty one is the default."""
    try:
        return str(env.str(name, default="")).strip() or default
    except (OSError, UnicodeDecodeError) as fault:
        file = os.environ[f"{name}_FILE"]
        raise ImproperlyConfigured(f"{name}_FILE={file} cannot be read: {reason(fault)}.") from fault


def reason(fault: OSError | UnicodeDecodeError) -> str:
    return (fault.strerror or str(fault)) if isinstance(fault, OSError) else "it is no text in UTF-8"


def choice(name: str, default: str, options: Iterable[str]) -> str:
    """Read one of these words, in any case; what is not set is the default."""
    value = text(name, default)
    found = {option.lower(): option for option in [default, *options]}
    if value.lower() not in found:
        raise ImproperlyConfigured(f"{name}={value} is unknown. Use one of {', '.join(options)}.")
    return found[value.lower()]


def switch(name: str, default: bool = False) -> bool:
    """Read an on/off variable; a misspelt value must not quietly mean "off"."""
    values = {
        "1": True,
        "true": True,
        "on": True,
        "yes": True,
        "0": False,
        "false": False,
        "off": False,
        "no": False,
    }
    raw = text(name).lower()
    if raw and raw not in values:
        raise ImproperlyConfigured(f"{name}={raw!r} is neither on nor off. Use 1 or 0.")
    return values.get(raw, default)


def number(name: str, default: float, *, minimum: float, maximum: float) -> float:
    """Read a number and refuse one outside its sensible range."""
    raw = text(name)
    try:
        value = float(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a number.") from None
    if not minimum <= value <= maximum:
        raise ImproperlyConfigured(f"{name}={raw} is out of range. Use {minimum:.15g} to {maximum:.15g}.")
    return value


def whole(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Read a number that has no fraction."""
    value = number(name, default, minimum=minimum, maximum=maximum)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value:g} is not a whole number.")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    """Read a comma-separated list; spaces and empty items are dropped."""
    if name not in env:
        return default
    return [word.strip() for word in text(name).split(",") if word.strip()]


def origins(name: str, default: list[str]) -> list[str]:
    """Read a list of origins: scheme, host and perhaps a port."""
    found = words(name, default)
    for origin in found:
        scheme, _, host = origin.partition("://")
        if scheme not in {"http", "https"} or not host or set(host) & set("/?# @"):
            raise ImproperlyConfigured(
                f"{name}: {origin} is no origin. Write scheme and host, such as https://desk.example.com."
            )
    return found


def networks(name: str, default: list[str]) -> list[str]:
    """Read a comma-separated list of addresses and networks; `*` stands for any."""
    found = words(name, []) or default
    for network in found:
        try:
            ip_network(network if network != "*" else "0.0.0.0/0")
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: {error}. Use addresses and networks such as 10.0.0.1,172.16.0.0/12."
            ) from None
    return found


def host(name: str, default: str) -> str:
    """Read an address or a name to listen at, without scheme and port."""
    value = text(name, default).strip("[]")
    if not re.fullmatch(r"[\w.-]+|[\da-fA-F:.]+", value):
        raise ImproperlyConfigured(
            f"{name}={value} is no address to listen at. Use one such as 127.0.0.1, or 0.0.0.0 for all."
        )
    return value


def zone(name: str, default: str) -> str:
    """Read the name of a time zone."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name}={value} is no time zone. Use a name such as Europe/Berlin."
        ) from None
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """Read the address of a database as Django's settings of a connection; its password is never shown."""
    url = text(name, default)
    if url == "sqlite://:memory:":
        return dict(env.db_url_config(url))
    try:
        parts = urlsplit(url)
        _ = "," in parts.netloc or parts.port  # PostgreSQL may have several hosts, each with its port
    except ValueError:
        raise ImproperlyConfigured(f"{name}: its host or port cannot be read. {UNESCAPED}") from None
    if fault := database_fault(parts):
        raise ImproperlyConfigured(f"{name}: {fault}")
    config = dict(env.db_url_config(url))
    # A host may be the path of a socket, as in postgres://user@%2Frun%2Fpostgresql/name
    config["HOST"] = unquote(config["HOST"])
    return config


def database_fault(parts: SplitResult) -> str:
    """What is wrong with an address of a database, or an empty text."""
    if not parts.scheme:
        return f"it does not begin with the kind of the database. Use {DATABASE_URLS}."
    if parts.scheme not in {*POSTGRES, "sqlite"}:
        return f"Helpdesk does not work on {parts.scheme}. Use {DATABASE_URLS}."
    if parts.scheme == "sqlite":
        known = not parts.netloc and len(parts.path) > 1
        return "" if known else "a file of SQLite is named after three slashes, as in sqlite:///db.sqlite3."
    if "@" in f"{parts.path}?{parts.query}#{parts.fragment}" or parts.fragment:
        return f"a character of the password ends the host. {UNESCAPED}"
    if not parts.path.strip("/"):
        return f"it names no database. Use {DATABASE_URLS}."
    return ""
