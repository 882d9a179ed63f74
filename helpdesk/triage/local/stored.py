"""Reading stored JSON that may be damaged: everything is checked, nothing is evaluated."""

from collections.abc import Mapping
from typing import Any


class CorruptModel(ValueError):
    """The stored model is not one; the message says where it is wrong."""


def section(data: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise CorruptModel(f"{name} must be an object, not {type(data).__name__}")
    return data


def items(data: Any, name: str, count: int) -> list[Any]:
    if not isinstance(data, list | tuple) or len(data) != count:
        raise CorruptModel(f"{name} must be a list of {count}")
    return list(data)


def number(data: Any, name: str, lowest: float = -1e6, highest: float = 1e6) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float) or not lowest <= data <= highest:
        raise CorruptModel(f"{name} must be a number from {lowest:g} to {highest:g}")
    return float(data)


def numbers(data: Any, name: str, count: int) -> list[float]:
    """So many plain numbers. Written for the many rows of a model: it looks closer only at what is wrong."""
    found = items(data, name, count)
    if all(type(value) is float and -1e6 <= value <= 1e6 for value in found):
        return found
    return [number(value, name) for value in found]
