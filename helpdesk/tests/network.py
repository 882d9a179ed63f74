"""Keeps the tests on this machine: an audit hook sees every connection that Python code tries to make."""

import ipaddress
import sys
from typing import Any

import pytest

_POSITION_OF_ADDRESS = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


def refuse_other_hosts() -> None:
    """From now on, reaching for another host fails the test; `except Exception` cannot hide it."""
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[Any, ...], positions: dict[str, int] = _POSITION_OF_ADDRESS) -> None:
    position = positions.get(event)  # an argument: at the end of Python the globals go before the hook does
    if position is not None and not _is_here(args[position]):
        pytest.fail(f"A test reached for another host: {event} {args[position]!r}")


def _is_here(address: Any) -> bool:
    """Whether a host, a (host, port, …) address or the path of a Unix socket is on this machine."""
    if not isinstance(address, tuple):
        return address is None or isinstance(address, int) or _is_loopback(address)
    return _is_loopback(address[0])


def _is_loopback(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {"", "localhost"} or name.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
