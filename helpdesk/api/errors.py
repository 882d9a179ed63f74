"""Errors in DRF's style, ``{field: [messages]}`` or ``{detail}``, each saying what to do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from helpdesk.accounts.sign_in import SignInRefused
from helpdesk.tickets.models import Ticket
from helpdesk.triage.models import Suggestion

READING = ("GET", "HEAD")
ADVICE = {
    "method_not_allowed": "The header Allow names the methods that are.",
    "not_acceptable": "Accept application/json.",
    "not_authenticated": "Send 'Authorization: Bearer <token>'; POST /api/auth/login/ answers with a token.",
    "not_found": "It may have been deleted: read the list again.",
    "unsupported_media_type": "Send application/json.",
}
# As PostgreSQL and as SQLite say it.
EXTERNAL_ID_REFUSED = (
    "ticket_external_is_unique",
    "UNIQUE constraint failed: helpdesk_ticket.external_source",
)


class StateConflict(APIException):
    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class NoSignIn(APIException):
    """No password is looked at now; DRF makes `Retry-After` of `wait`."""

    def __init__(self, refused: SignInRefused) -> None:
        super().__init__(str(refused), "sign_in_refused")
        self.status_code, self.wait = refused.status, refused.wait


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; a row that went away while we worked is a 404 like any other."""
    if isinstance(error, Ticket.DoesNotExist | Suggestion.DoesNotExist):
        error = Http404(str(error))
    response = exception_handler(error, context)
    detail = response.data.get("detail") if response and isinstance(response.data, dict) else None
    advice = ADVICE.get(getattr(detail, "code", ""))
    if response and advice:
        response.data = {"detail": f"{detail} {advice}"}
    return response


@contextmanager
def external_id_conflicts(values: Mapping[str, Any], pk: int | None = None) -> Iterator[None]:
    """The database alone knows, also in a race, whether an external id is free; its refusal becomes a 400.

    `values` are being written, to the ticket `pk` or to a new one.
    """
    try:
        yield
    except IntegrityError as error:
        if not any(sign in str(error) for sign in EXTERNAL_ID_REFUSED):
            raise
        raise ValidationError({"external_id": [_taken(values, pk)]}) from error


def _taken(values: Mapping[str, Any], pk: int | None) -> str:
    """Names the ticket that has the external id, if it still has it."""
    pair = {"external_source": "", "external_id": ""}
    if pk:
        pair = Ticket.objects.filter(pk=pk).values(*pair).first() or pair
    pair |= {name: values[name] for name in pair if name in values}
    holders = Ticket.objects.filter(**pair).values_list("pk", flat=True)
    holder = (holders.exclude(pk=pk) if pk else holders).first()
    who = f"Ticket {holder}" if holder else "Another ticket"
    return f"{who} has this external source and id. Change that ticket, or send another id."


def read_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only GET and HEAD through; other methods are refused in JSON, whoever sends them."""

    @csrf_exempt
    @wraps(view)
    def answer_readers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in READING:
            return view(request, *args, **kwargs)
        detail = f'Method "{request.method}" not allowed. {ADVICE["method_not_allowed"]}'
        headers = {"Allow": ", ".join(READING)}
        return JsonResponse({"detail": detail}, status=HTTPStatus.METHOD_NOT_ALLOWED, headers=headers)

    return answer_readers


@csrf_exempt
def unknown_route(request: HttpRequest) -> HttpResponse:
    """404 for what is no route; who only forgot the last slash is sent on, with method and body."""
    if not request.path_info.endswith("/") and resolve(f"{request.path_info}/").func is not unknown_route:
        address = request.get_full_path(force_append_slash=True)
        return HttpResponsePermanentRedirect(address, preserve_request=True)
    detail = f"There is nothing at {request.path}. The routes are listed at /api/docs/."
    return JsonResponse({"detail": detail}, status=HTTPStatus.NOT_FOUND)
