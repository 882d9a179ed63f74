"""Reading the environment, and the file ``.env``: typed, and refusing nonsense.

Any value may also be given as a file: ``SECRET_KEY_FILE=/run/secrets/key`` sets ``SECRET_KEY``.
"""

from ipaddress import ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
environ.FileAwareEnv.read_env(BASE_DIR / ".env")
env = environ.FileAwareEnv()


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
    raw = env.str(name, default="").strip().lower()
    if raw and raw not in values:
        raise ImproperlyConfigured(f"{name}={raw!r} is neither on nor off. Use 1 or 0.")
    return values.get(raw, default)


def number(name: str, default: float, *, minimum: float, maximum: float) -> float:
    """Read a number and refuse one outside its sensible range."""
    raw = env.str(name, default="").strip()
    try:
        value = float(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a number.") from None
    if not minimum <= value <= maximum:
        raise ImproperlyConfigured(f"{name}={raw} is out of range. Use {minimum:g} to {maximum:g}.")
    return value


def words(name: str, default: list[str]) -> list[str]:
    """Read a comma-separated list; spaces and empty items are dropped."""
    if name not in env:
        return default
    return [word.strip() for word in env.str(name).split(",") if word.strip()]


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
