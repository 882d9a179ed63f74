"""What the OpenAPI document says about each route. The views stay free of it."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from helpdesk.api import examples
from helpdesk.api.filters import PARAMETERS
from helpdesk.api.serializers.auth import CredentialsSerializer, TokenSerializer
from helpdesk.api.serializers.comment import CommentSerializer
from helpdesk.api.serializers.error import ErrorSerializer, FailureSerializer
from helpdesk.api.serializers.event import EventSerializer
from helpdesk.api.serializers.stats import StatsSerializer
from helpdesk.api.serializers.ticket import TicketSerializer
from helpdesk.api.serializers.triage import ClassifySerializer, PredictionSerializer, SuggestionSerializer


class TokenAuthScheme(KnoxTokenScheme):
    target_class = "helpdesk.api.authentication.TokenAuthentication"
    name = "token"


class SessionAuthScheme(SessionScheme):
    target_class = "helpdesk.api.authentication.SessionAuthentication"
    name = "session"


FIELD_ERRORS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
ERRORS = {
    400: OpenApiResponse(FIELD_ERRORS, "Refused: the messages per field, or `detail`, say why."),
    401: OpenApiResponse(ErrorSerializer, "No credentials, or wrong ones."),
    403: OpenApiResponse(ErrorSerializer, "The caller may not do this."),
    404: OpenApiResponse(ErrorSerializer, "There is no such row."),
    409: OpenApiResponse(ErrorSerializer, "It was decided before, or cannot be done now."),
    410: OpenApiResponse(ErrorSerializer, "It has expired, or was removed."),
    413: OpenApiResponse(ErrorSerializer, "The body is too large."),
    415: OpenApiResponse(ErrorSerializer, "The body is of another type than the route takes."),
    422: OpenApiResponse(ErrorSerializer, "The `Idempotency-Key` came with another body."),
    507: OpenApiResponse(ErrorSerializer, "There is no room for the file."),
    429: OpenApiResponse(ErrorSerializer, "Too many requests: wait as many seconds as `Retry-After` says."),
    503: OpenApiResponse(
        FailureSerializer,
        "The database cannot do this now: `code` says why, `Retry-After` when to try again.",
    ),
}
GUARDED = (401, 403, 429)
WITH_BODY = (400, 413, 415)
LINKS = OpenApiParameter(
    "Link",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description='`<url>; rel="next"` and `<url>; rel="prev"`, where there are such pages (RFC 8288).',
)
LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[201],
    description="The address of the ticket.",
)


def route(
    summary: str, answer: Any, *errors: int, status: int = 200, example: Any = None, **more: Any
) -> Any:
    """One operation: its answer with an example, and the errors it may give."""
    codes = {*errors, *more.pop("always", GUARDED), 503}
    shown = [examples.answer(summary, example, status)] if example else []
    answers = answer if isinstance(answer, dict) else {status: answer}
    return extend_schema(
        summary=summary,
        responses={**answers, **{code: ERRORS[code] for code in sorted(codes)}},
        examples=[*shown, *more.pop("bodies", [])],
        **more,
    )


tickets = extend_schema_view(
    list=route(
        "List tickets",
        TicketSerializer(many=True),
        400,
        example=examples.TICKET,
        parameters=[*PARAMETERS, LINKS],
    ),
    create=route(
        "Create a ticket",
        TicketSerializer,
        *WITH_BODY,
        status=201,
        example=examples.TICKET,
        bodies=[examples.body("The least that is needed", examples.NEW_TICKET)],
        parameters=[LOCATION],
    ),
    retrieve=route("Read a ticket", TicketSerializer, 404, example=examples.TICKET),
    update=route(
        "Write a ticket",
        TicketSerializer,
        404,
        *WITH_BODY,
        example=examples.TICKET,
        bodies=[examples.body("Required fields", examples.NEW_TICKET)],
        description="Title and description are required; other fields that are left out stay as they are.",
    ),
    partial_update=route(
        "Change fields of a ticket",
        TicketSerializer,
        404,
        *WITH_BODY,
        example=examples.TICKET,
        bodies=[examples.body("Resolve it", {"status": "resolved"})],
    ),
    destroy=route("Delete a ticket", None, 404, status=204, description="Its history stays readable."),
    stats=route("Count tickets", StatsSerializer, 400, example=examples.STATS, parameters=PARAMETERS),
    classify=route(
        "Classify a text",
        PredictionSerializer,
        *WITH_BODY,
        example=examples.LABELS,
        request=ClassifySerializer,
        bodies=[examples.body("A text", {"description": examples.TICKET["description"]})],
        description="Creates nothing. When the provider is down, the local classifier answers.",
    ),
)
comments = extend_schema_view(
    list=route(
        "List comments", CommentSerializer(many=True), 400, 404, example=examples.COMMENT, parameters=[LINKS]
    ),
    create=route(
        "Add a comment",
        CommentSerializer,
        404,
        *WITH_BODY,
        status=201,
        example=examples.COMMENT,
        bodies=[examples.body("An internal note", {"body": "The bank confirms it.", "is_internal": True})],
    ),
)
history = extend_schema_view(
    list=route(
        "Read a ticket's history",
        EventSerializer(many=True),
        400,
        404,
        example=examples.EVENT,
        parameters=[LINKS],
        description="Who changed what, from what, to what, when, how; also of a deleted ticket.",
    ),
)
suggest = extend_schema_view(
    create=route(
        "Suggest labels for a ticket",
        SuggestionSerializer,
        404,
        status=201,
        example=examples.SUGGESTION,
        request=None,
        description="Asks the classifier and records its answer. The ticket waits until it is accepted.",
    ),
)
suggestions = extend_schema_view(
    accept=route(
        "Accept a suggestion",
        TicketSerializer,
        404,
        409,
        example=examples.TICKET,
        request=None,
        description="Writes the proposed category and priority, and answers with the ticket.",
    ),
    dismiss=route(
        "Dismiss a suggestion",
        SuggestionSerializer,
        404,
        409,
        example={**examples.SUGGESTION, "verdict": "dismissed", "decided_at": "2026-03-05T08:21:00Z"},
        request=None,
    ),
)
login = extend_schema_view(
    post=route(
        "Sign in",
        TokenSerializer,
        *WITH_BODY,
        example=examples.TOKEN,
        request=CredentialsSerializer,
        bodies=[examples.body("Credentials", {"username": "amir", "password": "correct horse battery"})],
        always=(401, 429),
        description="Answers with a token that expires, and that signing out revokes.",
    )
)
logout = extend_schema_view(post=route("Sign out", None, status=204, request=None, always=(401,)))
