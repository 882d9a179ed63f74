"""What every request passes: it gets an id, its failures get an answer, and data gets a policy of its own."""

import re
import secrets
from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from helpdesk import errors, logs
from helpdesk.faults import fault_of

HEADER = "X-Request-ID"
# What a proxy or a caller may send. Nothing that could look like another field of the log.
SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
POLICY = "Content-Security-Policy"
NOTHING = "default-src 'none'; frame-ancestors 'none'"


class ContentPolicyMiddleware(CSPMiddleware):
    """The policy of the settings for pages; an answer in JSON is none, and may load nothing at all."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type") != "application/json":
            return super().process_response(request, response)
        response.headers.setdefault(POLICY, NOTHING)
        return response


class PageCompressionMiddleware(GZipMiddleware):
    """Pages are compressed, answers to programs are not: those may hold a token, and are short.

    A page that repeats what a stranger sent could tell by its length what else stands on it (BREACH). Here
    nothing secret can be guessed that way: form tokens are masked anew in each page, the cookies do not come
    along with what other sites request, and Django adds up to a hundred bytes at random.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class PageMessageMiddleware(MessageMiddleware):
    """Messages wait for the next page; an answer of the API shows none, and does not look for them."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.startswith("/api/"):
            super().process_request(request)


class RequestIdMiddleware:
    """Names the request, by the id that came along or by a new one, in the log and in its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        name = given if SANE_ID.fullmatch(given) else secrets.token_hex(8)
        # It stays until the thread's next request: Django logs some answers after the last middleware.
        logs.begin("request", name)
        response = self.get_response(request)
        response.headers[HEADER] = name
        return response


class FailureMiddleware:
    """Answers what a view raises when the database fails, the body stops coming, or nothing is found.

    In debug mode too, where Django would show its own pages: `make run` is how people meet Helpdesk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if fault := fault_of(exception):
            return errors.unavailable(request, fault, exception)
        if isinstance(exception, UnreadablePostError):
            return errors.bad_request(request, exception)
        if isinstance(exception, Http404):
            return errors.not_found(request, exception)
        return None
