"""How a request that fails is answered: by JSON for programs, by a page for people. Asks no database."""

import logging
import re
import sys
from http import HTTPStatus

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.log import log_response

from helpdesk import logs
from helpdesk.faults import Fault, fault_of, first_line

FOR_PROGRAMS = re.compile(r"/(api|healthz|readyz|metrics)(/|$)")
TITLES = {
    400: "This could not be understood",
    403: "You may not do this",
    404: "There is nothing here",
    500: "Something went wrong",
    503: "Helpdesk cannot do this right now",
}
NOT_UNDERSTOOD = "The server could not understand this request. Check its headers and its body."
TOO_LARGE = "What you sent is too large or has too many parts. Send less at once."
FOREIGN_HOST = "Helpdesk does not answer to this name. Use its own address; its operator sets ALLOWED_HOSTS."
FORBIDDEN = "Your account may not open this page. Ask a lead to put you in a group that may."
MISSING = "The address may be mistyped, or what was here has been deleted."
STALE_FORM = (
    "The form is older than your session, or your browser keeps no cookies, so nothing was saved. "
    "Go back, copy what you typed, reload the page and send it again."
)
FAILED = "The server failed on this request, and the reason is in its log. Try again, or tell its operator."


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Django's handler400: what is refused before a view is reached, or by one."""
    detail = NOT_UNDERSTOOD
    if isinstance(exception, DisallowedHost):
        detail = FOREIGN_HOST
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        detail = TOO_LARGE
    return _answer(request, HTTPStatus.BAD_REQUEST, {"detail": detail})


def permission_denied(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Django's handler403."""
    return _answer(request, HTTPStatus.FORBIDDEN, {"detail": FORBIDDEN})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    return _answer(request, HTTPStatus.FORBIDDEN, {"detail": STALE_FORM}, title="This form is out of date")


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Django's handler404."""
    return _answer(request, HTTPStatus.NOT_FOUND, {"detail": MISSING})


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; it is called while the exception is handled, also that of a middleware."""
    error = sys.exc_info()[1]
    if error and (fault := fault_of(error)):
        return unavailable(request, fault, error)
    body = {"detail": FAILED, "code": "server_error", "request_id": logs.request_id()}
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, body)


def unavailable(request: HttpRequest, fault: Fault, error: BaseException) -> HttpResponse:
    """503 with ``Retry-After``, and one line in the log; it needs no traceback to be understood."""
    body = {"detail": fault.detail, "code": fault.code, "request_id": logs.request_id()}
    response = _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, body)
    response["Retry-After"] = str(fault.retry_after)
    log_response(
        "%s %s: %s: %s (%s)",
        request.method,
        request.path,
        fault.code,
        fault.cure,
        first_line(error),
        response=response,
        request=request,
        level=logging.getLevelName(fault.level).lower(),
    )
    return response


def _answer(request: HttpRequest, status: HTTPStatus, body: dict[str, str], title: str = "") -> HttpResponse:
    if FOR_PROGRAMS.match(request.path):
        return JsonResponse(body, status=status)
    context = {
        **body,
        "status": status.value,
        "title": title or TITLES[status],
        "again": request.get_full_path() if status >= 500 and request.method == "GET" else "",
    }
    return HttpResponse(render_to_string("helpdesk/error.html", context), status=status)
