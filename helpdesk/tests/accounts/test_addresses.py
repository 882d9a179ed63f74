"""Whose word on an address is taken."""

import pytest

from helpdesk.accounts.addresses import client_address, origin, subscriber

PROXY, CLIENT, FORGED = "10.0.0.1", "198.51.100.7", "203.0.113.9"


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "address"),
    [
        ([], CLIENT, FORGED, CLIENT),
        ([PROXY], CLIENT, FORGED, CLIENT),
        ([PROXY], PROXY, CLIENT, CLIENT),
        ([PROXY], PROXY, f"{FORGED}, {CLIENT}", CLIENT),
        ([PROXY], PROXY, f"{FORGED}, {CLIENT}, {PROXY}", CLIENT),
        (["10.0.0.0/8"], "10.2.3.4", f"{FORGED}, {CLIENT}, 10.9.9.9", CLIENT),
        (["*"], "192.0.2.1", f"{FORGED}, {CLIENT}", CLIENT),
        ([PROXY], PROXY, "", PROXY),
        ([PROXY], PROXY, f"{CLIENT}, nonsense", PROXY),
        ([PROXY], "", CLIENT, CLIENT),
        ([], "", FORGED, ""),
        ([PROXY], f"::ffff:{PROXY}", CLIENT, CLIENT),
    ],
)
def test_only_what_trusted_proxies_wrote_is_believed(settings, proxies, peer, header, address):
    settings.TRUSTED_PROXIES = proxies
    assert client_address({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": header}) == address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:a:b:c:d", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("desk", None),
        ("", None),
    ],
)
def test_a_network_of_ipv6_counts_as_one_address(address, counted, rf):
    assert subscriber(address) == counted
    assert origin(rf.get("/", REMOTE_ADDR=address)) == counted
