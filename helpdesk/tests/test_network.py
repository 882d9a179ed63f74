"""The guard that keeps the tests on this machine."""

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "desk.example.com", "2001:db8::1"])
def test_another_host_cannot_be_reached(host: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="another host"):
        socket.create_connection((host, 443), timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_can_be_reached(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
