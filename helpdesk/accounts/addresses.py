"""Where a request comes from: as a trusted proxy saw it, never as the caller says."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address
ANY = "*"
# What a subscriber of IPv6 is given: who has one address of it has them all.
SUBSCRIBER = 64


class ClientAddressMiddleware:
    """Makes ``REMOTE_ADDR`` the address of the client, for everything that counts or shows it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(request.META)
        return self.get_response(request)


def client_address(meta: Mapping[str, Any]) -> str:
    """The nearest address on the way here that is no trusted proxy; empty when there is none at all.

    Each proxy appends whom it saw to X-Forwarded-For. So the header is read from its end, and only as far as
    trusted proxies wrote it: whatever stands before that is the caller's own claim.
    """
    address = _parse(meta.get("REMOTE_ADDR", ""))
    for hop in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if not _is_trusted(address):
            break
        seen = _parse(hop)
        if seen is None:
            break
        address = seen
        if ANY in settings.TRUSTED_PROXIES:  # the nearest one is trusted, whoever it is, and nobody before it
            break
    return str(address or "")


def origin(request: HttpRequest) -> str | None:
    """The address that a request is counted by; None when it came through a socket and nobody says more."""
    return subscriber(request.META.get("REMOTE_ADDR") or "")


def subscriber(text: str) -> str | None:
    """One address for whoever has this one: of IPv6 that of the network. None for what is no address."""
    address = _parse(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, SUBSCRIBER), strict=False).network_address)
    return str(address) if address else None


@lru_cache(maxsize=256)  # the same few proxies and clients, several times in each request
def _parse(text: str) -> Address | None:
    """None for what is no address; IPv4 written as IPv6 is IPv4."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _is_trusted(address: Address | None) -> bool:
    """A request without an address came through a socket of this machine, as only a proxy's does."""
    proxies = settings.TRUSTED_PROXIES
    if address is None or ANY in proxies:
        return bool(proxies)
    return any(address in ip_network(proxy) for proxy in proxies)
