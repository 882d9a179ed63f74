"""A value as a cell shows it."""

from datetime import datetime
from typing import Any


def as_text(value: Any) -> str:
    """None is an empty cell; a time is ISO 8601 with its zone, to the microsecond."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
