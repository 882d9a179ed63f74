"""A file that cannot be read, and how its parts are quoted in messages."""

from collections.abc import Iterable

NAMES_SHOWN = 20
NAME_LENGTH = 40


class Unreadable(ValueError):
    """The file is no table of tickets; the message tells a person what to do about it."""


def shown(text: str, length: int) -> str:
    """A text for a message: cut, and with what no page can hold spelt out."""
    cut = text if len(text) <= length else f"{text[:length]}…"
    return cut.encode(errors="backslashreplace").decode().replace("\0", r"\0")


def listed(names: Iterable[str]) -> str:
    """Names for a message: the first `NAMES_SHOWN`, none of them long."""
    names = [shown(name, NAME_LENGTH) for name in names]
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
