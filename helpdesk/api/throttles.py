"""Rate limits per user, or per address without credentials; the rates are in the settings."""

from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle
from rest_framework.views import APIView


class WindowThrottle(UserRateThrottle):
    """Counts in fixed windows: one number per caller, where DRF keeps and copies a time per request."""

    duration: int  # seconds of a window, out of the rate
    num_requests: int

    def allow_request(self, request: Request, view: APIView) -> bool:
        window, self.elapsed = divmod(self.timer(), self.duration)
        key = f"{self.get_cache_key(request, view)}:{window:.0f}"
        try:
            count = self.cache.incr(key)
        except ValueError:  # the first one of the window
            count = 1
            self.cache.set(key, count, self.duration)
        return count <= self.num_requests

    def wait(self) -> float:
        return self.duration - self.elapsed


class ReadThrottle(WindowThrottle):
    scope = "read"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return not reads(request, view) or super().allow_request(request, view)


class WriteThrottle(WindowThrottle):
    scope = "write"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return reads(request, view) or super().allow_request(request, view)


class LoginThrottle(AnonRateThrottle):
    """Counted for all processes together: guessing passwords must not get faster with more workers."""

    scope = "login"
    cache = ConnectionProxy(caches, "shared")  # type: ignore[assignment]  # a cache in all it does


def reads(request: Request, view: APIView) -> bool:
    """Whether a request only reads. `classify` does: it is a POST, but it is called while someone types."""
    return request.method in SAFE_METHODS or getattr(view, "action", None) == "classify"
