"""A database that is overloaded is an answer too."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

RETRY_AFTER_SECONDS = "5"
DETAIL = "The database is too busy to answer. Narrow the filters or try again in a few seconds."


class DatabaseBusyMiddleware:
    """Turns a statement that ran out of time, or a lost database, into 503 with `Retry-After`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        if request.path.startswith("/api/"):
            response: HttpResponse = JsonResponse({"detail": DETAIL}, status=503)
        else:
            response = render(request, "helpdesk/busy.html", {"detail": DETAIL}, status=503)
        response["Retry-After"] = RETRY_AFTER_SECONDS
        return response
